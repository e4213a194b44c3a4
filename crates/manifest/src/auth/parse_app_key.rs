use std::time::Duration;

use toml::Spanned;

use super::app_key::{AppKeyRule, InstallationTokenRule, NarrowRule};
use super::parse::{endpoint_with, needed};
use super::parse_paste::refuse_oauth;
use crate::answer::{FieldPath, FieldTree};
use crate::operation::field_path;
use crate::source::raw::{RawAppKey, RawAuth, RawInstallationToken, RawNarrow, Text};
use crate::source::{ManifestError, Source, sentence};
use crate::value::is_name;

type Parsed<T> = Result<T, ManifestError>;

/// The longest that an assertion under a key may be good for, in seconds: GitHub takes ten minutes.
const MAX_LIFETIME: i64 = 600;

/// Reads how an app that signs for itself is given access. What it says of operations is checked by the manifest.
pub(super) fn parse_app_key(source: Source<'_>, written: &Spanned<RawAuth>) -> Parsed<AppKeyRule> {
    let raw = written.get_ref();
    refuse_oauth(source, raw)?;
    let pasted = raw.paste.as_ref().map(Spanned::span);
    let verified = raw.verify.as_ref().map(Spanned::span);
    if let Some(span) = pasted.or(verified) {
        return Err(source.error(span, "of this kind [auth.app_key] says what is pasted"));
    }
    let key: &RawAppKey = needed(source, written, (raw.app_key.as_ref(), "app_key"))?.get_ref();
    let field = (raw.installation_token.as_ref(), "installation_token");
    let token = needed(source, written, field)?;
    let seconds = u64::try_from(*key.lifetime_seconds.get_ref()).ok();
    let seconds = seconds.filter(|_| (60..=MAX_LIFETIME).contains(key.lifetime_seconds.get_ref()));
    let seconds = seconds.ok_or_else(|| source.at(&key.lifetime_seconds, "60 to 600 seconds"))?;
    Ok(AppKeyRule {
        label: sentence(source, &key.label)?,
        place: sentence(source, &key.r#where)?,
        app_label: sentence(source, &key.app_label)?,
        installation_label: sentence(source, &key.installation_label)?,
        lifetime: Duration::from_secs(seconds),
        token: parse_token(source, token.get_ref())?,
    })
}

fn parse_token(source: Source<'_>, raw: &RawInstallationToken) -> Parsed<InstallationTokenRule> {
    let endpoint = endpoint_with(source, &raw.url)?;
    if !endpoint.names_installation() || endpoint.names_client() {
        return Err(source.at(&raw.url, "{installation} stands in it, and no {client_id}"));
    }
    if !is_name(raw.permissions.get_ref()) {
        return Err(source.at(&raw.permissions, "the name of a member"));
    }
    let mut tree = FieldTree::nothing();
    let mut keep = |text: &Text, is_list: bool| -> Parsed<FieldPath> {
        let path = field_path(source, text)?;
        if path.is_single() == is_list || path.first_key() == Some(raw.permissions.get_ref()) {
            return Err(source.at(text, "a place of its own in the answer"));
        }
        let kept = tree.keep(&path);
        kept.map_err(|_| source.at(text, "another field claims the same place"))?;
        Ok(path)
    };
    let (token, expires_at) = (keep(&raw.token, false)?, keep(&raw.expires_at, false)?);
    let narrow = match &raw.narrow {
        Some(narrow) => {
            let narrow = narrow.get_ref();
            let told = keep(&narrow.told, true)?;
            Some(parse_narrow(source, narrow, told)?)
        }
        None => None,
    };
    Ok(InstallationTokenRule {
        endpoint,
        token,
        expires_at,
        permissions: raw.permissions.get_ref().clone(),
        narrow,
        tree,
    })
}

fn parse_narrow(source: Source<'_>, raw: &RawNarrow, told: FieldPath) -> Parsed<NarrowRule> {
    if !is_name(raw.field.get_ref()) {
        return Err(source.at(&raw.field, "the name of a member"));
    }
    if raw.named.is_empty() {
        return Err(source.at(
            &raw.argument,
            "`named` lists the arguments that make its name",
        ));
    }
    Ok(NarrowRule {
        field: raw.field.get_ref().clone(),
        argument: raw.argument.get_ref().clone(),
        told,
        named: raw
            .named
            .iter()
            .map(|name| name.get_ref().clone())
            .collect(),
    })
}
