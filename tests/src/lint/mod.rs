//! `countersign lint-db`: each rule on a real database that has the flaw and on one that does not.
//!
//! Roles belong to the cluster that all tests share. What a test makes is made in a transaction that is
//! rolled back, so that no other test ever sees a role that policies do not hold for.

mod bad_schema;
mod exceptions;
mod keys;
mod large;
mod names;
mod ours;
mod policies;
mod rights;
mod roles;
mod tables;
mod views;

use lint::{Finding, GUESSES, Options, Report};
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};
use testkit::cluster::{self, TestDatabase};

/// A database without anything in it.
async fn empty_database() -> TestDatabase {
    cluster::shared().fresh_database("template0").await.unwrap()
}

/// Roles in the statements of a test: a login, a role that owns, and one that nobody logs in as.
const ROLES: &str = "create role APP login; create role OWNER nologin; create role GROUP nologin;
    create schema s; grant usage on schema s to APP;";

/// Replaces the roles' names by ones that no other test has.
fn named(statements: &str, database: &TestDatabase) -> String {
    statements
        .replace("APP", &format!("{}_app", database.name()))
        .replace("OWNER", &format!("{}_owner", database.name()))
        .replace("GROUP", &format!("{}_group", database.name()))
}

/// The report on an empty database after `statements`, with the roles' names as in them.
async fn report(statements: &str, options: &Options) -> Report {
    report_as(statements, options, None).await
}

/// The same, as a server of that version would have it.
async fn report_as(statements: &str, options: &Options, version: Option<i32>) -> Report {
    let database = empty_database().await;
    let options_of = database.superuser_options();
    let mut connection = PgConnection::connect_with(&options_of).await.unwrap();
    let mut tx = connection.begin().await.unwrap();
    let statements = named(&format!("{ROLES} {statements}"), &database);
    tx.execute(AssertSqlSafe(statements)).await.unwrap();
    let given = options.tenant_column.as_deref();
    let columns = given.map_or_else(|| GUESSES.to_vec(), |given| vec![given]);
    let mut catalogue = lint::read(&mut tx, &columns).await.unwrap();
    catalogue.version = version.unwrap_or(catalogue.version);
    tx.rollback().await.unwrap();
    let mut report = lint::lint(&catalogue, options);
    for finding in &mut report.findings {
        let unnamed = |text: &str| {
            ["app", "owner", "group"]
                .iter()
                .fold(text.to_owned(), |text, role| {
                    text.replace(&format!("{}_{role}", database.name()), &role.to_uppercase())
                })
        };
        finding.object.name = unnamed(&finding.object.name);
        finding.finding = unnamed(&finding.finding);
        finding.mend = unnamed(&finding.mend);
        for role in &mut finding.roles {
            *role = unnamed(role);
        }
    }
    "database".clone_into(&mut report.database);
    report
}

/// What a rule finds after the statements.
async fn found(rule: &str, statements: &str) -> Vec<Finding> {
    let report = report(statements, &Options::default()).await;
    let findings = report.findings.into_iter();
    findings.filter(|finding| finding.rule == rule).collect()
}

/// The rule finds just this object after `flawed`, and nothing after `sound`.
async fn falls_with(rule: &str, object: &str, flawed: &str, sound: &str) -> Finding {
    let nothing = found(rule, sound).await;
    assert!(nothing.is_empty(), "{nothing:#?}");
    let mut findings = found(rule, flawed).await;
    assert_eq!(findings.len(), 1, "{rule}: {findings:#?}");
    let finding = findings.remove(0);
    assert_eq!(finding.object.to_string(), object);
    finding
}
