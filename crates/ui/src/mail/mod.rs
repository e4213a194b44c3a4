//! How mail leaves this server, and what became of it.

mod held;
mod outbox;

pub use held::{HeldLine, HeldMail, HeldMails};
pub use outbox::{MailRow, MailState, MailWay, Outbox};
