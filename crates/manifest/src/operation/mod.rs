//! Operations: the only requests that an app can get.

mod headers;
mod next_page;
mod overlap;
mod parse;
mod parse_rules;
mod reconcile;
mod shown;
mod subject;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::address::{HostRef, PathTemplate, Protocol};
use crate::answer::{FieldTree, Incremental, Pagination, Refusal, ResultRule};
use crate::auth::CredentialClass;
use crate::graphql::Document;
use crate::mail::MailField;
use crate::request::{Idempotency, IdempotencyKey, KeyForm};
use crate::scan::EventMapping;
use crate::value::{Fields, Role, object};

pub(crate) use headers::{is_settable, is_token, parse_headers};
pub use next_page::NextPage;
pub(crate) use next_page::check_continued;
pub(crate) use overlap::overlap;
pub(crate) use parse::{Defaults, field_path, parse_host, parse_operation};
pub use reconcile::Reconcile;
pub(crate) use reconcile::check_reconcile;

/// What a request does to the app.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Changes nothing.
    Read,
    /// Changes something: only with a person's countersign.
    Write,
}

/// The methods that operations use, over HTTP and where mail is. There is no DELETE: Countersign deletes nothing in an app
/// (CO-08).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Method {
    /// RFC 9110 9.3.1.
    Get,
    /// RFC 9110 9.3.2.
    Head,
    /// RFC 9110 9.3.3.
    Post,
    /// RFC 9110 9.3.4.
    Put,
    /// RFC 5789.
    Patch,
    /// IMAP: opens a mailbox to read (RFC 9051 6.3.3), and looks how far its numbers go.
    Examine,
    /// IMAP: reads what envelopes say (RFC 9051 6.4.5), without a text and without a mark.
    Fetch,
    /// SMTP: signs in (RFC 4954), and leaves.
    Noop,
    /// SMTP: sends a mail (RFC 6409).
    Send,
}

/// One declared operation. It can only be had from a [`crate::Manifest`].
#[derive(Debug)]
#[non_exhaustive]
pub struct Operation {
    /// Its name in the manifest.
    pub id: String,
    /// What it does, in words.
    pub title: String,
    /// Whether it reads or writes.
    pub class: Class,
    /// The method.
    pub method: Method,
    /// The scopes that it needs.
    pub scopes: Vec<String>,
    /// The classes of credential that it takes.
    pub credentials: Vec<CredentialClass>,
    /// How the app is told that a write is the same one again.
    pub idempotency: Idempotency,
    /// How to find out whether a write arrived.
    pub reconcile: Option<Reconcile>,
    /// What of the answer is kept.
    pub response: FieldTree,
    /// How to ask for the next page.
    pub pagination: Option<Pagination>,
    /// The operation that gives the pages after the first, where that is another one.
    pub(crate) continued_by: Option<String>,
    /// How a later scan asks only for what is new.
    pub incremental: Option<Incremental>,
    /// What of the answer is for the person.
    pub result: Option<ResultRule>,
    /// How answers become events.
    pub events: Vec<EventMapping>,
    /// What it keeps of each mail, where mail is read.
    pub mail_fields: BTreeSet<MailField>,
    pub(crate) subject: Option<String>,
    pub(crate) success: Option<crate::FieldPath>,
    pub(crate) host: HostRef,
    pub(crate) path: PathTemplate,
    pub(crate) params: Fields,
    pub(crate) query: Fields,
    pub(crate) body: Option<Fields>,
    pub(crate) document: Option<Document>,
    pub(crate) sieve: FieldTree,
    pub(crate) headers: BTreeMap<String, String>,
}

impl Class {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text {
            "read" => Some(Self::Read),
            "write" => Some(Self::Write),
            _ => None,
        }
    }

    /// `read` or `write`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
        }
    }
}

impl Method {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let all = [
            Self::Get,
            Self::Head,
            Self::Post,
            Self::Put,
            Self::Patch,
            Self::Examine,
            Self::Fetch,
            Self::Noop,
            Self::Send,
        ];
        all.into_iter().find(|method| method.as_str() == text)
    }

    /// As it is sent.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Examine => "EXAMINE",
            Self::Fetch => "FETCH",
            Self::Noop => "NOOP",
            Self::Send => "SEND",
        }
    }

    /// RFC 9110 9.2.1: safe methods are the ones that a server must not take for a change.
    pub const fn is_safe(self) -> bool {
        matches!(
            self,
            Self::Get | Self::Head | Self::Examine | Self::Fetch | Self::Noop
        )
    }

    /// What it is a method of.
    pub const fn protocol(self) -> Protocol {
        match self {
            Self::Get | Self::Head | Self::Post | Self::Put | Self::Patch => Protocol::Http,
            Self::Examine | Self::Fetch => Protocol::Imap,
            Self::Noop | Self::Send => Protocol::Smtp,
        }
    }
}

impl Operation {
    /// Its arguments as a JSON Schema (2020-12), for tools and forms.
    pub fn schema(&self) -> Value {
        let (mut properties, mut required) = (Map::new(), Vec::new());
        for fields in [&self.params, &self.query].into_iter().chain(&self.body) {
            fields.describe(&mut properties, &mut required);
        }
        Value::Object(object(properties, required))
    }

    /// Whether an answer with a good status says itself that it was done: some apps answer 200 and
    /// `"ok": false`.
    pub fn succeeded(&self, kept: &Value) -> bool {
        self.success
            .as_ref()
            .is_none_or(|path| path.get(kept) == Some(&Value::Bool(true)))
    }

    /// What a write with `key` leaves at the app, to search for; `None` when it leaves nothing there.
    pub fn mark(&self, key: &IdempotencyKey) -> Option<String> {
        let field = || self.key_form().map(|form| form.write(key));
        self.idempotency.mark(key).or_else(field)
    }

    /// What an error of the app means whose code its manifest does not list. A mutation may have been
    /// done although a field below it failed (GraphQL 6.4.4), and then a look-up decides.
    pub(crate) const fn unlisted_refusal(&self) -> Refusal {
        match (self.class, &self.document) {
            (Class::Write, Some(_)) => Refusal::Unknown,
            _ => Refusal::Refused,
        }
    }

    /// Whether `name` is one of its arguments.
    pub fn takes(&self, name: &str) -> bool {
        self.argument(name).is_some()
    }

    /// The names of the arguments that a call cannot do without.
    pub fn required(&self) -> impl Iterator<Item = &str> {
        let all = [&self.params, &self.query].into_iter().chain(&self.body);
        all.flat_map(Fields::iter)
            .filter_map(|(name, field)| match field.role {
                Role::Argument { required: true, .. } => Some(name),
                _ => None,
            })
    }

    /// The document that it sends, where its API is one of GraphQL.
    pub const fn document(&self) -> Option<&Document> {
        self.document.as_ref()
    }

    /// What is read of an answer with a good status: what is kept, and where the app says that it did
    /// not do it.
    pub const fn sieve(&self) -> &FieldTree {
        &self.sieve
    }

    /// The form in which its body or path holds the key of a write; nothing where neither does.
    pub(crate) fn key_form(&self) -> Option<KeyForm> {
        let all = [&self.params].into_iter().chain(&self.body);
        all.flat_map(Fields::keys).map(|(_, form)| form).next()
    }

    /// The names of all its arguments.
    pub fn arguments(&self) -> impl Iterator<Item = &str> {
        let all = [&self.params, &self.query].into_iter().chain(&self.body);
        all.flat_map(Fields::arguments)
    }

    pub(crate) fn argument(&self, name: &str) -> Option<&crate::value::ValueType> {
        let body = self.body.as_ref().and_then(|fields| fields.argument(name));
        self.params
            .argument(name)
            .or_else(|| self.query.argument(name))
            .or(body)
    }
}
