use serde::{Deserialize, Serialize};

use super::problem::Problem;
use crate::digest::Digest;
use crate::history::{Draft, Priority};

const TITLE_CHARACTERS: usize = 200;
const BODY_CHARACTERS: usize = 65_536;
const LABELS: usize = 20;
const LABEL_CHARACTERS: usize = 50;

/// What a client sends to create an issue.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewIssue {
    title: String,
    #[serde(default)]
    body: String,
    #[serde(default)]
    labels: Vec<String>,
    #[serde(default)]
    priority: Priority,
}

impl NewIssue {
    /// SHA-256 of what was understood: the order of keys and the white space do not count.
    pub(super) fn digest(&self) -> Result<Digest, Problem> {
        serde_json::to_vec(self)
            .map(Digest::of)
            .map_err(|_| Problem::unavailable())
    }

    /// Checks the rules, and says which one is broken.
    pub(super) fn into_draft(self, reporter: &str, client_id: &str) -> Result<Draft, Problem> {
        let title = self.title.trim();
        if !is_line(title, TITLE_CHARACTERS) {
            return Err(Problem::body("title is one line of 1 to 200 characters"));
        }
        if self.body.chars().count() > BODY_CHARACTERS {
            return Err(Problem::body("body is at most 65,536 characters"));
        }
        let mut labels: Vec<String> = Vec::new();
        for label in self.labels {
            if !is_line(&label, LABEL_CHARACTERS) || label.trim() != label {
                return Err(Problem::body("a label is one line of 1 to 50 characters"));
            }
            if !labels.contains(&label) {
                labels.push(label);
            }
        }
        if labels.len() > LABELS {
            return Err(Problem::body("an issue has at most 20 labels"));
        }
        Ok(Draft {
            title: title.to_owned(),
            body: self.body,
            labels,
            priority: self.priority,
            reporter: reporter.to_owned(),
            created_via: Some(client_id.to_owned()),
        })
    }
}

fn is_line(text: &str, most: usize) -> bool {
    let characters = text.chars().count();
    (1..=most).contains(&characters) && !text.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(json: &str) -> Option<Draft> {
        serde_json::from_str::<NewIssue>(json)
            .ok()?
            .into_draft("sam", "app")
            .ok()
    }

    #[test]
    fn a_title_is_enough() {
        let draft = draft(r#"{"title":" It breaks "}"#).unwrap();
        assert_eq!(
            (draft.title.as_str(), draft.priority),
            ("It breaks", Priority::Medium)
        );
    }

    #[test]
    fn labels_are_a_set() {
        let draft = draft(r#"{"title":"t","labels":["a","b","a"]}"#).unwrap();
        assert_eq!(draft.labels, ["a", "b"]);
    }

    #[test]
    fn what_breaks_a_rule_is_refused() {
        for bad in [
            r#"{"title":"  "}"#,
            r#"{"title":"two\nlines"}"#,
            r#"{"title":"t","labels":[""]}"#,
            r#"{"title":"t","priority":"yesterday"}"#,
            r#"{"title":"t","status":"Done"}"#,
            r#"{"body":"no title"}"#,
        ] {
            assert!(draft(bad).is_none(), "{bad}");
        }
        assert!(draft(&format!(r#"{{"title":"{}"}}"#, "é".repeat(200))).is_some());
        assert!(draft(&format!(r#"{{"title":"{}"}}"#, "é".repeat(201))).is_none());
    }
}
