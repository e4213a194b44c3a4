use std::collections::BTreeSet;

use super::Manifest;
use crate::operation::{Class, Operation};

/// One scope of an app.
#[derive(Debug)]
pub struct ScopeRule {
    /// Whether a token with it can write.
    pub class: Class,
    /// Why it is asked for, in words for the person who grants it.
    pub reason: String,
    /// Scopes that grant a part of it, which a person may grant in its place.
    pub narrower: Vec<String>,
}

impl Manifest {
    /// The scopes that these operations need, and no other: what a connection for them asks for.
    pub fn scopes_for<'a>(
        &'a self,
        operations: impl IntoIterator<Item = &'a Operation>,
    ) -> BTreeSet<&'a str> {
        operations
            .into_iter()
            .flat_map(|operation| &operation.scopes)
            .map(String::as_str)
            .collect()
    }

    /// What a connection of this purpose calls: one that reads, every read but the look-ups of writes;
    /// one that writes, every write and its look-up. Either asks for the identifier of its instance.
    pub fn operations_for(&self, purpose: Class) -> impl Iterator<Item = &Operation> {
        let look_ups: BTreeSet<&str> = self
            .operations()
            .filter_map(|write| write.reconcile.as_ref())
            .map(|rule| rule.operation.as_str())
            .filter(|name| !self.is_scanned(name))
            .collect();
        let instance = self.instance.as_ref().and_then(|rule| rule.id.as_ref());
        self.operations().filter(move |operation| {
            if instance.is_some_and(|rule| rule.operation == operation.id) {
                return true;
            }
            let class = if look_ups.contains(operation.id.as_str()) {
                Class::Write
            } else {
                operation.class
            };
            class == purpose
        })
    }

    fn is_scanned(&self, operation: &str) -> bool {
        let steps = self.scan.iter().flat_map(|scan| &scan.steps);
        steps.into_iter().any(|step| step.operation == operation)
    }

    /// The operations of one class.
    pub fn operations_of(&self, class: Class) -> impl Iterator<Item = &Operation> {
        self.operations()
            .filter(move |operation| operation.class == class)
    }

    /// Whether a connection of this purpose is of use. What only shows that a password works is nothing to connect an
    /// app for.
    pub fn is_of_use(&self, purpose: Class) -> bool {
        let verify = self.auth.paste().map(|rule| rule.verify.as_str());
        self.operations_of(purpose)
            .any(|operation| self.scan.is_some() || Some(operation.id.as_str()) != verify)
    }

    /// Whether a grant of `granted` suffices for `operation`. A narrower scope may: what it does
    /// not reach, the app refuses.
    pub fn is_granted(&self, operation: &Operation, granted: &BTreeSet<String>) -> bool {
        operation.scopes.iter().all(|needed| {
            let narrower = self
                .scopes
                .get(needed)
                .map(|scope| scope.narrower.as_slice());
            granted.contains(needed)
                || narrower
                    .unwrap_or_default()
                    .iter()
                    .any(|scope| granted.contains(scope))
        })
    }
}
