//! Connector manifests: what may be asked of an app, and what may come back. One TOML file an app,
//! no code.
//!
//! Promises: does no IO; a manifest is checked whole before anything can be had from it; only a
//! declared operation becomes a [`PlannedRequest`]; [`Manifest::admit`] recognises exactly what the
//! planner makes, from the bytes alone; nothing here ever holds a secret.

mod address;
mod answer;
mod apps;
mod auth;
mod graphql;
mod mail;
mod manifest;
mod operation;
mod request;
mod scan;
mod source;
mod value;

pub use address::{
    ConnectionFacts, Endpoint, FactsError, HostError, HostName, HostOverrides, HostRef,
    InstanceError, InstanceIdRule, InstanceRule, InstanceUrl, NotNamed, Origin, OriginError,
    Protocol, Scheme,
};
pub use answer::{
    Conflict, ErrorRule, FieldPath, FieldTree, GoesOn, Incremental, Pagination, PersonResult,
    RateHeaders, RateLimit, Refusal, ResultRule, Wait,
};
pub use apps::{Apps, AppsError};
pub use auth::{
    AppKeyRule, AuthPlane, AuthorizeError, AuthorizeRequest, ClientAuth, CredentialClass,
    CredentialHeader, CredentialPlacement, CredentialTold, Encoding, InstallationTokenRule,
    NarrowRule, Narrowed, OAuthPlane, PasteRule, PastedProblem, Pkce, RefreshRule, RevokeAuth,
    RevokeMethod, RevokeRequest, RevokeRule, TokenEndpoint, TokenFields, ToldRule, Way, permission,
    permissions,
};
pub use graphql::Document;
pub use mail::{
    Letter, LetterProblem, MailAddress, MailAddressProblem, MailCall, MailField, MailPlace,
    MailWire,
};
pub use manifest::{Barriers, Manifest, ScopeRule, UnknownOperation};
pub use operation::{Class, Method, NextPage, Operation, Reconcile};
pub use request::{
    Admitted, Arguments, ArgumentsError, Idempotency, IdempotencyKey, KeyError, KeyForm, PlanError,
    PlannedRequest, Undeclared, WireRequest,
};
pub use scan::{EventMapping, Extracted, ForEach, Scan, ScanEvent, ScanStep};
pub use source::{ManifestError, json_schema};
pub use value::{ArgumentError, Field, Fields, Role, Statement, ValueType};
