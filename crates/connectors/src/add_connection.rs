use db::WriteTx;
use kernel::{AuditEntry, ConnectionId};
use manifest::{Class, Manifest, ScopeRule};

use crate::store;

/// A connection about to be authorized.
#[derive(Debug)]
pub struct NewConnection {
    app: String,
    name: String,
    purpose: Class,
    instance: Option<String>,
    scopes: Vec<String>,
}

/// What is wrong with the form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NewConnectionError {
    /// No name, or over 100 characters.
    #[error("give the connection a name of 1 to 100 characters")]
    Name,
    /// Missing, or not an address that this app may have.
    #[error("the address of the instance: {0}")]
    Instance(String),
    /// The app has one public host.
    #[error("this app has one address: leave the instance out")]
    NoInstance,
    /// The app has no operation of that class, or none but the one that shows whether a password works.
    #[error("this app has nothing to {}", .0.as_str())]
    NoOperations(Class),
}

/// Why the connection was not added.
#[derive(Debug, thiserror::Error)]
pub enum AddConnectionError {
    /// The person may not.
    #[error("only somebody who manages connectors can do that")]
    Forbidden,
    /// The database failed.
    #[error("the connection could not be stored")]
    Database(#[source] db::Error),
}

const MAX_NAME_CHARACTERS: usize = 100;

impl NewConnection {
    /// Checks the form against the app's manifest. The scopes are the least that the app's
    /// operations of that class need: nobody chooses more.
    pub fn parse(
        manifest: &Manifest,
        name: &str,
        instance: Option<&str>,
        purpose: Class,
    ) -> Result<Self, NewConnectionError> {
        let name = name.trim();
        let length = name.chars().count();
        if length == 0 || length > MAX_NAME_CHARACTERS || name.chars().any(char::is_control) {
            return Err(NewConnectionError::Name);
        }
        if !manifest.is_of_use(purpose) {
            return Err(NewConnectionError::NoOperations(purpose));
        }
        Ok(Self {
            app: manifest.id.clone(),
            name: name.to_owned(),
            instance: parse_instance(manifest, instance)?,
            purpose,
            scopes: scopes_for(manifest, purpose),
        })
    }

    /// Where a self-hosted app lives, in the form that is stored.
    pub fn instance(&self) -> Option<&str> {
        self.instance.as_deref()
    }
}

/// The least scopes for the app's operations of `purpose`; a write that can be looked up afterwards
/// needs those of the look-up as well.
pub fn scopes_for(manifest: &Manifest, purpose: Class) -> Vec<String> {
    let operations = manifest.operations_for(purpose);
    let look_ups = manifest
        .operations_of(purpose)
        .filter_map(|operation| operation.reconcile.as_ref())
        .filter_map(|rule| manifest.operation(&rule.operation).ok());
    manifest
        .scopes_for(operations.chain(look_ups))
        .into_iter()
        .map(str::to_owned)
        .collect()
}

/// The same, each with what it is for and why: what a person is told before they are sent to the app.
pub fn asked_scopes(manifest: &Manifest, purpose: Class) -> Vec<(&str, &ScopeRule)> {
    let asked = scopes_for(manifest, purpose);
    let rules = manifest.scopes();
    rules
        .filter(|(name, _)| asked.iter().any(|scope| scope == name))
        .collect()
}

fn parse_instance(
    manifest: &Manifest,
    given: Option<&str>,
) -> Result<Option<String>, NewConnectionError> {
    let given = given.map(str::trim).filter(|text| !text.is_empty());
    match (&manifest.instance, given) {
        (None, None) => Ok(None),
        (None, Some(_)) => Err(NewConnectionError::NoInstance),
        (Some(rule), None) => Err(NewConnectionError::Instance(format!(
            "write it as {}",
            rule.example()
        ))),
        (Some(rule), Some(text)) => rule
            .read(text)
            .map(|url| Some(url.to_string()))
            .map_err(|error| NewConnectionError::Instance(error.to_string())),
    }
}

/// Adds the connection for the bound person, waiting for the provider.
pub async fn add_connection(
    mut tx: WriteTx,
    id: ConnectionId,
    new: NewConnection,
) -> Result<(), AddConnectionError> {
    let row = store::NewRow {
        id,
        app: &new.app,
        purpose: new.purpose.as_str(),
        name: &new.name,
        instance: new.instance.as_deref(),
        scopes: &new.scopes,
    };
    store::insert_connection(&mut tx, row)
        .await
        .map_err(refused)?;
    let entry = AuditEntry::about("connectors.connection_added", id)
        .with("app", new.app)
        .with("purpose", new.purpose.as_str())
        .with("scopes", new.scopes.join(" "));
    tx.commit(entry).await.map_err(refused)
}

fn refused(error: db::Error) -> AddConnectionError {
    match error {
        db::Error::Forbidden => AddConnectionError::Forbidden,
        other => AddConnectionError::Database(other),
    }
}
