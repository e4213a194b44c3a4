//! The service provider's half of SAML 2.0 Web Browser SSO: metadata, the request by redirect, and the response
//! by POST (SAMLCore, SAMLBindings 3.4 and 3.5, SAMLProf 4.1).
//!
//! Promises: does no IO; reads what was signed, and nothing else: the octets whose digest a configured key signed
//! are parsed anew, and a person is read from those alone; expands no entity; takes no key, no algorithm and no
//! transform from a message that is not on a short list here.
//!
//! Not taken: encrypted assertions, responses that nobody asked for, signed requests (this side has no key),
//! names that change at each sign-in, artifacts and logout.

mod certificate;
mod instant;
pub mod metadata;
mod request;
pub mod response;
mod signature;
mod xml;

pub use certificate::{Certificate, CertificateError};
pub use request::AuthnRequest;
pub use signature::SignatureError;
pub use xml::XmlError;
