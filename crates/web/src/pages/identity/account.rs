use axum::response::Response;
use http::{HeaderValue, header};
use identity::DeleteAccountError;
use ui::component::FieldErrors;
use ui::identity::{AccountDeleted, OwnAccount};

use crate::api::identity::export as export_document;
use crate::extract::{Account, Form, RecentAccount};
use crate::pages::answer::{html, refused};
use crate::pages::page_of;
use crate::problem::{Problem, kind};
use crate::session::{Names, cookie};

/// What is the person's own: to take along, and to delete.
pub(super) async fn show(mut account: Account) -> Result<Response, Problem> {
    let view = page(&mut account, FieldErrors::default()).await?;
    html(&view)
}

/// Everything that is theirs, as a file.
pub(super) async fn export(recent: RecentAccount) -> Result<Response, Problem> {
    let mut file = export_document(&recent.0.release()).await?;
    file.headers_mut().insert(
        header::CONTENT_DISPOSITION,
        HeaderValue::from_static("attachment; filename=\"countersign-account.json\""),
    );
    Ok(file)
}

/// Deletes the account of whoever types its address to confirm.
pub(super) async fn delete(recent: RecentAccount, form: Form) -> Result<Response, Problem> {
    let mut account = recent.0;
    let mut view = page(&mut account, FieldErrors::default()).await?;
    let holder = account.release();
    let tx = holder.write().await?;
    let wrong = match identity::delete_account(tx, form.get("email")).await {
        Ok(()) => {
            let mut page = page_of(&holder.state, &holder.context, None);
            page.viewer = None;
            let is_told = holder.state.sends_mail();
            let mut response = html(&AccountDeleted { page, is_told })?;
            let names = Names::of(holder.state.is_https());
            for name in [names.session, names.device] {
                cookie::add(response.headers_mut(), cookie::clear(names, name));
            }
            return Ok(response);
        }
        Err(DeleteAccountError::Database(error)) => return Err(error.into()),
        Err(wrong) => wrong,
    };
    view.errors = match wrong {
        DeleteAccountError::Typed => FieldErrors::default().with("email", wrong.to_string()),
        _ => FieldErrors::default().with("", wrong.to_string()),
    };
    refused(&Problem::new(kind::ACCOUNT_INVALID), &view)
}

async fn page(account: &mut Account, errors: FieldErrors) -> Result<OwnAccount, Problem> {
    let page = account.page().await?;
    let own = identity::own_organisations(&mut account.tx).await?;
    let names = |is_meant: fn(&identity::OwnOrganisation) -> bool| {
        let meant = own.iter().filter(|one| is_meant(one));
        meant.map(|one| one.name.clone()).collect()
    };
    Ok(OwnAccount {
        page,
        email: account.who.email.clone(),
        is_recent: account.who.is_recent,
        go_along: names(|one| one.others == 0),
        in_the_way: names(|one| one.is_last_owner && one.others > 0),
        errors,
    })
}
