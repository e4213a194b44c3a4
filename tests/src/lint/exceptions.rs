use lint::{Options, read_allow_file};

use super::report;

const TABLES: &str = "create table s.a (org_id uuid); create table s.b (org_id uuid);
    create schema other; create table other.c (org_id uuid);";

async fn rules(options: &Options) -> Vec<String> {
    let report = report(TABLES, options).await;
    let mut shown: Vec<String> = report
        .findings
        .iter()
        .filter(|finding| !finding.rule.starts_with("role."))
        .map(|finding| format!("{} {}", finding.rule, finding.object))
        .collect();
    shown.push(format!("{} allowed", report.summary.allowed));
    shown
}

fn allow(text: &str) -> Options {
    Options {
        allow: read_allow_file(text).unwrap(),
        ..Options::default()
    }
}

#[tokio::test]
async fn an_exception_hides_its_finding_and_one_without_a_finding_is_told() {
    let text =
        "[[allow]]\nrule = 'rls.not_enabled'\nobject = 'table s.*'\nreason = 'read by nobody'\n
                [[allow]]\nrule = 'rls.no_policy'\nobject = 'table other.c'\nreason = 'closed'\n";
    assert_eq!(
        rules(&allow(text)).await,
        [
            "rls.not_enabled table other.c",
            "allow.unused exception rls.no_policy for \"table other.c\"",
            "2 allowed",
        ]
    );
}

#[tokio::test]
async fn a_schema_narrows_the_report_and_makes_no_exception_useless() {
    let text = "[[allow]]\nrule = 'rls.not_enabled'\nobject = 'table other.c'\nreason = 'x'\n";
    let options = Options {
        schemas: vec!["s".to_owned()],
        ..allow(text)
    };
    assert_eq!(
        rules(&options).await,
        [
            "rls.not_enabled table s.a",
            "rls.not_enabled table s.b",
            "1 allowed"
        ]
    );
}

#[tokio::test]
async fn an_exception_for_a_role_holds_for_that_role_alone() {
    let flawed = "create table s.t (org_id uuid); alter table s.t enable row level security;
        alter table s.t force row level security; grant truncate on s.t to APP, public;";
    let text = "[[allow]]\nrule = 'grant.past_policies'\nobject = 'table s.t'\nrole = 'public'\nreason = 'x'";
    let report = report(flawed, &allow(text)).await;
    let left: Vec<_> = report
        .findings
        .iter()
        .filter(|f| f.rule == "grant.past_policies")
        .collect();
    assert_eq!(left.len(), 1, "{left:?}");
    assert_eq!(left[0].roles, ["APP"]);
}

#[tokio::test]
async fn the_tenant_column_is_guessed_by_how_many_tables_have_it_or_given() {
    let tables = "create table s.a (tenant_id uuid); create table s.b (tenant_id uuid);
                  create table s.c (org_id uuid, \"Team\" int);";
    let guessed = report(tables, &Options::default()).await.tenant;
    assert_eq!(
        (guessed.column.as_deref(), guessed.chosen_by, guessed.tables),
        (Some("tenant_id"), "guess", 2)
    );
    let given = Options {
        tenant_column: Some("Team".to_owned()),
        ..Options::default()
    };
    let given = report(tables, &given).await.tenant;
    assert_eq!(
        (given.column.as_deref(), given.chosen_by, given.tables),
        (Some("\"Team\""), "option", 1)
    );
    let none = report("create table s.a (id uuid)", &Options::default()).await;
    assert_eq!(none.tenant.column, None);
    assert!(none.text().contains("none found"), "{}", none.text());
}
