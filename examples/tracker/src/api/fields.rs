use serde_json::Value;

use super::issue_view::IssueView;
use super::problem::Problem;

/// Every field of an issue.
const FIELDS: [&str; 14] = [
    "number",
    "title",
    "status",
    "assignee",
    "reporter",
    "priority",
    "labels",
    "created_at",
    "updated_at",
    "closed_at",
    "created_via",
    "body",
    "comments",
    "url",
];

/// The fields of an issue that a client wants to see: all, unless told.
#[derive(Debug)]
pub(super) struct Fields<'a>(Option<Vec<&'a str>>);

impl<'a> Fields<'a> {
    /// Reads names that are divided by commas.
    pub(super) fn parse(asked: Option<&'a str>) -> Result<Self, Problem> {
        let names: Option<Vec<_>> = asked.map(|names| names.split(',').collect());
        if names.iter().flatten().all(|name| FIELDS.contains(name)) {
            Ok(Self(names))
        } else {
            Err(Problem::parameter(format!(
                "fields are divided by commas: {}",
                FIELDS.join(",")
            )))
        }
    }

    /// The chosen part of an issue.
    pub(super) fn of(&self, issue: &IssueView<'_>) -> Result<Value, Problem> {
        let mut value = serde_json::to_value(issue).map_err(|_| Problem::unavailable())?;
        if let (Some(names), Value::Object(fields)) = (&self.0, &mut value) {
            fields.retain(|name, _| names.contains(&name.as_str()));
        }
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use time::OffsetDateTime;

    use super::*;
    use crate::history::{Draft, History, Priority};

    #[test]
    fn the_names_of_the_fields_are_those_of_an_issue() {
        let mut history = History::default();
        let draft = Draft {
            title: "t".to_owned(),
            body: String::new(),
            labels: Vec::new(),
            priority: Priority::Low,
            reporter: "r".to_owned(),
            created_via: None,
        };
        let number = history.open(draft, OffsetDateTime::UNIX_EPOCH);
        let view = IssueView::new(&history.issues[&number], "http://h");

        let all = Fields::parse(None).unwrap().of(&view).unwrap();
        let mut names: Vec<_> = all
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        let mut known = FIELDS;
        names.sort_unstable();
        known.sort_unstable();
        assert_eq!(names, known);

        let some = Fields::parse(Some("number,status"))
            .unwrap()
            .of(&view)
            .unwrap();
        assert_eq!(
            some,
            serde_json::json!({ "number": 1, "status": "Backlog" })
        );
        assert!(Fields::parse(Some("number,secret")).is_err());
    }
}
