//! Who gets in, and through which door.

use std::collections::HashSet;

use sqlx::ConnectOptions;
use sqlx::error::DatabaseError;

use crate::support::{Scratch, execute, is_root, psql_as, text};

#[tokio::test]
async fn no_port_is_opened() {
    let scratch = Scratch::new();
    let cluster = scratch.start().await;
    assert_eq!(ports_of(cluster.pid()), HashSet::new());
    assert_eq!(text(&cluster, "show listen_addresses").await, "");
    // The check itself can see a port: this one.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    assert!(ports_of(std::process::id()).contains(&listener.local_addr().unwrap().port()));
}

#[tokio::test]
async fn a_superuser_cannot_open_a_port_or_loosen_the_log_for_the_next_start() {
    let scratch = Scratch::new();
    let cluster = scratch.start().await;
    for sql in [
        "alter system set listen_addresses = '*'",
        "alter system set port = 5433",
        "alter system set hba_file = '/tmp/pg_hba.conf'",
        "alter system set log_statement = 'all'",
        "alter system set log_min_messages = 'debug5'",
        "alter system set work_mem = '5MB'",
    ] {
        execute(&cluster, sql).await;
    }
    cluster.stop().await.unwrap();
    let cluster = scratch.start().await;
    assert_eq!(ports_of(cluster.pid()), HashSet::new());
    assert_eq!(text(&cluster, "show log_statement").await, "none");
    assert_eq!(text(&cluster, "show log_min_messages").await, "log");
    assert_eq!(text(&cluster, "show port").await, "5432");
    let hba = scratch.data().join("conf/pg_hba.conf");
    assert_eq!(text(&cluster, "show hba_file").await, hba.to_str().unwrap());
    // What keeps no promise is the operator's to tune.
    assert_eq!(text(&cluster, "show work_mem").await, "5MB");
}

#[tokio::test]
async fn another_user_of_the_machine_cannot_become_the_superuser() {
    if !is_root("connecting as `nobody`") {
        return;
    }
    let scratch = Scratch::new();
    let cluster = scratch.start().await;
    let output = psql_as("nobody", &cluster, "postgres", "postgres");
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(
        !output.status.success() && error.contains("Peer authentication failed"),
        "{error}"
    );
    // It was refused by who it is, not by a closed directory: with a password it gets in.
    execute(&cluster, "create role front login password 'correct horse'").await;
    let output = psql_as("nobody", &cluster, "front", "correct horse");
    assert_eq!(
        String::from_utf8_lossy(&output.stdout).trim(),
        "front",
        "{output:?}"
    );
    let output = psql_as("nobody", &cluster, "front", "wrong horse");
    assert!(String::from_utf8_lossy(&output.stderr).contains("password authentication failed"));
}

#[tokio::test]
async fn even_the_superusers_user_needs_a_password_for_any_other_role() {
    let scratch = Scratch::new();
    let cluster = scratch.start().await;
    execute(&cluster, "create role front login password 'correct horse'").await;
    let wrong = cluster.options_for("front").password("").connect().await;
    assert!(wrong.is_err());
    let right = cluster
        .options_for("front")
        .password("correct horse")
        .connect()
        .await;
    assert!(right.is_ok(), "{:?}", right.err());
}

#[tokio::test]
async fn passwords_are_kept_as_scram_secrets() {
    let scratch = Scratch::new();
    let cluster = scratch.start().await;
    execute(&cluster, "create role front login password 'correct horse'").await;
    let kept = text(
        &cluster,
        "select rolpassword from pg_authid where rolname = 'front'",
    )
    .await;
    assert!(kept.starts_with("SCRAM-SHA-256$"), "{kept}");
}

#[tokio::test]
async fn a_login_without_a_password_is_never_trusted() {
    let scratch = Scratch::new();
    let cluster = scratch.start().await;
    execute(&cluster, "create role open login").await;
    let error = cluster
        .options_for("open")
        .password("")
        .connect()
        .await
        .unwrap_err();
    let code = error.as_database_error().and_then(DatabaseError::code);
    // 28P01: invalid_password.
    assert_eq!(code.as_deref(), Some("28P01"), "{error}");
}

#[tokio::test]
async fn the_server_does_not_run_as_root_and_cannot_write_its_access_rules() {
    if !is_root("the change of user") {
        return;
    }
    let scratch = Scratch::new();
    let cluster = scratch.start().await;
    let status = std::fs::read_to_string(format!("/proc/{}/status", cluster.pid())).unwrap();
    let field = |name: &str| {
        status
            .lines()
            .find_map(|line| line.strip_prefix(name))
            .unwrap()
            .trim()
            .to_owned()
    };
    let ids: HashSet<_> = field("Uid:").split('\t').map(str::to_owned).collect();
    assert!(ids.len() == 1 && !ids.contains("0"), "{status}");
    assert_eq!(field("Groups:"), "", "no supplementary groups are kept");
    assert_eq!(field("CapEff:"), "0000000000000000");
    assert_eq!(field("NoNewPrivs:"), "1");
    // What the superuser's SQL can reach, as the server's own user.
    execute(&cluster, "create table attempt(line text)").await;
    let mut connection = cluster.superuser_options().connect().await.unwrap();
    for target in [
        "conf/pg_hba.conf",
        "conf/new",
        "log/postgres.log",
        "cluster.lock",
        "new",
    ] {
        let path = scratch.data().join(target);
        let copy = format!(
            "copy (select 'local all all trust') to '{}'",
            path.display()
        );
        let written = sqlx::raw_sql(sqlx::AssertSqlSafe(copy))
            .execute(&mut connection)
            .await;
        assert!(written.is_err(), "{target} could be written");
    }
}

#[tokio::test]
async fn our_own_environment_does_not_reach_the_server() {
    let scratch = Scratch::new();
    let cluster = scratch.start().await;
    let environment = std::fs::read(format!("/proc/{}/environ", cluster.pid())).unwrap();
    let environment = String::from_utf8_lossy(&environment).into_owned();
    let names: Vec<_> = environment
        .split_terminator('\0')
        .filter_map(|pair| Some(pair.split_once('=')?.0))
        .collect();
    let expected = [
        "PATH",
        "LC_ALL",
        "TZ",
        "PGDATA",
        "PG_GRANDPARENT_PID",
        "PGLOCALEDIR",
        "PGSYSCONFDIR",
    ];
    assert!(
        names.iter().all(|name| expected.contains(name)),
        "{names:?}"
    );
}

/// The TCP ports that a process listens on, from the kernel's own tables.
fn ports_of(pid: u32) -> HashSet<u16> {
    let sockets: HashSet<String> = std::fs::read_dir(format!("/proc/{pid}/fd"))
        .unwrap()
        .filter_map(|fd| {
            std::fs::read_link(fd.unwrap().path())
                .ok()?
                .to_str()
                .map(str::to_owned)
        })
        .filter_map(|link| Some(link.strip_prefix("socket:[")?.strip_suffix(']')?.to_owned()))
        .collect();
    assert!(!sockets.is_empty(), "the process has sockets");
    let mut ports = HashSet::new();
    for table in ["tcp", "tcp6"] {
        let rows = std::fs::read_to_string(format!("/proc/{pid}/net/{table}")).unwrap_or_default();
        for row in rows.lines().skip(1) {
            let fields: Vec<_> = row.split_whitespace().collect();
            // 0A is LISTEN; the tenth field is the inode.
            if fields[3] == "0A" && sockets.contains(fields[9]) {
                ports.insert(
                    u16::from_str_radix(fields[1].rsplit(':').next().unwrap(), 16).unwrap(),
                );
            }
        }
    }
    ports
}
