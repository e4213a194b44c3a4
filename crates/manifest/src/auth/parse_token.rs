use toml::Spanned;

use super::parse::{ENCODINGS, choose, endpoint, separator};
use super::{Encoding, TokenEndpoint, TokenFields};
use crate::answer::{FieldPath, FieldTree};
use crate::operation::field_path;
use crate::source::raw::{RawToken, RawTokenFields, Text};
use crate::source::{ManifestError, Source};

type Parsed<T> = Result<T, ManifestError>;

/// Reads the token endpoint.
pub(super) fn parse_token(source: Source<'_>, raw: &RawToken) -> Parsed<TokenEndpoint> {
    let encoding = raw
        .encoding
        .as_ref()
        .map(|text| choose(source, text, ENCODINGS));
    let dead = raw
        .dead_grant
        .iter()
        .flatten()
        .map(|code| code.get_ref().clone());
    Ok(TokenEndpoint {
        endpoint: endpoint(source, &raw.url)?,
        encoding: encoding.transpose()?.unwrap_or(Encoding::Form),
        fields: parse_token_fields(source, raw.fields.as_ref())?,
        granted_scope_separator: separator(source, raw.granted_scope_separator.as_ref())?,
        // RFC 6749 5.2.
        dead_grant: std::iter::once("invalid_grant".to_owned())
            .chain(dead)
            .collect(),
    })
}

fn parse_token_fields(source: Source<'_>, raw: Option<&RawTokenFields>) -> Parsed<TokenFields> {
    let mut tree = FieldTree::nothing();
    let mut field = |written: Option<&Text>, standard: &str| -> Parsed<FieldPath> {
        let text = written
            .cloned()
            .unwrap_or_else(|| Spanned::new(0..0, standard.to_owned()));
        let path = field_path(source, &text)?;
        if !path.is_single() {
            return Err(source.at(&text, "a token answer has one of each"));
        }
        let kept = tree.keep(&path);
        kept.map_err(|_| source.at(&text, "another field claims the same place"))?;
        Ok(path)
    };
    let fields = TokenFields {
        access_token: field(
            raw.and_then(|raw| raw.access_token.as_ref()),
            "access_token",
        )?,
        refresh_token: field(
            raw.and_then(|raw| raw.refresh_token.as_ref()),
            "refresh_token",
        )?,
        expires_in: field(raw.and_then(|raw| raw.expires_in.as_ref()), "expires_in")?,
        refresh_expires_in: field(
            raw.and_then(|raw| raw.refresh_expires_in.as_ref()),
            "refresh_token_expires_in",
        )?,
        scope: field(raw.and_then(|raw| raw.scope.as_ref()), "scope")?,
        error: field(raw.and_then(|raw| raw.error.as_ref()), "error")?,
        tree: FieldTree::nothing(),
    };
    Ok(TokenFields { tree, ..fields })
}
