use std::collections::{BTreeMap, BTreeSet};

use toml::Spanned;

use super::parse_rules::add_rules;
use super::{Class, Method, Operation, parse_headers};
use crate::address::{HostRef, PathTemplate, Protocol};
use crate::answer::{FieldPath, FieldTree};
use crate::auth::{CredentialClass, parse_class as parse_credential_class};
use crate::graphql::{Document, check_answer, parse_graphql};
use crate::mail::check_mail_operation;
use crate::request::{Idempotency, KeyForm};
use crate::source::raw::{RawOperation, RawResponse, Text};
use crate::source::{ManifestError, Source, sentence};
use crate::value::{Fields, Place, is_name, parse_fields};

type Parsed<T> = Result<T, ManifestError>;

/// What operations take from `[api]`.
pub(crate) struct Defaults {
    pub(crate) protocol: Protocol,
    pub(crate) class: CredentialClass,
    pub(crate) host: HostRef,
    pub(crate) headers: BTreeMap<String, String>,
}

/// Reads one operation. What it says about other operations is checked by the manifest.
pub(crate) fn parse_operation(
    source: Source<'_>,
    id: &Text,
    raw: &Spanned<RawOperation>,
    defaults: &Defaults,
) -> Parsed<Operation> {
    if !is_name(id.get_ref()) {
        return Err(source.at(id, "an operation's name is letters, digits and _"));
    }
    let written = raw.get_ref();
    let (class, method) = parse_class(source, written, defaults.protocol)?;
    let path = parse_path(source, written)?;
    let fields = |raw: Option<&_>, place| match raw {
        Some(raw) => parse_fields(source, raw, place),
        None => Ok(Fields::default()),
    };
    let host = match &written.host {
        Some(text) => parse_host(source, text)?,
        None => defaults.host.clone(),
    };
    let mut headers = defaults.headers.clone();
    headers.extend(parse_headers(source, written.headers.as_ref())?);
    if defaults.protocol == Protocol::Http {
        headers
            .entry("accept".to_owned())
            .or_insert_with(|| "application/json".to_owned());
    }
    let response = parse_response(source, written.response.as_ref())?;
    let mut operation = Operation {
        id: id.get_ref().clone(),
        title: sentence(source, &written.title)?,
        class,
        method,
        scopes: written
            .scopes
            .iter()
            .flatten()
            .map(|scope| scope.get_ref().clone())
            .collect(),
        credentials: parse_credentials(source, written, defaults.class)?,
        idempotency: Idempotency::None,
        reconcile: None,
        response,
        pagination: None,
        continued_by: None,
        incremental: None,
        result: None,
        events: Vec::new(),
        mail_fields: BTreeSet::new(),
        subject: None,
        success: None,
        host,
        path,
        params: fields(written.params.as_ref(), Place::Path)?,
        query: fields(written.query.as_ref(), Place::Query)?,
        body: None,
        document: None,
        sieve: FieldTree::nothing(),
        headers,
    };
    (operation.document, operation.body) = parse_body(source, written, class)?;
    check_names(source, written, &operation)?;
    check_keys(source, written, &operation)?;
    operation.mail_fields = check_mail_operation(source, written, &operation)?;
    add_rules(source, written, &mut operation)?;
    Ok(operation)
}

/// The classes that it takes. A connection is given the manifest's own: without it, nothing could call the operation.
/// Beside it stands what travels the same way.
fn parse_credentials(
    source: Source<'_>,
    raw: &RawOperation,
    own: CredentialClass,
) -> Parsed<Vec<CredentialClass>> {
    let Some(written) = &raw.credentials else {
        return Ok(vec![own]);
    };
    let alike = [CredentialClass::OAuth2, CredentialClass::ApiKey];
    let mut classes = Vec::new();
    for text in written {
        let class = parse_credential_class(source, text)?;
        if class != own && !(alike.contains(&class) && alike.contains(&own)) {
            let problem = format!(
                "a credential of this class does not travel as one of `{}`, which connections are given",
                own.as_str()
            );
            return Err(source.at(text, problem));
        }
        if classes.contains(&class) {
            return Err(source.at(text, "named twice"));
        }
        classes.push(class);
    }
    if classes.contains(&own) {
        return Ok(classes);
    }
    let problem = format!(
        "nothing could call it: connections are given a credential of class `{}`",
        own.as_str()
    );
    Err(source.at(written.first().unwrap_or(&raw.title), problem))
}

/// What the operation sends beside its address: fields of JSON, or a GraphQL document.
fn parse_body(
    source: Source<'_>,
    raw: &RawOperation,
    class: Class,
) -> Parsed<(Option<Document>, Option<Fields>)> {
    match (&raw.graphql, &raw.body) {
        (Some(graphql), None) => {
            let (document, fields) = parse_graphql(source, graphql, class)?;
            check_answer(
                source,
                (graphql.get_ref(), raw.response.as_ref()),
                &document,
            )?;
            Ok((Some(document), Some(fields)))
        }
        (None, Some(body)) => {
            let fields = parse_fields(source, body.get_ref(), Place::Body)?;
            Ok((None, Some(fields)))
        }
        (Some(graphql), Some(_)) => {
            Err(source.at(graphql, "a GraphQL request has its document for a body"))
        }
        (None, None) => Ok((None, None)),
    }
}

/// A key makes one write the same one again, in one form.
fn check_keys(source: Source<'_>, raw: &RawOperation, operation: &Operation) -> Parsed<()> {
    let body = raw.body.iter().flat_map(toml::Spanned::get_ref);
    let variables = raw
        .graphql
        .iter()
        .flat_map(|graphql| graphql.get_ref().variables.iter().flatten());
    let fields = raw.params.iter().flatten().chain(body).chain(variables);
    let keys = fields.filter_map(|(_, field)| field.get_ref().key.as_ref());
    for key in keys {
        if operation.class == Class::Read {
            return Err(source.at(key, "a read has no key: it repeats anyway"));
        }
        if operation.key_form() != KeyForm::parse(key.get_ref()) {
            return Err(source.at(key, "one operation writes its key in one form"));
        }
    }
    Ok(())
}

pub(crate) fn parse_host(source: Source<'_>, text: &Text) -> Parsed<HostRef> {
    HostRef::parse(text.get_ref()).ok_or_else(|| {
        source.at(
            text,
            "a host is an exact DNS name, without scheme, port or path, or `instance`",
        )
    })
}

fn parse_class(
    source: Source<'_>,
    raw: &RawOperation,
    protocol: Protocol,
) -> Parsed<(Class, Method)> {
    let class = Class::parse(raw.class.get_ref());
    let class = class.ok_or_else(|| source.at(&raw.class, "a class is `read` or `write`"))?;
    let method = Method::parse(raw.method.get_ref());
    let method = method.filter(|method| method.protocol() == protocol);
    let method = method.ok_or_else(|| source.at(&raw.method, methods_of(protocol)))?;
    let by_post = raw
        .read_by_post
        .as_ref()
        .is_some_and(|flag| *flag.get_ref());
    if let Some(graphql) = &raw.graphql {
        // GraphQL over HTTP 6.2: a mutation is never a GET, and one method for all is one way in.
        return match (method, &raw.read_by_post) {
            (Method::Post, None) => Ok((class, method)),
            (Method::Post, Some(flag)) => Err(source.at(flag, "the document says what it does")),
            _ => Err(source.at(graphql, "a GraphQL document is sent by POST")),
        };
    }
    match (class, method) {
        (Class::Write, method) if method.is_safe() => Err(source.at(
            &raw.method,
            "a write is not sent by a method that promises to change nothing",
        )),
        (Class::Read, Method::Post) if by_post => Ok((class, method)),
        (Class::Read, Method::Send) => {
            Err(source.at(&raw.method, "a mail that is sent is a write"))
        }
        (Class::Read, method) if !method.is_safe() => Err(source.at(
            &raw.method,
            "a read is GET or HEAD, or POST with `read_by_post = true`",
        )),
        _ if raw.read_by_post.is_some() => {
            let span = raw.read_by_post.as_ref().map_or(0..0, Spanned::span);
            Err(source.error(span, "`read_by_post` belongs to a read with method POST"))
        }
        _ => Ok((class, method)),
    }
}

const fn methods_of(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Http => "a method is GET, HEAD, POST, PUT or PATCH; nothing is deleted",
        Protocol::Imap => "a method over IMAP is EXAMINE or FETCH; nothing is changed",
        Protocol::Smtp => "a method over SMTP is NOOP or SEND",
    }
}

fn parse_path(source: Source<'_>, raw: &RawOperation) -> Parsed<PathTemplate> {
    let path = PathTemplate::parse(raw.path.get_ref()).ok_or_else(|| {
        source.at(
            &raw.path,
            "a path is /literal/{parameter} segments of letters, digits and - . _ ~",
        )
    })?;
    let mut seen = BTreeSet::new();
    for hole in path.holes() {
        let declared = raw
            .params
            .iter()
            .flatten()
            .any(|(name, _)| name.get_ref() == hole);
        if !declared {
            return Err(source.at(&raw.path, format!("`{hole}` is not declared in `params`")));
        }
        if !seen.insert(hole) {
            return Err(source.at(&raw.path, format!("`{hole}` stands twice in the path")));
        }
    }
    for (name, _) in raw.params.iter().flatten() {
        if !seen.contains(name.get_ref().as_str()) {
            return Err(source.at(name, "no part of the path has this name"));
        }
    }
    Ok(path)
}

/// Arguments come in one flat object: a name means one thing.
fn check_names(source: Source<'_>, raw: &RawOperation, operation: &Operation) -> Parsed<()> {
    let body = raw.body.iter().flat_map(|body| body.get_ref().keys());
    let graphql = raw.graphql.iter().flat_map(|raw| &raw.get_ref().variables);
    let body = body.chain(graphql.flat_map(|variables| variables.keys()));
    let query = raw.query.iter().flat_map(|query| query.keys());
    for name in query.chain(body) {
        let text = name.get_ref().as_str();
        let holders = [
            Some(&operation.params),
            Some(&operation.query),
            operation.body.as_ref(),
        ];
        if holders
            .into_iter()
            .flatten()
            .filter(|fields| fields.get(text).is_some())
            .count()
            > 1
        {
            return Err(source.at(name, "the path, the query and the body share no names"));
        }
    }
    if let (true, Some(body)) = (operation.method.is_safe(), &raw.body) {
        return Err(source.error(body.span(), "GET and HEAD have no body"));
    }
    if operation.method == Method::Head && !operation.response.is_nothing() {
        return Err(source.at(
            &raw.method,
            "an answer to HEAD has no body to keep fields of",
        ));
    }
    Ok(())
}

fn parse_response(source: Source<'_>, raw: Option<&RawResponse>) -> Parsed<FieldTree> {
    let mut tree = FieldTree::nothing();
    let Some(raw) = raw else { return Ok(tree) };
    for text in raw.fields.iter().flatten() {
        let path = field_path(source, text)?;
        let kept = tree.keep(&path);
        kept.map_err(|_| source.at(text, "another path claims the same place"))?;
    }
    for text in raw.probe.iter().flatten() {
        let path = field_path(source, text)?;
        let probed = tree.probe(&path);
        probed.map_err(|_| source.at(text, "another path claims the same place"))?;
    }
    for only in raw.only.iter().flatten() {
        let kinds = only.kinds.iter().map(|kind| kind.get_ref().clone());
        let by = (only.by.get_ref().as_str(), kinds.collect());
        let chosen = tree.choose(&field_path(source, &only.each)?, by);
        chosen.map_err(|_| {
            let problem =
                "a list of `fields`, named once, whose items have a member `by` that is kept";
            source.at(&only.each, problem)
        })?;
    }
    Ok(tree)
}

/// A path, as `fields`, `field`, `each` and so on have them.
pub(crate) fn field_path(source: Source<'_>, text: &Text) -> Parsed<FieldPath> {
    let path = FieldPath::parse(text.get_ref()).filter(|path| !path.is_whole());
    path.ok_or_else(|| {
        source.at(
            text,
            "a path looks like number, [].labels[].name or data.items[].id",
        )
    })
}
