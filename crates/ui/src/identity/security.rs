use askama::Template;
use kernel::PasskeyId;
use time::OffsetDateTime;

use super::{Elsewhere, OwnProvider};
use crate::Page;
use crate::filters;

/// A person's ways in.
#[derive(Debug, Clone, Template)]
#[template(path = "identity/security.html")]
pub struct Security {
    /// What every page shares.
    pub page: Page,
    /// The address that they sign in with.
    pub email: String,
    /// Their passkeys, oldest first.
    pub passkeys: Vec<PasskeyRow>,
    /// Their accounts elsewhere.
    pub elsewhere: Elsewhere,
    /// The provider of the organisation that the session acts in.
    pub provider: Option<OwnProvider>,
    /// Whether browsers make passkeys for this server.
    pub can_passkey: bool,
    /// What a new passkey is called unless they say something else.
    pub new_name: String,
    /// Since when an authenticator app is set up.
    pub authenticator_since: Option<OffsetDateTime>,
    /// Recovery codes that were not used yet.
    pub codes_left: u32,
    /// Whether an organisation asks for a second factor.
    pub is_required: bool,
    /// Whether they have proven lately who they are: changes are offered only then.
    pub is_recent: bool,
}

/// A passkey.
#[derive(Debug, Clone)]
pub struct PasskeyRow {
    /// Its identifier.
    pub id: PasskeyId,
    /// What they call it.
    pub name: String,
    /// Whether its authenticator has copied it to other devices.
    pub is_synced: bool,
    /// When it was made.
    pub created_at: OffsetDateTime,
    /// When it was last used.
    pub last_used_at: Option<OffsetDateTime>,
    /// When its counter did not go up: somebody may hold a copy.
    pub doubted_at: Option<OffsetDateTime>,
}

impl Security {
    fn factors(&self) -> usize {
        self.passkeys.len() + usize::from(self.authenticator_since.is_some())
    }

    /// Whether what there is may not be removed.
    fn keeps_the_last(&self) -> bool {
        self.is_required && self.factors() == 1
    }

    /// What lets somebody in once there is no second factor.
    fn without_factor(&self) -> &'static str {
        match (
            self.elsewhere.has_password,
            self.elsewhere.identities.is_empty(),
        ) {
            (true, true) => "Then your password alone lets somebody in.",
            (true, false) => "Then your password, or a linked account, lets somebody in by itself.",
            (false, _) => "Then a linked account lets somebody in by itself.",
        }
    }

    /// Why what there is cannot be removed.
    fn why_it_stays(&self) -> &'static str {
        if self.provider.is_some() {
            "Nothing else lets you in wherever you are a member. Set a password or add another way in, and you can remove it."
        } else {
            "Nothing else lets you in. Set a password or add another way in, and you can remove it."
        }
    }

    /// Whether only one thing lets them in.
    fn is_last_way_in(&self) -> bool {
        !self.elsewhere.has_password && self.passkeys.len() + self.elsewhere.identities.len() <= 1
    }
}

impl PasskeyRow {
    fn removal(&self) -> String {
        format!("remove-{}", self.id)
    }

    fn removal_path(&self) -> String {
        format!("/security/passkeys/{}/remove", self.id)
    }
}
