//! What an operation over IMAP or SMTP may declare: what can be said there, and no more.

use std::collections::BTreeSet;

use super::MailField;
use super::call::MAX_PAGE;
use crate::operation::{Class, Method, Operation};
use crate::request::KeyForm;
use crate::source::raw::{RawOperation, Text};
use crate::source::{ManifestError, Source};
use crate::value::{Fields, Role, ValueType};

type Parsed<T> = Result<T, ManifestError>;

/// The path that a method of mail has in an address.
pub(crate) const fn mail_path(method: Method) -> Option<&'static str> {
    match method {
        Method::Examine => Some("/mailbox"),
        Method::Fetch => Some("/messages"),
        Method::Noop => Some("/session"),
        Method::Send => Some("/message"),
        Method::Get | Method::Head | Method::Post | Method::Put | Method::Patch => None,
    }
}

/// Checks an operation of mail, and reads which fields of mails it keeps.
pub(crate) fn check_mail_operation(
    source: Source<'_>,
    raw: &RawOperation,
    operation: &Operation,
) -> Parsed<BTreeSet<MailField>> {
    let Some(path) = mail_path(operation.method) else {
        return Ok(BTreeSet::new());
    };
    if raw.path.get_ref() != path {
        let problem = format!("the path of {} is {path}", operation.method.as_str());
        return Err(source.at(&raw.path, problem));
    }
    if let Some(host) = &raw.host {
        return Err(source.at(host, "mail is at the connection's own server: `instance`"));
    }
    if let Some((name, _)) = raw.headers.iter().flatten().next() {
        return Err(source.at(name, "there are no headers of requests where mail is"));
    }
    if let Some(graphql) = &raw.graphql {
        return Err(source.at(graphql, "there is no GraphQL where mail is"));
    }
    let fits = match operation.method {
        Method::Examine => has(&operation.query, &["mailbox"], &[]),
        Method::Fetch => has(&operation.query, &["mailbox", "limit"], &["after"]),
        _ => has(&operation.query, &[], &[]),
    };
    if !fits
        || !operation
            .query
            .iter()
            .all(|(name, field)| is_good(name, &field.role))
    {
        return Err(source.at(
            &raw.method,
            "EXAMINE has the query key `mailbox`; FETCH `mailbox`, a fixed `limit` of 1 to 500 and perhaps `after`, \
             strings; NOOP and SEND have none",
        ));
    }
    check_letter(source, raw, operation)?;
    let kept = raw.response.iter();
    kept.flat_map(|response| response.fields.iter().flatten())
        .filter_map(|text| kept_field(source, text, operation.method).transpose())
        .collect()
}

/// Whether `fields` are exactly those that are needed, and some of those that may be.
fn has(fields: &Fields, needed: &[&str], allowed: &[&str]) -> bool {
    let known = |name: &str| needed.contains(&name) || allowed.contains(&name);
    fields.iter().all(|(name, _)| known(name))
        && needed.iter().all(|name| fields.get(name).is_some())
}

fn is_good(name: &str, role: &Role) -> bool {
    match (name, role) {
        ("limit", Role::Fixed(value)) => value
            .as_u64()
            .is_some_and(|limit| (1..=u64::from(MAX_PAGE)).contains(&limit)),
        ("mailbox", Role::Fixed(value)) => value.as_str().is_some_and(|text| !text.is_empty()),
        ("mailbox", Role::Argument { kind, required }) => {
            *required && matches!(kind, ValueType::Text(_) | ValueType::Choice(_))
        }
        ("after", Role::Argument { kind, required }) => {
            !*required && matches!(kind, ValueType::Text(_))
        }
        _ => false,
    }
}

/// The body of SEND is a letter's, and no other method has one.
fn check_letter(source: Source<'_>, raw: &RawOperation, operation: &Operation) -> Parsed<()> {
    if operation.method != Method::Send {
        return match &raw.body {
            Some(body) => Err(source.error(body.span(), "SEND alone has a body")),
            None => Ok(()),
        };
    }
    let needed = ["from", "to", "subject", "text", "message_id"];
    let text = |kind: &ValueType| matches!(kind, ValueType::Text(rule) if !rule.multiline);
    let is_good = |name: &str, role: &Role| match (name, role) {
        ("message_id", role) => matches!(role, Role::Key(KeyForm::Plain)),
        ("to", Role::Argument { kind, required }) => *required && is_list(kind),
        ("cc", Role::Argument { kind, .. }) => is_list(kind),
        ("from" | "subject", Role::Argument { kind, required }) => *required && text(kind),
        ("text", Role::Argument { kind, required }) => {
            *required && matches!(kind, ValueType::Text(_))
        }
        _ => false,
    };
    let body = operation.body.as_ref().filter(|body| {
        has(body, &needed, &["cc"])
            && body
                .iter()
                .all(|(name, field)| field.at.is_none() && is_good(name, &field.role))
    });
    match body {
        Some(_) if operation.class == Class::Write => Ok(()),
        _ => Err(source.at(
            &raw.method,
            "the body of SEND has `from`, `subject` and `text`, required strings, `to`, a required array of strings, \
             perhaps `cc`, and `message_id`, the key in its plain form",
        )),
    }
}

fn is_list(kind: &ValueType) -> bool {
    matches!(kind, ValueType::List { items, .. } if matches!(**items, ValueType::Text(_)))
}

/// The field of a mail that a kept place is; nothing for what is said of the mailbox, or of a mail that was sent.
fn kept_field(source: Source<'_>, text: &Text, method: Method) -> Parsed<Option<MailField>> {
    let place = text.get_ref().as_str();
    let known = match method {
        Method::Examine => matches!(place, "uid_validity" | "messages"),
        Method::Fetch => matches!(place, "next" | "last"),
        Method::Send => place == "message_id",
        _ => false,
    };
    let field = place.strip_prefix("messages[].").and_then(MailField::parse);
    match field {
        Some(field) if method == Method::Fetch => Ok(Some(field)),
        _ if known => Ok(None),
        _ => Err(source.at(text, "no answer over this protocol has such a place")),
    }
}
