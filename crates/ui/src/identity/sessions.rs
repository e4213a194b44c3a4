use askama::Template;
use kernel::SessionId;
use time::OffsetDateTime;

use crate::Page;
use crate::filters;

/// The places where the person is signed in.
#[derive(Debug, Clone, Template)]
#[template(path = "identity/sessions.html")]
pub struct Sessions {
    /// What every page shares.
    pub page: Page,
    /// Live sessions, the current one first.
    pub sessions: Vec<SessionRow>,
    /// Whether those in other organisations, or in none, are among them: not for a session that an organisation's
    /// identity provider began.
    pub is_everywhere: bool,
}

/// A live session.
#[derive(Debug, Clone)]
pub struct SessionRow {
    /// Its identifier.
    pub id: SessionId,
    /// Browser and system, in words.
    pub client: String,
    /// Address that it began at.
    pub ip: String,
    /// When it began.
    pub signed_in_at: OffsetDateTime,
    /// When it ends by itself.
    pub expires_at: OffsetDateTime,
    /// The organisation that it is in; empty where it is in none.
    pub organisation: String,
    /// Whether it is the one that asks.
    pub is_current: bool,
}

impl Sessions {
    fn others(&self) -> usize {
        self.sessions
            .iter()
            .filter(|session| !session.is_current)
            .count()
    }
}
