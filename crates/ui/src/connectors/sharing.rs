use kernel::AssetAccess;
use time::OffsetDateTime;

/// Who may do what with a connection.
#[derive(Debug, Clone)]
pub struct Sharing {
    /// What everybody in the organisation may do.
    pub everybody: AssetAccess,
    /// What the viewer may do.
    pub access: AssetAccess,
    /// To whom it was given, people first.
    pub grants: Vec<GrantRow>,
    /// To whom it can be given; nothing for who does not say.
    pub choices: Vec<GranteeChoice>,
    /// Whether the viewer says who may do what.
    pub may_share: bool,
}

/// What somebody was given.
#[derive(Debug, Clone)]
pub struct GrantRow {
    /// A person or a team.
    pub to: String,
    /// Their name.
    pub name: String,
    /// Whether it is a team.
    pub is_team: bool,
    /// View or edit.
    pub access: AssetAccess,
    /// Who gave it.
    pub given_by: String,
    /// When.
    pub given_at: OffsetDateTime,
    /// Whether the viewer may take it back.
    pub may_take: bool,
}

/// Somebody to whom it can be given.
#[derive(Debug, Clone)]
pub struct GranteeChoice {
    /// A person or a team.
    pub value: String,
    /// Their name.
    pub text: String,
}

/// What somebody may do, in words.
const fn in_words(access: AssetAccess) -> &'static str {
    match access {
        AssetAccess::None => "No access",
        AssetAccess::View => "Can view",
        AssetAccess::Edit => "Can use and edit",
    }
}

impl GrantRow {
    pub(super) fn may(&self) -> &'static str {
        in_words(self.access)
    }
}

impl Sharing {
    pub(super) fn everybody_may(&self) -> &'static str {
        in_words(self.everybody)
    }

    /// Whether the viewer may take anything back.
    pub(super) fn has_actions(&self) -> bool {
        self.grants.iter().any(|grant| grant.may_take)
    }

    /// Whether the viewer may use it, as far as their permissions go.
    pub(super) fn may_use(&self) -> bool {
        self.access == AssetAccess::Edit
    }

    /// What everybody may do, for a choice: value, words, and whether it is so.
    pub(super) fn everybodys(&self) -> [(&'static str, &'static str, bool); 3] {
        [AssetAccess::None, AssetAccess::View, AssetAccess::Edit]
            .map(|access| (access.as_str(), in_words(access), access == self.everybody))
    }
}
