use access::NewApiKey;
use axum::response::Response;
use http::{HeaderValue, header};
use ui::Nav;
use ui::access::{ApiKeyCreated, KeyKind};

use super::api_keys::{Typed, page};
use crate::extract::{Form, Recent};
use crate::pages::answer::{field_errors, html, refused};
use crate::problem::Problem;
use crate::route::permission::ApiKeysManage;

/// Makes a key and shows it, this once. It outlives the session: hence the fresh proof.
pub(super) async fn create_api_key(
    Recent(mut can): Recent<ApiKeysManage>,
    form: Form,
) -> Result<Response, Problem> {
    let mut typed = Typed::read(&form);
    let days = u32::from(typed.expires_in_days);
    let new = match NewApiKey::parse(&typed.name, &typed.scopes, days) {
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
    let (_, key) = access::create_api_key(&caller.state.db, &caller.scope, maker, new).await?;
    let view = ApiKeyCreated {
        page,
        name: typed.name,
        key,
        url: caller.state.link("/mcp"),
        kind: KeyKind::Personal,
    };
    shown_once(&view)
}

/// The page that shows a key.
pub(super) fn shown_once(view: &ApiKeyCreated) -> Result<Response, Problem> {
    let mut response = html(view)?;
    // Every page says so; this one must, whatever becomes of that.
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}
