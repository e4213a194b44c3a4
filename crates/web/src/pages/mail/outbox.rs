use axum::response::Response;
use kernel::MailId;
use mail::{OutboxRow, OutboxState, SendAgain, WayFace};
use ui::Nav;
use ui::mail::{MailRow, MailState, MailWay, Outbox};

use crate::Can;
use crate::extract::Id;
use crate::pages::answer::{done, failed, html};
use crate::problem::{Problem, kind};
use crate::route::permission::MailManage;

const HERE: &str = "/settings/mail";

/// How mail leaves, and the latest mails of the organisation.
pub(super) async fn list(mut can: Can<MailManage>) -> Result<Response, Problem> {
    let page = can.page(Nav::Mail).await?;
    let mails = mail::outbox(&mut can.tx).await?;
    html(&Outbox {
        page,
        way: way(&can.state.mail),
        mails: mails.into_iter().map(row).collect(),
    })
}

/// Sends a mail again, with a new link.
pub(super) async fn again(can: Can<MailManage>, Id(mail): Id<MailId>) -> Result<Response, Problem> {
    let caller = can.release();
    match mail::send_again(caller.write().await?, mail).await? {
        SendAgain::Queued => Ok(done(&caller.state, HERE, "The mail is queued again.")),
        SendAgain::TooSoon => Ok(failed(
            &caller.state,
            HERE,
            "It was queued a moment ago, or all too often. Wait a minute before you send it again.",
        )),
        SendAgain::Gone => Err(Problem::new(kind::NOT_FOUND)),
    }
}

fn way(face: &WayFace) -> MailWay {
    match face.clone() {
        WayFace::Off => MailWay::Off,
        WayFace::Development => MailWay::Development,
        WayFace::Smtp { server, tls, from } => MailWay::Smtp { server, tls, from },
    }
}

fn row(row: OutboxRow) -> MailRow {
    MailRow {
        id: row.id,
        recipient: row.recipient,
        about: row.kind.label().to_owned(),
        state: match row.state {
            OutboxState::Queued => MailState::Queued,
            OutboxState::Sent => MailState::Sent,
            OutboxState::Failed => MailState::Failed,
        },
        attempts: u32::try_from(row.attempts).unwrap_or(0),
        error: row.last_error.unwrap_or_default(),
        queued_at: row.queued_at,
    }
}
