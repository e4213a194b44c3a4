use lint::Options;

use super::{falls_with, found, report_as};

const TABLE: &str = "create table s.t (org_id uuid); alter table s.t enable row level security;
    alter table s.t force row level security; alter table s.t owner to OWNER;";

fn with(roles: &str) -> String {
    format!("{TABLE} {roles}")
}

#[tokio::test]
async fn a_login_that_is_superuser() {
    let sound = with("alter role GROUP superuser");
    falls_with(
        "role.superuser",
        "role APP",
        &with("alter role APP superuser"),
        &sound,
    )
    .await;
}

#[tokio::test]
async fn the_superuser_of_initdb_is_a_note() {
    let findings = found("role.bootstrap_superuser", TABLE).await;
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert_eq!(findings[0].severity, lint::Severity::Note);
}

#[tokio::test]
async fn a_login_with_bypassrls() {
    let sound = with("alter role GROUP bypassrls");
    falls_with(
        "role.bypassrls",
        "role APP",
        &with("alter role APP bypassrls"),
        &sound,
    )
    .await;
}

#[tokio::test]
async fn a_login_that_owns_tables() {
    let flawed = with("alter table s.t owner to APP");
    falls_with("role.owner", "role APP", &flawed, TABLE).await;
}

#[tokio::test]
async fn a_login_that_can_become_a_role_that_policies_do_not_hold_for() {
    let sound = with("grant GROUP to APP");
    for (flawed, strong) in [
        ("grant OWNER to APP", "OWNER (owner of tables)"),
        (
            "grant OWNER to GROUP; grant GROUP to APP",
            "OWNER (owner of tables)",
        ),
        (
            "alter role GROUP bypassrls; grant GROUP to APP",
            "GROUP (BYPASSRLS)",
        ),
        (
            "alter role GROUP superuser; grant GROUP to APP with admin option",
            "GROUP (superuser)",
        ),
    ] {
        let finding = falls_with("role.member_of_strong", "role APP", &with(flawed), &sound).await;
        assert!(finding.finding.contains(strong), "{finding:?}");
    }
}

#[tokio::test]
async fn a_server_with_a_known_hole() {
    let holes = async |version| {
        let report = report_as("", &Options::default(), Some(version)).await;
        let findings = report.findings.into_iter();
        let mut found = findings.filter(|finding| finding.rule == "server.version");
        found.next().map(|finding| finding.mend)
    };
    assert_eq!(
        holes(150_015).await.as_deref(),
        Some("update the server to 15.16 or newer")
    );
    assert_eq!(
        holes(130_023).await.as_deref(),
        Some("update the server to 14.21 or newer")
    );
    assert_eq!(holes(180_002).await, None);
}
