use time::{Duration, OffsetDateTime};

use super::Scopes;
use super::code::PendingCode;
use super::grant::{AccessToken, Grant, REFRESH_LIFETIME};
use super::token_error::TokenError;
use crate::digest::Digest;
use crate::store::State;

/// What a client presents for its tokens (RFC 6749 4.1.3).
#[derive(Debug)]
pub(super) struct Exchange {
    pub(super) code: Digest,
    pub(super) client_id: String,
    pub(super) redirect_uri: String,
    pub(super) verifier: String,
}

/// Tokens that were made and are not in force yet.
#[derive(Debug, Clone, Copy)]
pub(super) struct NewTokens {
    pub(super) access: Digest,
    pub(super) refresh: Digest,
    pub(super) access_lifetime: Duration,
}

/// Exchanges a code for a grant and returns the granted scopes.
///
/// # Errors
/// `invalid_grant`: the code is unknown, old, used before, or another's. A code that was used
/// before also ends the grant that it made (RFC 6749 4.1.2).
pub(super) fn exchange(
    state: &mut State,
    asked: &Exchange,
    tokens: NewTokens,
    now: OffsetDateTime,
) -> Result<Scopes, TokenError> {
    let Some(pending) = state.codes.take(asked.code) else {
        state.grants.end(|grant| grant.code == asked.code);
        return Err(TokenError::Grant("the code is unknown, or was used before"));
    };
    check(&pending, asked, now)?;
    let access = AccessToken {
        token: tokens.access,
        scopes: pending.scopes.clone(),
        expires_at: now + tokens.access_lifetime,
    };
    let grant = Grant {
        code: pending.code,
        client_id: pending.client_id,
        scopes: pending.scopes.clone(),
        access: vec![access],
        refresh: tokens.refresh,
        refresh_expires_at: now + REFRESH_LIFETIME,
        spent: Vec::new(),
    };
    state.grants.keep(grant, now);
    Ok(pending.scopes)
}

fn check(pending: &PendingCode, asked: &Exchange, now: OffsetDateTime) -> Result<(), TokenError> {
    if pending.expires_at <= now {
        return Err(TokenError::Grant("the code has expired"));
    }
    if pending.client_id != asked.client_id {
        return Err(TokenError::Grant("the code belongs to another client"));
    }
    if pending.redirect_uri != asked.redirect_uri {
        return Err(TokenError::Grant(
            "redirect_uri is not the one that was authorized",
        ));
    }
    if !pending.challenge.answered_by(&asked.verifier) {
        return Err(TokenError::Grant(
            "code_verifier does not answer the code_challenge",
        ));
    }
    Ok(())
}
