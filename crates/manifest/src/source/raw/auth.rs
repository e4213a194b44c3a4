//! How access is granted.

use serde::Deserialize;
use serde_json::{Map, Value};
use toml::Spanned;

use super::super::shape::{Object, Shape, reference};
use super::{Table, Text};

raw! {
    /// How an app grants access.
    RawAuth {
        /// The class of credential that a connection is given: OAuth 2 unless told, else one that people paste.
        kind: Option<Text> = "oauth2" | "api_key" | "basic" | "bot_token" | "mail" | "app_key",
        /// With OAuth 2: whether PKCE (RFC 7636, S256) is used: the app refuses requests without it, takes it, or breaks on it.
        pkce: Option<Text> = "required" | "optional" | "never",
        /// With OAuth 2: how the client proves itself at the token endpoint (RFC 6749 2.3.1).
        client_auth: Option<Text> = "basic" | "body" | "none",
        /// With OAuth 2: what stands between scopes in a request.
        scope_separator: Option<Text> = " " | ",",
        /// With OAuth 2: where a person is sent.
        authorize: Option<Spanned<RawAuthorize>>,
        /// With OAuth 2: where a code becomes a token.
        token: Option<Spanned<RawToken>>,
        /// With OAuth 2: how refresh tokens behave. Left out where the app gives none.
        refresh: Option<Spanned<RawRefresh>>,
        /// With `app_key`: the key of the app, and what people give with it.
        app_key: Option<Spanned<RawAppKey>>,
        /// With `app_key`: how tokens of an installation are asked for.
        installation_token: Option<Spanned<RawInstallationToken>>,
        /// With `api_key`, `basic`, `bot_token` and `mail`: what people paste.
        paste: Option<Spanned<RawPaste>>,
        /// With `api_key`, `basic`, `bot_token` and `mail`: the read without arguments that shows that a credential works, before it is kept.
        verify: Option<Text>,
        /// How a grant ends.
        revoke: Spanned<RawRevoke>,
        /// How a credential travels, where that is not `Authorization: Bearer`, or `Basic` for a user and a password.
        credential: Option<Spanned<RawCredential>>,
    }
    /// What people paste.
    RawPaste {
        /// What the app calls it.
        label: Text,
        /// Where people find it.
        r#where: Text,
        /// A regular expression that the whole of it matches; no back-references, classes written out.
        pattern: Text,
        /// With `basic` and `mail`: what the app calls the user that the password or token belongs to.
        user_label: Option<Text>,
        /// What the app says of a credential in the headers of its answers. Left out where it says nothing.
        told: Option<Spanned<RawTold>>,
    }
    /// What answers say of the credential.
    RawTold {
        /// The header with the moment in which it ends.
        expires: Option<Text>,
        /// The header with the scopes that it has. A credential that people paste was asked for none: each is shown as one too many.
        scopes: Option<Text>,
        /// What stands between scopes in that header.
        scope_separator: Option<Text> = " " | ",",
        /// With `scopes`: what to tell the person whose credential has some.
        beyond: Option<Text>,
    }
    /// The key of an app that signs for itself (RFC 7519, RS256).
    RawAppKey {
        /// What the provider calls the key.
        label: Text,
        /// Where people find it.
        r#where: Text,
        /// What the provider calls the app's identifier.
        app_label: Text,
        /// What the provider calls the identifier of where the app is installed.
        installation_label: Text,
        /// How long an assertion under the key is good for, in seconds.
        lifetime_seconds: Spanned<i64>,
    }
    /// How a token of an installation is asked for: by POST, under an assertion of the app's, with the permissions that the operations need.
    RawInstallationToken {
        /// `https://host/path` with `{installation}` in it, at the host of the operations.
        url: Text,
        /// Where the answer has the token.
        token: Text,
        /// Where the answer says when it ends (RFC 3339).
        expires_at: Text,
        /// The member of the request, and of the answer, that holds levels by permission.
        permissions: Text,
        /// To what one thing a token for a write is narrowed. Left out where the provider cannot.
        narrow: Option<Spanned<RawNarrow>>,
    }
    /// A token for one thing alone.
    RawNarrow {
        /// The member of the request that lists the things by name.
        field: Text,
        /// The argument of each write that names the thing.
        argument: Text,
        /// Where the answer lists them.
        told: Text,
        /// The arguments that make a name in the answer, with a slash between them.
        named: Vec<Text>,
    }
    /// Where a person is sent.
    RawAuthorize {
        /// `https://host/path` or `{instance}/path`.
        url: Text,
        /// Fixed parameters beside those of the standard.
        extra: Option<Table<String>>,
    }
    /// Where a code becomes a token.
    RawToken {
        /// `https://host/path` or `{instance}/path`.
        url: Text,
        /// How parameters are written.
        encoding: Option<Text> = "form" | "json",
        /// Where in an answer things are, where that is not as RFC 6749 has it.
        fields: Option<RawTokenFields>,
        /// What stands between scopes in an answer.
        granted_scope_separator: Option<Text> = " " | ",",
        /// Error codes, beside invalid_grant, that say that a grant is gone for good.
        dead_grant: Option<Vec<Text>>,
    }
    /// Where in a token answer things are.
    RawTokenFields {
        /// The access token.
        access_token: Option<Text>,
        /// The refresh token.
        refresh_token: Option<Text>,
        /// Seconds that the access token lives.
        expires_in: Option<Text>,
        /// Seconds that the refresh token lives.
        refresh_expires_in: Option<Text>,
        /// What was granted.
        scope: Option<Text>,
        /// The error code.
        error: Option<Text>,
    }
    /// How refresh tokens behave.
    RawRefresh {
        /// Whether each use gives a new refresh token and ends the old one.
        rotation: Text = "each_use" | "never",
        /// How long a used refresh token may be sent again, for an answer that was lost.
        replay_leeway_seconds: Option<Spanned<i64>>,
    }
    /// How a grant ends.
    RawRevoke {
        /// `https://host/path` or `{instance}/path`.
        url: Option<Text>,
        /// The method.
        method: Option<Text> = "POST" | "DELETE",
        /// Who asks.
        authenticate: Option<Text> = "basic" | "body" | "none" | "token",
        /// How parameters are written.
        encoding: Option<Text> = "form" | "json",
        /// The parameter that holds the token.
        token_field: Option<Text>,
        /// What a person has to do at the app beside it.
        remains: Option<Text>,
        /// In place of the others, where the app has no request for it: what to tell the person.
        absent: Option<Text>,
    }
    /// How a credential travels: in a header, in the query, or in the path.
    RawCredential {
        /// The header, in lower case.
        header: Option<Text>,
        /// What stands before it in the header.
        prefix: Option<Text>,
        /// With `api_key`: the query key. Queries are written into logs: for apps that take no header.
        query: Option<Text>,
        /// With `bot_token`: the letters before it in the first segment of the path.
        path: Option<Text>,
    }
}
