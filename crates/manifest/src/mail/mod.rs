//! Mail as an app: the few things that are said to servers of IMAP and SMTP, as data like any other request.

mod address;
mod call;
mod field;
mod letter;
mod parse;
mod place;

pub use address::{MailAddress, MailAddressProblem};
pub use call::{MailCall, MailWire};
pub use field::MailField;
pub use letter::{Letter, LetterProblem};
pub(crate) use parse::{check_mail_operation, mail_path};
pub use place::MailPlace;
