use lint::Options;

use super::{falls_with, found, report_as};

const TABLE: &str = "create table s.t (org_id uuid); alter table s.t enable row level security;
    alter table s.t force row level security; create table s.open (id int);";

fn with(views: &str) -> String {
    format!("{TABLE} {views}")
}

#[tokio::test]
async fn a_view_that_reads_with_its_owners_rights() {
    let sound = with(
        "create view s.v with (security_invoker = on) as select * from s.t;
                      create view s.w as select * from s.open",
    );
    falls_with(
        "view.owner_rights",
        "view s.v",
        &with("create view s.v as select * from s.t"),
        &sound,
    )
    .await;
}

#[tokio::test]
async fn a_view_by_way_of_another() {
    let flawed = with("create view s.inner with (security_invoker = true) as select org_id from s.t;
                       create view s.above as select * from s.open where exists (select from s.inner)");
    let findings = found("view.owner_rights", &flawed).await;
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert_eq!(findings[0].object.to_string(), "view s.above");
}

#[tokio::test]
async fn a_materialised_view_of_secured_rows() {
    let sound = with("create materialized view s.m as select * from s.open");
    for flawed in [
        "create materialized view s.m as select * from s.t",
        "create view s.v with (security_invoker) as select * from s.t;
         create materialized view s.m as select * from s.v",
    ] {
        falls_with(
            "view.materialised",
            "materialised view s.m",
            &with(flawed),
            &sound,
        )
        .await;
    }
}

/// Before 15 there is no `security_invoker`: what counts is whether policies hold for the view's owner.
#[tokio::test]
async fn before_15_a_view_is_as_its_owner() {
    let view = "create view s.v as select * from s.t;";
    for (owners, is_open) in [
        // The superuser of the test.
        ("", true),
        ("alter view s.v owner to OWNER", false),
        (
            "alter view s.v owner to OWNER; alter table s.t owner to OWNER",
            false,
        ),
        (
            "alter view s.v owner to OWNER; alter table s.t owner to OWNER;
             alter table s.t no force row level security",
            true,
        ),
        (
            "alter role OWNER bypassrls; alter view s.v owner to OWNER",
            true,
        ),
    ] {
        let statements = format!("{} {owners}", with(view));
        let report = report_as(&statements, &Options::default(), Some(140_021)).await;
        let mut findings = report.findings.iter();
        let found = findings.find(|finding| finding.rule == "view.owner_rights");
        assert_eq!(found.is_some(), is_open, "{owners}: {found:?}");
    }
}
