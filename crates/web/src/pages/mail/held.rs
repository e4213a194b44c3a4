use axum::response::Response;
use broker::protocol::{Answer, Call};
use kernel::Scope;
use mail::WayFace;
use ui::mail::{HeldMail, HeldMails};

use crate::Public;
use crate::extract::Visitor;
use crate::pages::answer::html;
use crate::pages::page_of;
use crate::problem::{Problem, kind};

/// The mails that a development server holds. There is no such page on any other: whoever reads it
/// opens every account.
pub(super) async fn list(public: Public, _: Visitor) -> Result<Response, Problem> {
    let state = &public.state;
    if state.mail != WayFace::Development {
        return Err(Problem::new(kind::NOT_FOUND));
    }
    let answer = state
        .broker
        .call(&Scope::Anonymous, Call::HeldMails)
        .await?;
    let Answer::Held { mails } = answer else {
        return Err(Problem::new(kind::INTERNAL).because("broker.answer"));
    };
    let mails = mails.into_iter().map(|mail| {
        let parts = (mail.recipient, mail.subject, mail.text.as_str());
        HeldMail::new(parts, &state.origin, mail.at)
    });
    html(&HeldMails {
        page: page_of(state, &public.context, None),
        mails: mails.collect(),
    })
}
