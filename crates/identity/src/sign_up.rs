use kernel::{AuditEntry, OrganisationId, Scope, Secret, UserId};

use crate::hashing::{Parameters, argon2id};
use crate::{Email, EmailError, HashPool, HashPoolBusy, NewPassword, PasswordError, store};

/// A new person with a first organisation.
#[derive(Debug)]
pub struct NewAccount {
    email: Email,
    name: String,
    organisation: String,
    password: NewPassword,
}

/// What is wrong with the form, field by field.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NewAccountError {
    /// The address.
    pub email: Option<EmailError>,
    /// The person's name.
    pub name: Option<&'static str>,
    /// The organisation's name.
    pub organisation: Option<&'static str>,
    /// The password.
    pub password: Option<PasswordError>,
}

/// Why nobody was signed up.
#[derive(Debug, thiserror::Error)]
pub enum SignUpError {
    /// Try again later.
    #[error(transparent)]
    Busy(#[from] HashPoolBusy),
    /// The password is easy to guess.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The database failed.
    #[error("the account could not be stored")]
    Database(#[from] db::Error),
}

const MAX_NAME_CHARACTERS: usize = 100;

impl NewAccount {
    /// Checks every field, and tells of each that is wrong.
    pub fn parse(
        email: &str,
        name: &str,
        organisation: &str,
        password: Secret<String>,
    ) -> Result<Self, NewAccountError> {
        let (name, organisation) = (name.trim().to_owned(), organisation.trim().to_owned());
        let parsed_email = Email::parse(email);
        let parsed_password = NewPassword::parse(password);
        let errors = NewAccountError {
            email: parsed_email.clone().err(),
            name: check_name(&name),
            organisation: check_name(&organisation),
            password: parsed_password.as_ref().err().cloned(),
        };
        match (parsed_email, parsed_password) {
            (Ok(email), Ok(password)) if errors == NewAccountError::default() => Ok(Self {
                email,
                name,
                organisation,
                password,
            }),
            _ => Err(errors),
        }
    }
}

pub(crate) fn check_name(name: &str) -> Option<&'static str> {
    if name.is_empty() {
        Some("write a name")
    } else if name.chars().count() > MAX_NAME_CHARACTERS || name.chars().any(char::is_control) {
        Some("use at most 100 ordinary characters")
    } else {
        None
    }
}

/// Makes the account, unless its address has one. The caller learns nothing of which: both cost a
/// hash and a statement, and both say the same.
pub async fn sign_up(
    db: &db::Db,
    hashes: &HashPool,
    account: NewAccount,
) -> Result<(), SignUpError> {
    let parameters = Parameters::fresh(db.chance());
    let about = [account.email.as_str(), &account.name, &account.organisation].map(str::to_owned);
    let (password, chosen) = (account.password, parameters.clone());
    let proof = hashes
        .run(move || {
            let password = password.judge(&about.each_ref().map(String::as_str))?;
            Ok::<_, PasswordError>(argon2id(&password, &chosen))
        })
        .await??;
    let (user, organisation) = (
        UserId::new(db.clock().now(), db.chance()),
        OrganisationId::new(db.clock().now(), db.chance()),
    );
    let mut tx = db.write(&Scope::Anonymous).await?;
    let new = store::SignUp {
        user,
        email: &account.email,
        name: &account.name,
        parameters: &parameters,
        proof: &proof,
        organisation,
        organisation_name: &account.organisation,
    };
    if store::sign_up(&mut tx, new).await? {
        #[expect(
            clippy::disallowed_methods,
            reason = "identity.sign_up writes the entry, into the log of the new organisation"
        )]
        tx.commit_silently().await?;
    } else {
        tx.commit(AuditEntry::new("identity.sign_up_refused"))
            .await?;
    }
    Ok(())
}
