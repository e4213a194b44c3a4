use askama::Template;
use kernel::{InvitationId, UserId};
use time::OffsetDateTime;

use crate::Page;
use crate::component::FieldErrors;
use crate::filters;

/// The members of the organisation, and who is invited.
#[derive(Debug, Clone, Template)]
#[template(path = "identity/people.html")]
pub struct People {
    /// What every page shares.
    pub page: Page,
    /// Them, in the order of joining.
    pub members: Vec<Member>,
    /// Whom the directory suspended, the latest first.
    pub suspended: Vec<SuspendedMember>,
    /// Open invitations and the form for another one, for who may invite.
    pub inviting: Option<Inviting>,
}

/// A member of the organisation.
#[derive(Debug, Clone)]
pub struct Member {
    /// The person.
    pub id: UserId,
    /// Name.
    pub name: String,
    /// Email address.
    pub email: String,
    /// Whether mail to it was shown to reach them.
    pub is_verified: bool,
    /// Whether the organisation's directory looks after them.
    pub is_provisioned: bool,
    /// Role, in words.
    pub role: String,
    /// Level of the role, 20 (viewer) to 100 (super admin).
    pub level: u8,
    /// When the membership began.
    pub joined_at: OffsetDateTime,
    /// Whether it is the person who looks.
    pub is_viewer: bool,
    /// What the person who looks may make them; empty where they may not.
    pub standings: Vec<StandingChoice>,
}

/// Somebody whom the organisation's directory suspended.
#[derive(Debug, Clone)]
pub struct SuspendedMember {
    /// Who it is.
    pub id: UserId,
    /// Name.
    pub name: String,
    /// Since when.
    pub since: OffsetDateTime,
    /// Whether the viewer may have it that the directory does not bring them back.
    pub may_be_removed: bool,
}

/// A role with a level, to choose.
#[derive(Debug, Clone)]
pub struct StandingChoice {
    /// The form's value.
    pub value: String,
    /// In words.
    pub text: String,
    /// Whether it is the present one.
    pub chosen: bool,
}

/// Open invitations and the form for another one.
#[derive(Debug, Clone)]
pub struct Inviting {
    /// The newest first.
    pub open: Vec<OpenInvitation>,
    /// What may be given.
    pub standings: Vec<StandingChoice>,
    /// Address, as typed.
    pub email: String,
    /// What is wrong, by field: `email`, `standing`.
    pub errors: FieldErrors,
    /// Whether this server sends mail at all.
    pub sends_mail: bool,
}

/// An invitation that nobody has accepted yet.
#[derive(Debug, Clone)]
pub struct OpenInvitation {
    /// Its identifier.
    pub id: InvitationId,
    /// Who may accept it.
    pub email: String,
    /// Role and level, in words.
    pub standing: String,
    /// Who invited.
    pub invited_by: String,
    /// When.
    pub created_at: OffsetDateTime,
    /// Until when its link works; none was sent yet where nothing.
    pub expires_at: Option<OffsetDateTime>,
}

impl Member {
    fn dialog_id(&self) -> String {
        format!("remove-{}", self.id)
    }

    fn remove_path(&self) -> String {
        format!("/people/{}/remove", self.id)
    }
}
