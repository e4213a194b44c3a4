use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::check::Checker;
use super::environment::Environment;
use super::error::{ConfigError, Problem};
use super::file::FileConfig;
use super::flags::{ConfigFlags, ServerFlags};
use super::{Config, DEFAULT_FILE, LogConfig, LogFormat};

/// Reads the file, lets the flags outrank it, and checks all values at once.
pub(super) fn load(flags: &ConfigFlags, environment: &Environment) -> Result<Config, ConfigError> {
    let (path, mut file) = read_file(flags.config.as_deref())?;
    let mut checker = Checker::default();
    file.egress
        .allow_private
        .extend(flags.allow_private.iter().cloned());
    let data_dir = data_dir(flags, &file, environment, &mut checker);
    let tls = file.tls.take();
    let database_url = database_url(flags, &mut file, path.as_deref(), &mut checker);
    let listen_text = flags.listen.clone().or_else(|| file.listen.take());
    let public_url_text = flags.public_url.clone().or_else(|| file.public_url.take());
    let listen = checker.listen(listen_text.as_deref());
    let public_url = checker.public_url(public_url_text.as_deref());
    let issuers = checker.issuers(std::mem::take(&mut file.issuers));
    let mail = checker.mail(file.mail.take());
    let development_mailbox = checker.development_mailbox(
        file.development_mailbox.unwrap_or_default(),
        (listen, public_url.as_ref(), mail.is_some()),
    );
    let config = Config {
        listen,
        public_url,
        issuers,
        mail,
        development_mailbox,
        tls: checker.tls(tls),
        database_url: checker.database_url(database_url),
        egress: checker.egress(file.egress),
        master_key_file: file.master_key_file.map_or_else(
            || data_dir.join("broker/master.key"),
            |path| absolute(&path),
        ),
        master_keys: checker.master_keys(file.master_keys),
        files: checker.files(file.files),
        manifests: checker.manifests(file.manifests),
        trusted_proxies: checker.trusted_proxies(&file.trusted_proxies),
        verify_every: checker.verify_every(file.verify_every_seconds),
        upload_limit_bytes: checker.upload_limit(file.upload_limit_bytes),
        key_requests_per_minute: checker.key_requests(file.key_requests_per_minute),
        run_as: checker.run_as(file.run_as),
        log: LogConfig {
            format: flags
                .log_format
                .or(file.log.format)
                .unwrap_or(LogFormat::Text),
            level: checker.log_level(flags.log_level.clone().or(file.log.level)),
        },
        file: path,
        data_dir,
    };
    checker.reachability(&config);
    checker.finish(config)
}

/// Where everything is kept, and nothing else of the file.
pub(super) fn only_data_dir(
    flags: &ServerFlags,
    environment: &Environment,
) -> Result<PathBuf, ConfigError> {
    if let Some(path) = &flags.data_dir {
        return Ok(absolute(path));
    }
    let (_, file) = read_file(flags.config.as_deref())?;
    let mut checker = Checker::default();
    let data_dir = data_dir(&ConfigFlags::default(), &file, environment, &mut checker);
    checker.finish(data_dir)
}

fn read_file(asked: Option<&Path>) -> Result<(Option<PathBuf>, FileConfig), ConfigError> {
    let path = asked.unwrap_or(Path::new(DEFAULT_FILE));
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        // Only a file that nobody asked for may be missing.
        Err(error) if error.kind() == ErrorKind::NotFound && asked.is_none() => {
            return Ok((None, FileConfig::default()));
        }
        Err(source) => {
            return Err(ConfigError::Unreadable {
                path: path.to_owned(),
                source,
            });
        }
    };
    let path = absolute(path);
    match toml::from_str(&text) {
        Ok(file) => Ok((Some(path), file)),
        Err(error) => Err(ConfigError::Syntax {
            path,
            problem: error.to_string(),
        }),
    }
}

fn data_dir(
    flags: &ConfigFlags,
    file: &FileConfig,
    environment: &Environment,
    checker: &mut Checker,
) -> PathBuf {
    let said = flags.data_dir.clone().or_else(|| file.data_dir.clone());
    if let Some(path) = said.or_else(|| environment.data_dir()) {
        return absolute(&path);
    }
    checker.add(Problem::new(
        "server.no_data_dir",
        "data_dir",
        "there is neither $HOME nor $STATE_DIRECTORY to keep data in",
        "say where with data_dir in the file, or with --data-dir",
    ));
    PathBuf::new()
}

/// The database's URL. A flag must not hold a password: every user of the machine could read it.
fn database_url(
    flags: &ConfigFlags,
    file: &mut FileConfig,
    path: Option<&Path>,
    checker: &mut Checker,
) -> Option<String> {
    if let Some(url) = &flags.database_url {
        checker.no_password_in_flag(url);
        return Some(url.clone());
    }
    let url = file.database_url.take();
    if let (Some(url), Some(path)) = (&url, path) {
        checker.file_keeps_password(url, path);
    }
    url
}

fn absolute(path: &Path) -> PathBuf {
    // Fails for an empty path alone, which stays what it is.
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}
