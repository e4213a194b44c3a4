use super::DateOrder;
use super::parse_date::{CellFault, Reading, parse};
use crate::log::LogBuilder;
use crate::read::ReadError;
use crate::read::error::excerpt;
use crate::read::refusal::out_of_range;

/// Reads the dates of one column. Where day and month could be either, the whole column decides:
/// a single 13/02/2024 tells how to read all others, before and after it.
pub(super) struct Dates {
    order: Option<Decided>,
    /// Events read day first so far, with the time that they have if the month comes first.
    undecided: Vec<(usize, i64)>,
    first_undecided: Option<(u64, String)>,
}

#[derive(Clone, Copy)]
struct Decided {
    order: DateOrder,
    /// The line that decided; `None` when the mapping did.
    line: Option<u64>,
}

impl Dates {
    pub(super) fn new(order: Option<DateOrder>) -> Self {
        Self {
            order: order.map(|order| Decided { order, line: None }),
            undecided: Vec::new(),
            first_undecided: None,
        }
    }

    /// The time of the next event, which may still be corrected in the builder by a later row.
    pub(super) fn read(
        &mut self,
        text: &[u8],
        builder: &mut LogBuilder,
        place: &str,
        line: &dyn Fn() -> u64,
    ) -> Result<i64, ReadError> {
        let reading = parse(text).map_err(|fault| fail(fault, text, place, line, builder))?;
        let instant = match reading {
            Reading::Sure(instant) => instant,
            Reading::Numeric {
                day_first: Some(day_first),
                month_first: None,
            } => {
                self.decide(DateOrder::DayFirst, text, builder, place, line)?;
                day_first
            }
            Reading::Numeric {
                day_first: None,
                month_first: Some(month_first),
            } => {
                self.decide(DateOrder::MonthFirst, text, builder, place, line)?;
                month_first
            }
            Reading::Numeric {
                day_first: None,
                month_first: None,
            } => {
                return Err(fail(CellFault::Unreadable, text, place, line, builder));
            }
            Reading::Numeric {
                day_first: Some(day_first),
                month_first: Some(month_first),
            } => match self.order.map(|decided| decided.order) {
                Some(DateOrder::DayFirst) => day_first,
                Some(DateOrder::MonthFirst) => month_first,
                None => {
                    if day_first.us != month_first.us {
                        self.first_undecided
                            .get_or_insert_with(|| (line(), excerpt(text)));
                        self.undecided.push((builder.event_count(), month_first.us));
                    }
                    day_first
                }
            },
        };
        if !builder.admits(instant.us) {
            return Err(fail(CellFault::OutOfRange, text, place, line, builder));
        }
        builder.notes.times_without_offset += u64::from(!instant.has_offset);
        Ok(instant.us)
    }

    /// The end of the column: refuses if some dates still could be either.
    pub(super) fn settle(&self, column: &str) -> Result<(), ReadError> {
        match (&self.order, &self.first_undecided) {
            (None, Some((line, value))) => Err(ReadError::AmbiguousDate {
                line: *line,
                place: format!("column {column:?}"),
                value: value.clone(),
            }),
            _ => Ok(()),
        }
    }

    fn decide(
        &mut self,
        order: DateOrder,
        text: &[u8],
        builder: &mut LogBuilder,
        place: &str,
        line: &dyn Fn() -> u64,
    ) -> Result<(), ReadError> {
        match self.order {
            Some(decided) if decided.order == order => return Ok(()),
            Some(Decided {
                line: Some(other_line),
                ..
            }) => {
                return Err(ReadError::MixedDateOrder {
                    line: line(),
                    place: place.to_owned(),
                    value: excerpt(text),
                    other_line,
                });
            }
            // The mapping says the other order, in which this date does not exist.
            Some(_) => return Err(fail(CellFault::Unreadable, text, place, line, builder)),
            None => {}
        }
        self.order = Some(Decided {
            order,
            line: Some(line()),
        });
        for (event, month_first_us) in std::mem::take(&mut self.undecided) {
            if let (DateOrder::MonthFirst, Some(time)) = (order, builder.time_us_mut(event)) {
                *time = month_first_us;
            }
        }
        Ok(())
    }
}

fn fail(
    fault: CellFault,
    text: &[u8],
    place: &str,
    line: &dyn Fn() -> u64,
    builder: &LogBuilder,
) -> ReadError {
    let (line, place, value) = (line(), place.to_owned(), excerpt(text));
    match fault {
        CellFault::Unreadable => ReadError::BadDate { line, place, value },
        CellFault::TwoDigitYear => ReadError::AmbiguousDate { line, place, value },
        CellFault::OutOfRange => out_of_range(&place, text, line, builder.limits()),
    }
}
