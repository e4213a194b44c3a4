use super::{falls_with, found};

/// A table as it should be.
const SOUND: &str = "create table s.t (org_id uuid, id uuid, primary key (org_id, id));
    alter table s.t enable row level security; alter table s.t force row level security;
    create policy p on s.t using (org_id = (select current_setting('app.org')::uuid));";

#[tokio::test]
async fn a_table_without_row_level_security() {
    falls_with(
        "rls.not_enabled",
        "table s.t",
        &format!("{SOUND} alter table s.t disable row level security"),
        SOUND,
    )
    .await;
}

#[tokio::test]
async fn a_foreign_table_can_have_none() {
    let foreign = "create foreign data wrapper w; create server far foreign data wrapper w;
                   create foreign table s.f (org_id uuid) server far";
    falls_with("rls.not_enabled", "foreign table s.f", foreign, SOUND).await;
}

#[tokio::test]
async fn row_level_security_that_is_not_forced() {
    let finding = falls_with(
        "rls.not_forced",
        "table s.t",
        &format!(
            "{SOUND} alter table s.t owner to OWNER; alter table s.t no force row level security"
        ),
        SOUND,
    )
    .await;
    assert_eq!(finding.mend, "alter table s.t force row level security;");
    assert!(finding.finding.contains("OWNER"), "{finding:?}");
}

#[tokio::test]
async fn row_level_security_without_a_policy() {
    falls_with(
        "rls.no_policy",
        "table s.t",
        &format!("{SOUND} drop policy p on s.t"),
        SOUND,
    )
    .await;
}

/// A table with row level security, split by year, with a grant on the whole.
const SPLIT: &str = "create table s.t (org_id uuid, year int) partition by list (year);
    create table s.t_1 partition of s.t for values in (1);
    alter table s.t enable row level security; alter table s.t force row level security;
    create policy p on s.t using (org_id = (select current_setting('app.org')::uuid));
    grant select on s.t to APP;";

#[tokio::test]
async fn a_partition_that_somebody_may_name_past_its_parents_policies() {
    let finding = falls_with(
        "rls.child_open",
        "table s.t_1",
        &format!("{SPLIT} grant select on s.t_1 to APP"),
        SPLIT,
    )
    .await;
    assert!(finding.finding.contains("APP"), "{finding:?}");
    // The parent's policies are the partition's for who goes by the parent.
    assert!(found("rls.not_enabled", SPLIT).await.is_empty());
    let closed = format!(
        "{SPLIT} alter table s.t_1 enable row level security;
                          grant select on s.t_1 to APP"
    );
    assert!(found("rls.child_open", &closed).await.is_empty());
    assert!(found("rls.no_policy", &closed).await.is_empty());
}

#[tokio::test]
async fn an_inheritance_child_of_a_child() {
    let tree = format!(
        "{SOUND} create table s.below () inherits (s.t); create table s.last () inherits (s.below);"
    );
    falls_with(
        "rls.child_open",
        "table s.last",
        &format!("{tree} grant select (id) on s.last to GROUP"),
        &tree,
    )
    .await;
}
