//! The shapes of the TOML, field by field, with the place of everything that a check may refuse.
//! Unknown keys are refused by serde; what the values mean is checked where they become types.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

/// A string with its place.
pub(crate) type Text = Spanned<String>;
/// A table whose keys and values have places.
pub(crate) type Table<T> = BTreeMap<Text, Spanned<T>>;

macro_rules! raw {
    ($($(#[$doc:meta])* $name:ident { $($field:ident: $type:ty,)+ })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub(crate) struct $name { $(pub(crate) $field: $type,)+ }
    )+};
}

raw! {
    /// The whole file.
    RawManifest {
        format: Spanned<i64>,
        id: Text,
        name: Text,
        about: Text,
        barriers: RawBarriers,
        instance: Option<Spanned<RawInstance>>,
        api: RawApi,
        auth: RawAuth,
        scopes: Table<RawScope>,
        operations: Table<RawOperation>,
        scan: Option<RawScan>,
    }
    /// What stands between a scan and a write.
    RawBarriers {
        scope_held: Spanned<bool>,
        scope: Text,
        operations: Text,
        countersign: Text,
    }
    /// Which addresses a connection may give as its instance.
    RawInstance {
        hosts: Vec<Text>,
        allow_http: Option<bool>,
        example: Text,
    }
    /// What all operations share.
    RawApi {
        host: Text,
        headers: Option<Table<String>>,
        rate_limits: Option<Vec<RawRateLimit>>,
        errors: Option<RawErrors>,
    }
    /// Names of answer headers.
    RawRateLimit {
        limit: Option<Text>,
        remaining: Option<Text>,
        reset: Option<Text>,
        reset_is: Option<Text>,
        usage: Option<Text>,
    }
    /// How an answer says that it is none.
    RawErrors {
        field: Text,
        wait: Option<Vec<Text>>,
        reconnect: Option<Vec<Text>>,
        unknown: Option<Vec<Text>>,
    }
    /// The OAuth 2 plane.
    RawAuth {
        pkce: Text,
        client_auth: Text,
        scope_separator: Option<Text>,
        authorize: RawAuthorize,
        token: RawToken,
        refresh: Option<RawRefresh>,
        revoke: Spanned<RawRevoke>,
        credential: Option<RawCredential>,
    }
    /// Where a person is sent.
    RawAuthorize {
        url: Text,
        extra: Option<Table<String>>,
    }
    /// Where a code becomes a token.
    RawToken {
        url: Text,
        encoding: Option<Text>,
        fields: Option<RawTokenFields>,
        granted_scope_separator: Option<Text>,
        dead_grant: Option<Vec<Text>>,
    }
    /// Where in a token answer things are.
    RawTokenFields {
        access_token: Option<Text>,
        refresh_token: Option<Text>,
        expires_in: Option<Text>,
        refresh_expires_in: Option<Text>,
        scope: Option<Text>,
        error: Option<Text>,
    }
    /// How refresh tokens behave.
    RawRefresh {
        rotation: Text,
        replay_leeway_seconds: Option<Spanned<i64>>,
    }
    /// How a grant ends.
    RawRevoke {
        url: Option<Text>,
        method: Option<Text>,
        authenticate: Option<Text>,
        encoding: Option<Text>,
        token_field: Option<Text>,
        absent: Option<Text>,
    }
    /// How a token travels.
    RawCredential {
        header: Text,
        prefix: Text,
    }
    /// One scope.
    RawScope {
        class: Text,
        reason: Text,
        narrower: Option<Vec<Text>>,
    }
    /// One operation.
    RawOperation {
        title: Text,
        class: Text,
        method: Text,
        path: Text,
        host: Option<Text>,
        read_by_post: Option<Spanned<bool>>,
        scopes: Vec<Text>,
        params: Option<Table<RawField>>,
        query: Option<Table<RawField>>,
        body: Option<Spanned<Table<RawField>>>,
        graphql: Option<Spanned<RawGraphql>>,
        headers: Option<Table<String>>,
        response: Option<RawResponse>,
        pagination: Option<Spanned<RawPagination>>,
        incremental: Option<Spanned<RawIncremental>>,
        idempotency: Option<Spanned<RawIdempotency>>,
        reconcile: Option<Spanned<RawReconcile>>,
        result: Option<Spanned<RawResult>>,
        subject: Option<Text>,
        events: Option<Vec<Spanned<RawEvents>>>,
    }
    /// The GraphQL request of an operation.
    RawGraphql {
        document: Text,
        variables: Option<Table<RawField>>,
    }
    /// A path parameter, a query key or a field of a body.
    RawField {
        r#type: Option<Text>,
        fixed: Option<Spanned<toml::Value>>,
        key: Option<Text>,
        at: Option<Text>,
        statement: Option<Text>,
        hole_of: Option<Text>,
        default: Option<Text>,
        about: Option<String>,
        required: Option<Spanned<bool>>,
        min: Option<Spanned<i64>>,
        max: Option<Spanned<i64>>,
        max_length: Option<Spanned<i64>>,
        pattern: Option<Text>,
        multiline: Option<Spanned<bool>>,
        values: Option<Spanned<Vec<Text>>>,
        max_items: Option<Spanned<i64>>,
        items: Option<Box<Spanned<RawField>>>,
        fields: Option<Spanned<Table<RawField>>>,
    }
    /// What of an answer is kept.
    RawResponse {
        fields: Option<Vec<Text>>,
        probe: Option<Vec<Text>>,
        success: Option<Text>,
    }
    /// How to ask for the next page.
    RawPagination {
        kind: Text,
        parameters: Option<Vec<Text>>,
        parameter: Option<Text>,
        field: Option<Text>,
        more: Option<Text>,
        last: Option<Text>,
        items: Option<Text>,
    }
    /// How a later scan asks only for what is new.
    RawIncremental {
        parameter: Text,
        field: Text,
    }
    /// How a write tells that it is the same one again.
    RawIdempotency {
        kind: Text,
        header: Option<Text>,
        field: Option<Text>,
        template: Option<Text>,
    }
    /// How to find out whether a write arrived.
    RawReconcile {
        operation: Text,
        each: Text,
        probe: Option<Text>,
        key_argument: Option<Text>,
        result: Option<Spanned<RawResult>>,
    }
    /// What of an answer is for the person.
    RawResult {
        link: Option<Text>,
        id: Text,
    }
    /// How answers become events.
    RawEvents {
        each: Text,
        when: Option<Text>,
        case: Text,
        id: Option<Text>,
        activity: Option<Text>,
        kind: Option<Text>,
        activities: Option<Table<String>>,
        time: Text,
        time_is: Option<Text>,
        resource: Option<Text>,
    }
    /// What a scan calls, in order.
    RawScan {
        steps: Vec<Spanned<RawStep>>,
    }
    /// One call of a scan.
    RawStep {
        operation: Text,
        ask: Option<Vec<Text>>,
        for_each: Option<Spanned<RawForEach>>,
    }
    /// A call for each item that an earlier step found.
    RawForEach {
        step: Text,
        items: Text,
        arguments: Table<String>,
    }
}
