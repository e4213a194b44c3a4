use serde_json::Value;

use super::Manifest;
use crate::answer::Refusal;
use crate::operation::Operation;

impl Manifest {
    /// What an answer with a good status says against itself: `None` where the app did what it was
    /// asked. What is in `kept` only to say so is taken out.
    ///
    /// Where the operation has a `success` of its own and that is true, it was done: an error beside
    /// it is about a part of the answer (GraphQL 6.4.4).
    pub fn refusal(&self, operation: &Operation, kept: &mut Value) -> Option<Refusal> {
        let told = self.errors.as_ref().and_then(|rule| rule.read(kept));
        if let Some(rule) = &self.errors {
            rule.strip(kept);
        }
        match &operation.success {
            Some(_) if operation.succeeded(kept) => None,
            Some(_) => Some(told.unwrap_or(Refusal::Refused)),
            None => told,
        }
    }

    /// What the codes in an answer with a bad status mean beyond that status; `None` where they say
    /// no more.
    pub fn meaning(&self, kept: &Value) -> Option<Refusal> {
        let told = self.errors.as_ref().and_then(|rule| rule.read(kept));
        told.filter(|told| *told != Refusal::Refused)
    }
}
