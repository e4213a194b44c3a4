//! What no part of a manifest can see alone.

use std::collections::BTreeMap;

use super::{Manifest, ScopeRule};
use crate::address::HostRef;
use crate::operation::{Class, Operation, check_reconcile, overlap};
use crate::source::raw::{RawManifest, RawOperation, Table, Text};
use crate::source::{ManifestError, Source};

type Parsed<T> = Result<T, ManifestError>;

pub(super) fn check(source: Source<'_>, raw: &RawManifest, manifest: &Manifest) -> Parsed<()> {
    check_scopes(source, raw, &manifest.scopes)?;
    check_barriers(source, raw, manifest)?;
    check_instance(source, raw, manifest)?;
    check_overlaps(source, &raw.operations, &manifest.operations)?;
    for (id, written) in &raw.operations {
        if let Some(operation) = manifest.operations.get(id.get_ref()) {
            check_reconcile(source, written.get_ref(), operation, &manifest.operations)?;
        }
    }
    Ok(())
}

fn check_scopes(
    source: Source<'_>,
    raw: &RawManifest,
    scopes: &BTreeMap<String, ScopeRule>,
) -> Parsed<()> {
    let declared = |scope: &Text| {
        let known = scopes.contains_key(scope.get_ref());
        known
            .then_some(())
            .ok_or_else(|| source.at(scope, "not declared in [scopes]"))
    };
    for scope in raw.scopes.values() {
        scope
            .get_ref()
            .narrower
            .iter()
            .flatten()
            .try_for_each(declared)?;
    }
    for operation in raw.operations.values() {
        operation.get_ref().scopes.iter().try_for_each(declared)?;
    }
    for name in raw.scopes.keys() {
        let used = |scopes: &[Text]| scopes.iter().any(|used| used == name);
        let asked = raw
            .operations
            .values()
            .any(|operation| used(&operation.get_ref().scopes));
        let stands_in = raw
            .scopes
            .values()
            .any(|scope| scope.get_ref().narrower.as_deref().is_some_and(used));
        if !asked && !stands_in {
            return Err(source.at(name, "no operation needs it: ask for nothing in advance"));
        }
    }
    Ok(())
}

/// The first barrier is claimed only where it stands.
fn check_barriers(source: Source<'_>, raw: &RawManifest, manifest: &Manifest) -> Parsed<()> {
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
        _ => Ok(()),
    }
}

fn check_instance(source: Source<'_>, raw: &RawManifest, manifest: &Manifest) -> Parsed<()> {
    let auth = &manifest.auth;
    let endpoints = [&auth.authorize, &auth.token.endpoint].map(|endpoint| &endpoint.host);
    let hosts = manifest
        .operations
        .values()
        .map(|operation| &operation.host);
    let used = endpoints
        .into_iter()
        .chain(hosts)
        .any(|host| *host == HostRef::Instance);
    match (&raw.instance, used) {
        (None, true) => Err(source.at(&raw.id, "`instance` is used: [instance] says which are")),
        (Some(unused), false) => Err(source.at(unused, "nothing uses `instance`")),
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
