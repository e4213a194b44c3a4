use axum::response::Response;
use identity::{NewProvider, SamlForm};
use ui::identity::{ProviderForm, SamlProviderForm};

use super::SETTINGS;
use super::settings::view;
use crate::extract::{Form, Recent};
use crate::pages::answer::{done, field_errors, is_about_form, refused};
use crate::problem::Problem;
use crate::route::permission::OrganisationManage;

/// Adds a provider of SAML, which lets nobody in yet.
pub(super) async fn add_saml(
    recent: Recent<OrganisationManage>,
    form: Form,
) -> Result<Response, Problem> {
    let caller = recent.0.release();
    let described = SamlForm {
        metadata: form.get("metadata"),
        entity_id: form.get("entity_id"),
        sso_url: form.get("sso_url"),
        certificates: form.get("certificates"),
    };
    let (name, level) = (form.get("saml_name"), form.get("saml_level"));
    let makes = level != "none";
    let people = (makes, if makes { level } else { "40" });
    let added = match NewProvider::saml((name, described), people, caller.state.now()) {
        Ok(new) => {
            let tx = caller.write().await?;
            let added = identity::add_provider(tx, &new).await;
            added.map_err(Problem::from)
        }
        Err(wrong) => Err(wrong.into()),
    };
    match added {
        Ok(_) => {
            let told = "Give the provider our metadata below, and then try it.";
            Ok(done(&caller.state, SETTINGS, told))
        }
        Err(problem) if is_about_form(&problem) => {
            let mut can = caller.again::<OrganisationManage>().await?;
            let mut view = view(&mut can, ProviderForm::default()).await?;
            view.saml = SamlProviderForm {
                name: name.to_owned(),
                metadata: described.metadata.to_owned(),
                entity_id: described.entity_id.to_owned(),
                sso_url: described.sso_url.to_owned(),
                certificates: described.certificates.to_owned(),
                makes_none: !makes,
                level: level.to_owned(),
                errors: field_errors(&problem),
            };
            refused(&problem, &view)
        }
        Err(problem) => Err(problem),
    }
}
