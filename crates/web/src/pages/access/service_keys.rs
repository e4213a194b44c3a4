use access::NewServiceKey;
use axum::response::Response;
use identity::Principal;
use kernel::ServiceKeyId;
use time::OffsetDateTime;
use ui::Nav;
use ui::access::{ApiKeyCreated, ApiKeyRow, ApiKeys, KeyKind, ScopeChoice};

use super::api_keys::{Typed, state};
use super::create_api_key::shown_once;
use crate::Can;
use crate::extract::{Form, Id, Recent};
use crate::pages::answer::{done, field_errors, html, refused};
use crate::problem::{Problem, kind};
use crate::route::permission::{ApiKeysManage, ApiKeysRead};

/// The organisation's service keys, and the form that makes one.
pub(super) async fn list_service_keys(mut can: Can<ApiKeysRead>) -> Result<Response, Problem> {
    let typed = Typed {
        scopes: Vec::new(),
        ..Typed::default()
    };
    let view = page(&mut can, typed).await?;
    html(&view)
}

/// Makes a key and shows it, this once.
pub(super) async fn create_service_key(
    Recent(mut can): Recent<ApiKeysManage>,
    form: Form,
) -> Result<Response, Problem> {
    let (name, scopes) = (form.get("name").trim().to_owned(), form.all("scopes"));
    // What is no number is no lifetime either: 0 is refused with the sentence about it.
    let days: u16 = form.get("expires_in_days").parse().unwrap_or(0);
    let new = match NewServiceKey::parse(&name, &scopes, u32::from(days)) {
        Ok(new) => new,
        Err(error) => {
            let problem = Problem::from(error);
            let typed = Typed {
                name,
                scopes,
                expires_in_days: days,
                errors: field_errors(&problem),
            };
            let view = page(&mut can, typed).await?;
            return refused(&problem, &view);
        }
    };
    let page = can.page(Nav::Keys).await?;
    let caller = can.release();
    let maker = (caller.principal.organisation, caller.principal.user);
    let (_, key) = access::create_service_key(&caller.state.db, &caller.scope, maker, new).await?;
    shown_once(&ApiKeyCreated {
        page,
        name,
        key,
        url: caller.state.link("/api/v1"),
        kind: KeyKind::Service,
    })
}

/// Revokes a key: it fails on its next use.
pub(super) async fn revoke_service_key(
    can: Can<ApiKeysManage>,
    Id(key): Id<ServiceKeyId>,
) -> Result<Response, Problem> {
    let caller = can.release();
    if !access::revoke_service_key(caller.write().await?, key).await? {
        return Err(Problem::new(kind::NOT_FOUND));
    }
    Ok(done(
        &caller.state,
        "/access/service-keys",
        "The key was revoked.",
    ))
}

async fn page<P>(can: &mut Can<P>, typed: Typed) -> Result<ApiKeys, Problem> {
    let page = can.page(Nav::Keys).await?;
    let rows = access::service_keys(&mut can.tx).await?;
    Ok(ApiKeys {
        kind: KeyKind::Service,
        is_recent: can.principal.is_recent,
        keys: rows.into_iter().map(|row| shown(row, page.now)).collect(),
        scopes: choices(&can.principal, &typed.scopes),
        name: typed.name,
        expires_in_days: typed.expires_in_days,
        errors: typed.errors,
        page,
    })
}

/// What a service key of this maker may hold.
fn choices(maker: &Principal, chosen: &[String]) -> Vec<ScopeChoice> {
    access::SERVICE_SCOPES
        .iter()
        .filter(|permission| maker.can(permission.name))
        .map(|permission| ScopeChoice {
            value: permission.name.to_owned(),
            text: permission.allows.to_owned(),
            chosen: chosen.iter().any(|name| name == permission.name),
        })
        .collect()
}

fn shown(row: access::ServiceKeyRow, now: OffsetDateTime) -> ApiKeyRow {
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
