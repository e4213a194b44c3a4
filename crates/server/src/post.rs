//! The broker's view of mail: crate `mail` writes and sends it, through the broker's way out.

use std::sync::Arc;

use broker::egress::{NamedHost, SystemLookup};
use broker::protocol::HeldMail;
use broker::{Delivering, Post, Sweeping};
use db::jobs::ClaimedJob;
use mail::smtp::{Dial, Dialing, Smtp, SmtpSettings, TlsSetUpError};
use mail::{Postman, Way};

/// The postman, as the broker knows him.
#[derive(Debug)]
pub struct MailPost(Postman);

impl MailPost {
    /// Has `postman` do the jobs of mail.
    pub const fn new(postman: Postman) -> Self {
        Self(postman)
    }
}

impl Post for MailPost {
    fn deliver<'a>(&'a self, job: &'a ClaimedJob) -> Option<Delivering<'a>> {
        (job.kind == mail::JOB_KIND).then(|| Box::pin(self.0.deliver(job)) as Delivering<'a>)
    }

    fn sweep(&self) -> Sweeping<'_> {
        Box::pin(self.0.sweep())
    }

    fn held(&self) -> Vec<HeldMail> {
        let Way::Development(mailbox) = self.0.way() else {
            return Vec::new();
        };
        let mails = mailbox.mails().into_iter();
        mails
            .map(|mail| HeldMail {
                recipient: mail.recipient,
                subject: mail.subject,
                text: mail.text,
                at: mail.at,
            })
            .collect()
    }
}

/// The mail server of `settings`, reached by the broker's rules for hosts that the operator names.
pub fn smtp(settings: SmtpSettings) -> Result<Smtp, TlsSetUpError> {
    let named = NamedHost::new(&settings.host, settings.port, Arc::new(SystemLookup));
    Smtp::new(settings, Arc::new(Dialer(named)))
}

struct Dialer(NamedHost);

impl Dial for Dialer {
    fn dial<'a>(&'a self, _: &'a str, _: u16) -> Dialing<'a> {
        // The one host and port that it was made for.
        Box::pin(self.0.connect())
    }
}
