use std::path::PathBuf;

use broker::IssuerKind;
use kernel::Secret;
use url::{Host, Url};

use super::check::Checker;
use super::error::Problem;
use super::file::{IssuerSection, IssuerWord};
use super::secret_file::read_secret_file;

/// An issuer that people may sign in by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuerEntry {
    /// Its name in addresses of this server.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// Which one it is.
    pub kind: IssuerKind,
    /// This server, as it knows it.
    pub client_id: String,
    /// The file with the secret that goes with it; none for a public client.
    pub client_secret_file: Option<PathBuf>,
}

const MAX_ID_LENGTH: usize = 32;
const MAX_NAME_CHARACTERS: usize = 40;
const MAX_ISSUER_LENGTH: usize = 500;

impl IssuerEntry {
    /// The secret in its file.
    pub(crate) fn client_secret(&self) -> Option<Result<Secret<String>, String>> {
        self.client_secret_file.as_deref().map(read_secret_file)
    }
}

impl Checker {
    pub(super) fn issuers(&mut self, sections: Vec<IssuerSection>) -> Vec<IssuerEntry> {
        let mut entries: Vec<IssuerEntry> = Vec::new();
        for section in sections {
            let entry = self.issuer(section);
            let is_double = entries
                .iter()
                .any(|other| other.id == entry.id || other.kind.issuer() == entry.kind.issuer());
            if is_double {
                self.add(Problem::new(
                    "server.issuer_twice",
                    "issuers.id",
                    format!("there are two issuers `{}`", entry.id),
                    "give each issuer once, and each an id of its own",
                ));
            }
            entries.push(entry);
        }
        entries
    }

    fn issuer(&mut self, section: IssuerSection) -> IssuerEntry {
        let (word, name) = match section.kind {
            IssuerWord::Google => ("google", "Google"),
            IssuerWord::GitHub => ("github", "GitHub"),
            IssuerWord::Dropbox => ("dropbox", "Dropbox"),
            IssuerWord::Oidc => ("", ""),
        };
        let entry = IssuerEntry {
            id: section.id.unwrap_or_else(|| word.to_owned()),
            name: section.name.unwrap_or_else(|| name.to_owned()),
            kind: match section.kind {
                IssuerWord::Google => IssuerKind::Google,
                IssuerWord::GitHub => IssuerKind::GitHub,
                IssuerWord::Dropbox => IssuerKind::Dropbox,
                IssuerWord::Oidc => IssuerKind::Oidc {
                    issuer: section.issuer.clone().unwrap_or_default(),
                    domains: section.domains.clone(),
                },
            },
            client_id: section.client_id,
            client_secret_file: section.client_secret_file,
        };
        if section.kind != IssuerWord::Oidc
            && (section.issuer.is_some() || !section.domains.is_empty())
        {
            self.add(Problem::new(
                "server.issuer_known",
                "issuers.issuer",
                format!("where `{word}` is, and what it vouches for, is known"),
                "remove issuer and domains, or write kind = \"oidc\"",
            ));
        }
        self.issuer_names(&entry);
        self.issuer_address(&entry.kind);
        self.issuer_client(&entry);
        entry
    }

    fn issuer_names(&mut self, entry: &IssuerEntry) {
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if !(1..=MAX_ID_LENGTH).contains(&entry.id.len()) || !entry.id.bytes().all(plain) {
            self.add(Problem::new(
                "server.issuer_id",
                "issuers.id",
                format!("`{}` is no id", entry.id),
                "write at most 32 lower case letters, digits and hyphens: it is part of an address",
            ));
        }
        let name = entry.name.trim();
        if name.is_empty()
            || name.chars().count() > MAX_NAME_CHARACTERS
            || name.chars().any(char::is_control)
        {
            self.add(Problem::new(
                "server.issuer_name",
                "issuers.name",
                "the issuer has no name that fits on a button",
                "write at most 40 ordinary characters",
            ));
        }
    }

    fn issuer_address(&mut self, kind: &IssuerKind) {
        let IssuerKind::Oidc { issuer, domains } = kind else {
            return;
        };
        let is_sound = Url::parse(issuer).is_ok_and(|url| {
            matches!(url.scheme(), "https" | "http")
                && url.host().is_some()
                && url.query().is_none()
                && url.fragment().is_none()
                && url.username().is_empty()
                && url.password().is_none()
        });
        if !is_sound || issuer.len() > MAX_ISSUER_LENGTH {
            self.add(Problem::new(
                "server.issuer_address",
                "issuers.issuer",
                format!("`{issuer}` is no issuer"),
                "write it as it names itself: https://login.example.com, without a query",
            ));
        }
        for domain in domains {
            let is_plain = matches!(Host::parse(domain), Ok(Host::Domain(read)) if read == *domain);
            if !is_plain || !domain.contains('.') {
                self.add(Problem::new(
                    "server.issuer_domain",
                    "issuers.domains",
                    format!("`{domain}` is no mail domain"),
                    "write the part of the addresses behind the @, in lower case: example.com",
                ));
            }
        }
    }

    fn issuer_client(&mut self, entry: &IssuerEntry) {
        if entry.client_id.is_empty() || entry.client_id.chars().any(char::is_control) {
            self.add(Problem::new(
                "server.issuer_client",
                "issuers.client_id",
                "the issuer knows this server by an id",
                "register this server there, and write the id of the client that it gives you",
            ));
        }
        if let Some(Err(why)) = entry.client_secret() {
            self.add(Problem::new(
                "server.issuer_secret",
                "issuers.client_secret_file",
                why,
                "name a file with the client's secret alone, readable by its owner alone (chmod 600)",
            ));
        }
    }
}
