use serde_json::Value;

use super::{FieldPath, FieldTree};

/// Where an answer says that the app did not do what it was asked, whatever its status, and which of
/// its codes mean more than that.
#[derive(Debug)]
pub struct ErrorRule {
    pub(crate) field: FieldPath,
    pub(crate) wait: Vec<String>,
    pub(crate) reconnect: Vec<String>,
    pub(crate) unknown: Vec<String>,
    pub(crate) refused: Vec<String>,
    pub(crate) tree: FieldTree,
}

/// What an app means by an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Refusal {
    /// It did not do it.
    Refused,
    /// It did not do it, and may when it is asked later.
    Wait,
    /// It does not accept the credential.
    Reconnect,
    /// It failed, and may have done it.
    Unknown,
}

impl ErrorRule {
    /// What is read of an answer with a bad status: the codes, which are compared and dropped.
    pub const fn tree(&self) -> &FieldTree {
        &self.tree
    }

    /// What the answer means, if it is an error: the gravest of its codes. `unlisted` is what a code
    /// means that is in no list, and an error without a code.
    pub fn read(&self, kept: &Value, unlisted: Refusal) -> Option<Refusal> {
        let root = match self.field.first_key() {
            Some(key) => kept.get(key)?,
            None => kept,
        };
        let nothing = match root {
            Value::Null => true,
            Value::Array(items) => items.is_empty(),
            Value::Object(members) => members.is_empty() && self.field.first_key().is_none(),
            _ => false,
        };
        if nothing {
            return None;
        }
        let codes = self.field.all(kept).into_iter().filter_map(Value::as_str);
        let told: Vec<Refusal> = codes
            .map(|code| self.meaning(code).unwrap_or(unlisted))
            .collect();
        let errors = root.as_array().map_or(1, Vec::len);
        let without_code = (told.len() < errors).then_some(unlisted);
        told.into_iter().chain(without_code).max()
    }

    /// Takes the codes out of an answer that was no error.
    pub(crate) fn strip(&self, kept: &mut Value) {
        if let (Some(key), Some(members)) = (self.field.first_key(), kept.as_object_mut()) {
            members.remove(key);
        }
    }

    fn meaning(&self, code: &str) -> Option<Refusal> {
        let lists = [
            (&self.unknown, Refusal::Unknown),
            (&self.reconnect, Refusal::Reconnect),
            (&self.wait, Refusal::Wait),
            (&self.refused, Refusal::Refused),
        ];
        let listed = lists
            .into_iter()
            .find(|(codes, _)| codes.iter().any(|known| known == code));
        listed.map(|(_, meaning)| meaning)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn rule(field: &str) -> ErrorRule {
        let words = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect();
        let field = FieldPath::parse(field).unwrap();
        let mut tree = FieldTree::nothing();
        tree.keep(&field).unwrap();
        ErrorRule {
            field,
            wait: words(&["RATELIMITED"]),
            reconnect: words(&["AUTHENTICATION_ERROR"]),
            unknown: words(&["INTERNAL_SERVER_ERROR"]),
            refused: words(&["INPUT_ERROR"]),
            tree,
        }
    }

    #[test]
    fn graphql_7_1_an_answer_with_errors_is_one_and_one_without_is_none() {
        let rule = rule("errors[].extensions.code");
        let of = |code: &str| json!({"errors": [{"extensions": {"code": code}}]});
        assert_eq!(
            rule.read(&of("RATELIMITED"), Refusal::Refused),
            Some(Refusal::Wait)
        );
        assert_eq!(
            rule.read(&of("AUTHENTICATION_ERROR"), Refusal::Refused),
            Some(Refusal::Reconnect)
        );
        assert_eq!(
            rule.read(&of("INTERNAL_SERVER_ERROR"), Refusal::Refused),
            Some(Refusal::Unknown)
        );
        assert_eq!(
            rule.read(&of("ratelimited"), Refusal::Refused),
            Some(Refusal::Refused)
        );
        let two = json!({"errors": [
            {"extensions": {"code": "RATELIMITED"}}, {"extensions": {"code": "INTERNAL_SERVER_ERROR"}},
        ]});
        assert_eq!(rule.read(&two, Refusal::Refused), Some(Refusal::Unknown));
        for without_code in [
            json!({"errors": [{}]}),
            json!({"errors": [{"extensions": {}}], "data": {}}),
        ] {
            assert_eq!(
                rule.read(&without_code, Refusal::Refused),
                Some(Refusal::Refused)
            );
        }
        for fine in [
            json!({"data": {}}),
            json!({"errors": null}),
            json!({"errors": []}),
            json!(null),
        ] {
            assert_eq!(rule.read(&fine, Refusal::Refused), None, "{fine}");
        }
    }

    /// A mutation may have been done although a field below it failed.
    #[test]
    fn graphql_6_4_4_a_code_in_no_list_means_what_the_operation_says() {
        let rule = rule("errors[].extensions.code");
        let unlisted = |kept: Value| rule.read(&kept, Refusal::Unknown);
        let of = |code: &str| json!({"errors": [{"extensions": {"code": code}}]});
        assert_eq!(unlisted(of("INPUT_ERROR")), Some(Refusal::Refused));
        assert_eq!(unlisted(of("RATELIMITED")), Some(Refusal::Wait));
        assert_eq!(unlisted(of("FORBIDDEN")), Some(Refusal::Unknown));
        assert_eq!(unlisted(json!({"errors": [{}]})), Some(Refusal::Unknown));
        let second = json!({"errors": [{"extensions": {"code": "INPUT_ERROR"}}, {}]});
        assert_eq!(unlisted(second), Some(Refusal::Unknown));
        assert_eq!(unlisted(json!({"errors": []})), None);
        let two = json!({"errors": [
            {"extensions": {"code": "INPUT_ERROR"}}, {"extensions": {"code": "FORBIDDEN"}},
        ]});
        assert_eq!(unlisted(two), Some(Refusal::Unknown));
    }

    #[test]
    fn a_code_may_stand_alone_or_in_a_list_at_the_top() {
        assert_eq!(
            rule("error").read(&json!({"error": "RATELIMITED"}), Refusal::Refused),
            Some(Refusal::Wait)
        );
        assert_eq!(
            rule("error").read(&json!({"ok": true}), Refusal::Refused),
            None
        );
        let list = rule("[].errorCode");
        assert_eq!(
            list.read(&json!([{"errorCode": "RATELIMITED"}]), Refusal::Refused),
            Some(Refusal::Wait)
        );
        assert_eq!(list.read(&json!([]), Refusal::Refused), None);
        assert_eq!(list.read(&json!({}), Refusal::Refused), None);
    }

    #[test]
    fn what_said_nothing_is_taken_out() {
        let mut kept = json!({"error": null, "id": 1});
        rule("error").strip(&mut kept);
        assert_eq!(kept, json!({"id": 1}));
    }
}
