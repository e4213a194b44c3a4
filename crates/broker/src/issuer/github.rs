use kernel::Secret;
use manifest::FieldTree;
use serde_json::Value;
use url::Url;

use super::address::Vouched;
use super::configured::Issuer;
use super::documents::fields;
use super::error::IssuerError;
use super::finish::Round;
use super::oidc::taken;
use super::said::Said;
use crate::egress::Egress;
use crate::egress::issuer::ClientProof;

const WEB: &str = "github.com";
const API: &str = "api.github.com";

/// GitHub's page for consent, at github.com or where the operator says that it is found.
pub(super) fn authorize_at(egress: &Egress) -> Result<Url, IssuerError> {
    at(egress, WEB, "/login/oauth/authorize")
}

/// Whether an `iss` may stand in GitHub's answer (RFC 9207): GitHub documents none, so that one that is there
/// can only be of its own host.
pub(super) fn is_own(egress: &Egress, iss: &str) -> bool {
    let own = at(egress, WEB, "").map(|url| url.origin());
    Url::parse(iss).is_ok_and(|said| Ok(said.origin()) == own)
}

/// Has GitHub say who came back: it signs nothing, so it is asked, over TLS, with the token that the code brought.
pub(super) async fn say(
    egress: &Egress,
    issuer: &Issuer,
    round: &Round<'_>,
) -> Result<Said, IssuerError> {
    let token = redeem(egress, issuer, round).await?;
    let user = FieldTree::Object(fields(["id", "login", "name"]));
    let user = egress
        .read_of_issuer(&at(egress, API, "/user")?, Some(&token), &user)
        .await?;
    let emails = FieldTree::Items(Box::new(FieldTree::Object(fields([
        "email", "primary", "verified",
    ]))));
    let emails = egress
        .read_of_issuer(&at(egress, API, "/user/emails")?, Some(&token), &emails)
        .await?;
    // A login can be given up and taken by somebody else; the number cannot.
    let id = user.get("id").and_then(Value::as_u64);
    let subject = id.ok_or(IssuerError::Lacks("an identifier"))?.to_string();
    let text = |name: &str| user.get(name).and_then(Value::as_str);
    let primary = primary(&emails);
    Ok(Said {
        label: Said::label([text("login"), primary, None], &subject),
        name: Said::name(text("name")),
        vouched: primary.and_then(|email| Vouched::new(&issuer.config.kind, email, None)),
        asked_at: None,
        session_ends: None,
        subject,
    })
}

async fn redeem(
    egress: &Egress,
    issuer: &Issuer,
    round: &Round<'_>,
) -> Result<Secret<String>, IssuerError> {
    let secret = issuer.config.client_secret.as_ref();
    let proof = secret.map_or(ClientProof::None, ClientProof::Form);
    let parameters = vec![
        ("code", round.code.expose().as_str()),
        ("redirect_uri", round.redirect_uri.as_str()),
        ("code_verifier", round.verifier.expose().as_str()),
    ];
    let tree = FieldTree::Object(fields(["access_token", "error"]));
    let client = (issuer.config.client_id.as_str(), proof);
    let url = at(egress, WEB, "/login/oauth/access_token")?;
    let answer = egress.redeem_at_issuer(&url, client, parameters, &tree);
    let mut answer = match answer.await {
        // GitHub's own word for a code that it does not know.
        Err(crate::egress::oauth::OAuthError::Refused { error })
            if error == "bad_verification_code" =>
        {
            return Err(IssuerError::Code);
        }
        other => other?,
    };
    taken(&mut answer, "access_token").ok_or(IssuerError::Lacks("an access token"))
}

/// The address that GitHub has verified and the person calls their main one.
fn primary(emails: &Value) -> Option<&str> {
    let is = |email: &Value, name: &str| email.get(name) == Some(&Value::Bool(true));
    let mut main = emails
        .as_array()?
        .iter()
        .filter(|email| is(email, "primary") && is(email, "verified"));
    main.next()?.get("email")?.as_str()
}

fn at(egress: &Egress, host: &str, path: &str) -> Result<Url, IssuerError> {
    let broken = || IssuerError::Metadata("its address is none");
    let host = host.parse().map_err(|_| broken())?;
    let origin = egress.policy().hosts.origin_of(&host);
    Url::parse(&format!("{origin}{path}")).map_err(|_| broken())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_the_verified_main_address_counts() {
        let email = |email: &str, primary: bool, verified: bool| json!({ "email": email, "primary": primary, "verified": verified });
        let all = json!([
            email("old@example.com", false, true),
            email("main@example.com", true, true)
        ]);
        assert_eq!(primary(&all), Some("main@example.com"));
        for none in [
            json!([]),
            json!({}),
            json!([email("a@example.com", false, true)]),
            json!([email("a@example.com", true, false)]),
            json!([{ "email": "a@example.com", "primary": "true", "verified": "true" }]),
        ] {
            assert_eq!(primary(&none), None, "{none}");
        }
    }
}
