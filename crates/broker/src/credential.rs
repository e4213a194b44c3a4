use kernel::Secret;
use manifest::CredentialClass;

use crate::vault::Field;

/// A credential of a connection, opened for the call at hand. Its class goes with it wherever it goes: what is
/// sealed is sealed as that class, and what is sent is sent as that class.
#[derive(Debug)]
pub enum Credential {
    /// An access token (RFC 6749 1.4).
    OAuth2(Secret<String>),
    /// A key or a personal access token.
    ApiKey(Secret<String>),
    /// `user:password` (RFC 7617 2).
    Basic(Secret<String>),
    /// A bot's token.
    BotToken(Secret<String>),
    /// `user:password` of a server of mail.
    Mail(Secret<String>),
    /// What an app was given under its own key, for one installation.
    InstallationToken(Secret<String>),
}

impl Credential {
    /// What was sealed as one of this class.
    pub(crate) const fn of(class: CredentialClass, text: Secret<String>) -> Self {
        match class {
            CredentialClass::OAuth2 => Self::OAuth2(text),
            CredentialClass::ApiKey => Self::ApiKey(text),
            CredentialClass::Basic => Self::Basic(text),
            CredentialClass::BotToken => Self::BotToken(text),
            CredentialClass::Mail => Self::Mail(text),
            CredentialClass::AppKey => Self::InstallationToken(text),
        }
    }

    /// What it is.
    pub const fn class(&self) -> CredentialClass {
        match self {
            Self::OAuth2(_) => CredentialClass::OAuth2,
            Self::ApiKey(_) => CredentialClass::ApiKey,
            Self::Basic(_) => CredentialClass::Basic,
            Self::BotToken(_) => CredentialClass::BotToken,
            Self::Mail(_) => CredentialClass::Mail,
            Self::InstallationToken(_) => CredentialClass::AppKey,
        }
    }

    /// The text of it, for the vault, and for the app that is asked to end it.
    pub(crate) const fn text(&self) -> &Secret<String> {
        let (Self::OAuth2(text)
        | Self::ApiKey(text)
        | Self::Basic(text)
        | Self::BotToken(text)
        | Self::Mail(text)
        | Self::InstallationToken(text)) = self;
        text
    }
}

/// Where what calls are made with is sealed, of this class.
pub(crate) const fn field_of(class: CredentialClass) -> Field {
    match class {
        CredentialClass::OAuth2 => Field::AccessToken,
        CredentialClass::ApiKey => Field::ApiKey,
        CredentialClass::Basic => Field::Basic,
        CredentialClass::BotToken => Field::BotToken,
        CredentialClass::Mail => Field::Mail,
        CredentialClass::AppKey => Field::InstallationToken,
    }
}
