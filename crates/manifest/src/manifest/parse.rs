use std::collections::{BTreeMap, BTreeSet};

use super::instance::parse_instance;
use super::whole::{Whole, read_base};
use super::{Barriers, Manifest, ScopeRule, checks};
use crate::address::Protocol;
use crate::answer::{ErrorRule, FieldTree, RateFamily, RateHeaders, ResetForm};
use crate::auth::{CredentialClass, class_of, parse_auth};
use crate::operation::{
    Class, Defaults, Operation, field_path, is_token, parse_headers, parse_host, parse_operation,
};
use crate::scan::parse_scan;
use crate::source::raw::{
    RawBarriers, RawErrors, RawManifest, RawRateLimit, RawScope, Table, Text,
};
use crate::source::{Base, ManifestError, Source, sentence};

type Parsed<T> = Result<T, ManifestError>;

/// The version of the format that this reads.
const FORMAT: i64 = 1;
/// The longest manifest, in bytes.
const MAX_SIZE: usize = 1024 * 1024;

impl Manifest {
    /// Reads and checks a whole manifest that takes nothing from another one.
    ///
    /// # Errors
    /// [`ManifestError`], with the line and column of the first problem.
    pub fn parse(text: &str) -> Result<Self, ManifestError> {
        Self::parse_among(text, |_| None)
    }

    /// The same for one that may take its operations from another: `others` gives the text of the one of that name.
    ///
    /// # Errors
    /// [`ManifestError`], with the line and column of the first problem. What is wrong in the other manifest is told at
    /// the place that names it.
    pub fn parse_among<'a>(
        text: &'a str,
        others: impl FnOnce(&str) -> Option<&'a str>,
    ) -> Result<Self, ManifestError> {
        let source = Source {
            own: text,
            base: None,
        };
        if text.len() > MAX_SIZE {
            return Err(source.error(0..0, "a manifest is at most one megabyte"));
        }
        let raw: RawManifest = toml::from_str(text).map_err(|error| source.syntax(&error))?;
        let class = class_of(source, &raw.auth)?;
        let Some(named) = raw.operations_of.clone() else {
            return Self::check(source, &Whole::alone(source, raw)?);
        };
        let other = others(named.get_ref());
        let base = Base {
            text: other.ok_or_else(|| source.at(&named, "there is no such manifest: give its file as well, or put it into the same folder"))?,
            named: (named.span().start, named.span().end),
        };
        let source = Source {
            base: Some(base),
            ..source
        };
        let base = read_base(base, source)?;
        Self::check(source, &Whole::with(source, raw, (base, class))?)
    }

    fn check(source: Source<'_>, raw: &Whole) -> Parsed<Self> {
        if *raw.format.get_ref() != FORMAT {
            return Err(source.at(&raw.format, "this version reads format 1"));
        }
        let errors = match &raw.api.errors {
            Some(raw) => Some(parse_errors(source, raw)?),
            None => None,
        };
        let protocol = parse_protocol(source, raw)?;
        let auth = parse_auth(source, &raw.auth)?;
        let mut operations = parse_operations(source, raw, (protocol, auth.class()))?;
        set_sieves(source, raw, errors.as_ref(), &mut operations)?;
        let scan = raw
            .scan
            .as_ref()
            .map(|scan| parse_scan(source, scan, &operations));
        let manifest = Self {
            id: parse_id(source, &raw.id)?,
            name: sentence(source, &raw.name)?,
            about: sentence(source, &raw.about)?,
            protocol,
            barriers: parse_barriers(source, &raw.barriers)?,
            operations_of: raw.operations_of.as_ref().map(|id| id.get_ref().clone()),
            instance: match &raw.instance {
                Some(raw) => Some(parse_instance(source, raw.get_ref(), protocol)?),
                None => None,
            },
            auth,
            rate: parse_rate(source, raw.api.rate_limits.as_deref())?,
            errors,
            scan: scan.transpose()?,
            scopes: parse_scopes(source, raw.scopes.as_ref())?,
            operations,
        };
        checks::check(source, raw, &manifest)?;
        Ok(manifest)
    }
}

fn parse_id(source: Source<'_>, id: &Text) -> Parsed<String> {
    let text = id.get_ref();
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    let starts = text.bytes().next().is_some_and(|b| b.is_ascii_lowercase());
    // The pages call the connections of an app that write by its id and this.
    let taken = text.ends_with("-write");
    if starts && text.len() <= 40 && text.bytes().all(plain) && !taken {
        return Ok(text.clone());
    }
    Err(source.at(
        id,
        "an app's id is lower-case letters, digits and hyphens, and does not end in -write",
    ))
}

fn parse_operations(
    source: Source<'_>,
    raw: &Whole,
    (protocol, class): (Protocol, CredentialClass),
) -> Parsed<BTreeMap<String, Operation>> {
    let defaults = Defaults {
        protocol,
        class,
        host: parse_host(source, &raw.api.host)?,
        headers: parse_headers(source, raw.api.headers.as_ref())?,
    };
    let mut operations = BTreeMap::new();
    for (id, written) in &raw.operations {
        let operation = parse_operation(source, id, written, &defaults)?;
        operations.insert(id.get_ref().clone(), operation);
    }
    Ok(operations)
}

/// What is spoken, and whether credentials are of that.
fn parse_protocol(source: Source<'_>, raw: &Whole) -> Parsed<Protocol> {
    match &raw.api.protocol {
        None => Ok(Protocol::Http),
        Some(text) => Protocol::parse(text.get_ref())
            .ok_or_else(|| source.at(text, "a protocol is `http`, `imap` or `smtp`")),
    }
}

fn parse_barriers(source: Source<'_>, raw: &RawBarriers) -> Parsed<Barriers> {
    Ok(Barriers {
        scope_held: *raw.scope_held.get_ref(),
        scope: sentence(source, &raw.scope)?,
        operations: sentence(source, &raw.operations)?,
        countersign: sentence(source, &raw.countersign)?,
    })
}

fn parse_scopes(
    source: Source<'_>,
    raw: Option<&Table<RawScope>>,
) -> Parsed<BTreeMap<String, ScopeRule>> {
    let mut scopes = BTreeMap::new();
    for (name, scope) in raw.into_iter().flatten() {
        // RFC 6749 3.3, and no comma, since some apps separate scopes by it.
        let token = |b: u8| matches!(b, b'!'..=b'~') && !matches!(b, b'"' | b'\\' | b',');
        if name.get_ref().is_empty() || !name.get_ref().bytes().all(token) {
            return Err(source.at(
                name,
                "a scope is printable ASCII without spaces, quotes, commas",
            ));
        }
        let written = scope.get_ref();
        let class = Class::parse(written.class.get_ref());
        let class =
            class.ok_or_else(|| source.at(&written.class, "a class is `read` or `write`"))?;
        let narrower = written
            .narrower
            .iter()
            .flatten()
            .map(|name| name.get_ref().clone())
            .collect();
        let rule = ScopeRule {
            class,
            reason: sentence(source, &written.reason)?,
            narrower,
        };
        scopes.insert(name.get_ref().clone(), rule);
    }
    Ok(scopes)
}

fn parse_errors(source: Source<'_>, raw: &RawErrors) -> Parsed<ErrorRule> {
    let field = field_path(source, &raw.field)?;
    let mut tree = FieldTree::nothing();
    let kept = tree.keep(&field);
    kept.map_err(|_| source.at(&raw.field, "not a place in an answer"))?;
    let mut seen = BTreeSet::new();
    let mut words = |codes: &Option<Vec<Text>>| {
        let codes = codes.iter().flatten().map(|code| {
            let fresh = !code.get_ref().is_empty() && seen.insert(code.get_ref().clone());
            fresh
                .then(|| code.get_ref().clone())
                .ok_or_else(|| source.at(code, "a code means one thing"))
        });
        codes.collect::<Parsed<Vec<_>>>()
    };
    Ok(ErrorRule {
        wait: words(&raw.wait)?,
        reconnect: words(&raw.reconnect)?,
        unknown: words(&raw.unknown)?,
        refused: words(&raw.refused)?,
        field,
        tree,
    })
}

/// What of each answer is read: what is kept, and the place of an error. Where the one is a list and
/// the other an object, errors are read in failures alone.
fn set_sieves(
    source: Source<'_>,
    raw: &Whole,
    errors: Option<&ErrorRule>,
    operations: &mut BTreeMap<String, Operation>,
) -> Parsed<()> {
    for (id, written) in &raw.operations {
        let Some(operation) = operations.get_mut(id.get_ref()) else {
            continue;
        };
        operation.sieve = operation.response.clone();
        let Some(rule) = errors else { continue };
        let Some(key) = rule.field.first_key() else {
            continue;
        };
        if operation.response.is_list() {
            continue;
        }
        if operation.response.has(key) || operation.sieve.keep(&rule.field).is_err() {
            return Err(source.at(
                &written.get_ref().path,
                "what its `response` keeps is where [api.errors] looks for an error",
            ));
        }
    }
    Ok(())
}

fn parse_rate(source: Source<'_>, raw: Option<&[RawRateLimit]>) -> Parsed<RateHeaders> {
    let families = raw.into_iter().flatten();
    let families = families.map(|raw| parse_rate_family(source, raw));
    families.collect::<Parsed<_>>().map(RateHeaders)
}

fn parse_rate_family(source: Source<'_>, raw: &RawRateLimit) -> Parsed<RateFamily> {
    let header = |text: &Option<Text>| match text {
        Some(text) if is_token(text.get_ref()) => Ok(Some(text.get_ref().clone())),
        Some(text) => Err(source.at(text, "a header's name, in lower case")),
        None => Ok(None),
    };
    let reset_form = match &raw.reset_is {
        None => ResetForm::UnixSeconds,
        Some(text) => match text.get_ref().as_str() {
            "unix_seconds" => ResetForm::UnixSeconds,
            "seconds_from_now" => ResetForm::SecondsFromNow,
            "unix_milliseconds" => ResetForm::UnixMilliseconds,
            _ => {
                let problem = "a reset is unix_seconds, unix_milliseconds or seconds_from_now";
                return Err(source.at(text, problem));
            }
        },
    };
    Ok(RateFamily {
        limit: header(&raw.limit)?,
        remaining: header(&raw.remaining)?,
        reset: header(&raw.reset)?,
        usage: header(&raw.usage)?,
        reset_form,
    })
}
