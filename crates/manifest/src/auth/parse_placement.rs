use toml::Spanned;

use super::{CredentialClass, CredentialHeader, CredentialPlacement};
use crate::operation::is_settable;
use crate::source::raw::{RawAuth, RawCredential, Text};
use crate::source::{ManifestError, Source};
use crate::value::is_name;

type Parsed<T> = Result<T, ManifestError>;

/// Reads how a credential of this class travels.
pub(super) fn parse_placement(
    source: Source<'_>,
    written: &Spanned<RawAuth>,
    class: CredentialClass,
) -> Parsed<CredentialPlacement> {
    let placement = written.get_ref().credential.as_ref();
    match (class, placement) {
        (CredentialClass::Basic, None) => Ok(CredentialPlacement::Basic),
        (CredentialClass::Basic, Some(placement)) => {
            Err(source.at(placement, "RFC 7617 says how a user and a password travel"))
        }
        (CredentialClass::Mail, None) => Ok(CredentialPlacement::SignIn),
        (CredentialClass::Mail, Some(placement)) => {
            Err(source.at(placement, "the protocol of mail says how a user signs in"))
        }
        (CredentialClass::BotToken, None) => Err(source.at(
            written,
            "a bot's token stands in the path: [auth.credential] has `path`",
        )),
        // RFC 6750 2.1.
        (CredentialClass::OAuth2 | CredentialClass::ApiKey | CredentialClass::AppKey, None) => {
            Ok(CredentialPlacement::Header(CredentialHeader {
                header: "authorization".to_owned(),
                prefix: "Bearer ".to_owned(),
            }))
        }
        (_, Some(placement)) => parse_written(source, placement, class),
    }
}

fn parse_written(
    source: Source<'_>,
    written: &Spanned<RawCredential>,
    class: CredentialClass,
) -> Parsed<CredentialPlacement> {
    let raw = written.get_ref();
    match (class, raw) {
        (
            CredentialClass::OAuth2 | CredentialClass::ApiKey | CredentialClass::AppKey,
            RawCredential {
                header: Some(header),
                prefix: Some(prefix),
                query: None,
                path: None,
            },
        ) => parse_header(source, header, prefix).map(CredentialPlacement::Header),
        (
            CredentialClass::ApiKey,
            RawCredential {
                header: None,
                prefix: None,
                query: Some(key),
                path: None,
            },
        ) if is_name(key.get_ref()) => Ok(CredentialPlacement::Query {
            key: key.get_ref().clone(),
        }),
        (
            CredentialClass::BotToken,
            RawCredential {
                header: None,
                prefix: None,
                query: None,
                path: Some(prefix),
            },
        ) if is_letters(prefix.get_ref()) => Ok(CredentialPlacement::Path {
            prefix: prefix.get_ref().clone(),
        }),
        (CredentialClass::OAuth2 | CredentialClass::AppKey, _) => {
            Err(source.at(written, "a token has a `header` and a `prefix`"))
        }
        (CredentialClass::BotToken, _) => {
            Err(source.at(written, "a bot's token has a `path`: the letters before it"))
        }
        (CredentialClass::ApiKey | CredentialClass::Basic | CredentialClass::Mail, _) => {
            Err(source.at(
                written,
                "a key has a `header` and a `prefix`, or `query`: the name of a query key",
            ))
        }
    }
}

fn parse_header(source: Source<'_>, header: &Text, prefix: &Text) -> Parsed<CredentialHeader> {
    if header.get_ref() != "authorization" && !is_settable(header.get_ref()) {
        return Err(source.at(header, "`authorization`, or a header of the app's own"));
    }
    if !prefix.get_ref().bytes().all(|b| matches!(b, b' '..=b'~')) {
        return Err(source.at(prefix, "printable ASCII"));
    }
    Ok(CredentialHeader {
        header: header.get_ref().clone(),
        prefix: prefix.get_ref().clone(),
    })
}

fn is_letters(text: &str) -> bool {
    text.len() <= 20 && text.bytes().all(|b| b.is_ascii_lowercase())
}
