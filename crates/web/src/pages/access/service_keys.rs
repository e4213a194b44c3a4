use access::NewServiceKey;
use axum::response::Response;
use kernel::ServiceKeyId;
use ui::Nav;
use ui::access::{ApiKeyCreated, ApiKeys, KeyKind};

use super::api_keys::{Typed, choices, shown};
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
    let mut typed = Typed::read(&form);
    let days = u32::from(typed.expires_in_days);
    let new = match NewServiceKey::parse(&typed.name, &typed.scopes, days) {
        Ok(new) => new,
        Err(error) => {
            let problem = Problem::from(error);
            typed.errors = field_errors(&problem);
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
        name: typed.name,
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
        scopes: choices(access::SERVICE_SCOPES.iter(), &can.principal, &typed.scopes),
        name: typed.name,
        expires_in_days: typed.expires_in_days,
        errors: typed.errors,
        page,
    })
}
