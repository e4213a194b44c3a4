use axum::response::Response;
use identity::ChangeCertificateError;
use kernel::ProviderId;

use super::SETTINGS;
use crate::extract::{Caller, Form, Id, Recent};
use crate::pages::answer::{done, failed, is_about_form};
use crate::problem::Problem;
use crate::route::permission::OrganisationManage;

/// Adds a certificate to those that a provider of SAML signs with.
pub(super) async fn add(
    recent: Recent<OrganisationManage>,
    Id(provider): Id<ProviderId>,
    form: Form,
) -> Result<Response, Problem> {
    let caller = recent.0.release();
    let tx = caller.write().await?;
    let added = identity::add_certificate(tx, provider, form.get("certificate")).await;
    told(
        &caller,
        added,
        "The provider may sign with it from now on, and with the others as before.",
    )
}

/// Takes a certificate away.
pub(super) async fn remove(
    recent: Recent<OrganisationManage>,
    Id(provider): Id<ProviderId>,
    form: Form,
) -> Result<Response, Problem> {
    let caller = recent.0.release();
    let tx = caller.write().await?;
    let removed = identity::remove_certificate(tx, provider, form.get("fingerprint")).await;
    told(&caller, removed, "What it signs lets nobody in any more.")
}

fn told(
    caller: &Caller,
    changed: Result<(), ChangeCertificateError>,
    text: &str,
) -> Result<Response, Problem> {
    match changed.map_err(Problem::from) {
        Ok(()) => Ok(done(&caller.state, SETTINGS, text)),
        Err(problem) if is_about_form(&problem) => {
            Ok(failed(&caller.state, SETTINGS, problem.sentence()))
        }
        Err(problem) => Err(problem),
    }
}
