use std::time::Duration;

use access::{NewOperatorAccess, OpenOperatorError, OperatorAccessRow};
use clap::{Args, Subcommand};
use kernel::OperatorAccessId;
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::{database, find, print, runtime};
use crate::config::ServerFlags;
use crate::data_dir::Login;
use crate::exit::{Exit, Failure};

/// Look into an organisation: for a reason, for a time, and told to it
#[derive(Debug, Subcommand)]
pub(super) enum OperatorCommand {
    Open(OpenArgs),
    List(ListArgs),
    Close(CloseArgs),
}

/// Open an organisation to yourself, to read, for at most eight hours
///
/// Prints a token for `Authorization: Bearer` below /api/v1: it reads lists, as a service key does. No
/// row of a person's own, no payload of a proposal and no secret is in its reach. The organisation's
/// owners get a mail with your name and your reason, both stand in its audit log and on a page beside it,
/// and it can end the access at any moment.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  countersign operator open --organisation \"Example Service Desk\" --reason \"Ticket 4711: scan does not end\" --for 1h --as \"Example Operator\"
  countersign operator open --organisation org_01jd6w3z9m4q8v7t2y5x0n1k3c --reason \"Ticket 4711\" --for 30m --as \"Night shift\" --json

Exit codes: 0 open, 1 no such organisation, or several of that name, 2 no reason, or too long a time, 3 no server runs.")]
pub(super) struct OpenArgs {
    /// Its identifier (org_…), or its name where it is the only one of that name
    #[arg(long)]
    organisation: String,
    /// Why: 10 to 500 characters, which the organisation reads
    #[arg(long)]
    reason: String,
    /// For how long: 5m to 8h
    #[arg(long = "for", value_name = "TIME")]
    time: String,
    /// Who looks, by name
    #[arg(long = "as", value_name = "NAME")]
    operator: String,
    /// Print one line of JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    flags: ServerFlags,
}

/// List who looked into which organisation, and why
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  countersign operator list
  countersign operator list --days 365 --json

Exit codes: 0 listed, 2 no number of days, 3 no server runs.")]
pub(super) struct ListArgs {
    /// Of how many days
    #[arg(long, default_value_t = 30)]
    days: u16,
    /// Print JSON: [{"id","organisation","operator","reason","opened_at","expires_at","ended_at","ended_by_tenant",
    /// "last_used_at"}]
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    flags: ServerFlags,
}

/// Close an access before its time
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  countersign operator close opa_01jd6w3z9m4q8v7t2y5x0n1k3c

Exit codes: 0 closed, 1 there is none of that identifier in force, 2 no identifier, 3 no server runs.")]
pub(super) struct CloseArgs {
    /// Its identifier (opa_…), as `operator list` shows it
    access: OperatorAccessId,
    #[command(flatten)]
    flags: ServerFlags,
}

pub(super) fn run(command: &OperatorCommand) -> Result<(), Failure> {
    match command {
        OperatorCommand::Open(args) => open(args),
        OperatorCommand::List(args) => list(args),
        OperatorCommand::Close(args) => close(args),
    }
}

fn open(args: &OpenArgs) -> Result<(), Failure> {
    let seconds = seconds(&args.time).map_err(Failure::usage)?;
    let new = NewOperatorAccess::parse(&args.organisation, &args.operator, &args.reason, seconds)
        .map_err(Failure::usage)?;
    let folder = find(&args.flags)?;
    let opened = runtime()?.block_on(async {
        let db = database(&folder, Login::Broker)?;
        access::open_operator(&db, &new)
            .await
            .map_err(|error| match error {
                OpenOperatorError::Database(_) => Failure::cannot_run(error),
                _ => Failure::new(Exit::CheckFailed, &error),
            })
    })?;
    let until = opened
        .expires_at
        .format(&Rfc3339)
        .map_err(Failure::cannot_run)?;
    if args.json {
        let line = json!({
            "id": opened.id.to_string(), "organisation": opened.organisation.to_string(),
            "token": opened.token.expose(), "expires_at": until,
        });
        return print(&format!("{line}\n"));
    }
    print(&format!(
        "{} is open to you until {until}, and its owners are told.\nIts token, shown this once:\n{}\nClose it with: countersign operator close {}\n",
        opened.organisation_name,
        opened.token.expose(),
        opened.id,
    ))
}

fn list(args: &ListArgs) -> Result<(), Failure> {
    let folder = find(&args.flags)?;
    let rows = runtime()?.block_on(async {
        let db = database(&folder, Login::Broker)?;
        let listed = access::operator_accesses(&db, args.days).await;
        listed.map_err(Failure::cannot_run)
    })?;
    if args.json {
        let listed: Vec<Value> = rows.iter().map(as_json).collect();
        return print(&format!("{}\n", Value::from(listed)));
    }
    if rows.is_empty() {
        return print("nobody looked into an organisation\n");
    }
    for row in rows {
        let end = match (row.ended_at, row.ended_by_tenant) {
            (Some(ended), true) => format!("ended by the organisation {}", at(ended)),
            (Some(ended), false) => format!("closed {}", at(ended)),
            (None, _) => format!("until {}", at(row.expires_at)),
        };
        let used = row.last_used_at.map_or_else(
            || "never used".to_owned(),
            |used| format!("last used {}", at(used)),
        );
        print(&format!(
            "{}  {}  {}\n    {}\n    opened {}, {end}, {used}\n",
            row.id,
            row.organisation_name,
            row.operator,
            row.reason,
            at(row.opened_at),
        ))?;
    }
    Ok(())
}

fn as_json(row: &OperatorAccessRow) -> Value {
    json!({
        "id": row.id.to_string(), "organisation": row.organisation_name, "operator": row.operator,
        "reason": row.reason, "opened_at": at(row.opened_at), "expires_at": at(row.expires_at),
        "ended_at": row.ended_at.map(at), "ended_by_tenant": row.ended_by_tenant,
        "last_used_at": row.last_used_at.map(at),
    })
}

fn at(moment: OffsetDateTime) -> String {
    moment.format(&Rfc3339).unwrap_or_default()
}

fn close(args: &CloseArgs) -> Result<(), Failure> {
    let folder = find(&args.flags)?;
    let closed = runtime()?.block_on(async {
        let db = database(&folder, Login::Broker)?;
        let closed = access::close_operator(&db, args.access).await;
        closed.map_err(Failure::cannot_run)
    })?;
    if closed {
        return print("closed\n");
    }
    Err(Failure {
        exit: Exit::CheckFailed,
        chain: vec![format!("no access {} is open", args.access)],
    })
}

/// A time that is no whole number of minutes or hours.
#[derive(Debug, thiserror::Error)]
#[error("write the time as 30m or 2h")]
struct TimeError;

/// `30m` or `2h`.
fn seconds(text: &str) -> Result<Duration, TimeError> {
    let (number, seconds) = match (text.strip_suffix('m'), text.strip_suffix('h')) {
        (Some(minutes), _) => (minutes, 60),
        (None, Some(hours)) => (hours, 3600),
        (None, None) => return Err(TimeError),
    };
    let number: u64 = number.parse().map_err(|_| TimeError)?;
    Ok(Duration::from_secs(
        number.checked_mul(seconds).ok_or(TimeError)?,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listed_access_has_the_keys_that_the_help_names() {
        let row = OperatorAccessRow {
            id: OperatorAccessId::from(uuid::Uuid::nil()),
            organisation_name: "Example Service Desk".to_owned(),
            operator: "Example Operator".to_owned(),
            reason: "Ticket 4711: scan does not end".to_owned(),
            opened_at: OffsetDateTime::UNIX_EPOCH,
            expires_at: OffsetDateTime::UNIX_EPOCH + Duration::from_hours(1),
            ended_at: None,
            ended_by_tenant: false,
            last_used_at: None,
        };
        let line = as_json(&row);
        let command = ListArgs::augment_args(clap::Command::new("list"));
        let json = command.get_arguments().find(|arg| arg.get_id() == "json");
        let help = json.unwrap().get_help().unwrap().to_string();
        for key in line.as_object().unwrap().keys() {
            assert!(help.contains(&format!("\"{key}\"")), "{key}: {help}");
        }
        assert_eq!(
            help.matches('"').count(),
            2 * line.as_object().unwrap().len()
        );
        assert_eq!(line["expires_at"], "1970-01-01T01:00:00Z");
        assert!(line["ended_at"].is_null());
    }

    #[test]
    fn a_time_is_minutes_or_hours() {
        assert_eq!(seconds("30m").unwrap(), Duration::from_mins(30));
        assert_eq!(seconds("2h").unwrap(), Duration::from_hours(2));
        for wrong in ["", "h", "2", "2d", "-1h", "1.5h", "9999999999999999999h"] {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
    }
}
