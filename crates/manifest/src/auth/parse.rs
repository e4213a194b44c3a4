use std::collections::BTreeMap;
use std::time::Duration;

use toml::Spanned;

use super::parse_app_key::parse_app_key;
use super::parse_paste::parse_paste;
use super::parse_placement::parse_placement;
use super::parse_token::parse_token;
use super::{
    AuthPlane, ClientAuth, CredentialClass, Encoding, OAuthPlane, Pkce, RefreshRule, RevokeAuth,
    RevokeMethod, RevokeRequest, RevokeRule, Way,
};
use crate::address::Endpoint;
use crate::source::raw::{RawAuth, RawAuthorize, RawRefresh, RawRevoke, Text};
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

/// Reads how the app grants access.
pub(crate) fn parse_auth(source: Source<'_>, written: &Spanned<RawAuth>) -> Parsed<AuthPlane> {
    let raw = written.get_ref();
    let class = class_of(source, written)?;
    if class != CredentialClass::AppKey {
        let key = raw.app_key.as_ref().map(Spanned::span);
        let token = raw.installation_token.as_ref().map(Spanned::span);
        if let Some(span) = key.or(token) {
            return Err(source.error(span, "this belongs to `app_key`, and nothing else"));
        }
    }
    let way = match class {
        CredentialClass::OAuth2 => Way::OAuth(Box::new(parse_oauth(source, written)?)),
        CredentialClass::AppKey => Way::AppKey(Box::new(parse_app_key(source, written)?)),
        _ => Way::Paste(Box::new(parse_paste(source, written, class)?)),
    };
    Ok(AuthPlane {
        way,
        revoke: parse_revoke(source, &raw.revoke, class)?,
        credential: parse_placement(source, written, class)?,
    })
}

/// The class of credential that a connection is given.
pub(crate) fn class_of(source: Source<'_>, written: &Spanned<RawAuth>) -> Parsed<CredentialClass> {
    match &written.get_ref().kind {
        Some(kind) => parse_class(source, kind),
        None => Ok(CredentialClass::OAuth2),
    }
}

/// Reads a class.
pub(crate) fn parse_class(source: Source<'_>, text: &Text) -> Parsed<CredentialClass> {
    choose(
        source,
        text,
        &CredentialClass::ALL.map(|class| (class.as_str(), class)),
    )
}

fn parse_oauth(source: Source<'_>, written: &Spanned<RawAuth>) -> Parsed<OAuthPlane> {
    let raw = written.get_ref();
    if let Some(verify) = &raw.verify {
        return Err(source.at(verify, "OAuth 2 verifies itself"));
    }
    if let Some(paste) = &raw.paste {
        return Err(source.at(paste, "with OAuth 2 nothing is pasted"));
    }
    let pkce = needed(source, written, (raw.pkce.as_ref(), "pkce"))?;
    let client_auth = needed(source, written, (raw.client_auth.as_ref(), "client_auth"))?;
    let authorize = needed(source, written, (raw.authorize.as_ref(), "authorize"))?;
    let token = needed(source, written, (raw.token.as_ref(), "token"))?;
    Ok(OAuthPlane {
        pkce: choose(
            source,
            pkce,
            &[
                ("required", Pkce::Required),
                ("optional", Pkce::Optional),
                ("never", Pkce::Never),
            ],
        )?,
        client_auth: choose(source, client_auth, CLIENT_AUTH)?,
        scope_separator: separator(source, raw.scope_separator.as_ref())?,
        authorize: endpoint(source, &authorize.get_ref().url)?,
        authorize_extra: parse_extra(source, authorize.get_ref())?,
        token: parse_token(source, token.get_ref())?,
        refresh: raw
            .refresh
            .as_ref()
            .map(|raw| parse_refresh(source, raw.get_ref()))
            .transpose()?,
    })
}

/// What this kind has, and others do not.
pub(super) fn needed<'a, T>(
    source: Source<'_>,
    written: &Spanned<RawAuth>,
    (field, name): (Option<&'a T>, &str),
) -> Parsed<&'a T> {
    field.ok_or_else(|| source.at(written, format!("missing field `{name}` of this kind")))
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
    let endpoint = endpoint_with(source, text)?;
    if endpoint.names_installation() {
        return Err(source.at(text, "{installation} is for what asks for its tokens alone"));
    }
    Ok(endpoint)
}

/// An address that may name an installation.
pub(super) fn endpoint_with(source: Source<'_>, text: &Text) -> Parsed<Endpoint> {
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

fn parse_revoke(
    source: Source<'_>,
    written: &Spanned<RawRevoke>,
    class: CredentialClass,
) -> Parsed<RevokeRule> {
    let raw = written.get_ref();
    let url = match (&raw.absent, &raw.url) {
        (Some(advice), None) => {
            let others = [
                &raw.method,
                &raw.authenticate,
                &raw.encoding,
                &raw.token_field,
                &raw.remains,
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
    let endpoint = endpoint(source, url)?;
    let by_client = authenticate != RevokeAuth::Token || endpoint.names_client();
    if by_client && class != CredentialClass::OAuth2 {
        return Err(source.at(
            url,
            "there is no client: `authenticate = \"token\"`, and no {client_id}",
        ));
    }
    Ok(RevokeRule::Request(RevokeRequest {
        endpoint,
        method: method.unwrap_or(RevokeMethod::Post),
        authenticate,
        encoding: encoding.unwrap_or(Encoding::Form),
        token_field: match (&raw.token_field, authenticate) {
            (Some(name), _) => Some(name.get_ref().clone()),
            (None, RevokeAuth::Token) => None,
            (None, RevokeAuth::Client(_)) => Some("token".to_owned()),
        },
        remains: match &raw.remains {
            Some(text) => Some(sentence(source, text)?),
            None => None,
        },
    }))
}
