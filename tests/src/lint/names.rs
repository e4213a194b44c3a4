use lint::Options;

use super::{found, report};

const TABLE: &str = "create table NAME (org_id uuid); alter table NAME enable row level security;";

#[tokio::test]
async fn a_name_cannot_pass_for_another_and_what_mends_it_can_be_pasted() {
    for (name, shown) in [
        ("\"a\nerror: s.t\"", "s.U&\"a\\000Aerror: s.t\""),
        ("\"pay\u{200b}ments\"", "s.U&\"pay\\200Bments\""),
        ("\"p\u{430}yments\"", "s.U&\"p\\0430yments\""),
        ("\"\u{202e}stnemyap\"", "s.U&\"\\202Estnemyap\""),
        ("\"say \"\"hi\"\"\"", "s.\"say \"\"hi\"\"\""),
        ("\"größe; drop table x --\"", "s.\"größe; drop table x --\""),
        ("\"\u{1b}[2J\"", "s.U&\"\\001B[2J\""),
        ("\"select\"", "s.\"select\""),
    ] {
        let flawed = TABLE.replace("NAME", &format!("s.{name}"));
        let findings = found("rls.not_forced", &flawed).await;
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert_eq!(findings[0].object.name, shown);
        // What the report says is what the server takes.
        let mended = format!("{flawed} {}", findings[0].mend);
        assert!(
            found("rls.not_forced", &mended).await.is_empty(),
            "{mended}"
        );
    }
}

#[tokio::test]
async fn strange_names_everywhere_leave_a_report_of_one_line_a_sentence_and_valid_json() {
    let odd = "\"x\n\"\"\u{202e}\\\u{7f}\"";
    let statements = format!(
        "create schema {odd}; create role {odd}_role login bypassrls; create type {odd}.kind as enum ('a');
         create table {odd}.{odd} (org_id uuid, {odd} {odd}.kind unique);
         alter table {odd}.{odd} enable row level security;
         create function {odd}.{odd}({odd}.kind) returns boolean language sql security definer as 'select true';
         create policy {odd} on {odd}.{odd} using ({odd}.{odd}('a'));
         create view {odd}.v as select * from {odd}.{odd};
         grant truncate, select on {odd}.{odd} to public;
         alter default privileges in schema {odd} grant select on tables to public"
    )
    .replace(&format!("{odd}_role"), "\"r\n\"\"\u{202e}\\\u{7f}\"");
    let report = report(&statements, &Options::default()).await;
    assert!(report.findings.len() > 8, "{report:#?}");
    let text = report.text();
    let odd_one = |c: char| c != '\n' && (c.is_control() || c == '\u{202e}');
    assert!(!text.contains(odd_one), "{text}");
    let known = |line: &str| {
        line.is_empty()
            || line.starts_with("  ")
            || report.findings.iter().any(|f| f.object.to_string() == line)
            || line.contains(" in database ")
            || line.starts_with("tenant column: ")
    };
    assert!(text.lines().all(known), "{text}");
    let json = serde_json::to_string(&report).unwrap();
    let value: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        value["findings"].as_array().unwrap().len(),
        report.findings.len()
    );
}

#[tokio::test]
async fn an_alias_that_looks_like_the_stored_form_changes_nothing() {
    let statements = "create function s.f() returns uuid language sql stable as 'select null::uuid';
        create table s.t (org_id uuid); alter table s.t enable row level security;
        create policy p on s.t using (org_id = (select \":funcid\" from (select s.f() as \":funcid\") \"{FUNCEXPR :funcid 2}\"))";
    assert!(found("policy.call_per_row", statements).await.is_empty());
    let flawed = statements.replace("(org_id = (", "(org_id = s.f() and org_id = (");
    assert_eq!(found("policy.call_per_row", &flawed).await.len(), 1);
}
