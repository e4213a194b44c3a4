use std::path::{Path, PathBuf};
use std::process::Stdio;

use super::account::Account;
use super::start_error::StartError;
use super::version::{check_version, parse_version};

/// Where Debian's packages put one directory per major version.
const DEBIAN: &str = "/usr/lib/postgresql";

/// The programs of one PostgreSQL installation.
#[derive(Debug, Clone)]
pub(super) struct Binaries {
    pub(super) directory: PathBuf,
    /// As `server_version_num`: 150018 is 15.18.
    pub(super) version: i32,
    /// util-linux's wrapper, see `postmaster`.
    pub(super) setpriv: PathBuf,
}

impl Binaries {
    /// The newest usable installation; of the data's own major version where there are data.
    pub(super) async fn find(
        named: Option<&Path>,
        account: &Account,
        data: Option<(&Path, i32)>,
    ) -> Result<Self, StartError> {
        let setpriv = on_path("setpriv").ok_or(StartError::NoSetpriv)?;
        let directories = named.map_or_else(candidates, |directory| vec![directory.to_path_buf()]);
        let mut found = Vec::new();
        for directory in directories
            .iter()
            .filter(|directory| is_installation(directory))
        {
            if let Some(version) = version_of(directory, account).await {
                found.push((version, directory.clone()));
            }
        }
        found.sort_by_key(|(version, _)| std::cmp::Reverse(*version));
        let (version, directory) = choose(found, data, || searched(named))?;
        Ok(Self {
            directory,
            version,
            setpriv,
        })
    }

    /// The path of one program.
    pub(super) fn program(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }
}

type Found = (i32, PathBuf);

fn choose(
    found: Vec<Found>,
    data: Option<(&Path, i32)>,
    searched: impl FnOnce() -> String,
) -> Result<Found, StartError> {
    if found.is_empty() {
        return Err(StartError::NoBinaries {
            searched: searched(),
        });
    }
    let installed = majors(&found);
    let fitting: Vec<_> = found
        .into_iter()
        .filter(|(version, _)| data.is_none_or(|(_, major)| version / 10_000 == major))
        .collect();
    let mut refusal = None;
    for (version, directory) in fitting {
        match check_version(version) {
            Ok(()) => return Ok((version, directory)),
            // The newest one's reason is the one worth telling.
            Err(source) => {
                refusal.get_or_insert(StartError::Version { directory, source });
            }
        }
    }
    Err(match (refusal, data) {
        (Some(refusal), _) => refusal,
        (None, Some((path, data))) => StartError::DataVersion {
            path: path.to_path_buf(),
            data,
            installed,
        },
        (None, None) => StartError::NoBinaries {
            searched: searched(),
        },
    })
}

fn majors(found: &[Found]) -> String {
    let mut majors: Vec<_> = found
        .iter()
        .map(|(version, _)| (version / 10_000).to_string())
        .collect();
    majors.dedup();
    majors.join(", ")
}

fn searched(named: Option<&Path>) -> String {
    named.map_or_else(
        || format!("{DEBIAN}/*/bin and the directories of PATH"),
        |directory| directory.display().to_string(),
    )
}

fn candidates() -> Vec<PathBuf> {
    let mut directories: Vec<PathBuf> = std::fs::read_dir(DEBIAN)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
        .collect();
    // `postgres` on the path is often a lone link: its target's directory has `initdb` too.
    let linked = on_path("postgres").and_then(|path| path.canonicalize().ok());
    directories.extend(linked.and_then(|path| Some(path.parent()?.to_path_buf())));
    directories.sort();
    directories.dedup();
    directories
}

fn is_installation(directory: &Path) -> bool {
    directory.join("postgres").is_file() && directory.join("initdb").is_file()
}

/// PATH is how the system finds programs, and no setting of ours: it is not in `server::config`.
fn on_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|directory| directory.join(program))
        .find(|file| file.is_absolute() && file.is_file())
}

async fn version_of(directory: &Path, account: &Account) -> Option<i32> {
    // As the unprivileged user, even for this: a named directory may be anybody's.
    let mut command = tokio::process::Command::from(account.command(&directory.join("postgres")));
    let output = command
        .arg("--version")
        .stdin(Stdio::null())
        .output()
        .await
        .ok()?;
    parse_version(&String::from_utf8_lossy(&output.stdout))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found() -> Vec<Found> {
        vec![
            (180_001, "/pg/18".into()),
            (170_008, "/pg/17".into()),
            (150_018, "/pg/15".into()),
        ]
    }

    fn chosen(data: Option<i32>) -> Result<i32, StartError> {
        let data = data.map(|major| (Path::new("/data"), major));
        choose(found(), data, String::new).map(|(version, _)| version)
    }

    #[test]
    fn the_newest_installation_without_a_known_hole_is_chosen() {
        assert_eq!(chosen(None).unwrap(), 170_008);
    }

    #[test]
    fn existing_data_are_served_by_their_own_major_version() {
        assert_eq!(chosen(Some(15)).unwrap(), 150_018);
    }

    #[test]
    fn data_of_a_version_with_a_known_hole_name_the_hole() {
        assert!(matches!(chosen(Some(18)), Err(StartError::Version { .. })));
    }

    #[test]
    fn data_of_a_version_that_is_not_installed_name_both() {
        let message = chosen(Some(14)).unwrap_err().to_string();
        assert!(
            message.contains("PostgreSQL 14") && message.contains("18, 17, 15"),
            "{message}"
        );
    }
}
