//! A schema as a web backend has it after a year, and everything that is told about it.

use lint::Options;

use super::report;

const SCHEMA: &str = include_str!("bad_schema.sql");

#[tokio::test]
async fn a_typical_backend_is_told_everything() {
    let mut report = report(SCHEMA, &Options::default()).await;
    // The server's own state is not the schema's.
    "VERSION".clone_into(&mut report.server);
    report.looked_at.login_roles = 0;
    report
        .findings
        .retain(|f| f.object.kind != "role" || f.object.name.chars().all(char::is_uppercase));
    let count = |severity| {
        report
            .findings
            .iter()
            .filter(|f| f.severity == severity)
            .count()
    };
    report.summary.errors = count(lint::Severity::Error);
    report.summary.notes = count(lint::Severity::Note);
    insta::assert_snapshot!(report.text());
}
