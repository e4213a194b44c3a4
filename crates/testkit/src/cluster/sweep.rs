use std::sync::atomic::{AtomicBool, Ordering};

use sqlx::postgres::PgConnection;

use super::database::drop_database;

const PREFIX: &str = "test_";
/// Any number of our own: one process sweeps at a time, the next finds nothing left.
const SWEEPING: i64 = 0x7465_7374_7377_6570;

/// The name of this process's database with the given number. It holds when the process started,
/// because numbers of processes come round again.
pub(super) fn own_name(number: u32) -> String {
    let pid = std::process::id();
    format!("{PREFIX}{pid}_{}_{number}", started_at(pid).unwrap_or(0))
}

/// Drops the databases of dead test processes, once in this process.
pub(super) async fn once(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    static DONE: AtomicBool = AtomicBool::new(false);
    if DONE.swap(true, Ordering::Relaxed) {
        return Ok(());
    }
    sqlx::query("select pg_advisory_lock($1)")
        .bind(SWEEPING)
        .execute(&mut *connection)
        .await?;
    let names: Vec<String> =
        sqlx::query_scalar("select datname::text from pg_database where starts_with(datname, $1)")
            .bind(PREFIX)
            .fetch_all(&mut *connection)
            .await?;
    for name in names.iter().filter(|name| !is_of_the_living(name)) {
        drop_database(connection, name).await?;
    }
    sqlx::query("select pg_advisory_unlock($1)")
        .bind(SWEEPING)
        .execute(connection)
        .await?;
    Ok(())
}

/// Whether the process in the name still runs. A name that is not ours is left alone.
fn is_of_the_living(name: &str) -> bool {
    let mut parts = name.trim_start_matches(PREFIX).split('_');
    let (Some(pid), Some(started)) = (parts.next(), parts.next()) else {
        return true;
    };
    match (pid.parse(), started.parse()) {
        (Ok(pid), Ok(started)) => started_at(pid) == Some(started),
        _ => true,
    }
}

/// When a process started, in the kernel's ticks since boot: field 22 of proc_pid_stat(5).
fn started_at(pid: u32) -> Option<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // Counted from after the last parenthesis, since a program's name may hold anything.
    stat.rsplit_once(") ")?.1.split(' ').nth(19)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_databases_are_of_the_living() {
        assert!(is_of_the_living(&own_name(3)));
    }

    #[test]
    fn a_database_of_an_earlier_process_with_our_number_is_of_the_dead() {
        assert!(!is_of_the_living(&format!(
            "test_{}_1_0",
            std::process::id()
        )));
        assert!(!is_of_the_living("test_4194999_77_0"));
    }

    #[test]
    fn a_database_with_another_kind_of_name_is_left_alone() {
        assert!(is_of_the_living("test_of_mine"));
        assert!(is_of_the_living("test_"));
    }
}
