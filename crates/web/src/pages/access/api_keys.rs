use std::fmt::Display;

use access::{KeyRow, Permission};
use axum::response::Response;
use identity::Principal;
use time::OffsetDateTime;
use ui::Nav;
use ui::access::{ApiKeyRow, ApiKeys, KeyKind, KeyState, ScopeChoice};
use ui::component::FieldErrors;

use crate::Can;
use crate::extract::Form;
use crate::pages::answer::html;
use crate::problem::Problem;
use crate::route::permission::ApiKeysRead;

/// What the form offers first, in days.
const USUAL_LIFETIME_DAYS: u16 = 90;
/// A key that ends within this is marked, while there is time to make the next one.
const SOON: time::Duration = time::Duration::days(7);
/// What an AI client needs as a rule, ticked on an empty form.
const USUAL_SCOPES: [&str; 4] = [
    "approvals.propose",
    "approvals.read",
    "connectors.read",
    "insight.read",
];

/// The organisation's keys, and the form that makes one.
pub(super) async fn list_api_keys(mut can: Can<ApiKeysRead>) -> Result<Response, Problem> {
    let view = page(&mut can, Typed::default()).await?;
    html(&view)
}

/// The form as it was sent.
#[derive(Debug)]
pub(super) struct Typed {
    pub(super) name: String,
    pub(super) scopes: Vec<String>,
    pub(super) expires_in_days: u16,
    pub(super) errors: FieldErrors,
}

impl Typed {
    /// What is no number is no lifetime either: 0 is refused with the sentence about it.
    pub(super) fn read(form: &Form) -> Self {
        Self {
            name: form.get("name").trim().to_owned(),
            scopes: form.all("scopes"),
            expires_in_days: form.get("expires_in_days").parse().unwrap_or(0),
            errors: FieldErrors::default(),
        }
    }
}

impl Default for Typed {
    fn default() -> Self {
        Self {
            name: String::new(),
            scopes: USUAL_SCOPES.map(str::to_owned).into(),
            expires_in_days: USUAL_LIFETIME_DAYS,
            errors: FieldErrors::default(),
        }
    }
}

/// The page around a form.
pub(super) async fn page<P>(can: &mut Can<P>, typed: Typed) -> Result<ApiKeys, Problem> {
    let page = can.page(Nav::Keys).await?;
    let rows = access::api_keys(&mut can.tx).await?;
    Ok(ApiKeys {
        kind: KeyKind::Personal,
        is_recent: can.principal.is_recent,
        keys: rows.into_iter().map(|row| shown(row, page.now)).collect(),
        scopes: choices(for_programs(), &can.principal, &typed.scopes),
        name: typed.name,
        expires_in_days: typed.expires_in_days,
        errors: typed.errors,
        page,
    })
}

/// What a key of this maker may hold: what the maker holds of what such keys can. The form offers nothing
/// that it refuses.
pub(super) fn choices<'a>(
    all: impl Iterator<Item = &'a Permission>,
    maker: &Principal,
    chosen: &[String],
) -> Vec<ScopeChoice> {
    all.filter(|permission| maker.can(permission.name))
        .map(|permission| ScopeChoice {
            value: permission.name.to_owned(),
            text: permission.allows.to_owned(),
            chosen: chosen.iter().any(|name| name == permission.name),
        })
        .collect()
}

fn for_programs() -> impl Iterator<Item = &'static Permission> {
    let all = access::catalogue::ALL.iter();
    all.filter(|permission| permission.for_programs)
}

pub(super) fn shown<I: Display>(row: KeyRow<I>, now: OffsetDateTime) -> ApiKeyRow {
    ApiKeyRow {
        state: state(row.revoked_at, row.expires_at, now),
        id: row.id.to_string(),
        name: row.name,
        prefix: row.face,
        scopes: row.scopes,
        made_by: row.made_by,
        created_at: row.created_at,
        last_used_at: row.last_used_at,
        expires_at: row.expires_at,
    }
}

/// Whether a key works, at this moment.
pub(super) fn state(
    revoked_at: Option<OffsetDateTime>,
    expires_at: OffsetDateTime,
    now: OffsetDateTime,
) -> KeyState {
    match revoked_at {
        Some(_) => KeyState::Revoked,
        None if expires_at <= now => KeyState::Expired,
        None if expires_at <= now + SOON => KeyState::ExpiresSoon,
        None => KeyState::Active,
    }
}

#[cfg(test)]
mod tests {
    use kernel::{OrganisationId, UserId};

    use super::*;

    fn maker(permissions: &[&str]) -> Principal {
        let nobody = uuid::Uuid::nil();
        Principal {
            kind: identity::PrincipalKind::Session,
            credential: nobody,
            user: UserId::from(nobody),
            name: String::new(),
            email: String::new(),
            organisation: OrganisationId::from(nobody),
            organisation_name: String::new(),
            role: "OWNER".to_owned(),
            custom_role: None,
            level: 100,
            is_verified: true,
            permissions: permissions.iter().map(|&name| name.to_owned()).collect(),
            is_recent: true,
        }
    }

    #[test]
    fn a_key_is_offered_what_its_maker_holds_and_nothing_that_is_for_people() {
        let maker = maker(&["api_keys.manage", "approvals.decide", "insight.read"]);
        let offered = choices(for_programs(), &maker, &["insight.read".to_owned()]);
        let names: Vec<&str> = offered.iter().map(|choice| choice.value.as_str()).collect();
        assert_eq!(names, ["insight.read"]);
        assert!(offered.iter().all(|choice| choice.chosen));
    }

    #[test]
    fn a_key_is_marked_before_it_ends_and_a_revoked_one_is_shown_as_such_even_after_its_time() {
        let row = |revoked_at| access::ApiKeyRow {
            id: kernel::ApiKeyId::from(uuid::Uuid::nil()),
            name: String::new(),
            face: String::new(),
            scopes: Vec::new(),
            made_by: String::new(),
            created_at: OffsetDateTime::UNIX_EPOCH,
            expires_at: OffsetDateTime::UNIX_EPOCH + time::Duration::DAY * 30,
            revoked_at,
            last_used_at: None,
        };
        let state = |revoked_at, days| {
            let now = OffsetDateTime::UNIX_EPOCH + time::Duration::DAY * days;
            shown(row(revoked_at), now).state
        };
        assert_eq!(state(None, 0), KeyState::Active);
        assert_eq!(state(None, 22), KeyState::Active);
        assert_eq!(state(None, 23), KeyState::ExpiresSoon);
        assert_eq!(state(None, 30), KeyState::Expired);
        let revoked = Some(OffsetDateTime::UNIX_EPOCH);
        assert_eq!(state(revoked, 25), KeyState::Revoked);
        assert_eq!(state(revoked, 31), KeyState::Revoked);
    }
}
