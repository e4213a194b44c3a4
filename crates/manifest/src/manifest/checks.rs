//! What no part of a manifest can see alone.

use std::collections::BTreeMap;

use super::Manifest;
use super::app_key::check_app_key;
use super::instance::check_instance;
use super::whole::Whole;
use crate::address::HostRef;
use crate::auth::{CredentialClass, CredentialPlacement};
use crate::operation::{Class, Operation, check_continued, check_reconcile, overlap};
use crate::source::raw::{RawOperation, Table, Text};
use crate::source::{ManifestError, Source};

type Parsed<T> = Result<T, ManifestError>;

pub(super) fn check(source: Source<'_>, raw: &Whole, manifest: &Manifest) -> Parsed<()> {
    check_scopes(source, raw, manifest)?;
    check_paste(source, raw, manifest)?;
    check_app_key(source, raw, manifest)?;
    check_instance(source, raw, manifest)?;
    check_protocol(source, raw, manifest)?;
    check_barriers(source, raw, manifest)?;
    check_overlaps(source, &raw.operations, &manifest.operations)?;
    for (id, written) in &raw.operations {
        if let Some(operation) = manifest.operations.get(id.get_ref()) {
            check_reconcile(source, written.get_ref(), operation, &manifest.operations)?;
            check_continued(source, written.get_ref(), operation, &manifest.operations)?;
        }
    }
    Ok(())
}

/// A scope is of what was asked for: what somebody pastes holds what the app gave it.
fn check_scopes(source: Source<'_>, raw: &Whole, manifest: &Manifest) -> Parsed<()> {
    let scopes = &manifest.scopes;
    let of_operations = || {
        let operations = raw.operations.values();
        operations.flat_map(|operation| operation.get_ref().scopes.iter().flatten())
    };
    if manifest.auth.has_scopes() {
        for operation in raw.operations.values() {
            if operation.get_ref().scopes.is_none() {
                let title = &operation.get_ref().title;
                return Err(source.at(title, "an operation names its `scopes`"));
            }
        }
    } else if let Some(scope) = of_operations()
        .next()
        .or_else(|| raw.scopes.iter().flatten().map(|(name, _)| name).next())
    {
        return Err(source.at(scope, "OAuth 2 and keys of apps alone have scopes"));
    }
    let declared = |scope: &Text| {
        let known = scopes.contains_key(scope.get_ref());
        known
            .then_some(())
            .ok_or_else(|| source.at(scope, "not declared in [scopes]"))
    };
    for scope in raw.scopes.iter().flatten().map(|(_, scope)| scope) {
        scope
            .get_ref()
            .narrower
            .iter()
            .flatten()
            .try_for_each(declared)?;
    }
    of_operations().try_for_each(declared)?;
    for name in raw.scopes.iter().flatten().map(|(name, _)| name) {
        let used = |scopes: &[Text]| scopes.iter().any(|used| used == name);
        let asked = of_operations().any(|scope| scope == name);
        let mut all = raw.scopes.iter().flatten().map(|(_, scope)| scope);
        let stands_in = all.any(|scope| scope.get_ref().narrower.as_deref().is_some_and(used));
        if !asked && !stands_in {
            return Err(source.at(name, "no operation needs it: ask for nothing in advance"));
        }
    }
    Ok(())
}

/// What verifies a credential is a read that needs nothing else; and no argument stands where the credential will.
fn check_paste(source: Source<'_>, raw: &Whole, manifest: &Manifest) -> Parsed<()> {
    let auth = raw.auth.get_ref();
    if let (Some(rule), Some(verify)) = (manifest.auth.paste(), &auth.verify) {
        let read = manifest.operations.get(&rule.verify);
        let is_lone_read =
            |read: &Operation| read.class == Class::Read && read.required().next().is_none();
        if !read.is_some_and(is_lone_read) {
            return Err(source.at(verify, "a declared read that needs no argument"));
        }
    }
    let Some(placement) = &auth.credential else {
        return Ok(());
    };
    let taken = |operation: &Operation| match &manifest.auth.credential {
        CredentialPlacement::Query { key } => operation.query.get(key).is_some(),
        CredentialPlacement::Header(own) => operation.headers.contains_key(&own.header),
        // An instance's own path stands first.
        CredentialPlacement::Path { .. } => operation.host == HostRef::Instance,
        CredentialPlacement::Basic | CredentialPlacement::SignIn => false,
    };
    match manifest.operations.values().find(|one| taken(one)) {
        Some(operation) => Err(source.at(
            placement,
            format!("`{}` has something else in that place", operation.id),
        )),
        None => Ok(()),
    }
}

/// Where mail is, nothing is as it is over HTTP; and elsewhere nothing is as it is where mail is.
fn check_protocol(source: Source<'_>, raw: &Whole, manifest: &Manifest) -> Parsed<()> {
    let auth = raw.auth.get_ref();
    let is_mail = manifest.auth.class() == CredentialClass::Mail;
    if is_mail != manifest.protocol.is_mail() {
        let place = auth.kind.as_ref().map_or(raw.id.span(), Text::span);
        let problem = "a credential of class `mail` goes with `protocol = \"imap\"` or `\"smtp\"`, and no other does";
        return Err(source.error(place, problem));
    }
    if !is_mail {
        return Ok(());
    }
    if raw.api.host.get_ref() != "instance" {
        let problem = "mail is at the connection's own server: `instance`";
        return Err(source.at(&raw.api.host, problem));
    }
    let of_http = [
        raw.api
            .headers
            .iter()
            .flatten()
            .next()
            .map(|(name, _)| name.span()),
        raw.api.errors.as_ref().map(|errors| errors.field.span()),
        auth.revoke.get_ref().url.as_ref().map(Text::span),
    ];
    if let Some(span) = of_http.into_iter().flatten().next() {
        return Err(source.error(span, "this belongs to HTTP"));
    }
    match &raw.instance {
        Some(instance) if instance.get_ref().allow_http.is_some() => {
            Err(source.at(instance, "`allow_http` belongs to HTTP"))
        }
        _ => Ok(()),
    }
}

/// The first barrier is claimed only where it stands.
fn check_barriers(source: Source<'_>, raw: &Whole, manifest: &Manifest) -> Parsed<()> {
    let writes = |name: &&str| {
        manifest
            .scopes
            .get(*name)
            .is_some_and(|scope| scope.class == Class::Write)
    };
    let needed = manifest.scopes_for(manifest.operations_for(Class::Read));
    match needed.iter().find(|name| writes(name)) {
        Some(scope) if manifest.barriers.scope_held => Err(source.at(
            &raw.barriers.scope_held,
            format!("reads need the scope `{scope}`, which can write: this barrier is not there"),
        )),
        None if manifest.barriers.scope_held && !manifest.auth.has_scopes() => Err(source.at(
            &raw.barriers.scope_held,
            "nobody knows what a credential that was pasted may do: this barrier is not claimed",
        )),
        _ => Ok(()),
    }
}

fn check_overlaps(
    source: Source<'_>,
    raw: &Table<RawOperation>,
    operations: &BTreeMap<String, Operation>,
) -> Parsed<()> {
    let mut seen: Vec<&Operation> = Vec::new();
    for (id, written) in raw {
        let Some(operation) = operations.get(id.get_ref()) else {
            continue;
        };
        if let Some(other) = seen.iter().find(|other| overlap(other, operation)) {
            return Err(source.at(
                &written.get_ref().path,
                format!(
                    "some request would be both `{}` and `{}`",
                    other.id, operation.id
                ),
            ));
        }
        seen.push(operation);
    }
    Ok(())
}
