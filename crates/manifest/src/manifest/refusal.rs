use serde_json::Value;

use super::Manifest;
use crate::answer::Refusal;
use crate::operation::Operation;

impl Manifest {
    /// What an answer with a good status says against itself: `None` where the app did what it was
    /// asked. What is in `kept` only to say so is taken out.
    ///
    /// Where the operation has a `success` of its own and that is true, it was done: an error beside
    /// it is about a part of the answer (GraphQL 6.4.4). Where a mutation's answer says neither that it
    /// was done nor that it was not, nobody knows.
    pub fn refusal(&self, operation: &Operation, kept: &mut Value) -> Option<Refusal> {
        let unlisted = operation.unlisted_refusal();
        let told = self
            .errors
            .as_ref()
            .and_then(|rule| rule.read(kept, unlisted));
        if let Some(rule) = &self.errors {
            rule.strip(kept);
        }
        match &operation.success {
            Some(_) if operation.succeeded(kept) => None,
            Some(path) if path.get(kept) == Some(&Value::Bool(false)) => {
                Some(told.unwrap_or(Refusal::Refused))
            }
            Some(_) => Some(told.unwrap_or(unlisted)),
            None => told,
        }
    }

    /// What the codes in an answer to `operation` with a bad status mean beyond that status; `None`
    /// where they say no more.
    pub fn meaning(&self, operation: &Operation, status: u16, kept: &Value) -> Option<Refusal> {
        let unlisted = match status {
            // RFC 9110 15.5.2, RFC 6585 4: refused before anything is done.
            401 | 429 => Refusal::Refused,
            _ => operation.unlisted_refusal(),
        };
        let rule = self.errors.as_ref();
        let told = rule.and_then(|rule| rule.read(kept, unlisted));
        told.filter(|told| *told != Refusal::Refused)
    }
}
