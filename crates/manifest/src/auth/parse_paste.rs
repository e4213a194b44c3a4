use toml::Spanned;

use super::parse::{needed, separator};
use super::{CredentialClass, PasteRule, ToldRule};
use crate::operation::is_token;
use crate::source::raw::{RawAuth, RawTold, Text};
use crate::source::{ManifestError, Source, sentence};
use crate::value::Pattern;

type Parsed<T> = Result<T, ManifestError>;

/// Reads what people paste. Whether the read that verifies it is declared is checked by the manifest.
pub(super) fn parse_paste(
    source: Source<'_>,
    written: &Spanned<RawAuth>,
    class: CredentialClass,
) -> Parsed<PasteRule> {
    let raw = written.get_ref();
    refuse_oauth(source, raw)?;
    let verify = needed(source, written, (raw.verify.as_ref(), "verify"))?;
    let paste = needed(source, written, (raw.paste.as_ref(), "paste"))?.get_ref();
    let pattern = Pattern::parse(paste.pattern.get_ref());
    let user_label = match (&paste.user_label, class) {
        (Some(label), class) if class.has_user() => Some(sentence(source, label)?),
        (None, class) if class.has_user() => {
            let problem = "a password has a user: `user_label` is what the app calls it";
            return Err(source.at(&paste.label, problem));
        }
        (Some(label), _) => {
            return Err(source.at(label, "a password alone has a user"));
        }
        (None, _) => None,
    };
    Ok(PasteRule {
        class,
        label: sentence(source, &paste.label)?,
        place: sentence(source, &paste.r#where)?,
        user_label,
        verify: verify.get_ref().clone(),
        pattern: pattern.map_err(|problem| source.at(&paste.pattern, problem))?,
        told: match &paste.told {
            Some(told) => Some(parse_told(source, told)?),
            None => None,
        },
    })
}

fn parse_told(source: Source<'_>, written: &Spanned<RawTold>) -> Parsed<ToldRule> {
    let raw = written.get_ref();
    let header = |text: &Option<Text>| match text {
        Some(text) if is_token(text.get_ref()) => Ok(Some(text.get_ref().clone())),
        Some(text) => Err(source.at(text, "a header's name, in lower case")),
        None => Ok(None),
    };
    if raw.expires.is_none() && raw.scopes.is_none() {
        return Err(source.at(written, "`expires` or `scopes` names a header"));
    }
    let others = [&raw.scope_separator, &raw.beyond];
    if let Some(other) = others
        .into_iter()
        .flatten()
        .next()
        .filter(|_| raw.scopes.is_none())
    {
        return Err(source.at(other, "this is about `scopes`"));
    }
    Ok(ToldRule {
        expires: header(&raw.expires)?,
        scopes: header(&raw.scopes)?,
        scope_separator: separator(source, raw.scope_separator.as_ref())?,
        beyond: match &raw.beyond {
            Some(text) => Some(sentence(source, text)?),
            None => None,
        },
    })
}

/// What says nothing about a credential that is pasted.
pub(super) fn refuse_oauth(source: Source<'_>, raw: &RawAuth) -> Parsed<()> {
    let words = [&raw.pkce, &raw.client_auth, &raw.scope_separator];
    let texts = words.into_iter().flatten().map(Text::span);
    let tables = [
        raw.authorize.as_ref().map(Spanned::span),
        raw.token.as_ref().map(Spanned::span),
        raw.refresh.as_ref().map(Spanned::span),
    ];
    match texts.chain(tables.into_iter().flatten()).next() {
        Some(span) => Err(source.error(span, "this belongs to OAuth 2, and nothing else")),
        None => Ok(()),
    }
}
