/// What a credential is. One of one class is never sent where another is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CredentialClass {
    /// Tokens of OAuth 2 (RFC 6749).
    OAuth2,
    /// A text that the app made for one holder: an API key, a personal access token.
    ApiKey,
    /// A user and a password or token (RFC 7617).
    Basic,
    /// A bot's token, which stands in the path of its addresses.
    BotToken,
    /// A user and a password at a server of mail (RFC 4954, RFC 9051 6.2.2). Nothing of it is ever sent over HTTP.
    Mail,
    /// The private key of an app that signs for itself: called with are tokens that it is given for a while.
    AppKey,
}

impl CredentialClass {
    /// Every class.
    pub const ALL: [Self; 6] = [
        Self::OAuth2,
        Self::ApiKey,
        Self::Basic,
        Self::BotToken,
        Self::Mail,
        Self::AppKey,
    ];

    /// The class of this name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.as_str() == text)
    }

    /// Whether a user stands beside what is pasted.
    pub const fn has_user(self) -> bool {
        matches!(self, Self::Basic | Self::Mail)
    }

    /// Its name in manifests, requests and records.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OAuth2 => "oauth2",
            Self::ApiKey => "api_key",
            Self::Basic => "basic",
            Self::BotToken => "bot_token",
            Self::Mail => "mail",
            Self::AppKey => "app_key",
        }
    }
}
