//! Linear, as the types of its schema in the npm package `@linear/sdk` describe it.

use std::collections::BTreeMap;

use manifest::Class;

use super::{kept, root, shipped};

/// The types of the schema, each with the type of each of its fields.
struct Schema(BTreeMap<String, BTreeMap<String, String>>);

impl Schema {
    fn read() -> Self {
        let folder = root().join("tests/providers/node_modules/@linear/sdk/dist");
        assert!(
            folder.exists(),
            "run ./dev test, which installs the types of Linear's schema"
        );
        let files = std::fs::read_dir(folder).unwrap();
        let texts =
            files.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap_or_default());
        let text = texts
            .into_iter()
            .find(|text| text.contains("\ntype IssueHistory = "));
        Self::parse(&text.unwrap())
    }

    /// `type Name = … {`, then `  field?: Maybe<Array<Type>>;`, then `};`.
    fn parse(text: &str) -> Self {
        let mut types = BTreeMap::new();
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            let named = line
                .strip_prefix("type ")
                .and_then(|rest| rest.split_once(" = "));
            let Some((name, _)) = named.filter(|(_, rest)| rest.ends_with('{')) else {
                continue;
            };
            let fields = lines
                .by_ref()
                .take_while(|line| *line != "};")
                .filter_map(|line| {
                    let (field, kind) = line.trim().strip_suffix(';')?.split_once(": ")?;
                    Some((field.trim_end_matches('?').to_owned(), inner(kind)))
                });
            types.insert(name.to_owned(), fields.collect());
        }
        Self(types)
    }

    fn field(&self, of: &str, name: &str) -> Option<&str> {
        self.0.get(of)?.get(name).map(String::as_str)
    }

    /// The type at the end of the path that begins at `of`.
    fn at<'a>(&'a self, of: &'a str, path: &[String]) -> Option<&'a str> {
        path.iter().try_fold(of, |of, name| self.field(of, name))
    }
}

/// What stands inside `Maybe<…>`, `InputMaybe<…>` and `Array<…>`; a scalar's own name in quotes.
fn inner(kind: &str) -> String {
    match kind
        .split_once('<')
        .and_then(|(_, rest)| rest.strip_suffix('>'))
    {
        Some(below) => inner(below),
        None => kind.to_owned(),
    }
}

#[test]
fn every_document_asks_for_what_the_schema_has() {
    let (schema, manifest) = (Schema::read(), shipped("linear"));
    for operation in manifest.operations() {
        let start = match operation.class {
            Class::Read => "Query",
            Class::Write => "Mutation",
        };
        let paths = kept(&operation.response);
        assert!(!paths.is_empty());
        for path in paths {
            assert_eq!(path[0], "data", "{path:?}");
            let kind = schema.at(start, &path[1..]);
            let kind = kind.unwrap_or_else(|| panic!("{}: there is no {path:?}", operation.id));
            assert!(
                kind.starts_with("Scalars["),
                "{path:?} is a {kind}, and no value"
            );
        }
    }
}

#[test]
fn every_argument_of_a_document_is_one_of_the_schema() {
    let (schema, manifest) = (Schema::read(), shipped("linear"));
    for (operation, of, names) in [
        (
            "list_issues",
            "QueryIssuesArgs",
            &["first", "after", "orderBy", "includeArchived", "filter"][..],
        ),
        ("list_issues", "IssueFilter", &["updatedAt"]),
        ("list_issue_history", "QueryIssueArgs", &["id"]),
        (
            "list_issue_history",
            "IssueHistoryArgs",
            &["first", "after"],
        ),
        ("find_created_issue", "IssueFilter", &["id"]),
        ("create_issue", "MutationIssueCreateArgs", &["input"]),
        (
            "create_issue",
            "IssueCreateInput",
            &["id", "teamId", "title", "description", "priority"],
        ),
    ] {
        let document = manifest.operation(operation).unwrap().document().unwrap();
        for name in names {
            assert!(
                document.text().contains(&format!("{name}: ")),
                "{operation}: {name}"
            );
            assert!(schema.field(of, name).is_some(), "{of} has no {name}");
        }
    }
    assert_eq!(
        schema.field("DateComparator", "gte"),
        Some("Scalars[\"DateTimeOrDuration\"]")
    );
    assert_eq!(
        schema.field("IssueIdComparator", "eq"),
        Some("Scalars[\"ID\"]")
    );
}

/// What a scan asks for is never what somebody wrote, by whatever name the schema has for it.
#[test]
fn no_document_of_a_read_asks_for_a_text() {
    let manifest = shipped("linear");
    let texts = [
        "title",
        "description",
        "body",
        "comment",
        "content",
        "url",
        "attachment",
        "changes",
    ];
    for operation in manifest.operations_for(Class::Read) {
        for path in kept(&operation.response) {
            for name in &path {
                let name = name.to_lowercase();
                assert!(!texts.iter().any(|text| name.contains(text)), "{path:?}");
            }
        }
    }
}
