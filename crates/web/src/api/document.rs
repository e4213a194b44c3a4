//! The OpenAPI document: its frame, and what each operation says about who may.

use bytes::Bytes;
use serde::Serialize;
use serde_json::json;
use utoipa::openapi::extensions::Extensions;
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{Content, Info, License, OpenApi, OpenApiBuilder, Ref, ResponseBuilder};
use utoipa::{PartialSchema as _, ToSchema};

use crate::route::Access;
use crate::session::Names;

const SESSION: &str = "session";
const KEY: &str = "api_key";
const ANONYMOUS: &str = "anonymous_key";

/// The document's bytes, made once.
#[derive(Debug, Clone)]
pub(crate) struct Document(pub(crate) Bytes);

/// The body of every answer that is a problem (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
struct ProblemBody {
    /// `urn:countersign:problem:` and the code.
    r#type: String,
    /// What kind of problem, in a sentence.
    title: String,
    /// The HTTP status.
    status: u16,
    /// About this very case, where there is more to say.
    detail: Option<String>,
    /// Stable, for programs: `approvals.not_waiting`.
    #[schema(example = "web.not_found")]
    code: String,
    /// The request's number, as in `X-Request-Id` and in the server's log.
    #[schema(example = "req_01jd6w3z9m4q8v7t2y5x0n1k3c")]
    request_id: String,
    /// What is wrong, by field of the request.
    fields: Option<std::collections::BTreeMap<String, String>>,
}

/// The frame that routes fill.
pub(crate) fn outline() -> OpenApi {
    let info = Info::builder()
        .title("Countersign")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "Everything that the pages do. Sign in with a session (the cookie, and on every write \
             the header X-CSRF-Token with the token that signing in returned), or send an API key \
             as a bearer token. No request names an organisation: the credential does.",
        ))
        .license(Some(
            License::builder()
                .name("Apache-2.0")
                .identifier(Some("Apache-2.0"))
                .build(),
        ))
        .build();
    let mut document = OpenApiBuilder::new().info(info).build();
    let components = document.components.get_or_insert_default();
    let cookie = ApiKey::Cookie(ApiKeyValue::new(Names::of(true).session));
    components.add_security_scheme(SESSION, SecurityScheme::ApiKey(cookie));
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("csk_…")
        .build();
    components.add_security_scheme(KEY, SecurityScheme::Http(bearer));
    let anonymous = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("csa_…")
        .build();
    components.add_security_scheme(ANONYMOUS, SecurityScheme::Http(anonymous));
    components
        .schemas
        .insert(ProblemBody::name().into_owned(), ProblemBody::schema());
    document
}

/// Adds to an operation who may, and what a refusal looks like.
pub(crate) fn describe(operation: &mut Operation, access: Access) {
    let none: [&str; 0] = [];
    operation.security = Some(match access {
        Access::Public => Vec::new(),
        Access::AnonymousKey => vec![SecurityRequirement::new(ANONYMOUS, none)],
        Access::HalfSession | Access::Person | Access::Account => {
            vec![SecurityRequirement::new(SESSION, none)]
        }
        // No operation of the document's: directories have the RFC.
        Access::ServiceKey(_) => vec![SecurityRequirement::new(KEY, none)],
        Access::SignedIn | Access::Permission(_) => {
            vec![
                SecurityRequirement::new(SESSION, none),
                SecurityRequirement::new(KEY, none),
            ]
        }
    });
    let who = json!({ "x-permission": access.name() });
    operation.extensions = serde_json::from_value::<Extensions>(who).ok();
    let problem = Content::new(Some(Ref::from_schema_name(ProblemBody::name())));
    let refusal = ResponseBuilder::new()
        .description("A problem (RFC 9457); `code` tells which.")
        .content("application/problem+json", problem)
        .build();
    operation
        .responses
        .responses
        .insert("default".to_owned(), refusal.into());
}

/// The document as it is served.
pub(crate) fn serve(document: &OpenApi) -> Document {
    // A document made of strings always has a JSON form; an empty one would fail every client.
    Document(Bytes::from(document.to_json().unwrap_or_default()))
}
