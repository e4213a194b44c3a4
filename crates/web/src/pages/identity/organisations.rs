use axum::response::Response;
use identity::{MakeOrganisationError, MemberError, OwnOrganisation};
use kernel::OrganisationId;
use ui::component::FieldErrors;
use ui::identity::{OrganisationRow, Organisations, OwnSignOn};

use crate::extract::{Account, Form, RecentAccount, role_shown};
use crate::pages::answer::{done, failed, field_errors, go, html, refused};
use crate::problem::{Problem, kind};

const ORGANISATIONS: &str = "/organisations";

/// Where the person who asks is a member, and the form of a further organisation.
pub(super) async fn show(mut account: Account) -> Result<Response, Problem> {
    let view = page(&mut account, String::new(), FieldErrors::default()).await?;
    html(&view)
}

/// Goes on in another organisation, at its overview.
pub(super) async fn switch(account: Account, form: Form) -> Result<Response, Problem> {
    // What is no identifier is no organisation either.
    let to: OrganisationId = form
        .get("organisation")
        .parse()
        .map_err(|_| Problem::new(kind::NOT_FOUND))?;
    let holder = account.release();
    let tx = holder.write().await?;
    identity::switch_organisation(tx, holder.who.session, to).await?;
    Ok(go("/"))
}

/// Makes a further organisation, and goes on there.
pub(super) async fn make(mut account: Account, form: Form) -> Result<Response, Problem> {
    let name = form.get("name").to_owned();
    let mut view = page(&mut account, name.clone(), FieldErrors::default()).await?;
    let holder = account.release();
    let tx = holder.write().await?;
    match identity::make_organisation(&holder.state.db, tx, &name).await {
        Ok(_) => Ok(done(
            &holder.state,
            "/",
            &format!("This is {}.", name.trim()),
        )),
        Err(error @ MakeOrganisationError::Database(_)) => Err(error.into()),
        Err(error) => {
            let problem = Problem::from(error);
            view.errors = field_errors(&problem);
            refused(&problem, &view)
        }
    }
}

/// Leaves the organisation that the session acts in.
pub(super) async fn leave(recent: RecentAccount) -> Result<Response, Problem> {
    let holder = recent.0.release();
    let tx = holder.write().await?;
    match identity::leave_organisation(tx, holder.who.session).await {
        Ok(()) => Ok(done(
            &holder.state,
            ORGANISATIONS,
            "You have left. Your sessions, API keys and AI clients there have ended.",
        )),
        Err(MemberError::LastOwner) => Ok(failed(
            &holder.state,
            ORGANISATIONS,
            kind::LAST_OWNER.sentence,
        )),
        Err(other) => Err(other.into()),
    }
}

async fn page(
    account: &mut Account,
    name: String,
    errors: FieldErrors,
) -> Result<Organisations, Problem> {
    let page = account.page().await?;
    let rows = identity::own_organisations(&mut account.tx).await?;
    Ok(Organisations {
        page,
        email: account.who.email.clone(),
        is_recent: account.who.is_recent,
        organisations: rows.into_iter().map(shown).collect(),
        name,
        errors,
    })
}

fn shown(row: OwnOrganisation) -> OrganisationRow {
    OrganisationRow {
        id: row.id,
        role: role_shown(&row.role, row.custom_role.as_deref()),
        name: row.name,
        joined_at: row.joined_at,
        asks_second_factor: row.asks_second_factor,
        sign_on: row.sign_on.map(|owed| OwnSignOn {
            provider: owed.provider,
            is_linked: owed.is_linked,
        }),
        is_current: row.is_current,
        is_last_owner: row.is_last_owner,
        others: row.others,
    }
}
