use std::collections::BTreeMap;
use std::time::Duration;

use toml::Spanned;

use super::parse_token::parse_token;
use super::{
    AuthPlane, ClientAuth, CredentialPlacement, Encoding, Pkce, RefreshRule, RevokeAuth,
    RevokeMethod, RevokeRequest, RevokeRule,
};
use crate::address::Endpoint;
use crate::operation::is_settable;
use crate::source::raw::{RawAuth, RawAuthorize, RawCredential, RawRefresh, RawRevoke, Text};
use crate::source::{ManifestError, Source, sentence};

type Parsed<T> = Result<T, ManifestError>;

/// Parameters of an authorization request that are ours to set.
const OWN_PARAMETERS: &[&str] = &[
    "client_id",
    "client_secret",
    "code_challenge",
    "code_challenge_method",
    "redirect_uri",
    "request",
    "request_uri",
    "response_mode",
    "response_type",
    "scope",
    "state",
];
/// The longest time that a used refresh token may be sent again, in seconds.
const MAX_LEEWAY: i64 = 3600;

pub(crate) fn parse_auth(source: Source<'_>, raw: &RawAuth) -> Parsed<AuthPlane> {
    Ok(AuthPlane {
        pkce: choose(
            source,
            &raw.pkce,
            &[
                ("required", Pkce::Required),
                ("optional", Pkce::Optional),
                ("never", Pkce::Never),
            ],
        )?,
        client_auth: choose(source, &raw.client_auth, CLIENT_AUTH)?,
        scope_separator: separator(source, raw.scope_separator.as_ref())?,
        authorize: endpoint(source, &raw.authorize.url)?,
        authorize_extra: parse_extra(source, &raw.authorize)?,
        token: parse_token(source, &raw.token)?,
        refresh: raw
            .refresh
            .as_ref()
            .map(|raw| parse_refresh(source, raw))
            .transpose()?,
        revoke: parse_revoke(source, &raw.revoke)?,
        credential: parse_credential(source, raw.credential.as_ref())?,
    })
}

const CLIENT_AUTH: &[(&str, ClientAuth)] = &[
    ("basic", ClientAuth::Basic),
    ("body", ClientAuth::Body),
    ("none", ClientAuth::None),
];
pub(super) const ENCODINGS: &[(&str, Encoding)] =
    &[("form", Encoding::Form), ("json", Encoding::Json)];

/// The value that stands for a word.
pub(super) fn choose<T: Copy>(source: Source<'_>, text: &Text, words: &[(&str, T)]) -> Parsed<T> {
    let found = words.iter().find(|(word, _)| text.get_ref() == word);
    found.map(|(_, value)| *value).ok_or_else(|| {
        let words: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        source.at(text, format!("one of {}", words.join(", ")))
    })
}

pub(super) fn endpoint(source: Source<'_>, text: &Text) -> Parsed<Endpoint> {
    Endpoint::parse(text.get_ref()).ok_or_else(|| {
        source.at(
            text,
            "an address is https://host/path or {instance}/path, without a query",
        )
    })
}

pub(super) fn separator(source: Source<'_>, text: Option<&Text>) -> Parsed<char> {
    match text.map(|text| (text, text.get_ref().as_str())) {
        None | Some((_, " ")) => Ok(' '),
        Some((_, ",")) => Ok(','),
        Some((text, _)) => Err(source.at(text, "scopes are separated by a space or a comma")),
    }
}

fn parse_extra(source: Source<'_>, raw: &RawAuthorize) -> Parsed<BTreeMap<String, String>> {
    let mut extra = BTreeMap::new();
    for (name, value) in raw.extra.iter().flatten() {
        if OWN_PARAMETERS.contains(&name.get_ref().as_str()) {
            return Err(source.at(name, "this parameter is set by Countersign"));
        }
        extra.insert(name.get_ref().clone(), value.get_ref().clone());
    }
    Ok(extra)
}

fn parse_refresh(source: Source<'_>, raw: &RawRefresh) -> Parsed<RefreshRule> {
    let rotates = choose(
        source,
        &raw.rotation,
        &[("each_use", true), ("never", false)],
    )?;
    let replay_leeway = match &raw.replay_leeway_seconds {
        Some(seconds) => u64::try_from(*seconds.get_ref())
            .ok()
            .filter(|_| *seconds.get_ref() <= MAX_LEEWAY)
            .ok_or_else(|| source.at(seconds, "seconds, up to an hour"))?,
        None => 0,
    };
    Ok(RefreshRule {
        rotates,
        replay_leeway: Duration::from_secs(replay_leeway),
    })
}

fn parse_revoke(source: Source<'_>, written: &Spanned<RawRevoke>) -> Parsed<RevokeRule> {
    let raw = written.get_ref();
    let url = match (&raw.absent, &raw.url) {
        (Some(advice), None) => {
            let others = [
                &raw.method,
                &raw.authenticate,
                &raw.encoding,
                &raw.token_field,
            ]
            .into_iter()
            .flatten();
            if let Some(other) = others.into_iter().next() {
                return Err(source.at(other, "`absent` stands alone"));
            }
            return Ok(RevokeRule::Absent {
                advice: sentence(source, advice)?,
            });
        }
        (None, Some(url)) => url,
        (Some(absent), Some(_)) => return Err(source.at(absent, "either `url` or `absent`")),
        (None, None) => {
            return Err(source.at(written, "a revocation has `url`, or `absent` with advice"));
        }
    };
    let choose_or = |text: Option<&Text>, words: &[(&str, RevokeAuth)], otherwise| {
        text.map_or(Ok(otherwise), |text| choose(source, text, words))
    };
    let methods = &[
        ("POST", RevokeMethod::Post),
        ("DELETE", RevokeMethod::Delete),
    ];
    let method = raw
        .method
        .as_ref()
        .map(|text| choose(source, text, methods))
        .transpose()?;
    let encoding = raw
        .encoding
        .as_ref()
        .map(|text| choose(source, text, ENCODINGS))
        .transpose()?;
    let authenticate = choose_or(
        raw.authenticate.as_ref(),
        &[
            ("basic", RevokeAuth::Client(ClientAuth::Basic)),
            ("body", RevokeAuth::Client(ClientAuth::Body)),
            ("none", RevokeAuth::Client(ClientAuth::None)),
            ("token", RevokeAuth::Token),
        ],
        RevokeAuth::Client(ClientAuth::Basic),
    )?;
    Ok(RevokeRule::Request(RevokeRequest {
        endpoint: endpoint(source, url)?,
        method: method.unwrap_or(RevokeMethod::Post),
        authenticate,
        encoding: encoding.unwrap_or(Encoding::Form),
        token_field: match (&raw.token_field, authenticate) {
            (Some(name), _) => Some(name.get_ref().clone()),
            (None, RevokeAuth::Token) => None,
            (None, RevokeAuth::Client(_)) => Some("token".to_owned()),
        },
    }))
}

fn parse_credential(
    source: Source<'_>,
    raw: Option<&RawCredential>,
) -> Parsed<CredentialPlacement> {
    let Some(raw) = raw else {
        // RFC 6750 2.1.
        return Ok(CredentialPlacement {
            header: "authorization".to_owned(),
            prefix: "Bearer ".to_owned(),
        });
    };
    if raw.header.get_ref() != "authorization" && !is_settable(raw.header.get_ref()) {
        return Err(source.at(&raw.header, "`authorization`, or a header of the app's own"));
    }
    if !raw
        .prefix
        .get_ref()
        .bytes()
        .all(|b| matches!(b, b' '..=b'~'))
    {
        return Err(source.at(&raw.prefix, "printable ASCII"));
    }
    Ok(CredentialPlacement {
        header: raw.header.get_ref().clone(),
        prefix: raw.prefix.get_ref().clone(),
    })
}
