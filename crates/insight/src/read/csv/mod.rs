//! CSV (RFC 4180, with the delimiters and dates that spreadsheets write) as a stream of rows.

mod columns;
mod date_fields;
mod dates;
mod delimiter;
mod mapping;
mod parse_date;
mod records;
mod usual_names;

pub use mapping::{DateOrder, Mapping};

use columns::Columns;
use dates::Dates;
use records::Records;

use super::ReadError;
use super::refusal::refused;
use super::window::Window;
use crate::limits::Limits;
use crate::log::{EventLog, LogBuilder};

/// Reads a whole CSV file whose first row names the columns.
pub(super) fn read(
    window: &mut Window<'_>,
    mapping: &Mapping,
    limits: &Limits,
) -> Result<EventLog, ReadError> {
    let delimiter = delimiter::find(window, mapping.delimiter)?;
    let mut records = Records::new(delimiter, limits);
    if !records.next(window)? {
        return Err(ReadError::Empty);
    }
    let columns = Columns::find(&records, mapping, records.line(window))?;
    let mut builder = LogBuilder::new(limits);
    let mut dates = Dates::new(mapping.date_order);
    while records.next(window)? {
        if records.is_blank() {
            builder.notes.blank_rows += 1;
            continue;
        }
        row(&records, &columns, &mut dates, &mut builder, window)?;
        window.events += 1;
    }
    dates.settle(&columns.timestamp.name)?;
    if builder.event_count() == 0 {
        return Err(ReadError::NoEvents {
            line: window.line_of_last(),
        });
    }
    builder.notes.guessed_columns = columns.guessed;
    builder.notes.no_final_line_end = records.no_final_line_end;
    Ok(builder.finish())
}

/// Takes one row in as one event.
fn row(
    records: &Records,
    columns: &Columns,
    dates: &mut Dates,
    builder: &mut LogBuilder,
    window: &Window<'_>,
) -> Result<(), ReadError> {
    let line = || records.line(window);
    if records.cell_count() != columns.count {
        let found = records.cell_count();
        return Err(ReadError::RowLength {
            line: line(),
            expected: columns.count,
            found,
        });
    }
    let (case, activity) = (
        records.cell(columns.case.at),
        records.cell(columns.activity.at),
    );
    if case.trim_ascii().is_empty() {
        return Err(ReadError::NoCase {
            line: line(),
            lack: columns.case.is_empty(),
        });
    }
    if activity.trim_ascii().is_empty() {
        return Err(ReadError::NoActivity {
            line: line(),
            lack: columns.activity.is_empty(),
        });
    }
    let time = records.cell(columns.timestamp.at).trim_ascii();
    if time.is_empty() {
        return Err(ReadError::NoTimestamp {
            line: line(),
            lack: columns.timestamp.is_empty(),
        });
    }
    let time_us = dates.read(time, builder, &columns.timestamp.place(), &line)?;
    let resource = columns
        .resource
        .as_ref()
        .map(|column| records.cell(column.at));
    let resource = resource.unwrap_or_default();
    let refuse = |refusal| refused(refusal, line(), window.limits());
    let activity = builder.activity(activity).map_err(refuse)?;
    let resource = builder.resource(resource).map_err(refuse)?;
    builder
        .event_of(activity, resource, time_us)
        .map_err(refuse)?;
    builder.close_block_of(Some(case)).map_err(refuse)
}
