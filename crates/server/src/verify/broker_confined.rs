use trust::{Control, Found};

use super::{Context, Look, control, fail, looked};
use crate::process::may_swap;

pub(super) const CONTROL: Control = control(
    "broker.confined",
    "VA-06",
    "The broker's process has no capability and gets none by a program, runs under a filter of system calls, and its memory does not reach swap; where root starts the server, it is neither root nor the web process's user.",
);

pub(super) async fn run(context: &Context) -> Found {
    looked(look(context).await)
}

async fn look(context: &Context) -> Look {
    let broker = status(&context.instance.broker_pid.to_string()).await?;
    let front = status(&context.instance.front_pid.to_string()).await?;
    let parent = status(field(&broker, "PPid")).await?;
    let is_swapped = may_swap();
    if let Some(gap) = gap(&broker, [&front, &parent], is_swapped) {
        fail!("the broker's process {gap}");
    }
    let memory = if locked(&broker) > 0 {
        "its memory is locked"
    } else {
        "its memory is not locked, and this machine has no swap"
    };
    Ok(Found::Pass(format!(
        "no capability, no way to one by a program, a filter of system calls; user {}, where the web process is {}; {memory}",
        user(&broker),
        user(&front),
    )))
}

async fn status(pid: &str) -> std::io::Result<String> {
    tokio::fs::read_to_string(format!("/proc/{pid}/status")).await
}

/// What is not as it should be, by what the kernel says of the broker, the front and whoever started them
/// (proc_pid_status(5)), if anything.
fn gap(broker: &str, [front, parent]: [&str; 2], is_swapped: bool) -> Option<&'static str> {
    let none = "0000000000000000";
    let is_one_of_two = user(broker) != "0" && user(broker) != user(front);
    let gaps = [
        (
            [field(broker, "CapEff"), field(broker, "CapPrm")] != [none; 2],
            "has capabilities",
        ),
        (
            field(broker, "NoNewPrivs") != "1",
            "may get new rights by a program",
        ),
        (
            field(broker, "Seccomp") != "2",
            "may make every system call",
        ),
        (
            user(parent) == "0" && !is_one_of_two,
            "is root or the web process's user, though root started it",
        ),
        (
            locked(broker) == 0 && is_swapped,
            "may have its memory, and the keys in it, written to swap",
        ),
    ];
    let gap = gaps.into_iter().find(|(is_open, _)| *is_open);
    gap.map(|(_, gap)| gap)
}

/// A line's value; empty where there is none.
fn field<'a>(status: &'a str, name: &str) -> &'a str {
    let mut lines = status.lines().filter_map(|line| line.strip_prefix(name));
    let value = lines.find_map(|rest| rest.strip_prefix(':'));
    value.unwrap_or_default().trim()
}

/// The effective user: the second of four.
fn user(status: &str) -> &str {
    let mut ids = field(status, "Uid").split_whitespace();
    ids.nth(1).unwrap_or_default()
}

/// Kilobytes that stay in memory.
fn locked(status: &str) -> u64 {
    let mut words = field(status, "VmLck").split_whitespace();
    words
        .next()
        .and_then(|number| number.parse().ok())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BROKER: &str = "Name:\tcountersign\nPPid:\t1\nUid:\t101\t101\t101\t101\nCapPrm:\t0000000000000000\nCapEff:\t0000000000000000\nNoNewPrivs:\t1\nSeccomp:\t2\nVmLck:\t   5120 kB\n";
    const FRONT: &str = "Uid:\t102\t102\t102\t102\n";
    const ROOT: &str = "Uid:\t0\t0\t0\t0\n";

    #[test]
    fn each_gap_is_seen() {
        assert_eq!(gap(BROKER, [FRONT, ROOT], true), None);
        for (line, other, seen) in [
            ("CapEff:\t0000", "CapEff:\t0001", "capabilities"),
            ("CapPrm:\t0000", "CapPrm:\t8000", "capabilities"),
            ("NoNewPrivs:\t1", "NoNewPrivs:\t0", "new rights"),
            ("NoNewPrivs:\t1\n", "", "new rights"),
            ("Seccomp:\t2", "Seccomp:\t0", "every system call"),
            ("101\t101\t101", "101\t0\t101", "is root"),
            ("101\t101\t101", "102\t102\t102", "the web process's user"),
            ("5120", "0", "swap"),
        ] {
            let broken = BROKER.replace(line, other);
            let found = gap(&broken, [FRONT, ROOT], true).unwrap_or_default();
            assert!(found.contains(seen), "{line:?}: {found}");
        }
        // An ordinary user's server is one user, and need not lock what no swap takes.
        let ordinary = BROKER.replace("5120", "0");
        assert_eq!(gap(&ordinary, [BROKER, BROKER], false), None);
    }

    #[test]
    fn this_process_is_confined_by_nothing() {
        let own = std::fs::read_to_string("/proc/self/status").unwrap();
        assert!(gap(&own, [FRONT, &own], true).is_some());
    }
}
