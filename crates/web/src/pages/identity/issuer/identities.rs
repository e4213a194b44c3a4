use axum::Extension;
use axum::extract::Path;
use axum::response::Response;
use broker::protocol::IssuerPurpose;
use identity::UnlinkError;
use kernel::IdentityId;

use super::begin::{Onward, begin, configured, or_back};
use crate::extract::{Id, RecentAccount};
use crate::pages::answer::{done, failed};
use crate::problem::Problem;
use crate::session::Cookies;

const BACK: &str = "/security";

/// Sends a person to an issuer, to link what it knows them as.
pub(super) async fn link(
    recent: RecentAccount,
    Extension(cookies): Extension<Cookies>,
    Path(issuer): Path<String>,
) -> Result<Response, Problem> {
    let caller = recent.0.release();
    let who = (&caller.state, &*caller.context, &caller.scope);
    let issuer = configured(&caller.state, &issuer)?;
    let asked = (IssuerPurpose::Link, BACK);
    let gone = begin(who, &cookies, issuer, asked, Onward::ByItself).await;
    or_back(&caller.state, gone, BACK)
}

/// Takes a linked account away, unless nothing else lets the person in.
pub(super) async fn unlink(
    recent: RecentAccount,
    Id(identity): Id<IdentityId>,
) -> Result<Response, Problem> {
    let caller = recent.0.release();
    match identity::unlink_identity(caller.write().await?, identity).await {
        Ok(()) => Ok(done(
            &caller.state,
            BACK,
            "That account signs you in no more.",
        )),
        Err(error @ UnlinkError::Last) => {
            let problem = Problem::from(error);
            Ok(failed(&caller.state, BACK, problem.sentence()))
        }
        Err(error) => Err(error.into()),
    }
}
