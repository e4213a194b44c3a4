use axum::response::Response;
use identity::{DOMAIN_GRACE, Domain, Provider, ProviderKind};
use ui::Nav;
use ui::component::FieldErrors;
use ui::identity::{
    CertificateRow, DomainRow, NEW_LEVELS, ProviderForm, ProviderRow, SamlProviderForm,
    SignOnSettings,
};

use super::providers::or_told;
use crate::Can;
use crate::extract::{Form, Recent};
use crate::pages::answer::html;
use crate::problem::Problem;
use crate::route::permission::OrganisationManage;

/// What the organisation has set up.
pub(super) async fn show(mut can: Can<OrganisationManage>) -> Result<Response, Problem> {
    html(&view(&mut can, ProviderForm::default()).await?)
}

/// Sets whether members must come by the provider.
pub(super) async fn require(
    recent: Recent<OrganisationManage>,
    form: Form,
) -> Result<Response, Problem> {
    let is_required = form.get("required") == "yes";
    let caller = recent.0.release();
    let set = identity::require_sso(caller.write().await?, is_required).await;
    let text = if is_required {
        "From now on members come by your provider. Owners may still come by their own way."
    } else {
        "Members may come by a way of their own again."
    };
    or_told(&caller, set, text)
}

/// The settings, with a provider as typed.
pub(super) async fn view(
    can: &mut Can<OrganisationManage>,
    form: ProviderForm,
) -> Result<SignOnSettings, Problem> {
    let page = can.page(Nav::Settings).await?;
    let sign_on = identity::sign_on(&mut can.tx).await?;
    Ok(SignOnSettings {
        page,
        organisation: can.principal.organisation_name.clone(),
        is_recent: can.principal.is_recent,
        domains: sign_on.domains.into_iter().map(domain_row).collect(),
        providers: sign_on.providers.into_iter().map(provider_row).collect(),
        is_required: sign_on.is_required,
        origin: can.state.origin.clone(),
        next_provider: sign_on.next_provider,
        domain: String::new(),
        domain_errors: FieldErrors::default(),
        form,
        saml: SamlProviderForm::default(),
    })
}

fn domain_row(domain: Domain) -> DomainRow {
    DomainRow {
        id: domain.id,
        name: domain.name,
        challenge: domain.challenge,
        checked_at: domain.checked_at,
        verified_at: domain.verified_at,
        lost_at: domain.missing_since.map(|since| since + DOMAIN_GRACE),
    }
}

fn provider_row(provider: Provider) -> ProviderRow {
    let level = provider.level.to_string();
    let words = NEW_LEVELS.iter().find(|(value, _)| *value == level);
    let words = words.map(|(_, words)| words.split(':').next().unwrap_or_default().to_owned());
    ProviderRow {
        id: provider.id,
        kind: match provider.kind {
            ProviderKind::Oidc => "OpenID Connect",
            ProviderKind::Saml => "SAML 2.0",
        }
        .to_owned(),
        name: provider.name,
        issuer: provider.issuer,
        client_id: provider.client_id,
        secret_kept_at: provider.secret_kept_at,
        makes: words.filter(|_| provider.makes_accounts),
        certificates: provider
            .certificates
            .into_iter()
            .map(|certificate| CertificateRow {
                fingerprint: certificate.fingerprint,
                subject: certificate.subject,
                ends: certificate.ends,
            })
            .collect(),
        tested_at: provider.tested_at,
        turned_on_at: provider.turned_on_at,
    }
}
