use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::aws_credentials::read_aws_credentials;
use super::check::Checker;
use super::error::Problem;
use super::reach::is_named_origin;
use super::secret_file::read_secret_file;
use crate::process::{KeeperBoot, MasterKeyBoot, Sensitive, ServiceBoot};

/// Where a master key is, as `[[master_keys]]` says it. It names files, and holds no secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MasterKeyEntry {
    keeper: Keeper,
    key: Option<String>,
    address: Option<String>,
    ca_file: Option<PathBuf>,
    credentials_file: Option<PathBuf>,
    profile: Option<String>,
    mount: Option<String>,
    namespace: Option<String>,
    token_file: Option<PathBuf>,
    role_id: Option<String>,
    secret_id_file: Option<PathBuf>,
    role_mount: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Keeper {
    File,
    Transit,
    Aws,
    Gcp,
}

const GOOGLE: &str = "https://cloudkms.googleapis.com";

impl MasterKeyEntry {
    /// Whether it is the master key file.
    pub(crate) fn is_file(&self) -> bool {
        self.keeper == Keeper::File
    }

    /// What the broker is told, with the content of the files that are named.
    pub(crate) fn boot(&self) -> Result<MasterKeyBoot, Problem> {
        self.nothing_idle()?;
        let (address, service) = match self.keeper {
            Keeper::File => return Ok(MasterKeyBoot::File),
            Keeper::Transit => (self.address(None)?, self.transit()?),
            Keeper::Aws => {
                let (address, service) = self.aws()?;
                (self.address(Some(address))?, service)
            }
            Keeper::Gcp => (self.address(Some(GOOGLE.to_owned()))?, self.gcp()?),
        };
        let boot = KeeperBoot {
            address,
            authorities: self.authorities()?,
            service,
        };
        // What is told is what the broker can use.
        match boot.config() {
            Ok(_) => Ok(MasterKeyBoot::Keeper(Box::new(boot))),
            Err(why) => Err(credential(why.to_string())),
        }
    }

    fn transit(&self) -> Result<ServiceBoot, Problem> {
        let key = self.key("the name of the key, of letters, digits, - and _", is_path)?;
        let mount = self.mount.as_deref().unwrap_or("transit");
        let role_mount = self.role_mount.as_deref().unwrap_or("approle");
        if !is_path(mount) || !is_path(role_mount) {
            return Err(Problem::new(
                "server.master_key_mount",
                "master_keys.mount",
                format!("`{mount}` or `{role_mount}` is no path"),
                "write where it is mounted, without a slash at either end: transit",
            ));
        }
        let (token, role) = match (&self.token_file, &self.role_id, &self.secret_id_file) {
            (Some(file), None, None) => (Some(secret(file)?), None),
            (None, Some(role), Some(file)) => {
                let role = (role_mount.to_owned(), role.clone(), secret(file)?);
                (None, Some(role))
            }
            _ => {
                return Err(Problem::new(
                    "server.master_key_login",
                    "master_keys.token_file",
                    "there is not exactly one way to log in",
                    "write role_id and secret_id_file, or token_file alone",
                ));
            }
        };
        Ok(ServiceBoot::Transit {
            mount: mount.to_owned(),
            key,
            namespace: self.namespace.clone(),
            token,
            role,
        })
    }

    /// The service, and where it usually is.
    fn aws(&self) -> Result<(String, ServiceBoot), Problem> {
        let arn = self.key("the key's ARN: arn:aws:kms:REGION:ACCOUNT:key/ID", is_arn)?;
        let mut parts = arn.split(':').skip(1);
        let (partition, region) = (parts.next(), parts.nth(1).unwrap_or_default().to_owned());
        let domain = match partition {
            Some("aws-cn") => "amazonaws.com.cn",
            _ => "amazonaws.com",
        };
        let address = format!("https://kms.{region}.{domain}");
        let read = read_aws_credentials(self.credentials_file()?, self.profile.as_deref());
        let credentials = read.map_err(credential)?;
        let service = ServiceBoot::Aws {
            region,
            access_key_id: credentials.access_key_id,
            secret_access_key: credentials.secret_access_key,
            session_token: credentials.session_token,
            arn,
        };
        Ok((address, service))
    }

    fn gcp(&self) -> Result<ServiceBoot, Problem> {
        let form = "projects/PROJECT/locations/LOCATION/keyRings/RING/cryptoKeys/KEY";
        let key = self.key(form, is_crypto_key)?;
        let account = secret(self.credentials_file()?)?;
        Ok(ServiceBoot::Gcp { key, account })
    }

    /// The key's name, which must be of a form.
    fn key(&self, form: &str, is_sound: fn(&str) -> bool) -> Result<String, Problem> {
        let given = self.key.clone().unwrap_or_default();
        if is_sound(&given) && given.len() <= 250 {
            return Ok(given);
        }
        Err(Problem::new(
            "server.master_key_name",
            "master_keys.key",
            format!("`{given}` is no key of this keeper"),
            format!("write {form}"),
        ))
    }

    fn address(&self, usual: Option<String>) -> Result<String, Problem> {
        let text = self.address.clone().or(usual).unwrap_or_default();
        // A data key travels there.
        if is_named_origin(&text) {
            return Ok(text);
        }
        Err(Problem::new(
            "server.master_key_address",
            "master_keys.address",
            format!("`{text}` is no address to send a data key to"),
            "write https://HOST or https://HOST:PORT; http:// goes to this machine alone",
        ))
    }

    fn authorities(&self) -> Result<Option<String>, Problem> {
        let read = |path: &PathBuf| {
            std::fs::read_to_string(path).map_err(|error| {
                Problem::new(
                    "server.master_key_ca",
                    "master_keys.ca_file",
                    format!("{} cannot be read: {error}", path.display()),
                    "name a file of certificates in PEM form, or remove the key to use the system's",
                )
            })
        };
        self.ca_file.as_ref().map(read).transpose()
    }

    fn credentials_file(&self) -> Result<&Path, Problem> {
        let file = self.credentials_file.as_deref();
        file.ok_or_else(|| credential("there is none".to_owned()))
    }

    /// A key that its keeper does not know would be believed to matter.
    fn nothing_idle(&self) -> Result<(), Problem> {
        use Keeper::{Aws, Gcp, Transit};
        let given: [(&str, bool, &[Keeper]); 11] = [
            ("key", self.key.is_some(), &[Transit, Aws, Gcp]),
            ("address", self.address.is_some(), &[Transit, Aws, Gcp]),
            ("ca_file", self.ca_file.is_some(), &[Transit, Aws, Gcp]),
            (
                "credentials_file",
                self.credentials_file.is_some(),
                &[Aws, Gcp],
            ),
            ("profile", self.profile.is_some(), &[Aws]),
            ("mount", self.mount.is_some(), &[Transit]),
            ("namespace", self.namespace.is_some(), &[Transit]),
            ("token_file", self.token_file.is_some(), &[Transit]),
            ("role_id", self.role_id.is_some(), &[Transit]),
            ("secret_id_file", self.secret_id_file.is_some(), &[Transit]),
            ("role_mount", self.role_mount.is_some(), &[Transit]),
        ];
        let idle = |(_, is_given, keepers): &&(&str, bool, &[Keeper])| {
            *is_given && !keepers.contains(&self.keeper)
        };
        let Some((name, ..)) = given.iter().find(idle) else {
            return Ok(());
        };
        Err(Problem::new(
            "server.master_key_idle",
            "master_keys",
            format!("`{name}` means nothing for this keeper"),
            "remove it, or see that keeper is the one that you mean",
        ))
    }
}

impl Checker {
    pub(super) fn master_keys(&mut self, entries: Vec<MasterKeyEntry>) -> Vec<MasterKeyEntry> {
        let mut names = Vec::new();
        for entry in &entries {
            match entry.boot() {
                Ok(boot) if names.contains(&boot.name()) => self.add(Problem::new(
                    "server.master_key_twice",
                    "master_keys.key",
                    format!("{} is there twice", boot.name()),
                    "give each key once: the first entry wraps, the others unwrap",
                )),
                Ok(boot) => names.push(boot.name()),
                Err(problem) => self.add(problem),
            }
        }
        entries
    }
}

fn secret(path: &Path) -> Result<Sensitive, Problem> {
    let read = read_secret_file(path).map_err(credential)?;
    Ok(Sensitive::new(read.expose().as_str()))
}

fn credential(why: String) -> Problem {
    Problem::new(
        "server.master_key_credential",
        "master_keys.credentials_file",
        format!("the credential of the key management service cannot be used: {why}"),
        "name a file with it that its owner alone can read (chmod 600); docs/vault.md has its form",
    )
}

/// Letters, digits and a few signs, in parts that are no dots.
fn is_path(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    text.split('/')
        .all(|part| part.bytes().all(plain) && !part.trim_matches('.').is_empty())
}

fn is_arn(text: &str) -> bool {
    let parts: Vec<&str> = text.split(':').collect();
    let is_word = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    match parts[..] {
        ["arn", partition, "kms", region, account, key] => {
            let id = key.strip_prefix("key/").unwrap_or_default();
            [partition, region, account, id].into_iter().all(is_word)
        }
        _ => false,
    }
}

fn is_crypto_key(text: &str) -> bool {
    let parts: Vec<&str> = text.split('/').collect();
    matches!(
        parts[..],
        [
            "projects",
            _,
            "locations",
            _,
            "keyRings",
            _,
            "cryptoKeys",
            _
        ]
    ) && is_path(&text.replace(':', "-"))
}
