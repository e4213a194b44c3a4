//! The shapes of the TOML, field by field, with the place of everything that a check may refuse.
//! Unknown keys are refused by serde; what the values mean is checked where they become types.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};
use toml::Spanned;

use super::shape::{Object, Shape, reference};

/// A string with its place.
pub(crate) type Text = Spanned<String>;
/// A table whose keys and values have places.
pub(crate) type Table<T> = BTreeMap<Text, Spanned<T>>;

macro_rules! raw {
    ($($(#[$doc:meta])* $name:ident {
        $($(#[doc = $about:literal])* $field:ident: $type:ty $(= $($word:literal)|+)?,)+
    })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub(crate) struct $name {
            $($(#[doc = $about])* pub(crate) $field: $type,)+
        }

        impl Shape for $name {
            fn shape(known: &mut Map<String, Value>) -> Value {
                let object: fn(&mut Map<String, Value>) -> Value = |known| {
                    let mut object = Object::default();
                    $(
                        let words: &[&str] = &[$($($word),+)?];
                        let about = concat!($($about),*);
                        object.add::<$type>(known, (stringify!($field), about.trim(), words));
                    )+
                    object.finish()
                };
                reference(known, stringify!($name), object)
            }
        }
    )+};
}

mod auth;

pub(crate) use auth::*;

raw! {
    /// The whole file.
    RawManifest {
        /// The version of this format: 1.
        format: Spanned<i64>,
        /// The app's name in configuration and records.
        id: Text,
        /// The app's name for people.
        name: Text,
        /// What Countersign does with it, in a sentence.
        about: Text,
        /// What stands between a scan and a write, in words for the person who connects the app.
        barriers: RawBarriers,
        /// Which addresses a connection may give. Left out for an app that is in one place.
        instance: Option<Spanned<RawInstance>>,
        /// The manifest whose `api`, `instance`, `operations` and `scan` hold here as well: another way to grant access to the same app.
        operations_of: Option<Text>,
        /// Beside `operations_of`: the scopes that operations of that manifest need here, by operation.
        needs: Option<Table<Vec<Text>>>,
        /// What all operations share. Left out beside `operations_of`.
        api: Option<Spanned<RawApi>>,
        /// How the app grants access.
        auth: Spanned<RawAuth>,
        /// With OAuth 2: the scopes, by name: each is needed by an operation. With `app_key`: permissions with their levels, such as `issues:read`.
        scopes: Option<Table<RawScope>>,
        /// The operations, by name: nothing else leaves. Beside `operations_of`, those that it has not.
        operations: Option<Table<RawOperation>>,
        /// What a scan calls. Left out for an app that is not scanned.
        scan: Option<RawScan>,
    }
    /// What stands between a scan and a write.
    RawBarriers {
        /// Whether the tokens of reads cannot write, by their scope.
        scope_held: Spanned<bool>,
        /// The first: what the token may do.
        scope: Text,
        /// The second: what leaves at all.
        operations: Text,
        /// The third: a person's countersign.
        countersign: Text,
    }
    /// Which addresses a connection may give as its instance.
    RawInstance {
        /// `any`, exact hosts, or `*.` and a host, which is one label below it.
        hosts: Vec<Text>,
        /// Whether plain HTTP is allowed, to an address that the operator listed.
        allow_http: Option<bool>,
        /// What an address looks like, for a form.
        example: Text,
        /// How the app is asked for the identifier of the instance at that address, where its paths hold one.
        id: Option<Spanned<RawInstanceId>>,
    }
    /// How an app says which instance is at an address: asked once, when access is granted.
    RawInstanceId {
        /// The read without arguments that lists the instances that the credential reaches.
        operation: Text,
        /// The instances in its answer.
        each: Text,
        /// The place of an instance's address.
        url: Text,
        /// The place of its identifier.
        id: Text,
        /// A regular expression that the whole identifier matches; no back-references, classes written out.
        pattern: Text,
    }
    /// What all operations share.
    RawApi {
        /// The host of every operation that names none: an exact name, or `instance`.
        host: Text,
        /// What is spoken there: HTTP unless told. Mail is read over IMAP and sent over SMTP, at an `instance`.
        protocol: Option<Text> = "http" | "imap" | "smtp",
        /// Fixed headers of every operation, in lower case.
        headers: Option<Table<String>>,
        /// The headers in which the app tells its limits, one table for each limit.
        rate_limits: Option<Vec<RawRateLimit>>,
        /// How an answer's body says that it is an error, whatever its status.
        errors: Option<RawErrors>,
    }
    /// Names of answer headers.
    RawRateLimit {
        /// The header with the calls or points of a window.
        limit: Option<Text>,
        /// The header with what is left of them.
        remaining: Option<Text>,
        /// The header that says when the window starts anew.
        reset: Option<Text>,
        /// How that header writes it.
        reset_is: Option<Text> = "unix_seconds" | "unix_milliseconds" | "seconds_from_now",
        /// The header with `used/limit`, in place of the first two.
        usage: Option<Text>,
    }
    /// How an answer says that it is none.
    RawErrors {
        /// Where the code is. Any value there makes an answer an error. A path that begins with [] is read in failures alone.
        field: Text,
        /// Codes that ask for patience.
        wait: Option<Vec<Text>>,
        /// Codes that say that the credential is not accepted.
        reconnect: Option<Vec<Text>>,
        /// Codes after which nobody knows whether a write was done.
        unknown: Option<Vec<Text>>,
        /// Codes that surely refuse. Any other code is a refusal as well, but for a write with a document, of which nobody knows then whether it was done.
        refused: Option<Vec<Text>>,
    }
    /// One scope.
    RawScope {
        /// Whether a token with it can write.
        class: Text = "read" | "write",
        /// Why it is asked for, in words for the person who grants it.
        reason: Text,
        /// Scopes that grant a part of it, which a person may grant in its place.
        narrower: Option<Vec<Text>>,
    }
    /// One operation.
    RawOperation {
        /// What it does, in words.
        title: Text,
        /// Whether it reads or writes.
        class: Text = "read" | "write",
        /// The method: over IMAP EXAMINE or FETCH, over SMTP NOOP or SEND, else one of HTTP. Nothing is deleted.
        method: Text = "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "EXAMINE" | "FETCH" | "NOOP" | "SEND",
        /// `/literal/{parameter}` segments; where mail is, `/mailbox` for EXAMINE, `/messages` for FETCH, `/session` for NOOP and `/message` for SEND.
        path: Text,
        /// Its host, where that is not the one of [api].
        host: Option<Text>,
        /// Says that a POST changes nothing.
        read_by_post: Option<Spanned<bool>>,
        /// With OAuth 2 and `app_key`: the scopes that it needs.
        scopes: Option<Vec<Text>>,
        /// The classes of credential that it takes: the manifest's own, and with it that of connections which were made before the app changed. The manifest's own unless told.
        credentials: Option<Vec<Text>>,
        /// The parameters of the path.
        params: Option<Table<RawField>>,
        /// The query keys.
        query: Option<Table<RawField>>,
        /// The fields of a JSON body.
        body: Option<Spanned<Table<RawField>>>,
        /// In place of `body`: a GraphQL document.
        graphql: Option<Spanned<RawGraphql>>,
        /// Fixed headers, in lower case.
        headers: Option<Table<String>>,
        /// What of the answer is kept.
        response: Option<RawResponse>,
        /// How to ask for the next page.
        pagination: Option<Spanned<RawPagination>>,
        /// How a later scan asks only for what is new.
        incremental: Option<Spanned<RawIncremental>>,
        /// How the app is told that a write is the same one again, where no field holds its key.
        idempotency: Option<Spanned<RawIdempotency>>,
        /// How to find out whether a write arrived.
        reconcile: Option<Spanned<RawReconcile>>,
        /// What of the answer is for the person.
        result: Option<Spanned<RawResult>>,
        /// The argument that tells one write from another in a list.
        subject: Option<Text>,
        /// How answers become events.
        events: Option<Vec<Spanned<RawEvents>>>,
    }
    /// The GraphQL request of an operation.
    RawGraphql {
        /// One query or mutation. It is sent as it stands, and known by its digest.
        document: Text,
        /// Its variables, each as the document declares it.
        variables: Option<Table<RawField>>,
    }
    /// A path parameter, a query key or a field of a body.
    RawField {
        /// What a caller may give. A field has one of `type`, `fixed`, `key`, `statement` and `instance_id`.
        r#type: Option<Text> = "string" | "integer" | "moment" | "boolean" | "enum" | "array" | "object",
        /// What is always sent; a list in a query is the same key so often.
        fixed: Option<Spanned<toml::Value>>,
        /// The key of the write, in this form.
        key: Option<Text> = "plain" | "uuid" | "hex",
        /// In a path: `true` for the identifier of the connection's instance, which nobody gives.
        instance_id: Option<Spanned<bool>>,
        /// Where in the body it stands, such as `fields.project.key`, when that is not below its own name.
        at: Option<Text>,
        /// A statement of a query language with {name} in it, always sent.
        statement: Option<Text>,
        /// The statement that it stands in, when it is not sent by itself.
        hole_of: Option<Text>,
        /// What is sent when a call leaves it out.
        default: Option<Text>,
        /// What it is, for the people and models that fill it in.
        about: Option<String>,
        /// Whether a call needs it.
        required: Option<Spanned<bool>>,
        /// The smallest integer.
        min: Option<Spanned<i64>>,
        /// The largest integer.
        max: Option<Spanned<i64>>,
        /// The longest string, in characters.
        max_length: Option<Spanned<i64>>,
        /// A regular expression that the whole string matches; no back-references, classes written out.
        pattern: Option<Text>,
        /// Whether line breaks and tabs are allowed.
        multiline: Option<Spanned<bool>>,
        /// The values of an enum.
        values: Option<Spanned<Vec<Text>>>,
        /// The longest array.
        max_items: Option<Spanned<i64>>,
        /// What the items of an array are.
        items: Option<Box<Spanned<RawField>>>,
        /// The fields of an object.
        fields: Option<Spanned<Table<RawField>>>,
    }
    /// What of an answer is kept.
    RawResponse {
        /// The places that are kept, such as `number` or `[].labels[].name`; everything else is dropped while it is read.
        fields: Option<Vec<Text>>,
        /// Places that are searched for a write's mark and dropped.
        probe: Option<Vec<Text>>,
        /// Lists of which only items of some kinds are kept.
        only: Option<Vec<RawOnly>>,
        /// The place that says `true` when it was done.
        success: Option<Text>,
    }
    /// Which items of a list are kept: apps tell changes of states and of texts alike.
    RawOnly {
        /// The items.
        each: Text,
        /// The member of an item that says of which kind it is.
        by: Text,
        /// The kinds that are kept, whole and as the app spells them.
        kinds: Vec<Text>,
    }
    /// How to ask for the next page.
    RawPagination {
        /// How the answer names the next page.
        kind: Text = "link" | "cursor" | "offset",
        /// With `link`: the query keys whose values are taken from the link.
        parameters: Option<Vec<Text>>,
        /// The argument that takes the cursor or offset.
        parameter: Option<Text>,
        /// Where the answer has it; that of the last item, where each has one.
        field: Option<Text>,
        /// The place that says `true` when another page follows.
        more: Option<Text>,
        /// The place that says `true` on the last page.
        last: Option<Text>,
        /// With `offset`: the items that are counted.
        items: Option<Text>,
        /// With `cursor`: the read that gives the pages after the first, where the app has them at another path. It takes the cursor and nothing else, and keeps the same of its answers.
        operation: Option<Text>,
    }
    /// How a later scan asks only for what is new.
    RawIncremental {
        /// By the latest moment that an answer told, or by a cursor that the app made for it.
        kind: Text = "moment" | "cursor",
        /// The argument that takes it.
        parameter: Text,
        /// Where answers have it.
        field: Text,
        /// With `cursor`: the operation that takes it, where `pagination` goes on with another one.
        operation: Option<Text>,
    }
    /// How a write tells that it is the same one again.
    RawIdempotency {
        /// By a header, or by a mark that is left in a text.
        kind: Text = "header" | "marker",
        /// With `header`: its name.
        header: Option<Text>,
        /// With `marker`: the multiline field of the body.
        field: Option<Text>,
        /// With `marker`: text, {key}, text.
        template: Option<Text>,
    }
    /// How to find out whether a write arrived.
    RawReconcile {
        /// The read to call.
        operation: Text,
        /// The items of its answer.
        each: Text,
        /// The probed place of an item that holds the mark or key.
        probe: Option<Text>,
        /// The argument by which the app is asked for the key. With `probe` beside it, the item must hold the key as well.
        key_argument: Option<Text>,
        /// What of a found item is for the person, where that is elsewhere than in the write's answer.
        result: Option<Spanned<RawResult>>,
    }
    /// What of an answer is for the person.
    RawResult {
        /// Where it can be seen.
        link: Option<Text>,
        /// Its name in the app, such as an issue's number.
        id: Text,
    }
    /// How answers become events.
    RawEvents {
        /// The items, or `.` for an answer that is one.
        each: Text,
        /// A list in each item, of which every member is an event by itself: places that begin with it are of that member.
        split: Option<Text>,
        /// A place that an item must have something at, to be an event of this kind.
        when: Option<Text>,
        /// Which case it belongs to: text with {field.of.item} and {$argument}.
        case: Text,
        /// What identifies it, so that it is stored once.
        id: Option<Text>,
        /// What happened, where that is always the same.
        activity: Option<Text>,
        /// The place that says what happened.
        kind: Option<Text>,
        /// What happened, by what that place says.
        activities: Option<Table<String>>,
        /// When.
        time: Text,
        /// How that is written.
        time_is: Option<Text> = "rfc3339" | "unix_seconds" | "unix_milliseconds",
        /// Who did it.
        resource: Option<Text>,
    }
    /// What a scan calls, in order.
    RawScan {
        /// The calls, in order.
        steps: Vec<Spanned<RawStep>>,
    }
    /// One call of a scan.
    RawStep {
        /// The read to call.
        operation: Text,
        /// The arguments that a person chooses.
        ask: Option<Vec<Text>>,
        /// One call for each item of an earlier step.
        for_each: Option<Spanned<RawForEach>>,
    }
    /// A call for each item that an earlier step found.
    RawForEach {
        /// The operation of the earlier step.
        step: Text,
        /// The items in its answers.
        items: Text,
        /// A place that an item must have something at, for a call to be made for it.
        when: Option<Text>,
        /// Whether what is told of an item never changes: a later scan does not ask for it again.
        once: Option<Spanned<bool>>,
        /// Arguments, by the place in the item that fills them.
        arguments: Table<String>,
    }
}
