use identity::{
    AddDomainError, AddProviderError, AskEmailChangeError, ChangeCertificateError,
    ChangePasswordError, DeleteAccountError, DomainNameError, HashPoolBusy, JoinError, LinkError,
    MakeOrganisationError, MemberError, NewAccountError, NewProviderError, NewcomerError,
    ProviderError, RemovePasskeyError, ResetError, SignInError, SignInLinkError, SignUpError,
    SwitchError, UnlinkError,
};
use kernel::words;

use super::{Problem, kind};
use crate::throttle::Wait;

impl From<Wait> for Problem {
    fn from(Wait(seconds): Wait) -> Self {
        Self::new(kind::TOO_MANY_TRIES)
            .saying(format!(
                "Too many tries. Wait {seconds} s before the next one."
            ))
            .retry_after(seconds)
    }
}

impl From<HashPoolBusy> for Problem {
    fn from(_: HashPoolBusy) -> Self {
        Self::new(kind::HASHES_BUSY).retry_after(5)
    }
}

impl From<SignInError> for Problem {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::Wrong => Self::new(kind::WRONG_PASSWORD),
            SignInError::Wait(seconds) => Wait(u64::from(seconds)).into(),
            SignInError::Busy(busy) => busy.into(),
            SignInError::Database(error) => error.into(),
        }
    }
}

impl From<SignInLinkError> for Problem {
    fn from(error: SignInLinkError) -> Self {
        match error {
            SignInLinkError::Dead => Self::new(kind::SIGN_IN_LINK_DEAD),
            SignInLinkError::Database(error) => error.into(),
        }
    }
}

impl From<SignUpError> for Problem {
    fn from(error: SignUpError) -> Self {
        match error {
            SignUpError::Busy(busy) => busy.into(),
            SignUpError::Password(wrong) => {
                Self::new(kind::ACCOUNT_INVALID).field("password", wrong.to_string())
            }
            SignUpError::Database(error) => error.into(),
        }
    }
}

impl From<LinkError> for Problem {
    fn from(error: LinkError) -> Self {
        match error {
            LinkError::Dead => Self::new(kind::LINK_DEAD),
            LinkError::Database(error) => error.into(),
        }
    }
}

impl From<ResetError> for Problem {
    fn from(error: ResetError) -> Self {
        match error {
            ResetError::Dead => Self::new(kind::LINK_DEAD),
            ResetError::Busy(busy) => busy.into(),
            ResetError::Password(wrong) => {
                Self::new(kind::ACCOUNT_INVALID).field("password", wrong.to_string())
            }
            ResetError::Database(error) => error.into(),
        }
    }
}

impl From<ChangePasswordError> for Problem {
    fn from(error: ChangePasswordError) -> Self {
        match error {
            ChangePasswordError::Wrong => {
                Self::new(kind::WRONG_PASSWORD).saying("That is not your current password.")
            }
            ChangePasswordError::Wait(seconds) => Wait(seconds.into()).into(),
            ChangePasswordError::Busy(busy) => busy.into(),
            ChangePasswordError::Password(wrong) => {
                Self::new(kind::ACCOUNT_INVALID).field("password", wrong.to_string())
            }
            ChangePasswordError::Database(error) => error.into(),
        }
    }
}

impl From<JoinError> for Problem {
    fn from(error: JoinError) -> Self {
        match error {
            JoinError::Dead => Self::new(kind::LINK_DEAD),
            JoinError::Name(wrong) => Self::new(kind::ACCOUNT_INVALID).field("name", wrong),
            JoinError::Busy(busy) => busy.into(),
            JoinError::Password(wrong) => {
                Self::new(kind::ACCOUNT_INVALID).field("password", wrong.to_string())
            }
            JoinError::Database(error) => error.into(),
        }
    }
}

impl From<MemberError> for Problem {
    fn from(error: MemberError) -> Self {
        match error {
            MemberError::Gone => Self::new(kind::NOT_FOUND),
            MemberError::Beyond => Self::new(kind::MEMBER_BEYOND),
            MemberError::LastOwner => Self::new(kind::LAST_OWNER),
            MemberError::Database(error) => error.into(),
        }
    }
}

impl From<AskEmailChangeError> for Problem {
    fn from(error: AskEmailChangeError) -> Self {
        match error {
            AskEmailChangeError::Same | AskEmailChangeError::Reserved => {
                Self::new(kind::ACCOUNT_INVALID).field("new_email", error.to_string())
            }
            AskEmailChangeError::TooSoon => {
                Self::new(kind::TOO_MANY_TRIES).field("new_email", error.to_string())
            }
            AskEmailChangeError::Database(error) => error.into(),
        }
    }
}

impl From<DeleteAccountError> for Problem {
    fn from(error: DeleteAccountError) -> Self {
        match error {
            DeleteAccountError::Typed => {
                Self::new(kind::ACCOUNT_INVALID).field("email", error.to_string())
            }
            DeleteAccountError::LastOwner => Self::new(kind::LAST_OWNER),
            DeleteAccountError::Connected => Self::new(kind::STILL_CONNECTED),
            DeleteAccountError::Database(error) => error.into(),
        }
    }
}

impl From<SwitchError> for Problem {
    fn from(error: SwitchError) -> Self {
        match error {
            SwitchError::Gone => Self::new(kind::NOT_FOUND),
            SwitchError::Database(error) => error.into(),
        }
    }
}

impl From<MakeOrganisationError> for Problem {
    fn from(error: MakeOrganisationError) -> Self {
        match error {
            MakeOrganisationError::Name(wrong) => {
                Self::new(kind::ORGANISATION_INVALID).field("name", wrong)
            }
            MakeOrganisationError::Many => Self::new(kind::MANY_ORGANISATIONS),
            MakeOrganisationError::Unverified => Self::new(kind::UNVERIFIED),
            MakeOrganisationError::Database(error) => error.into(),
        }
    }
}

impl From<RemovePasskeyError> for Problem {
    fn from(error: RemovePasskeyError) -> Self {
        match error {
            RemovePasskeyError::Gone => Self::new(kind::NOT_FOUND),
            RemovePasskeyError::Kept => Self::new(kind::SECOND_FACTOR_KEPT),
            RemovePasskeyError::Last => Self::new(kind::LAST_WAY_IN),
            RemovePasskeyError::Database(error) => error.into(),
        }
    }
}

impl From<UnlinkError> for Problem {
    fn from(error: UnlinkError) -> Self {
        match error {
            UnlinkError::Gone => Self::new(kind::NOT_FOUND),
            UnlinkError::Last => Self::new(kind::LAST_WAY_IN),
            UnlinkError::Database(error) => error.into(),
        }
    }
}

impl From<NewcomerError> for Problem {
    fn from(error: NewcomerError) -> Self {
        match error {
            NewcomerError::Gone => Self::new(kind::ATTEMPT_GONE),
            NewcomerError::Exists => Self::new(kind::ACCOUNT_EXISTS),
            NewcomerError::Names(name, organisation) => {
                let fields = [("name", name), ("organisation", organisation)];
                fields
                    .into_iter()
                    .filter_map(|(field, wrong)| Some((field, wrong?)))
                    .fold(
                        Self::new(kind::ACCOUNT_INVALID),
                        |problem, (field, wrong)| problem.field(field, wrong),
                    )
            }
            NewcomerError::Database(error) => error.into(),
        }
    }
}

impl From<NewAccountError> for Problem {
    fn from(error: NewAccountError) -> Self {
        let NewAccountError {
            email,
            name,
            organisation,
            password,
        } = error;
        let fields = [
            ("email", email.map(|wrong| wrong.to_string())),
            ("name", name.map(str::to_owned)),
            ("organisation", organisation.map(str::to_owned)),
            ("password", password.map(|wrong| wrong.to_string())),
        ];
        fields.into_iter().fold(
            Self::new(kind::ACCOUNT_INVALID),
            |problem, (field, wrong)| match wrong {
                Some(wrong) => problem.field(field, wrong),
                None => problem,
            },
        )
    }
}

impl From<DomainNameError> for Problem {
    fn from(error: DomainNameError) -> Self {
        Self::new(kind::DOMAIN_INVALID).field("domain", error.to_string())
    }
}

impl From<AddDomainError> for Problem {
    fn from(error: AddDomainError) -> Self {
        match error {
            AddDomainError::Exists => Self::new(kind::DOMAIN_EXISTS),
            AddDomainError::Many => Self::new(kind::DOMAINS_FULL),
            AddDomainError::Database(error) => error.into(),
        }
    }
}

impl From<NewProviderError> for Problem {
    fn from(wrong: NewProviderError) -> Self {
        let fields = [
            ("name", wrong.name),
            ("issuer", wrong.issuer),
            ("client_id", wrong.client_id),
            ("level", wrong.level),
        ];
        let fields = fields
            .into_iter()
            .filter_map(|(field, why)| Some((field, why?)));
        let problem = fields.fold(
            Self::new(kind::PROVIDER_INVALID),
            |problem, (field, why)| problem.field(field, why),
        );
        match wrong.metadata {
            Some(why) => problem.field("metadata", why.to_string()),
            None => problem,
        }
    }
}

impl From<AddProviderError> for Problem {
    fn from(error: AddProviderError) -> Self {
        match error {
            AddProviderError::Many => Self::new(kind::PROVIDERS_FULL),
            AddProviderError::Database(error) => error.into(),
        }
    }
}

impl From<ChangeCertificateError> for Problem {
    fn from(error: ChangeCertificateError) -> Self {
        match error {
            ChangeCertificateError::Gone => Self::new(kind::NOT_FOUND),
            ChangeCertificateError::Database(error) => error.into(),
            wrong => Self::new(kind::PROVIDER_INVALID).saying(words::sentence(&wrong.to_string())),
        }
    }
}

impl From<ProviderError> for Problem {
    fn from(error: ProviderError) -> Self {
        match error {
            ProviderError::Gone => Self::new(kind::NOT_FOUND),
            ProviderError::Untested => Self::new(kind::PROVIDER_UNTESTED),
            ProviderError::On => Self::new(kind::PROVIDER_ON),
            ProviderError::Off => Self::new(kind::NO_PROVIDER_ON),
            ProviderError::Database(error) => error.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reason_not_to_be_signed_in_has_a_code_of_its_own() {
        let codes = [
            Problem::from(SignInError::Wrong),
            Problem::from(SignInError::Busy(HashPoolBusy)),
            Problem::from(SignInError::Database(db::Error::Exists)),
            Problem::from(SignInLinkError::Dead),
        ]
        .map(|problem| problem.kind().code);
        assert_eq!(
            codes,
            [
                "identity.wrong_password",
                "identity.busy",
                "web.internal",
                "identity.link_dead"
            ]
        );
    }

    #[test]
    fn a_refused_account_names_each_wrong_field() {
        let wrong = identity::NewAccount::parse(
            "nobody",
            "",
            "Works",
            kernel::Secret::new("short".to_owned()),
        );
        let problem = Problem::from(wrong.unwrap_err());
        let fields: Vec<&str> = problem.fields().keys().copied().collect();
        assert_eq!(fields, ["email", "name", "password"]);
    }
}
