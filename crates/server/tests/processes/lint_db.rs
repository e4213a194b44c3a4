use std::path::Path;
use std::process::{Command, Output};
use std::time::Instant;

use serde_json::Value;

use crate::operator::Operator;
use crate::support::{BINARY, folder, refusal, run};

const SCHEMA: &str = "
    create role reader login password 'hushhush'; create role stranger login password 'hushhush';
    create database app; \\connect app
    create table public.\"Order\nItems\" (org_id uuid, id uuid, primary key (org_id, id));
    create table public.countries (code text primary key);
    alter table public.countries enable row level security; alter table public.countries force row level security;
    create policy read on public.countries for select using (true);";

fn url(operator: &Operator, login: &str, password: &str) -> String {
    format!(
        "postgres://{login}:{password}@127.0.0.1:{}/app",
        operator.port
    )
}

fn lint_db(url: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(BINARY);
    command.arg("lint-db").args(arguments).env("APP_URL", url);
    command.args(["--url-env", "APP_URL"]);
    command
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap()
}

fn rules(report: &Value) -> Vec<&str> {
    let findings = report["findings"].as_array().unwrap().iter();
    findings
        .map(|finding| finding["rule"].as_str().unwrap())
        .collect()
}

fn written(folder: &Path, text: &str) -> String {
    let path = folder.join("allow.toml");
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

#[test]
fn a_database_of_somebody_elses_is_looked_at_and_what_is_found_decides_the_exit_status() {
    let folder = folder();
    let operator = Operator::start(folder.path());
    operator.psql(SCHEMA);
    let url = url(&operator, "reader", "hushhush");

    let found = run(&mut lint_db(&url, &[]));
    let text = String::from_utf8(found.stdout).unwrap();
    assert_eq!(found.status.code(), Some(1), "{text}");
    assert!(
        text.starts_with("table public.U&\"Order\\000AItems\"\n  error   rls.not_enabled"),
        "{text}"
    );
    assert!(
        text.contains("1 error, 1 warning, 1 note in database app on PostgreSQL"),
        "{text}"
    );
    assert!(text.contains("tenant column: org_id (guessed"), "{text}");
    let said = String::from_utf8(found.stderr).unwrap();
    assert_eq!(said, "error: findings of severity error: 1\n");

    let found = run(&mut lint_db(&url, &["--json", "--min-severity", "warning"]));
    assert_eq!(found.status.code(), Some(1));
    let report = json(&found);
    assert_eq!(rules(&report), ["rls.not_enabled", "policy.open_table"]);
    assert_eq!(report["version"], 1);
    assert_eq!(report["summary"]["hidden"], 1);
    assert_eq!(report["tenant"]["chosen_by"], "guess");

    // What is meant is allowed with a reason; what is mended is found no more.
    let allow = written(
        folder.path(),
        "[[allow]]\nrule = 'policy.open_table'\nobject = 'policy read on public.countries'\nreason = 'the same for all'\n",
    );
    operator.psql(
        "\\connect app\nalter table public.\"Order\nItems\" enable row level security;
        alter table public.\"Order\nItems\" force row level security;",
    );
    let clean = run(&mut lint_db(
        &url,
        &[
            "--allow",
            &allow,
            "--json",
            "--schema",
            "public",
            "--tenant-column",
            "org_id",
        ],
    ));
    assert_eq!(
        clean.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&clean.stderr)
    );
    let report = json(&clean);
    assert_eq!(
        rules(&report),
        ["role.bootstrap_superuser", "rls.no_policy"]
    );
    assert_eq!(report["allowed"][0]["reason"], "the same for all");
    assert_eq!(report["tenant"]["chosen_by"], "option");

    cannot_look(folder.path(), &operator, &url);
    bad_options(folder.path(), &url);
}

fn cannot_look(folder: &Path, operator: &Operator, url: &str) {
    let refused = |command: &mut Command| {
        let begun = Instant::now();
        let (code, said) = refusal(command);
        assert!(begun.elapsed().as_secs() < 20, "{said}");
        assert!(
            !said.contains("wrong!") && !said.contains("hushhush"),
            "{said}"
        );
        assert_eq!(code, Some(3), "{said}");
        said
    };
    let wrong = url.replace("hushhush", "wrong!");
    assert!(refused(&mut lint_db(&wrong, &[])).contains("wrong password"));
    let nowhere = "postgres://reader:hushhush@127.0.0.1:1/app";
    assert!(refused(&mut lint_db(nowhere, &[])).contains("cannot be reached as reader"));
    let no_host = "postgres://reader:hushhush@nowhere.invalid/app";
    assert!(refused(&mut lint_db(no_host, &[])).contains("nowhere.invalid"));
    let no_database = url.replace("/app", "/other");
    assert!(refused(&mut lint_db(&no_database, &[])).contains("no such database"));

    operator.psql("\\connect app\nrevoke select on pg_catalog.pg_policy from public");
    let said = refused(&mut lint_db(url, &[]));
    assert!(
        said.contains("this login may not read the catalogue"),
        "{said}"
    );
    operator.psql(
        "\\connect app\ngrant select on pg_catalog.pg_policy to public;
        revoke connect on database app from public",
    );
    let said = refused(&mut lint_db(url, &[]));
    assert!(said.contains("cannot be reached"), "{said}");
    operator.psql("grant connect on database app to public");
    // A server that takes the connection and says nothing.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    let said = refused(&mut lint_db(
        &format!("postgres://a@127.0.0.1:{port}/app"),
        &[],
    ));
    assert!(said.contains("does not answer within 15 s"), "{said}");
    let _ = folder;
}

fn bad_options(folder: &Path, url: &str) {
    let refused = |command: &mut Command| {
        let (code, said) = refusal(command);
        assert_eq!(code, Some(2), "{said}");
        said
    };
    assert!(refused(&mut lint_db("", &[])).contains("set APP_URL"));
    assert!(refused(&mut lint_db("no url", &[])).contains("does not hold"));
    assert!(refused(&mut lint_db(url, &["--schema", "publik"])).contains("no schema \"publik\""));
    assert!(refused(&mut lint_db(url, &["--tenant-column", "x"])).contains("no table"));
    refused(&mut lint_db(url, &["--min-severity", "loud"]));
    let mut secret = Command::new(BINARY);
    let said = refused(secret.args(["lint-db", "--url", "postgres://a:hush@127.0.0.1/b"]));
    assert!(
        said.contains("every user of this machine") && !said.contains("hush"),
        "{said}"
    );

    assert!(refused(&mut lint_db(url, &["--allow", "/nowhere"])).contains("cannot be read"));
    for (text, why) in [
        ("[[allow", "[[allow]]"),
        (
            "[[allow]]\nrule = 'rls.no_policy'\nobject = 'table a.b'\n",
            "reason",
        ),
        (
            "[[allow]]\nrule = 'rls.nothing'\nobject = 'x'\nreason = 'x'\n",
            "no such rule",
        ),
        (
            "[[allow]]\nrule = 'rls.no_policy'\nobject = 'x'\nreason = ''\n",
            "has no reason",
        ),
    ] {
        let allow = written(folder, text);
        let said = refused(&mut lint_db(url, &["--allow", &allow]));
        assert!(said.contains(why), "{said}");
    }
}
