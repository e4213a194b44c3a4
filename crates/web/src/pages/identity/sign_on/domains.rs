use axum::response::Response;
use broker::protocol::{Answer, Call, DomainState};
use broker::socket::CallError;
use identity::DomainName;
use kernel::DomainId;
use ui::identity::ProviderForm;

use super::SETTINGS;
use super::settings::view;
use crate::extract::{Form, Id, Recent};
use crate::pages::answer::{done, failed, field_errors, is_about_form, refused};
use crate::problem::{Problem, kind};
use crate::route::permission::OrganisationManage;

/// Adds a domain, to be verified.
pub(super) async fn add(
    recent: Recent<OrganisationManage>,
    form: Form,
) -> Result<Response, Problem> {
    let caller = recent.0.release();
    let typed = form.get("domain");
    let added = match DomainName::parse(typed) {
        Ok(name) => {
            let tx = caller.write().await?;
            let added = identity::add_domain(&caller.state.db, tx, &name).await;
            added.map_err(Problem::from)
        }
        Err(wrong) => Err(wrong.into()),
    };
    match added {
        Ok(_) => {
            let told = "Write the TXT record, and then ask DNS. A new record can take some minutes to be seen.";
            Ok(done(&caller.state, SETTINGS, told))
        }
        Err(problem) if is_about_form(&problem) => {
            let mut can = caller.again::<OrganisationManage>().await?;
            let mut page = view(&mut can, ProviderForm::default()).await?;
            typed.clone_into(&mut page.domain);
            page.domain_errors = field_errors(&problem);
            refused(&problem, &page)
        }
        Err(problem) => Err(problem),
    }
}

/// Asks DNS whether a domain is the organisation's.
pub(super) async fn check(
    recent: Recent<OrganisationManage>,
    Id(domain): Id<DomainId>,
) -> Result<Response, Problem> {
    let caller = recent.0.release();
    let (state, call) = (&caller.state, Call::CheckDomain { domain });
    let checked = match caller.ask(call).await.map_err(Problem::from) {
        Ok(Answer::DomainChecked(checked)) => checked,
        Ok(_) => return Err(CallError::Unexpected.into()),
        Err(problem) if is_about_form(&problem) => {
            return Ok(failed(state, SETTINGS, problem.sentence()));
        }
        Err(problem) => return Err(problem),
    };
    Ok(match checked {
        DomainState::Verified => done(state, SETTINGS, "The record is there: the domain is yours."),
        DomainState::Missing => failed(
            state,
            SETTINGS,
            "The record is not there, or DNS does not show it yet. Look at its name and its text, and ask again in some minutes.",
        ),
        DomainState::Failing => failed(
            state,
            SETTINGS,
            "The record is not there any more. Write it again: the domain is yours for some days yet.",
        ),
        DomainState::Held => failed(
            state,
            SETTINGS,
            "The record is there, and so is that of another organisation here, which has the domain. Remove theirs from DNS, and ask again.",
        ),
    })
}

/// Takes a domain away.
pub(super) async fn remove(
    recent: Recent<OrganisationManage>,
    Id(domain): Id<DomainId>,
) -> Result<Response, Problem> {
    let caller = recent.0.release();
    let removed = identity::remove_domain(caller.write().await?, domain).await?;
    let name = removed.ok_or_else(|| Problem::new(kind::NOT_FOUND))?;
    let told = format!("{name} leads nobody to your provider any more.");
    Ok(done(&caller.state, SETTINGS, &told))
}
