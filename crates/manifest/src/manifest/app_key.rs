//! Keys of apps: where their tokens are asked for, what for, and for which one thing.

use super::Manifest;
use super::whole::Whole;
use crate::address::{Endpoint, HostRef};
use crate::auth::{AppKeyRule, RevokeRule, permission};
use crate::operation::{Class, Operation};
use crate::source::{ManifestError, Source};

type Parsed<T> = Result<T, ManifestError>;

/// What a key signs goes to the host of the operations and nowhere else; its scopes are permissions; and every write
/// names the one thing that its token is for.
pub(super) fn check_app_key(source: Source<'_>, raw: &Whole, manifest: &Manifest) -> Parsed<()> {
    let Some(rule) = manifest.auth.app_key() else {
        return Ok(());
    };
    let auth = raw.auth.get_ref();
    let token = auth.installation_token.as_ref();
    let hosts: Vec<&HostRef> = manifest
        .operations()
        .map(|operation| &operation.host)
        .collect();
    let is_there = |endpoint: &Endpoint| hosts.iter().all(|host| **host == endpoint.host);
    if let Some(token) = token.filter(|_| !is_there(&rule.token.endpoint)) {
        return Err(source.at(&token.get_ref().url, "the host is that of all operations"));
    }
    match (&manifest.auth.revoke, &auth.revoke.get_ref().url) {
        (RevokeRule::Request(request), Some(url)) if !is_there(&request.endpoint) => {
            return Err(source.at(url, "the host is that of all operations"));
        }
        (RevokeRule::Request(request), Some(url)) if request.token_field.is_some() => {
            return Err(source.at(url, "the token that is to end is what asks for it"));
        }
        _ => {}
    }
    for (name, written) in raw.scopes.iter().flatten() {
        let class = manifest.scopes.get(name.get_ref()).map(|scope| scope.class);
        let level = permission(name.get_ref()).map(|(_, level)| level);
        if level.is_none() || level != class.map(Class::as_str) {
            let problem = "a scope of this kind is a permission and its level, which is its class: issues:read";
            return Err(source.at(&written.get_ref().class, problem));
        }
    }
    check_narrow(source, raw, (manifest, rule))
}

fn check_narrow(
    source: Source<'_>,
    raw: &Whole,
    (manifest, rule): (&Manifest, &AppKeyRule),
) -> Parsed<()> {
    let token = raw.auth.get_ref().installation_token.as_ref();
    let written = token.and_then(|token| token.get_ref().narrow.as_ref());
    let (Some(narrow), Some(written)) = (&rule.token.narrow, written) else {
        return Ok(());
    };
    // What is a part of the path is never left out.
    let takes = |write: &Operation, name: &str| write.params.argument(name).is_some();
    let needed = || narrow.named.iter().chain([&narrow.argument]);
    for write in manifest.operations_of(Class::Write) {
        if let Some(name) = needed().find(|name| !takes(write, name)) {
            let problem = format!("the path of `{}` has no argument `{name}`", write.id);
            return Err(source.at(written, problem));
        }
    }
    Ok(())
}
