use axum::Json as Answer;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use identity::{Email, EmailChange};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::extract::{Account, Holder, Json, RecentAccount};
use crate::problem::{Problem, kind};
use crate::session::{Names, cookie};

/// Where the account should move.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewAddress {
    /// The address.
    #[schema(example = "ada@elsewhere.example")]
    new_email: String,
}

/// A change of address that waits for both mailboxes.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AddressChange {
    /// Where the account would move.
    #[schema(example = "ada@elsewhere.example")]
    new_email: String,
    /// Whether the new mailbox has agreed.
    new_agrees: bool,
    /// Whether the present one has.
    present_agrees: bool,
    /// When it ends by itself.
    #[serde(with = "time::serde::rfc3339")]
    expires_at: OffsetDateTime,
}

/// What is typed to delete an account.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Deletion {
    /// The account's own address, so that nobody deletes it by mistake.
    #[schema(example = "ada@example.com")]
    email: String,
}

/// Begins to move the account of whoever asks to another address. Needs a fresh proof.
///
/// Both addresses get a link, and both must agree: the present one too, where it was ever confirmed. Whether somebody
/// has the address is said to its mailbox alone.
#[utoipa::path(post, path = "/api/v1/account/address-change", tag = "identity", request_body = NewAddress,
    responses((status = 202, description = "Two mails are on their way.")),
)]
pub(super) async fn ask_address_change(
    recent: RecentAccount,
    Json(form): Json<NewAddress>,
) -> Result<StatusCode, Problem> {
    let email = Email::parse(&form.new_email).map_err(|wrong| {
        Problem::new(kind::ACCOUNT_INVALID).field("new_email", wrong.to_string())
    })?;
    begin_address_change(&recent.0.release(), &email).await?;
    Ok(StatusCode::ACCEPTED)
}

/// The change of address that waits; not found where none does.
#[utoipa::path(get, path = "/api/v1/account/address-change", tag = "identity", responses(
    (status = 200, description = "As it stands.", body = AddressChange),
))]
pub(super) async fn show_address_change(
    mut account: Account,
) -> Result<Answer<AddressChange>, Problem> {
    let change = identity::own_email_change(&mut account.tx).await?;
    let change = change.ok_or_else(|| Problem::new(kind::NOT_FOUND))?;
    Ok(Answer(change.into()))
}

/// Takes the change of address back; not found where none waits.
#[utoipa::path(delete, path = "/api/v1/account/address-change", tag = "identity",
    responses((status = 204, description = "The address stays, and the links in the mails do nothing any more.")),
)]
pub(super) async fn cancel_address_change(account: Account) -> Result<StatusCode, Problem> {
    let holder = account.release();
    if identity::cancel_email_change(holder.write().await?, holder.who.user).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Problem::new(kind::NOT_FOUND))
    }
}

/// Everything that is the own of whoever asks, a part for each kind of thing. Needs a fresh proof.
#[utoipa::path(get, path = "/api/v1/account/export", tag = "identity", responses(
    (status = 200, description = "`countersign.account/1`.", body = Object),
))]
pub(super) async fn export_account(recent: RecentAccount) -> Result<Response, Problem> {
    export(&recent.0.release()).await
}

/// Sends both mails of a change of address, where mail is sent.
pub(crate) async fn begin_address_change(holder: &Holder, email: &Email) -> Result<(), Problem> {
    if !holder.state.sends_mail() {
        return Err(Problem::new(kind::NO_MAIL));
    }
    let tx = holder.write().await?;
    identity::ask_email_change(&holder.state.db, tx, holder.who.user, email).await?;
    Ok(())
}

/// Everything that is the person's own, as JSON that nothing keeps on its way.
pub(crate) async fn export(holder: &Holder) -> Result<Response, Problem> {
    let (state, user) = (&holder.state, holder.who.user);
    state.throttles.export(user, state.now())?;
    let document = identity::export_account(holder.write().await?, user).await?;
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        ),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, document).into_response())
}

/// Deletes the account of whoever asks, and each organisation that nobody else is in. Needs a fresh proof.
///
/// The last owner of an organisation with other members makes somebody else an owner first.
#[utoipa::path(post, path = "/api/v1/account/delete", tag = "identity", request_body = Deletion,
    responses((status = 204, description = "Deleted, and every session of it ended.")),
)]
pub(super) async fn delete_account(
    recent: RecentAccount,
    Json(form): Json<Deletion>,
) -> Result<(StatusCode, HeaderMap), Problem> {
    let holder = recent.0.release();
    identity::delete_account(holder.write().await?, &form.email).await?;
    let names = Names::of(holder.state.is_https());
    let mut headers = HeaderMap::new();
    for name in [names.session, names.device] {
        cookie::add(&mut headers, cookie::clear(names, name));
    }
    Ok((StatusCode::NO_CONTENT, headers))
}

impl From<EmailChange> for AddressChange {
    fn from(change: EmailChange) -> Self {
        Self {
            new_email: change.new_email,
            new_agrees: change.is_confirmed_new,
            present_agrees: change.is_confirmed_old,
            expires_at: change.expires_at,
        }
    }
}
