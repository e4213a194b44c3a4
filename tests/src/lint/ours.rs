//! Our own schema: nothing is found but what the code says is meant.

use sqlx::Connection as _;

#[tokio::test]
async fn our_own_schema_has_no_finding() {
    let database = testkit::app::fresh_database().await;
    let options = database.superuser_options();
    let mut connection = sqlx::PgConnection::connect_with(&options).await.unwrap();
    let report = server::verify::lint_report(&mut connection).await.unwrap();
    assert!(report.findings.is_empty(), "{}", report.text());
    assert!(
        report.looked_at.tables > 20 && report.summary.allowed > 20,
        "{}",
        report.text()
    );
}
