//! Instances: which addresses a connection may give, and how the app is asked for their identifiers.

use super::Manifest;
use super::whole::Whole;
use crate::address::{HostPattern, HostRef, InstanceIdRule, InstanceRule, Protocol};
use crate::answer::{FieldPath, FieldTree};
use crate::operation::{Class, Operation, field_path};
use crate::source::raw::{RawInstance, RawInstanceId, Text};
use crate::source::{ManifestError, Source, sentence};
use crate::value::{Pattern, Role};

type Parsed<T> = Result<T, ManifestError>;

pub(super) fn parse_instance(
    source: Source<'_>,
    raw: &RawInstance,
    protocol: Protocol,
) -> Parsed<InstanceRule> {
    let hosts = raw.hosts.iter().map(|text| {
        HostPattern::parse(text.get_ref())
            .ok_or_else(|| source.at(text, "`any`, an exact host, or *. and a host"))
    });
    let rule = InstanceRule {
        hosts: hosts.collect::<Parsed<_>>()?,
        protocol,
        allow_http: raw.allow_http.unwrap_or(false),
        example: sentence(source, &raw.example)?,
        id: match &raw.id {
            Some(raw) => Some(parse_id(source, raw.get_ref())?),
            None => None,
        },
    };
    match rule.read(&rule.example) {
        Ok(_) => Ok(rule),
        Err(error) => Err(source.at(
            &raw.example,
            format!("not an address by this rule: {error}"),
        )),
    }
}

/// What it says about the operation is checked by [`check_instance`].
fn parse_id(source: Source<'_>, raw: &RawInstanceId) -> Parsed<InstanceIdRule> {
    let each = field_path(source, &raw.each)?;
    if !each.ends_in_items() {
        return Err(source.at(&raw.each, "a list ends in []"));
    }
    let pattern = Pattern::parse(raw.pattern.get_ref());
    Ok(InstanceIdRule {
        operation: raw.operation.get_ref().clone(),
        each,
        url: field_path(source, &raw.url)?,
        id: field_path(source, &raw.id)?,
        pattern: pattern.map_err(|problem| source.at(&raw.pattern, problem))?,
    })
}

/// An instance is said where something is at one, or called by its identifier; and an identifier can be had.
pub(super) fn check_instance(source: Source<'_>, raw: &Whole, manifest: &Manifest) -> Parsed<()> {
    let oauth = manifest.auth.oauth();
    let endpoints = oauth.map(|auth| [&auth.authorize.host, &auth.token.endpoint.host]);
    let endpoints = endpoints.into_iter().flatten();
    let hosts = manifest.operations().map(|operation| &operation.host);
    let is_host = endpoints
        .chain(hosts)
        .any(|host| *host == HostRef::Instance);
    let is_named = manifest.operations().any(names_instance);
    let id = raw
        .instance
        .as_ref()
        .and_then(|raw| raw.get_ref().id.as_ref());
    match (&raw.instance, id) {
        (None, _) if is_host => {
            Err(source.at(&raw.id, "`instance` is used: [instance] says which are"))
        }
        (_, None) if is_named => Err(source.at(
            &raw.id,
            "`instance_id` is used: [instance.id] says how the app is asked for it",
        )),
        (_, Some(unused)) if !is_named => Err(source.at(unused, "nothing uses `instance_id`")),
        (_, Some(id)) => check_id(source, id.get_ref(), manifest),
        (Some(unused), None) if !is_host => Err(source.at(unused, "nothing uses `instance`")),
        _ => Ok(()),
    }
}

/// Whether an operation's path holds the identifier of an instance.
fn names_instance(operation: &Operation) -> bool {
    let mut params = operation.params.iter();
    params.any(|(_, field)| matches!(field.role, Role::InstanceId))
}

fn check_id(source: Source<'_>, raw: &RawInstanceId, manifest: &Manifest) -> Parsed<()> {
    let Some(rule) = manifest.instance.as_ref().and_then(|rule| rule.id.as_ref()) else {
        return Ok(());
    };
    let read = manifest.operation(&rule.operation).ok();
    let fits = |read: &&Operation| {
        read.class == Class::Read && read.required().next().is_none() && !names_instance(read)
    };
    let Some(read) = read.filter(fits) else {
        let problem = "a declared read that needs no argument, and no `instance_id`";
        return Err(source.at(&raw.operation, problem));
    };
    let kept = |text: &Text, path: &FieldPath| {
        let whole = rule.each.join(path);
        match read.response.at(&whole) {
            Some(FieldTree::Scalar) if path.is_single() => Ok(()),
            _ => Err(source.at(text, format!("it does not keep `{whole}`"))),
        }
    };
    kept(&raw.url, &rule.url)?;
    kept(&raw.id, &rule.id)
}
