//! Renders and sends mail.
//!
//! Promises: nothing goes out in clear (the SMTP client is handed encrypted streams alone); the token
//! of a link exists in the mail and nowhere else, of it the database gets the hash; no name and no
//! address breaks out of its place in a header or a body; a mail has no remote images.

mod address;
mod backoff;
mod deliver;
mod development_mailbox;
mod kind;
mod letter;
mod message;
mod outbox;
pub mod smtp;
mod store;
mod way;

pub use address::{AddressError, MailAddress};
pub use deliver::{JOB_KIND, Postman};
pub use development_mailbox::{DevelopmentMail, DevelopmentMailbox};
pub use kind::Kind;
pub use letter::{Letter, Links, test_letter};
pub use outbox::{OutboxRow, OutboxState, SendAgain, outbox, send_again, to_person};
pub use way::{Way, WayFace};
