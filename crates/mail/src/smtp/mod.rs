//! SMTP (RFC 5321) over TLS, by STARTTLS (RFC 3207) or from the first byte (RFC 8314 3.3).
//!
//! There is no plaintext way. Until TLS is up, this module speaks the few lines that lead there
//! itself; the SMTP client proper is handed streams that are encrypted, and no others.

mod dial;
mod error;
mod send;
mod settings;
mod starttls;
mod stream;
mod tls;

pub use crate::message::{MessageError, Sender};
pub use dial::{Dial, Dialing};
pub use error::SmtpError;
pub use send::{SendError, Smtp};
pub use settings::{Login, SmtpSettings, TlsMode};
pub use tls::{TlsSetUpError, read_authorities};
