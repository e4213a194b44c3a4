//! Users: people whom the directory names.

mod change;
mod create;
mod list;
mod remove;
mod show;

pub(super) use change::{patch, replace};
pub(super) use create::create;
pub(super) use list::list;
pub(super) use remove::remove;
pub(super) use show::show;

use ::scim::{Address, Resource, ScimError, User};
use identity::{Email, Named};

use super::answer::Shown;
use crate::AppState;
use crate::problem::{Problem, kind};

/// A person as the directory knows them.
fn shown(state: &AppState, named: &Named) -> Result<Shown, Problem> {
    let own = known(named)?.to_value();
    let id = named.user.to_string();
    let times = (named.created_at, named.changed_at);
    Ok(Shown::of(
        state,
        Resource::User,
        &id,
        (own, times.0, times.1),
    ))
}

/// What is kept of them.
fn known(named: &Named) -> Result<User, Problem> {
    let attributes = serde_json::from_str(&named.attributes);
    let attributes = attributes.map_err(|_| Problem::new(kind::INTERNAL).because("scim.stored"))?;
    Ok(User {
        user_name: named.user_name.clone(),
        external_id: named.external_id.clone(),
        active: Some(named.is_active),
        attributes,
    })
}

/// Where they are reached.
fn address(user: &User) -> Result<Email, ScimError> {
    let wrong = |what: &str| ScimError::InvalidValue(format!("{what} is no address of a person"));
    match user.address() {
        Address::Email(text) => {
            Email::parse(&text).map_err(|_| wrong("the primary one of the emails"))
        }
        Address::UserName(text) => {
            Email::parse(&text).map_err(|_| wrong("there are no emails, and userName"))
        }
    }
}
