mod files;
mod master_keys;

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use super::file::FileConfig;
use super::*;

const EXAMPLE: &str = include_str!("../../../../countersign.example.toml");

/// Whether a commented line of the example is a key or a section, and no prose.
fn is_setting(line: &str) -> bool {
    let text = line.strip_prefix('#').unwrap_or_default();
    text.starts_with('[')
        || text.split(" = ").next().is_some_and(|key| {
            text.contains(" = ")
                && !key.is_empty()
                && key
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b == b'_' || b == b'"' || b == b'.')
        })
}

/// The example with every key in force.
fn full_example() -> String {
    let lines = EXAMPLE.lines();
    let lines = lines.map(|line| {
        if is_setting(line) {
            line.strip_prefix('#').unwrap()
        } else {
            line
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The keys that the parser knows in a section, from what it says to one that it does not know.
fn known_keys(section: &str) -> BTreeSet<String> {
    let error = toml::from_str::<FileConfig>(&format!("{section}\nno_such_key = 1")).unwrap_err();
    let (_, expected) = error.message().split_once("expected").unwrap();
    expected
        .split('`')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect()
}

fn load(text: &str, flags: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("countersign.toml");
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    let mut all = ConfigFlags {
        config: Some(path),
        ..ConfigFlags::default()
    };
    for (name, value) in flags {
        let value = Some((*value).to_owned());
        match *name {
            "listen" => all.listen = value,
            "database-url" => all.database_url = value,
            "data-dir" => all.data_dir = value.map(PathBuf::from),
            other => panic!("{other}"),
        }
    }
    let environment = Environment {
        root: true,
        ..Environment::default()
    };
    Config::load(&all, &environment)
}

fn codes(result: Result<Config, ConfigError>) -> Vec<&'static str> {
    match result.unwrap_err() {
        ConfigError::Problems(problems) => {
            assert!(problems.iter().all(|problem| !problem.todo.is_empty()));
            problems.iter().map(|problem| problem.code).collect()
        }
        other => panic!("{other}"),
    }
}

#[test]
fn the_example_holds_and_changes_no_default() {
    let example = load(EXAMPLE, &[]).unwrap();
    let nothing = load("", &[]).unwrap();
    let without_file = |config: &Config| {
        config
            .to_toml()
            .lines()
            .skip(1)
            .collect::<Vec<_>>()
            .join("\n")
    };
    assert_eq!(without_file(&example), without_file(&nothing));
}

#[test]
fn the_example_documents_every_key_and_no_other() {
    let table: toml::Table = toml::from_str(&full_example()).unwrap();
    let keys = |table: &toml::Table| table.keys().cloned().collect::<BTreeSet<_>>();
    assert_eq!(keys(&table), known_keys(""));
    for section in ["tls", "egress", "mail", "run_as", "log"] {
        assert_eq!(
            keys(table[section].as_table().unwrap()),
            known_keys(&format!("[{section}]")),
            "{section}"
        );
    }
    for (section, table) in [
        ("files", &table["files"]),
        ("files.s3", &table["files"]["s3"]),
    ] {
        let known = known_keys(&format!("[{section}]"));
        assert_eq!(keys(table.as_table().unwrap()), known, "{section}");
    }
    let issuers = table["issuers"].as_array().unwrap();
    let given = issuers
        .iter()
        .flat_map(|issuer| keys(issuer.as_table().unwrap()));
    assert_eq!(given.collect::<BTreeSet<_>>(), known_keys("[[issuers]]"));
    let keepers = table["master_keys"].as_array().unwrap();
    let given = keepers
        .iter()
        .flat_map(|keeper| keys(keeper.as_table().unwrap()));
    assert_eq!(
        given.collect::<BTreeSet<_>>(),
        known_keys("[[master_keys]]")
    );
}

#[test]
fn issuers_are_checked_like_everything_else() {
    let secret = tempfile::NamedTempFile::new().unwrap();
    fs::write(secret.path(), "a secret\n").unwrap();
    let with = |more: &str| {
        let path = secret.path().display();
        let text =
            format!("[[issuers]]\nclient_id = \"x\"\nclient_secret_file = \"{path}\"\n{more}");
        load(&text, &[])
    };
    let oidc = |more: &str| with(&format!("kind = \"oidc\"\n{more}"));
    let sound = oidc("id = \"works\"\nname = \"Works\"\nissuer = \"https://login.example.com/a/\"\ndomains = [\"example.com\"]").unwrap();
    // Exactly as it names itself: the slash is part of it.
    assert_eq!(
        sound.issuers[0].kind.issuer(),
        "https://login.example.com/a/"
    );
    assert!(!sound.to_toml().contains("a secret"));
    for (kind, issuer) in [
        ("google", "https://accounts.google.com"),
        ("github", "https://github.com"),
        ("dropbox", "https://www.dropbox.com"),
    ] {
        let known = with(&format!("kind = \"{kind}\"")).unwrap();
        assert_eq!(
            (known.issuers[0].id.as_str(), known.issuers[0].kind.issuer()),
            (kind, issuer)
        );
    }
    let named = "id = \"works\"\nname = \"Works\"\n";
    for (wrong, code) in [
        (
            with("kind = \"google\"\nissuer = \"https://evil.example\""),
            "server.issuer_known",
        ),
        (
            with("kind = \"google\"\ndomains = [\"example.com\"]"),
            "server.issuer_known",
        ),
        (
            with("kind = \"google\"\nid = \"Google!\""),
            "server.issuer_id",
        ),
        (
            oidc("name = \"Works\"\nissuer = \"https://a.example\""),
            "server.issuer_id",
        ),
        (
            oidc("id = \"works\"\nissuer = \"https://a.example\""),
            "server.issuer_name",
        ),
        (oidc(named), "server.issuer_address"),
        (
            oidc(&format!("{named}issuer = \"https://a.example?x\"")),
            "server.issuer_address",
        ),
        (
            oidc(&format!("{named}issuer = \"a.example\"")),
            "server.issuer_address",
        ),
        (
            oidc(&format!(
                "{named}issuer = \"https://a.example\"\ndomains = [\"@A.example\"]"
            )),
            "server.issuer_domain",
        ),
        (
            with("kind = \"google\"\n[[issuers]]\nkind = \"google\"\nclient_id = \"y\""),
            "server.issuer_twice",
        ),
        (
            load("[[issuers]]\nkind = \"google\"\nclient_id = \"\"", &[]),
            "server.issuer_client",
        ),
        (
            load(
                "[[issuers]]\nkind = \"google\"\nclient_id = \"x\"\nclient_secret_file = \"/nonexistent\"",
                &[],
            ),
            "server.issuer_secret",
        ),
    ] {
        let wrong = format!("{:?}", wrong.unwrap_err());
        assert!(wrong.contains(code), "{code}: {wrong}");
    }
    fs::set_permissions(secret.path(), fs::Permissions::from_mode(0o644)).unwrap();
    let open = format!("{:?}", with("kind = \"google\"").unwrap_err());
    assert!(open.contains("can be read by others"), "{open}");
}

#[test]
fn the_example_with_every_key_in_force_is_parsed() {
    toml::from_str::<FileConfig>(&full_example()).unwrap();
}

#[test]
fn the_defaults_are_those_of_the_example() {
    let config = load("", &[]).unwrap();
    let text = config.to_toml();
    let text = text.split_once('\n').unwrap().1;
    insta::assert_snapshot!(text, @r#"
    data_dir = "/var/lib/countersign"
    key_requests_per_minute = 600
    listen = "127.0.0.1:7410"
    master_key_file = "/var/lib/countersign/broker/master.key"
    trusted_proxies = []
    upload_limit_bytes = 1073741824
    verify_every_seconds = 300

    [egress]
    allow_private = []
    max_answer_bytes = 5242880
    name_servers = []
    timeout_seconds = 30

    [egress.hosts]

    [log]
    format = "text"
    level = "info"
    "#);
}

#[test]
fn a_mistyped_key_is_refused_with_its_line() {
    let error = load(
        "listen = \"127.0.0.1:1\"\n\n[egress]\ntimeout_second = 3\n",
        &[],
    )
    .unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains("line 4") && text.contains("unknown field `timeout_second`"),
        "{text}"
    );
    assert!(text.contains("timeout_seconds"), "{text}");
}

#[test]
fn a_file_that_somebody_asked_for_must_be_there() {
    let flags = ConfigFlags {
        config: Some("/no/such/file.toml".into()),
        ..ConfigFlags::default()
    };
    let error = Config::load(&flags, &Environment::default()).unwrap_err();
    assert!(matches!(error, ConfigError::Unreadable { .. }));
}

#[test]
fn plain_http_beyond_loopback_is_refused() {
    for listen in ["0.0.0.0:80", "[::]:80", "10.0.0.1:7410", "192.168.1.2:7410"] {
        let url = "public_url = \"https://a.example\"\n";
        assert_eq!(
            codes(load(url, &[("listen", listen)])),
            ["server.tls_required"],
            "{listen}"
        );
    }
    for listen in ["127.0.0.1:0", "127.0.0.2:80", "[::1]:80"] {
        load("", &[("listen", listen)]).unwrap();
    }
}

#[test]
fn a_public_url_in_plain_http_is_for_this_machine_alone() {
    for url in [
        "http://a.example",
        "http://10.0.0.1",
        "http://localhost.example",
        "http://0.0.0.0",
    ] {
        let text = format!("public_url = \"{url}\"");
        assert_eq!(codes(load(&text, &[])), ["server.tls_required"], "{url}");
    }
    for url in [
        "http://localhost:7410",
        "http://127.0.0.1",
        "http://[::1]:1",
        "http://a.localhost",
        "https://a.example",
    ] {
        load(&format!("public_url = \"{url}\""), &[]).unwrap();
    }
    for url in [
        "https://a.example/x",
        "https://u:p@a.example",
        "ftp://a.example",
        "a.example",
    ] {
        assert_eq!(
            codes(load(&format!("public_url = \"{url}\""), &[])),
            ["server.public_url"],
            "{url}"
        );
    }
}

#[test]
fn a_certificate_that_is_none_is_told_before_anything_starts() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("x.pem");
    fs::write(&file, "no certificate").unwrap();
    let path = file.display();
    let text = format!(
        "public_url = \"https://a.example\"\n[tls]\ncertificate = \"{path}\"\nkey = \"{path}\""
    );
    assert_eq!(
        codes(load(&text, &[("listen", "0.0.0.0:443")])),
        ["server.tls_files"]
    );
    let text =
        "public_url = \"https://a.example\"\n[tls]\ncertificate = \"/no/file\"\nkey = \"/no/file\"";
    assert_eq!(codes(load(text, &[])), ["server.tls_files"]);
}

#[test]
fn all_problems_are_told_at_once() {
    let text = "listen = \"here\"\nverify_every_seconds = 1\nupload_limit_bytes = 0\nkey_requests_per_minute = 60001\n\
                trusted_proxies = [\"10.0.0.0/33\"]\nmanifests = \"/no/such/folder\"\n\
                [egress]\ntimeout_seconds = 0\nmax_answer_bytes = 1\nallow_private = [\"tracker\"]\n\
                [run_as]\nfront = 5\nbroker = 5\n[log]\nlevel = \"web=loud\"";
    let mut found = codes(load(text, &[]));
    found.sort_unstable();
    insta::assert_snapshot!(found.join(" "), @"server.egress_answer server.egress_host server.egress_timeout server.key_requests server.listen server.log_level server.manifests server.run_as server.trusted_proxies server.upload_limit server.verify_every");
}

#[test]
fn a_password_neither_stands_on_the_command_line_nor_in_an_open_file() {
    let url = "postgres://countersign_migrator:secret@127.0.0.1/countersign";
    assert_eq!(
        codes(load("", &[("database-url", url)])),
        ["server.password_on_command_line"]
    );
    let config = load(&format!("database_url = \"{url}\""), &[]).unwrap();
    assert!(
        !config.to_toml().contains("secret") && config.to_toml().contains("countersign_migrator")
    );

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("open.toml");
    fs::write(&path, format!("database_url = \"{url}\"")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let flags = ConfigFlags {
        config: Some(path),
        ..ConfigFlags::default()
    };
    let environment = Environment {
        root: true,
        ..Environment::default()
    };
    assert_eq!(
        codes(Config::load(&flags, &environment)),
        ["server.config_open"]
    );
}

#[test]
fn a_database_on_another_machine_is_reached_by_checked_tls() {
    for mode in [
        "",
        "?sslmode=prefer",
        "?sslmode=require",
        "?sslmode=disable",
    ] {
        let text = format!("database_url = \"postgres://m@db.internal/c{mode}\"");
        assert_eq!(
            codes(load(&text, &[])),
            ["server.database_tls_required"],
            "{mode}"
        );
    }
    for url in [
        "postgres://m@db.internal/c?sslmode=verify-full",
        "postgres://m@127.0.0.1/c",
        "postgres:///c?host=/var/run/postgresql",
        "postgres://m@%2Fvar%2Frun%2Fpostgresql/c",
    ] {
        load(&format!("database_url = \"{url}\""), &[]).unwrap();
    }
    assert_eq!(
        codes(load("database_url = \"mysql://x\"", &[])),
        ["server.database_url"]
    );
}

#[test]
fn paths_are_made_absolute_and_flags_outrank_the_file() {
    let config = load(
        "data_dir = \"/from/file\"\nlisten = \"127.0.0.1:1\"",
        &[("data-dir", "flagged")],
    )
    .unwrap();
    assert_eq!(
        config.data_dir,
        std::env::current_dir().unwrap().join("flagged")
    );
    assert_eq!(config.listen.port(), 1);
    assert_eq!(
        config.master_key_file,
        config.data_dir.join("broker/master.key")
    );
    assert!(Path::new(&config.file.unwrap()).is_absolute());
}
