//! Keeps what is private out of where it does not belong. So far: log redaction.
//!
//! Promises: does no IO; what [`redact`] returns holds no credential that stands behind a name or
//! has a form that tells it as one, and no e-mail address; never fails, and takes time linear in
//! the text.

mod redact;

pub use redact::redact;
