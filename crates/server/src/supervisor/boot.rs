use std::fs;
use std::io;
use std::path::Path;

use broker::protocol::IssuerFace;
use mail::WayFace;
use url::Url;

use crate::config::{Config, IssuerEntry, MasterKeyEntry, TlsFiles};
use crate::data_dir::{DataDir, Login, ServerSecret, Users};
use crate::database::Place;
use crate::process::{
    BrokerBoot, FilesBoot, Forbidden, FrontBoot, IssuerBoot, MailBoot, MasterKeyBoot, Sensitive,
    SmtpBoot, TlsPem,
};

/// Where the parts of a boot configuration come from.
pub(super) struct Sources<'a> {
    pub(super) config: &'a Config,
    pub(super) data_dir: &'a DataDir,
    pub(super) secret: &'a ServerSecret,
    pub(super) users: Option<&'a Users>,
    pub(super) manifests: &'a [(String, String)],
    pub(super) public_url: &'a Url,
}

impl Sources<'_> {
    /// The front's configuration; `place` is where it finds the database.
    pub(super) fn front(&self, place: &Place) -> io::Result<FrontBoot> {
        let config = self.config;
        Ok(FrontBoot {
            supervisor: std::process::id(),
            log: config.log.clone(),
            database: place.login(Login::Front, self.secret),
            anonymous: place.login(Login::Anonymous, self.secret),
            cookie_key: Sensitive::new(hex::encode(self.secret.cookie_key().expose())),
            public_url: self.public_url.clone(),
            tls: config.tls.as_ref().map(read_tls).transpose()?,
            broker_socket: self.data_dir.broker_socket(),
            manifests: self.manifests.to_vec(),
            trusted_proxies: config.trusted_proxies.clone(),
            upload_limit_bytes: config.upload_limit_bytes,
            key_requests_per_minute: config.key_requests_per_minute,
            mail: mail_face(config),
            issuers: config.issuers.iter().map(issuer_face).collect(),
            forbidden: Forbidden {
                master_key_file: config.master_key_file.clone(),
                server_secret: self.data_dir.secret_file(),
                cluster: self.data_dir.cluster().join("pgdata"),
            },
        })
    }

    /// The broker's configuration; `place` is where it finds the database.
    pub(super) fn broker(&self, place: &Place) -> io::Result<BrokerBoot> {
        let config = self.config;
        let own = rustix::process::geteuid().as_raw();
        let folder = config.master_key_file.parent();
        Ok(BrokerBoot {
            supervisor: std::process::id(),
            log: config.log.clone(),
            database: place.login(Login::Broker, self.secret),
            master_key_file: config.master_key_file.clone(),
            master_keys: master_keys_boot(config)?,
            egress: config.egress.clone(),
            manifests: self.manifests.to_vec(),
            audit_origin: self.secret.log_name(),
            // The front, and `countersign verify`.
            peers: self
                .users
                .map_or_else(|| vec![own], |users| vec![users.front, own]),
            folder: folder.unwrap_or(Path::new("/")).to_owned(),
            files: files_boot(config)?,
            mail: mail_boot(config)?,
            issuers: issuers_boot(config)?,
            public_url: self.public_url.clone(),
        })
    }
}

/// How mail leaves, with the content of the files that the configuration names.
pub(crate) fn mail_boot(config: &Config) -> io::Result<MailBoot> {
    let Some(mail) = &config.mail else {
        return Ok(if config.development_mailbox {
            MailBoot::Development
        } else {
            MailBoot::Off
        });
    };
    let password = mail.password().transpose().map_err(io::Error::other)?;
    let authorities = mail.ca_file.as_ref().map(fs::read_to_string).transpose()?;
    Ok(MailBoot::Smtp(Box::new(SmtpBoot {
        host: mail.host.clone(),
        port: mail.port,
        tls: mail.tls,
        login: mail
            .username
            .clone()
            .zip(password)
            .map(|(name, password)| (name, Sensitive::new(password.expose().as_str()))),
        from: mail.from.clone(),
        from_name: mail.from_name.clone(),
        authorities,
    })))
}

/// The master keys, with the content of the files that the configuration names.
fn master_keys_boot(config: &Config) -> io::Result<Vec<MasterKeyBoot>> {
    let boot = |entry: &MasterKeyEntry| {
        let boot = entry.boot();
        boot.map_err(|problem| io::Error::other(problem.to_string()))
    };
    config.master_keys.iter().map(boot).collect()
}

/// Where files are, with the content of the files that the configuration names.
fn files_boot(config: &Config) -> io::Result<FilesBoot> {
    let boot = config.files.boot(config.usual_files_folder());
    boot.map_err(|problem| io::Error::other(problem.to_string()))
}

/// The issuers, with the content of the files that the configuration names.
fn issuers_boot(config: &Config) -> io::Result<Vec<IssuerBoot>> {
    let boot = |entry: &IssuerEntry| {
        let secret = entry
            .client_secret()
            .transpose()
            .map_err(io::Error::other)?;
        Ok(IssuerBoot {
            id: entry.id.clone(),
            kind: entry.kind.clone(),
            client_id: entry.client_id.clone(),
            client_secret: secret.map(|secret| Sensitive::new(secret.expose().as_str())),
        })
    };
    config.issuers.iter().map(boot).collect()
}

fn issuer_face(entry: &IssuerEntry) -> IssuerFace {
    IssuerFace {
        id: entry.id.clone(),
        name: entry.name.trim().to_owned(),
        issuer: entry.kind.issuer().to_owned(),
        can_prove: entry.kind.can_prove(),
    }
}

fn mail_face(config: &Config) -> WayFace {
    match &config.mail {
        Some(mail) => WayFace::Smtp {
            server: format!("{}:{}", mail.host, mail.port),
            tls: mail.tls.label().to_owned(),
            from: mail.from.clone(),
        },
        None if config.development_mailbox => WayFace::Development,
        None => WayFace::Off,
    }
}

/// Certificate and key, read here: the front opens no file, and its user need not be able to.
fn read_tls(files: &TlsFiles) -> io::Result<TlsPem> {
    Ok(TlsPem {
        certificate: fs::read_to_string(&files.certificate)?,
        key: Sensitive::new(fs::read_to_string(&files.key)?),
    })
}

/// The names and texts of the manifests in the operator's folder.
pub(crate) fn read_manifests(folder: Option<&Path>) -> io::Result<Vec<(String, String)>> {
    let Some(folder) = folder else {
        return Ok(Vec::new());
    };
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "toml")
        {
            files.push((path.display().to_string(), fs::read_to_string(&path)?));
        }
    }
    files.sort();
    Ok(files)
}
