use std::fmt;
use std::pin::Pin;

use db::jobs::{ClaimedJob, Outcome};

use crate::protocol::HeldMail;

/// A delivery that is under way.
pub type Delivering<'a> = Pin<Box<dyn Future<Output = Outcome> + Send + 'a>>;
/// A round of tidying up.
pub type Sweeping<'a> = Pin<Box<dyn Future<Output = Result<(), db::Error>> + Send + 'a>>;

/// What the broker needs of mail, since only this process has a network. Crate `mail` does it; the
/// server wires the two, since neither depends on the other.
pub trait Post: Send + Sync + 'static {
    /// Sends the mail of a job, if it is one of mail; nothing otherwise.
    fn deliver<'a>(&'a self, job: &'a ClaimedJob) -> Option<Delivering<'a>>;

    /// Gives up what nobody sends any more, and forgets what is over.
    fn sweep(&self) -> Sweeping<'_>;

    /// Mails that a development server holds in place of sending them; none on any other.
    fn held(&self) -> Vec<HeldMail>;
}

/// A broker that sends no mail.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoPost;

impl Post for NoPost {
    fn deliver<'a>(&'a self, _: &'a ClaimedJob) -> Option<Delivering<'a>> {
        None
    }

    fn sweep(&self) -> Sweeping<'_> {
        Box::pin(async { Ok(()) })
    }

    fn held(&self) -> Vec<HeldMail> {
        Vec::new()
    }
}

impl fmt::Debug for dyn Post {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Post")
    }
}
