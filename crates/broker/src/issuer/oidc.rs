use crypto::id_token::{Expected, IdClaims, IdTokenError, verify};
use kernel::Secret;
use manifest::FieldTree;
use serde_json::{Map, Value};
use time::OffsetDateTime;

use super::address::Vouched;
use super::configured::{Issuer, Whose};
use super::documents::{Metadata, fields};
use super::error::IssuerError;
use super::finish::Round;
use super::said::{Said, text};
use crate::egress::Egress;
use crate::egress::issuer::ClientProof;

/// Has an issuer say who came back, by its ID token (OpenID Connect Core 3.1.3).
pub(super) async fn say(
    egress: &Egress,
    issuer: &Issuer,
    round: &Round<'_>,
) -> Result<Said, IssuerError> {
    let name = issuer.config.kind.issuer();
    let metadata = issuer.documents.metadata(egress, name, round.now).await?;
    let (id_token, access_token) = redeem(egress, issuer, (&metadata, round)).await?;
    let expected = Expected {
        issuer: name,
        client_id: &issuer.config.client_id,
        nonce: round.nonce.expose(),
        access_token: access_token.expose(),
        now: round.now.unix_timestamp(),
    };
    let claims = verified(egress, issuer, (id_token.expose(), &expected, round.now)).await?;
    let more = match &metadata.userinfo_endpoint {
        Some(at) if !claims.all.contains_key("email") => {
            let tree = FieldTree::Object(fields([
                "sub",
                "email",
                "email_verified",
                "name",
                "preferred_username",
            ]));
            let info = egress
                .read_of_issuer(at, Some(&access_token), &tree)
                .await?;
            same_person(info, &claims.subject)?
        }
        _ => claims.all.clone(),
    };
    Ok(said(issuer, &claims, &more))
}

async fn redeem(
    egress: &Egress,
    issuer: &Issuer,
    (metadata, round): (&Metadata, &Round<'_>),
) -> Result<(Secret<String>, Secret<String>), IssuerError> {
    let parameters = vec![
        ("grant_type", "authorization_code"),
        ("code", round.code.expose().as_str()),
        ("redirect_uri", round.redirect_uri.as_str()),
        ("code_verifier", round.verifier.expose().as_str()),
    ];
    let proof = match &issuer.config.client_secret {
        Some(secret) if metadata.wants_secret_in_form() => ClientProof::Form(secret),
        Some(secret) => ClientProof::Basic(secret),
        None => ClientProof::None,
    };
    let tree = FieldTree::Object(fields(["id_token", "access_token", "error"]));
    let client = (issuer.config.client_id.as_str(), proof);
    let mut tokens = egress
        .redeem_at_issuer(&metadata.token_endpoint, client, parameters, &tree)
        .await?;
    let id_token = taken(&mut tokens, "id_token").ok_or(IssuerError::Lacks("an ID token"))?;
    let access_token = taken(&mut tokens, "access_token");
    let access_token = access_token.ok_or(IssuerError::Lacks("an access token"))?;
    Ok((id_token, access_token))
}

/// By the keys that are known; and where none goes with it, by those that are published now.
async fn verified(
    egress: &Egress,
    issuer: &Issuer,
    (id_token, expected, now): (&str, &Expected<'_>, OffsetDateTime),
) -> Result<IdClaims, IssuerError> {
    let name = issuer.config.kind.issuer();
    let keys = issuer.documents.keys(egress, name, (now, false)).await?;
    match verify(id_token, &keys, expected) {
        Err(IdTokenError::UnknownKey) => {
            let keys = issuer.documents.keys(egress, name, (now, true)).await?;
            Ok(verify(id_token, &keys, expected)?)
        }
        other => Ok(other?),
    }
}

/// Core 5.3.2: an answer about somebody else must not be used.
fn same_person(info: Value, subject: &str) -> Result<Map<String, Value>, IssuerError> {
    match info {
        Value::Object(info) if text(&info, "sub") == Some(subject) => Ok(info),
        _ => Err(IssuerError::Other),
    }
}

fn said(issuer: &Issuer, claims: &IdClaims, more: &Map<String, Value>) -> Said {
    let email = text(more, "email");
    // Some issuers write it as a text. An organisation's own provider knows its people's addresses, and need not
    // say so: which domains are the organisation's, DNS says.
    let said = more.get("email_verified");
    let is_own = matches!(issuer.whose, Whose::Organisation(..));
    let is_verified = said.map_or(is_own, |said| *said == true || *said == "true");
    let email = email.or_else(|| text(more, "preferred_username").filter(|_| is_own));
    let hosted = text(&claims.all, "hd").map(str::to_ascii_lowercase);
    let name = text(more, "name").or_else(|| text(&claims.all, "name"));
    let asked_at = claims.auth_time;
    Said {
        label: Said::label(
            [email, text(more, "preferred_username"), name],
            &claims.subject,
        ),
        name: Said::name(name),
        vouched: email
            .filter(|_| is_verified)
            .and_then(|email| Vouched::new(&issuer.config.kind, email, hosted.as_deref())),
        asked_at: asked_at.and_then(|at| OffsetDateTime::from_unix_timestamp(at).ok()),
        session_ends: None,
        subject: claims.subject.clone(),
    }
}

/// Moves a token out, so that it is not copied on its way to where it is wiped.
pub(super) fn taken(answer: &mut Value, name: &str) -> Option<Secret<String>> {
    match answer.get_mut(name)?.take() {
        Value::String(token) if !token.is_empty() => Some(Secret::new(token)),
        _ => None,
    }
}
