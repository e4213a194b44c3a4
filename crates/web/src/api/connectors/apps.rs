use axum::Json;
use manifest::{Class, Manifest, Operation, Way};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::extract::Reads;
use crate::route::permission::ConnectorsRead;

/// An app that this server has a manifest for.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct App {
    /// Its name in requests.
    id: String,
    /// Its name for people.
    name: String,
    /// What Countersign does with it.
    about: String,
    /// How an instance's address looks; nothing for an app that is in one place.
    instance_example: Option<String>,
    /// The class of credential that a connection is given: `oauth2`, by `…/authorize`, or one that people paste, by
    /// `…/credential`: `api_key`, `basic`, `bot_token`, `mail` or `app_key`.
    credential: &'static str,
    /// What people paste, and where they find it; nothing with `oauth2`.
    credential_hint: Option<String>,
    /// Whether a connection for reading can be scanned into an event log.
    scannable: bool,
    /// What a person who connects it is asked to grant there; nothing where they paste a credential.
    scopes: Vec<AppScope>,
    /// Everything that can be asked of it.
    operations: Vec<AppOperation>,
}

/// A scope that a connection asks for.
#[derive(Debug, Serialize, ToSchema)]
struct AppScope {
    /// Its name at the app.
    scope: String,
    /// Which connection asks for it: one to `read` or one to `write`.
    purpose: &'static str,
    /// Why, for people.
    reason: String,
    /// Whether a token with it could change something, whatever Countersign sends.
    can_write: bool,
}

/// A declared operation: the broker sends no other.
#[derive(Debug, Serialize, ToSchema)]
struct AppOperation {
    /// Its name in requests.
    id: String,
    /// What it does.
    title: String,
    /// `read` or `write`.
    class: &'static str,
    /// `POST`
    method: &'static str,
    /// The scopes that it needs.
    scopes: Vec<String>,
    /// Its arguments (JSON Schema 2020-12).
    #[schema(value_type = Object)]
    arguments: Value,
}

/// The apps that can be connected, and all that can be asked of them.
#[utoipa::path(get, path = "/api/v1/apps", tag = "connectors", responses(
    (status = 200, description = "By name.", body = Vec<App>),
))]
pub(super) async fn list_apps(can: Reads<ConnectorsRead>) -> Json<Vec<App>> {
    Json(can.state.apps.all().map(App::from).collect())
}

impl From<&Manifest> for App {
    fn from(manifest: &Manifest) -> Self {
        let reads = manifest.operations_of(Class::Read);
        let writes = manifest.operations_of(Class::Write);
        Self {
            id: manifest.id.clone(),
            name: manifest.name.clone(),
            about: manifest.about.clone(),
            instance_example: manifest
                .instance
                .as_ref()
                .map(|rule| rule.example().to_owned()),
            credential: manifest.auth.class().as_str(),
            credential_hint: match &manifest.auth.way {
                Way::OAuth(_) => None,
                Way::Paste(rule) => Some(format!("{}. {}", rule.label, rule.place)),
                Way::AppKey(rule) => Some(format!("{}. {}", rule.label, rule.place)),
            },
            scannable: manifest.scan.is_some(),
            scopes: [Class::Read, Class::Write]
                .into_iter()
                .flat_map(|purpose| scopes(manifest, purpose))
                .collect(),
            operations: reads.chain(writes).map(AppOperation::from).collect(),
        }
    }
}

impl From<&Operation> for AppOperation {
    fn from(operation: &Operation) -> Self {
        Self {
            id: operation.id.clone(),
            title: operation.title.clone(),
            class: operation.class.as_str(),
            method: operation.method.as_str(),
            scopes: operation.scopes.clone(),
            arguments: operation.schema(),
        }
    }
}

fn scopes(manifest: &Manifest, purpose: Class) -> impl Iterator<Item = AppScope> {
    let asked = connectors::asked_scopes(manifest, purpose);
    asked.into_iter().map(move |(scope, rule)| AppScope {
        scope: scope.to_owned(),
        purpose: purpose.as_str(),
        reason: rule.reason.clone(),
        can_write: rule.class == Class::Write,
    })
}
