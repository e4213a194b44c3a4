use std::fmt;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::Instant;

use rustix::io::Errno;
use trust::{Control, Found};

use super::canary::plant;
use super::search::Search;
use super::{Context, LIMIT, Look, control, fail, looked};

pub(super) const CONTROL: Control = control(
    "broker.secret_canary",
    "VA-06",
    "A secret given to the vault is in no place that this check could read: answers, logs, command lines and environments of both processes, the web process's memory. The evidence names what it read, and what it could not.",
);

pub(super) async fn run(context: &Context) -> Found {
    looked(look(context).await)
}

async fn look(context: &Context) -> Look {
    let canary = plant(context).await?;
    // Through the whole of the broker: sealed, opened for use, and an error on the way.
    let connection = canary.connection;
    let answers = [
        "/api/v1/connections".to_owned(),
        format!("/api/v1/connections/{connection}"),
        format!("/api/v1/connections/{connection}/calls"),
        "/api/v1/audit/entries".to_owned(),
    ];
    for path in &answers {
        let request = context
            .http
            .get(context.at(path))
            .bearer_auth(context.key_a.expose());
        if request.send().await?.text().await?.contains(&canary.text) {
            fail!("the answer of {path} holds it");
        }
    }
    let places = places(context);
    // Ends before the control's own limit does, so that what was read is told.
    let search = Search::new(&canary.text, Some(Instant::now() + LIMIT / 2));
    let account = tokio::task::spawn_blocking(move || visit(&places, &search)).await??;
    if let Some(place) = &account.holds {
        fail!("{place} holds it");
    }
    Ok(Found::Pass(format!(
        "a fresh secret was sealed, and is not in: {} answers, {account}",
        answers.len()
    )))
}

/// Where a secret could have been left behind.
struct Place {
    name: String,
    kind: Kind,
}

enum Kind {
    /// A file of `/proc/PID`.
    Process(u32, &'static str),
    Memory(u32),
    Log(PathBuf),
}

fn places(context: &Context) -> Vec<Place> {
    let instance = &context.instance;
    let mut places = Vec::new();
    let processes = [
        ("the web process", instance.front_pid),
        ("the broker", instance.broker_pid),
    ];
    for (what, file) in [("command line", "cmdline"), ("environment", "environ")] {
        for (process, pid) in processes {
            places.push(Place {
                name: format!("the {what} of {process}"),
                kind: Kind::Process(pid, file),
            });
        }
    }
    places.push(Place {
        name: "the memory of the web process".to_owned(),
        kind: Kind::Memory(instance.front_pid),
    });
    places.extend(instance.log_files.iter().map(|path| Place {
        name: format!("the log {}", path.display()),
        kind: Kind::Log(path.clone()),
    }));
    places
}

/// What became of each place. Each is told for itself: what could not be read was not looked at.
#[derive(Debug, Default)]
struct Account {
    read: Vec<String>,
    /// Closed by the kernel to the very user that the process runs as.
    closed: Vec<String>,
    not_read: Vec<String>,
    holds: Option<String>,
}

fn visit(places: &[Place], search: &Search) -> io::Result<Account> {
    let mut account = Account::default();
    for Place { name, kind } in places {
        let (found, pid) = match kind {
            Kind::Process(pid, file) => {
                let path = format!("/proc/{pid}/{file}");
                (search.file(Path::new(&path)), Some(*pid))
            }
            Kind::Memory(pid) => (search.memory(*pid), Some(*pid)),
            Kind::Log(path) => (search.file(path), None),
        };
        match found {
            Ok(true) => {
                account.holds = Some(name.clone());
                return Ok(account);
            }
            Ok(false) => account.read.push(name.clone()),
            Err(error) if pid.is_some() && has_ended(&error) => {
                let told = format!("{name} could not be read: the process has ended");
                return Err(io::Error::other(told));
            }
            Err(error) if is_refusal(&error) && pid.is_some_and(is_own) => {
                account.closed.push(name.clone());
            }
            Err(error) => account.not_read.push(format!("{name} ({error})")),
        }
    }
    Ok(account)
}

fn has_ended(error: &io::Error) -> bool {
    error.kind() == ErrorKind::NotFound || Errno::from_io_error(error) == Some(Errno::SRCH)
}

fn is_refusal(error: &io::Error) -> bool {
    error.kind() == ErrorKind::PermissionDenied
}

/// Whether the process is of the user that this one is of. Asked of its status: the owner of its
/// folder in `/proc` is root once it has closed itself.
fn is_own(pid: u32) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("Uid:"));
    let effective = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u32>().ok());
    effective == Some(rustix::process::geteuid().as_raw())
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.read.join(", "))?;
        if !self.closed.is_empty() {
            let closed = self.closed.join(", ");
            write!(
                f,
                "\nclosed by the kernel even to the user that the processes run as: {closed}"
            )?;
        }
        if !self.not_read.is_empty() {
            write!(f, "\nnot looked at: {}", self.not_read.join(", "))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_not_be_read_is_an_item_of_its_own() {
        let account = Account {
            read: vec!["a".to_owned(), "b".to_owned()],
            closed: vec!["c".to_owned()],
            not_read: vec!["d (gone)".to_owned()],
            holds: None,
        };
        insta::assert_snapshot!(account.to_string(), @r"
        a, b
        closed by the kernel even to the user that the processes run as: c
        not looked at: d (gone)
        ");
    }

    #[test]
    fn a_log_that_is_not_there_was_not_looked_at() {
        let places = [Place {
            name: "the log".to_owned(),
            kind: Kind::Log(PathBuf::from("/nonexistent/log")),
        }];
        let account = visit(&places, &Search::new("canary", None)).unwrap();
        assert!(account.read.is_empty());
        assert!(account.not_read[0].starts_with("the log ("));
    }
}
