use std::path::{Path, PathBuf};

use kernel::Secret;

/// What the environment says, read once. Nothing else reads it, and no child inherits it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Environment {
    /// `$STATE_DIRECTORY`: where systemd wants a service to keep its state.
    pub state_directory: Option<PathBuf>,
    /// `$XDG_DATA_HOME`
    pub data_home: Option<PathBuf>,
    /// `$HOME`
    pub home: Option<PathBuf>,
    /// Whether this process is root's.
    pub root: bool,
}

/// Where a service of root keeps its state.
const SYSTEM_DATA_DIR: &str = "/var/lib/countersign";

impl Environment {
    /// The environment of this process.
    pub fn read() -> Self {
        let path = |name| {
            std::env::var_os(name)
                .filter(|value| !value.is_empty())
                .map(PathBuf::from)
        };
        Self {
            // With several StateDirectory= entries the first is ours.
            state_directory: path("STATE_DIRECTORY").map(|value| first_of(&value)),
            data_home: path("XDG_DATA_HOME"),
            home: path("HOME"),
            root: rustix::process::geteuid().is_root(),
        }
    }

    /// A variable that the command line names, because what it says is no text for a command line.
    pub fn secret(name: &str) -> Option<Secret<String>> {
        let value = std::env::var_os(name)?.into_string().ok()?;
        (!value.is_empty()).then(|| Secret::new(value))
    }

    /// Where data are kept when nobody says where.
    pub(super) fn data_dir(&self) -> Option<PathBuf> {
        if let Some(path) = &self.state_directory {
            return Some(path.clone());
        }
        if self.root {
            return Some(PathBuf::from(SYSTEM_DATA_DIR));
        }
        // The XDG base directory specification: a relative path is to be ignored.
        let data_home = self.data_home.clone().filter(|path| path.is_absolute());
        data_home
            .or_else(|| self.home.as_deref().map(|home| home.join(".local/share")))
            .map(|path| path.join("countersign"))
    }
}

fn first_of(value: &Path) -> PathBuf {
    let text = value.to_string_lossy();
    PathBuf::from(text.split(':').next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment() -> Environment {
        Environment {
            home: Some("/home/ana".into()),
            ..Environment::default()
        }
    }

    #[test]
    fn the_service_manager_is_asked_first_then_root_then_the_persons_folders() {
        let systemd = Environment {
            state_directory: Some("/var/lib/x".into()),
            root: true,
            ..environment()
        };
        assert_eq!(systemd.data_dir(), Some("/var/lib/x".into()));
        let root = Environment {
            root: true,
            ..environment()
        };
        assert_eq!(root.data_dir(), Some("/var/lib/countersign".into()));
        let xdg = Environment {
            data_home: Some("/data".into()),
            ..environment()
        };
        assert_eq!(xdg.data_dir(), Some("/data/countersign".into()));
        assert_eq!(
            environment().data_dir(),
            Some("/home/ana/.local/share/countersign".into())
        );
        assert_eq!(Environment::default().data_dir(), None);
    }

    #[test]
    fn a_relative_data_home_is_ignored() {
        let xdg = Environment {
            data_home: Some("data".into()),
            ..environment()
        };
        assert_eq!(
            xdg.data_dir(),
            Some("/home/ana/.local/share/countersign".into())
        );
    }

    #[test]
    fn of_several_state_directories_the_first_counts() {
        assert_eq!(
            first_of(Path::new("/var/lib/a:/var/lib/b")),
            PathBuf::from("/var/lib/a")
        );
    }
}
