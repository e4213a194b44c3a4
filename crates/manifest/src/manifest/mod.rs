mod app_key;
mod checks;
mod instance;
mod parse;
mod refusal;
mod scopes;
mod whole;

use std::collections::BTreeMap;

use crate::address::{InstanceRule, Protocol};
use crate::answer::{ErrorRule, RateHeaders};
use crate::auth::AuthPlane;
use crate::operation::Operation;
use crate::scan::Scan;

pub use scopes::ScopeRule;

/// What may be asked of one app, checked whole.
#[derive(Debug)]
#[non_exhaustive]
pub struct Manifest {
    /// The app's name in configuration and records.
    pub id: String,
    /// The app's name for people.
    pub name: String,
    /// What Countersign does with it, in a sentence.
    pub about: String,
    /// What is spoken with it.
    pub protocol: Protocol,
    /// What stands between a scan and a write.
    pub barriers: Barriers,
    /// The app whose operations these are, where this is another way to grant access to it.
    pub operations_of: Option<String>,
    /// Which addresses a connection may give; `None` for an app that is in one place.
    pub instance: Option<InstanceRule>,
    /// How the app grants access.
    pub auth: AuthPlane,
    /// The headers in which the app tells its limits.
    pub rate: RateHeaders,
    /// How its answers say that it did not do what it was asked.
    pub errors: Option<ErrorRule>,
    /// What a scan calls; `None` for an app that is not scanned.
    pub scan: Option<Scan>,
    scopes: BTreeMap<String, ScopeRule>,
    operations: BTreeMap<String, Operation>,
}

/// What stands between a scan and a write, each in words for the person who connects the app.
#[derive(Debug)]
pub struct Barriers {
    /// Whether the tokens of reads cannot write, by their scope.
    pub scope_held: bool,
    /// The first: what the token may do.
    pub scope: String,
    /// The second: the operations of this manifest, enforced where requests leave.
    pub operations: String,
    /// The third: a person's countersign.
    pub countersign: String,
}

/// The manifest declares no such operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the app has no such operation")]
pub struct UnknownOperation;

impl Manifest {
    /// The operation of this name.
    ///
    /// # Errors
    /// [`UnknownOperation`].
    pub fn operation(&self, id: &str) -> Result<&Operation, UnknownOperation> {
        self.operations.get(id).ok_or(UnknownOperation)
    }

    /// Every operation, by name.
    pub fn operations(&self) -> impl Iterator<Item = &Operation> {
        self.operations.values()
    }

    /// Every scope, by name.
    pub fn scopes(&self) -> impl Iterator<Item = (&str, &ScopeRule)> {
        self.scopes
            .iter()
            .map(|(name, scope)| (name.as_str(), scope))
    }
}
