use time::OffsetDateTime;

use super::Scopes;
use super::exchange::NewTokens;
use super::grant::{AccessToken, REFRESH_LIFETIME, SpentToken};
use super::token_error::TokenError;
use crate::digest::Digest;
use crate::store::State;

/// What a client presents for new tokens (RFC 6749 6).
#[derive(Debug)]
pub(super) struct Refresh {
    pub(super) token: Digest,
    pub(super) client_id: String,
    /// Fewer scopes than were granted, if the client wants that.
    pub(super) scopes: Option<Scopes>,
}

/// Replaces a refresh token, and returns the scopes of the new access token.
///
/// # Errors
/// `invalid_grant`: the token is unknown, old, or another's. One that was exchanged before ends its
/// whole grant (RFC 9700 4.14.2): either the client or a thief holds the newer one, and nobody can
/// tell which. `invalid_scope`: more was asked than granted; nothing changes.
pub(super) fn refresh(
    state: &mut State,
    asked: &Refresh,
    tokens: NewTokens,
    now: OffsetDateTime,
) -> Result<Scopes, TokenError> {
    state
        .grants
        .end(|grant| grant.spent.iter().any(|spent| spent.token == asked.token));
    let grant = state
        .grants
        .find_mut(|grant| grant.refresh == asked.token && grant.client_id == asked.client_id)
        .filter(|grant| grant.refresh_expires_at > now)
        .ok_or(TokenError::Grant(
            "the refresh token is unknown, old, or was used before",
        ))?;
    let scopes = asked.scopes.clone().unwrap_or_else(|| grant.scopes.clone());
    if scopes.is_empty() || !scopes.is_within(&grant.scopes) {
        return Err(TokenError::Scope("more was asked for than was granted"));
    }
    grant.spent.retain(|spent| spent.forget_at > now);
    grant.spent.push(SpentToken {
        token: asked.token,
        forget_at: now + REFRESH_LIFETIME,
    });
    grant.refresh = tokens.refresh;
    grant.refresh_expires_at = now + REFRESH_LIFETIME;
    grant.access.retain(|access| access.expires_at > now);
    let expires_at = now + tokens.access_lifetime;
    grant.access.push(AccessToken {
        token: tokens.access,
        scopes: scopes.clone(),
        expires_at,
    });
    Ok(scopes)
}
