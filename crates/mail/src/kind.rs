use crypto::token::TokenKind;

/// What a mail is about: its template, and what its link opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Shows that an address is whose account it is.
    VerifyAddress,
    /// Sets another password.
    ResetPassword,
    /// Says that the password was changed.
    PasswordChanged,
    /// Says that somebody signed in from a new device.
    NewDevice,
    /// Says that a way to sign in was added, removed or used up.
    WaysInChanged,
    /// Says that an AI client lost its access, since somebody else may have had its token.
    ClientEnded,
    /// Says that whoever runs the server looks into an organisation, and why.
    OperatorAccess,
    /// Invites an address to an organisation.
    Invitation,
    /// Asks the mailbox that an account would move to.
    ChangeEmailNew,
    /// Asks the mailbox that an account would leave.
    ChangeEmailOld,
    /// Says that an account is under another address.
    EmailChanged,
    /// Says that an account is deleted.
    AccountDeleted,
    /// Says that DNS does not show any more that a mail domain is an organisation's.
    DomainFailing,
    /// Says that a mail domain is an organisation's no more.
    DomainLost,
    /// Says that an identity provider lets people into an organisation from now on.
    ProviderOn,
    /// Says that it lets nobody in any more.
    ProviderOff,
    /// Says that one that lets people in has another certificate.
    ProviderCertificate,
    /// Says that members come into an organisation by its identity provider alone.
    SsoRequired,
    /// Says that they come by other ways again.
    SsoLifted,
    /// Says which connections nobody used for a month.
    ConnectionsUnused,
}

impl Kind {
    /// Reads the stored form.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "verify_address" => Self::VerifyAddress,
            "reset_password" => Self::ResetPassword,
            "password_changed" => Self::PasswordChanged,
            "new_device" => Self::NewDevice,
            "ways_in_changed" => Self::WaysInChanged,
            "client_ended" => Self::ClientEnded,
            "operator_access" => Self::OperatorAccess,
            "invitation" => Self::Invitation,
            "change_email_new" => Self::ChangeEmailNew,
            "change_email_old" => Self::ChangeEmailOld,
            "email_changed" => Self::EmailChanged,
            "account_deleted" => Self::AccountDeleted,
            "domain_failing" => Self::DomainFailing,
            "domain_lost" => Self::DomainLost,
            "provider_on" => Self::ProviderOn,
            "provider_off" => Self::ProviderOff,
            "provider_certificate" => Self::ProviderCertificate,
            "sso_required" => Self::SsoRequired,
            "sso_lifted" => Self::SsoLifted,
            "connections_unused" => Self::ConnectionsUnused,
            _ => return None,
        })
    }

    /// In words, for the list of what was sent.
    pub const fn label(self) -> &'static str {
        match self {
            Self::VerifyAddress => "Verify an address",
            Self::ResetPassword => "Reset a password",
            Self::PasswordChanged => "Password changed",
            Self::NewDevice => "New device",
            Self::WaysInChanged => "Ways in changed",
            Self::ClientEnded => "Client ended",
            Self::OperatorAccess => "Operator access",
            Self::Invitation => "Invitation",
            Self::ChangeEmailNew => "Confirm a new address",
            Self::ChangeEmailOld => "Leave an address",
            Self::EmailChanged => "Address changed",
            Self::AccountDeleted => "Account deleted",
            Self::DomainFailing => "Domain fails",
            Self::DomainLost => "Domain lost",
            Self::ProviderOn => "Identity provider on",
            Self::ProviderOff => "Identity provider off",
            Self::ProviderCertificate => "Certificate added",
            Self::SsoRequired => "Single sign-on required",
            Self::SsoLifted => "Single sign-on not required",
            Self::ConnectionsUnused => "Connections unused",
        }
    }

    /// The token of its link, and the page that takes it; none where it has no link.
    pub(crate) const fn link(self) -> Option<(TokenKind, &'static str)> {
        match self {
            Self::VerifyAddress => Some((TokenKind::VerifyAddress, "/verify-address")),
            Self::ResetPassword => Some((TokenKind::ResetPassword, "/reset-password")),
            Self::ChangeEmailNew | Self::ChangeEmailOld => {
                Some((TokenKind::ChangeEmail, "/change-address"))
            }
            Self::PasswordChanged
            | Self::NewDevice
            | Self::WaysInChanged
            | Self::ClientEnded
            | Self::EmailChanged
            | Self::AccountDeleted
            | Self::DomainFailing
            | Self::DomainLost
            | Self::ProviderOn
            | Self::ProviderOff
            | Self::ProviderCertificate
            | Self::SsoRequired
            | Self::SsoLifted
            | Self::ConnectionsUnused
            | Self::OperatorAccess => None,
            Self::Invitation => Some((TokenKind::Invitation, "/invitation")),
        }
    }
}
