use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use super::start_error::StartError;

/// The operating system user that the database runs as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Account {
    pub(super) name: String,
    pub(super) uid: u32,
    pub(super) gid: u32,
    /// Who starts it: the same user, or root.
    pub(super) starter: String,
    /// Whether root starts it, and it becomes somebody else.
    pub(super) switched: bool,
}

impl Account {
    /// Who the cluster runs as. `owner` is the owner of an existing `pgdata`: data once made as
    /// `nobody` stay `nobody`'s when a package adds a user `postgres` later.
    pub(super) fn choose(owner: Option<u32>) -> Result<Self, StartError> {
        let starter_uid = rustix::process::geteuid().as_raw();
        let starter =
            by_uid(starter_uid).ok_or(StartError::UserWithoutName { uid: starter_uid })?;
        if starter_uid != 0 {
            let Entry { name, uid, gid } = starter;
            return Ok(Self {
                starter: name.clone(),
                name,
                uid,
                gid,
                switched: false,
            });
        }
        let entry = match owner {
            Some(uid) => by_uid(uid).ok_or(StartError::UserWithoutName { uid })?,
            None => by_name("postgres")
                .or_else(|| by_name("nobody"))
                .ok_or(StartError::NoUnprivilegedUser)?,
        };
        let Entry { name, uid, gid } = entry;
        if uid == 0 {
            return Err(StartError::NoUnprivilegedUser);
        }
        Ok(Self {
            starter: starter.name,
            name,
            uid,
            gid,
            switched: true,
        })
    }

    /// A command that runs as this user, with nothing of our own environment: a secret in it would
    /// be readable in the database's `/proc/self/environ`.
    pub(super) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("LC_ALL", "C")
            .env("TZ", "UTC");
        if self.switched {
            // std drops the supplementary groups, then the group, then the user.
            command.gid(self.gid).uid(self.uid);
        }
        command
    }
}

/// What is needed of a line of the user database.
#[derive(Debug, PartialEq, Eq)]
struct Entry {
    name: String,
    uid: u32,
    gid: u32,
}

fn by_uid(uid: u32) -> Option<Entry> {
    look_up(&uid.to_string(), |entry| entry.uid == uid)
}

fn by_name(name: &str) -> Option<Entry> {
    look_up(name, |entry| entry.name == name)
}

/// `/etc/passwd` first; then `getent`, which also asks directories (LDAP, systemd's dynamic users).
/// Not `getpwuid`: it needs unsafe code.
fn look_up(key: &str, wanted: impl Fn(&Entry) -> bool) -> Option<Entry> {
    let local = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    if let Some(entry) = local.lines().filter_map(parse).find(&wanted) {
        return Some(entry);
    }
    let output = Command::new("getent").args(["passwd", key]).output().ok()?;
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(parse)
        .find(wanted)
}

/// A line of passwd(5).
fn parse(line: &str) -> Option<Entry> {
    let mut fields = line.split(':');
    let name = fields.next().filter(|name| !name.is_empty())?.to_owned();
    let uid = fields.nth(1)?.parse().ok()?;
    let gid = fields.next()?.parse().ok()?;
    Some(Entry { name, uid, gid })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_database_never_runs_as_root() {
        match Account::choose(None) {
            Ok(account) => assert_ne!(account.uid, 0),
            Err(error) => panic!("{error}"),
        }
        if rustix::process::geteuid().is_root() {
            assert!(matches!(
                Account::choose(Some(0)),
                Err(StartError::NoUnprivilegedUser)
            ));
        }
    }

    #[test]
    fn a_line_of_the_user_database_is_read() {
        let line = "postgres:x:101:104:PostgreSQL administrator,,,:/var/lib/postgresql:/bin/bash";
        assert_eq!(
            parse(line),
            Some(Entry {
                name: "postgres".into(),
                uid: 101,
                gid: 104
            })
        );
        assert_eq!(parse("+::::::"), None);
    }
}
