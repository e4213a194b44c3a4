use std::fs;
use std::path::Path;

use super::config::{ClusterConfig, Durability};
use super::site::Site;
use super::start_error::StartError;
use super::{PORT, SUPERUSER};

/// The map that turns operating system users into the superuser.
const MAP: &str = "countersign";

/// Marks, on its command line, a server that does not end with its parent.
pub(super) const DETACHED_MARK: &str = "countersign.lifetime=detached";

/// The settings that make the module's promises. They go on the command line, which outranks every
/// file: `ALTER SYSTEM`, by whoever gets to be superuser, cannot open a port for the next start.
pub(super) fn pinned(site: &Site, durability: Durability) -> Vec<String> {
    let layout = &site.layout;
    let conf = layout.conf();
    let on_disk = if durability == Durability::Durable {
        "on"
    } else {
        "off"
    };
    let socket_mode = if site.account.switched {
        "0777"
    } else {
        "0700"
    };
    let mut settings = vec![
        format!("config_file={}", conf.join("postgresql.conf").display()),
        format!("hba_file={}", conf.join("pg_hba.conf").display()),
        format!("ident_file={}", conf.join("pg_ident.conf").display()),
        site.name_setting(),
        format!("port={PORT}"),
        format!("unix_socket_directories={}", quoted(&layout.run())),
        format!("unix_socket_permissions={socket_mode}"),
        format!("fsync={on_disk}"),
        format!("full_page_writes={on_disk}"),
    ];
    settings.extend(PINNED.iter().map(|setting| (*setting).to_owned()));
    settings
}

const PINNED: [&str; 25] = [
    "listen_addresses=",
    "ssl=off",
    "row_security=on",
    "password_encryption=scram-sha-256",
    // A local user who opens connections and says nothing holds each for this long only.
    "authentication_timeout=10s",
    // -- What the log must not tell (SH-03); `log_pipe` takes out the rest.
    // An error's own text quotes values: `invalid input syntax for type uuid: "..."`. So errors of
    // statements are not logged here at all: the client that caused one has it. `log` ranks above
    // `error` and keeps starts, stops, recovery, refused logins and panics.
    "log_min_messages=log",
    // DETAIL and CONTEXT quote rows and statements, of a crashed backend too.
    "log_error_verbosity=terse",
    "log_min_error_statement=panic",
    "log_parameter_max_length=0",
    "log_parameter_max_length_on_error=0",
    "log_statement=none",
    "log_min_duration_statement=-1",
    "log_min_duration_sample=-1",
    "log_transaction_sample_rate=0",
    "log_duration=off",
    "log_replication_commands=off",
    "debug_print_parse=off",
    "debug_print_rewritten=off",
    "debug_print_plan=off",
    // -- Where it tells: our own file, in words that do not depend on the machine's language.
    "log_destination=stderr",
    "logging_collector=off",
    "lc_messages=C",
    "log_timezone=UTC",
    "log_line_prefix=%m [%p] %b ",
    // A sign of life every second while it recovers.
    "log_startup_progress_interval=1s",
];

/// Writes the configuration files, anew at each start, so that an update of Countersign brings its
/// own.
pub(super) fn write_files(site: &Site, config: &ClusterConfig) -> Result<(), StartError> {
    let conf = site.layout.conf();
    for (name, content) in [
        ("postgresql.conf", defaults(config.max_connections)),
        ("pg_hba.conf", access_rules()),
        (
            "pg_ident.conf",
            superuser_map(&site.account.starter, &site.account.name),
        ),
    ] {
        let path = conf.join(name);
        fs::write(&path, content).map_err(StartError::io("write", &path))?;
        // Not left to the umask: the cluster's user has to read it.
        let readable = std::os::unix::fs::PermissionsExt::from_mode(0o644);
        fs::set_permissions(&path, readable).map_err(StartError::io("set the mode of", &path))?;
    }
    Ok(())
}

/// Sizes for a small server. In a file, so that `ALTER SYSTEM` outranks them on a larger one.
fn defaults(max_connections: u16) -> String {
    format!(
        "# Written at each start. Use ALTER SYSTEM for other sizes; settings that keep promises\n\
         # (no TCP, what is logged, who may connect) are on the command line and stay.\n\
         max_connections = {max_connections}\n\
         shared_buffers = 32MB\n\
         maintenance_work_mem = 32MB\n\
         min_wal_size = 32MB\n\
         max_wal_size = 512MB\n\
         # No connection for replication is let in.\n\
         wal_level = minimal\n\
         max_wal_senders = 0\n\
         max_logical_replication_workers = 0\n\
         max_worker_processes = 2\n\
         max_parallel_workers_per_gather = 0\n\
         autovacuum_max_workers = 2\n\
         # The compiler's libraries cost each connection more memory than short queries win time.\n\
         jit = off\n\
         huge_pages = off\n\
         # After a crash, one call for the file system instead of one for each of a thousand files.\n\
         # Linux tells its errors since 5.8.\n\
         recovery_init_sync_method = syncfs\n\
         timezone = 'UTC'\n"
    )
}

/// `pg_hba.conf`: the first line that fits decides; what fits none is rejected.
fn access_rules() -> String {
    format!(
        "# type  database     user        address  method\n\
         local   replication  all                  reject\n\
         local   all          {SUPERUSER}             peer map={MAP}\n\
         local   all          all                  scram-sha-256\n\
         host    all          all         all      reject\n\
         host    replication  all         all      reject\n"
    )
}

/// `pg_ident.conf`: who starts the cluster and who it runs as are the superuser, nobody else.
fn superuser_map(starter: &str, name: &str) -> String {
    let line = |user: &str| format!("{MAP} \"{user}\" {SUPERUSER}\n");
    if starter == name {
        line(name)
    } else {
        line(name) + &line(starter)
    }
}

/// An element of a list of directories: a comma or space in a path would end it.
fn quoted(path: &Path) -> String {
    format!("\"{}\"", path.display().to_string().replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_starter_and_the_clusters_user_are_mapped_to_the_superuser() {
        assert_eq!(
            superuser_map("root", "postgres"),
            "countersign \"postgres\" postgres\ncountersign \"root\" postgres\n"
        );
        assert_eq!(
            superuser_map("ana", "ana"),
            "countersign \"ana\" postgres\n"
        );
    }

    #[test]
    fn no_access_rule_trusts_anybody() {
        let methods: Vec<_> = access_rules()
            .lines()
            .filter(|line| !line.starts_with('#'))
            .map(|line| {
                line.split_whitespace()
                    .find(|word| METHODS.contains(word))
                    .unwrap()
                    .to_owned()
            })
            .collect();
        assert_eq!(
            methods,
            ["reject", "peer", "scram-sha-256", "reject", "reject"]
        );
    }

    const METHODS: [&str; 7] = [
        "trust",
        "reject",
        "peer",
        "scram-sha-256",
        "md5",
        "password",
        "ident",
    ];

    #[test]
    fn a_comma_in_the_path_does_not_add_a_directory() {
        assert_eq!(quoted(Path::new("/a, b/\"c")), "\"/a, b/\"\"c\"");
    }
}
