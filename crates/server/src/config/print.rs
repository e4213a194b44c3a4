use std::fmt::Write as _;
use std::num::NonZeroU32;

use broker::IssuerKind;
use mail::smtp::TlsMode;

use super::{Config, FilesEntry, IssuerEntry, MailConfig};

/// The configuration in force, as a file would say it. No secret is in it: the database's URL loses
/// its password.
pub(super) fn to_toml(config: &Config) -> String {
    let mut root = toml::Table::new();
    let mut set = |key: &str, value: Option<toml::Value>| {
        if let Some(value) = value {
            root.insert(key.to_owned(), value);
        }
    };
    set("data_dir", Some(text(config.data_dir.display())));
    set("listen", Some(text(config.listen)));
    set("public_url", config.public_url.as_ref().map(text));
    let database_url = config.database_url.as_ref();
    set(
        "database_url",
        database_url.map(|url| text(without_password(url.expose()))),
    );
    set(
        "master_key_file",
        Some(text(config.master_key_file.display())),
    );
    set(
        "manifests",
        config.manifests.as_ref().map(|path| text(path.display())),
    );
    let proxies = config.trusted_proxies.iter().map(text).collect();
    set("trusted_proxies", Some(toml::Value::Array(proxies)));
    let seconds = config.verify_every.map_or(0, |every| every.as_secs());
    set("verify_every_seconds", Some(number(seconds)));
    set(
        "upload_limit_bytes",
        Some(number(config.upload_limit_bytes)),
    );
    let requests = config.key_requests_per_minute.map_or(0, NonZeroU32::get);
    set("key_requests_per_minute", Some(number(u64::from(requests))));
    set(
        "tls",
        config.tls.as_ref().map(|tls| {
            table([
                ("certificate", text(tls.certificate.display())),
                ("key", text(tls.key.display())),
            ])
        }),
    );
    if !config.issuers.is_empty() {
        let issuers = config.issuers.iter().map(issuer).collect();
        set("issuers", Some(toml::Value::Array(issuers)));
    }
    if !config.master_keys.is_empty() {
        set(
            "master_keys",
            toml::Value::try_from(&config.master_keys).ok(),
        );
    }
    if config.files != FilesEntry::default() {
        set("files", toml::Value::try_from(&config.files).ok());
    }
    set("mail", config.mail.as_ref().map(mail));
    if config.development_mailbox {
        set("development_mailbox", Some(toml::Value::Boolean(true)));
    }
    set(
        "run_as",
        config.run_as.map(|users| {
            table([
                ("front", number(users.front.into())),
                ("broker", number(users.broker.into())),
            ])
        }),
    );
    set("egress", Some(egress(config)));
    let format = match config.log.format {
        super::LogFormat::Text => "text",
        super::LogFormat::Json => "json",
    };
    set(
        "log",
        Some(table([
            ("format", text(format)),
            ("level", text(&config.log.level)),
        ])),
    );

    let mut out = String::new();
    if let Some(path) = &config.file {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "# from {} and the command line", path.display());
    }
    // A table of plain values always has a text form.
    out + &toml::to_string(&root).unwrap_or_default()
}

fn issuer(issuer: &IssuerEntry) -> toml::Value {
    let mut section = toml::Table::new();
    let mut set = |key: &str, value: toml::Value| section.insert(key.to_owned(), value);
    set("id", text(&issuer.id));
    set("name", text(&issuer.name));
    set("client_id", text(&issuer.client_id));
    if let Some(path) = &issuer.client_secret_file {
        set("client_secret_file", text(path.display()));
    }
    let kind = match &issuer.kind {
        IssuerKind::Google => "google",
        IssuerKind::GitHub => "github",
        IssuerKind::Dropbox => "dropbox",
        IssuerKind::Oidc { issuer, domains } => {
            set("issuer", text(issuer));
            let domains = domains.iter().map(text).collect();
            set("domains", toml::Value::Array(domains));
            "oidc"
        }
    };
    set("kind", text(kind));
    toml::Value::Table(section)
}

fn mail(mail: &MailConfig) -> toml::Value {
    let tls = match mail.tls {
        TlsMode::StartTls => "starttls",
        TlsMode::Implicit => "implicit",
    };
    let mut section = toml::Table::new();
    let mut set = |key: &str, value: toml::Value| section.insert(key.to_owned(), value);
    set("host", text(&mail.host));
    set("port", number(mail.port.into()));
    set("tls", text(tls));
    set("from", text(&mail.from));
    set("from_name", text(&mail.from_name));
    if let Some(username) = &mail.username {
        set("username", text(username));
    }
    for (key, path) in [
        ("password_file", &mail.password_file),
        ("ca_file", &mail.ca_file),
    ] {
        if let Some(path) = path {
            set(key, text(path.display()));
        }
    }
    toml::Value::Table(section)
}

fn egress(config: &Config) -> toml::Value {
    let egress = &config.egress;
    let hosts: toml::Table = egress
        .hosts
        .iter()
        .map(|(host, address)| (host.clone(), text(address)))
        .collect();
    table([
        ("timeout_seconds", number(egress.timeout.as_secs())),
        ("max_answer_bytes", number(egress.max_answer_bytes)),
        (
            "allow_private",
            toml::Value::Array(egress.allow_private.iter().map(text).collect()),
        ),
        (
            "name_servers",
            toml::Value::Array(egress.name_servers.iter().map(text).collect()),
        ),
        ("hosts", toml::Value::Table(hosts)),
    ])
}

fn text(value: impl ToString) -> toml::Value {
    toml::Value::String(value.to_string())
}

fn number(value: u64) -> toml::Value {
    toml::Value::Integer(i64::try_from(value).unwrap_or(i64::MAX))
}

fn table<const N: usize>(pairs: [(&str, toml::Value); N]) -> toml::Value {
    toml::Value::Table(
        pairs
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value))
            .collect(),
    )
}

fn without_password(text: &str) -> String {
    shield::redact(text).into_owned()
}
