use ::oauth::ClientLimit;
use access::catalogue;
use axum::response::Response;
use ui::Nav;
use ui::access::ScopeChoice;
use ui::oauth::Limit;

use crate::Can;
use crate::extract::{Form, Recent};
use crate::oauth::grantable;
use crate::pages::answer::{done, failed, html};
use crate::problem::Problem;
use crate::route::permission::OrganisationManage;

const LIMIT: &str = "/settings/ai-clients";

/// What AI clients do at most in the organisation.
pub(super) async fn show_limit(mut can: Can<OrganisationManage>) -> Result<Response, Problem> {
    let limit = ::oauth::client_limit(&mut can.tx).await?;
    let permissions = catalogue::ALL.iter().filter(|one| one.for_programs);
    html(&Limit {
        page: can.page(Nav::Settings).await?,
        is_recent: can.principal.is_recent,
        is_limited: matches!(limit, ClientLimit::AtMost(_)),
        permissions: permissions
            .map(|permission| ScopeChoice {
                value: permission.name.to_owned(),
                text: permission.allows.to_owned(),
                chosen: limit.allows(permission.name),
            })
            .collect(),
    })
}

/// Sets it, for every client from its next request on.
pub(super) async fn set_limit(
    recent: Recent<OrganisationManage>,
    form: Form,
) -> Result<Response, Problem> {
    let most = form.all("most");
    let caller = recent.0.release();
    let limit = match form.get("limit") {
        "no" => ClientLimit::AsPeopleSay,
        "yes" if most.iter().all(|name| grantable(name)) => ClientLimit::AtMost(most),
        _ => {
            let wrong =
                "Say whether there is a limit, and tick what is on the list. Nothing was changed.";
            return Ok(failed(&caller.state, LIMIT, wrong));
        }
    };
    ::oauth::limit_clients(caller.write().await?, &limit).await?;
    let text = match limit {
        ClientLimit::AsPeopleSay => "AI clients do what people let them again.",
        ClientLimit::AtMost(names) if names.is_empty() => {
            "AI clients do nothing here from now on. People may still let them in."
        }
        ClientLimit::AtMost(_) => "From now on AI clients do at most what is ticked.",
    };
    Ok(done(&caller.state, LIMIT, text))
}
