use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use time::OffsetDateTime;

use crate::Letter;

/// Mails that would have been sent, for a page of a server on the developer's own machine. In
/// memory: links that open accounts are in them.
#[derive(Debug, Clone, Default)]
pub struct DevelopmentMailbox(Arc<Mutex<VecDeque<DevelopmentMail>>>);

/// A mail that was not sent.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct DevelopmentMail {
    /// The address that it would have gone to.
    pub recipient: String,
    /// Its subject.
    pub subject: String,
    /// Its text.
    pub text: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}

const MAX_MAILS: usize = 100;

impl DevelopmentMailbox {
    /// The mails, newest first.
    pub fn mails(&self) -> Vec<DevelopmentMail> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().rev().cloned().collect()
    }

    pub(crate) fn put(&self, recipient: &str, letter: Letter, at: OffsetDateTime) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MAX_MAILS {
            kept.pop_front();
        }
        kept.push_back(DevelopmentMail {
            recipient: recipient.to_owned(),
            subject: letter.subject,
            text: letter.text,
            at,
        });
    }
}
