use access::{LintVerdict, NewAnonymousKey};
use axum::response::Response;
use kernel::AnonymousKeyId;
use time::OffsetDateTime;
use ui::Nav;
use ui::access::{AnonymousKeyRow, AnonymousKeys, ApiKeyCreated, KeyKind, Lint};
use ui::component::FieldErrors;

use super::api_keys::state;
use super::create_api_key::shown_once;
use crate::Can;
use crate::extract::{Form, Id, Recent};
use crate::pages::answer::{done, failed, field_errors, html, refused};
use crate::problem::{Problem, kind};
use crate::route::permission::{ApiKeysManage, ApiKeysRead, OrganisationManage};

const PATH: &str = "/access/anonymous-keys";

/// The form as it was sent.
#[derive(Debug, Default)]
struct Typed {
    name: String,
    origins: String,
    expires_in_days: u16,
    errors: FieldErrors,
}

/// The organisation's anonymous keys, whether they open anything, and the form that makes one.
pub(super) async fn list_anonymous_keys(mut can: Can<ApiKeysRead>) -> Result<Response, Problem> {
    let typed = Typed {
        expires_in_days: 365,
        ..Typed::default()
    };
    let view = page(&mut can, typed).await?;
    html(&view)
}

/// Makes a key and shows it, this once.
pub(super) async fn create_anonymous_key(
    Recent(mut can): Recent<ApiKeysManage>,
    form: Form,
) -> Result<Response, Problem> {
    let (name, origins) = (form.get("name").trim().to_owned(), form.get("origins"));
    // What is no number is no lifetime either: 0 is refused with the sentence about it.
    let days: u16 = form.get("expires_in_days").parse().unwrap_or(0);
    let new = match NewAnonymousKey::parse(&name, origins.split_whitespace(), u32::from(days)) {
        Ok(new) => new,
        Err(error) => {
            let problem = Problem::from(error);
            let typed = Typed {
                name,
                origins: origins.to_owned(),
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
    let (_, key) =
        access::create_anonymous_key(&caller.state.db, &caller.scope, maker, new).await?;
    shown_once(&ApiKeyCreated {
        page,
        name,
        key,
        url: caller.state.link("/api/v1/public/about"),
        kind: KeyKind::Anonymous,
    })
}

/// Revokes a key: it fails on its next use.
pub(super) async fn revoke_anonymous_key(
    can: Can<ApiKeysManage>,
    Id(key): Id<AnonymousKeyId>,
) -> Result<Response, Problem> {
    let caller = can.release();
    if !access::revoke_anonymous_key(caller.write().await?, key).await? {
        return Err(Problem::new(kind::NOT_FOUND));
    }
    Ok(done(&caller.state, PATH, "The key was revoked."))
}

/// Opens the organisation to its anonymous keys.
pub(super) async fn turn_on_anonymous(
    Recent(can): Recent<OrganisationManage>,
) -> Result<Response, Problem> {
    let caller = can.release();
    match access::turn_on_anonymous(caller.write().await?).await {
        Ok(()) => Ok(done(&caller.state, PATH, "Anonymous access is on.")),
        Err(error) => {
            let problem = Problem::from(error);
            if problem.kind() == &kind::ANONYMOUS_NOT_OPENED {
                return Ok(failed(&caller.state, PATH, problem.sentence()));
            }
            Err(problem)
        }
    }
}

/// Closes it, at once.
pub(super) async fn turn_off_anonymous(can: Can<OrganisationManage>) -> Result<Response, Problem> {
    let caller = can.release();
    access::turn_off_anonymous(caller.write().await?).await?;
    let text = "Anonymous access is off: every anonymous key is refused from now on.";
    Ok(done(&caller.state, PATH, text))
}

async fn page<P>(can: &mut Can<P>, typed: Typed) -> Result<AnonymousKeys, Problem> {
    let page = can.page(Nav::Keys).await?;
    let rows = access::anonymous_keys(&mut can.tx).await?;
    let access = access::anonymous_access(&mut can.tx).await?;
    Ok(AnonymousKeys {
        turned_on_at: access.turned_on_at,
        lint: match access.lint {
            LintVerdict::Passed => Lint::Passed,
            LintVerdict::Found => Lint::Found,
            LintVerdict::NotLooked => Lint::NotLooked,
        },
        keys: rows.into_iter().map(|row| shown(row, page.now)).collect(),
        is_recent: can.principal.is_recent,
        name: typed.name,
        origins: typed.origins,
        expires_in_days: typed.expires_in_days,
        errors: typed.errors,
        page,
    })
}

fn shown(row: access::AnonymousKeyRow, now: OffsetDateTime) -> AnonymousKeyRow {
    AnonymousKeyRow {
        state: state(row.revoked_at, row.expires_at, now),
        id: row.id.to_string(),
        name: row.name,
        prefix: row.face,
        origins: row.origins,
        made_by: row.made_by,
        created_at: row.created_at,
        last_used_at: row.last_used_at,
        expires_at: row.expires_at,
    }
}
