/// Who may use a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anyone at all.
    Public,
    /// An anonymous key, at a page of an origin of its list.
    AnonymousKey,
    /// A service key that holds this permission, and nothing else: no person does it.
    ServiceKey(&'static str),
    /// A session that owes its second factor: only the ways to give one.
    HalfSession,
    /// A person at a browser, about what is theirs in the organisation that their session acts in.
    Person,
    /// The same, also by somebody in no organisation: about the account, such as its sessions and ways in.
    Account,
    /// Any credential in force, about itself.
    SignedIn,
    /// A credential that holds this permission.
    Permission(&'static str),
}

impl Access {
    /// In one word, for tables and logs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::AnonymousKey => "anonymous_key",
            Self::HalfSession => "half_session",
            Self::Person => "person",
            Self::Account => "account",
            Self::SignedIn => "signed_in",
            Self::Permission(name) | Self::ServiceKey(name) => name,
        }
    }
}
