use super::{Names, ReadNotes};

/// Stands in the resource column where an event has none. No dictionary grows this far.
pub(crate) const NO_RESOURCE: u32 = u32::MAX;

/// A whole event log as columns: 14 bytes an event, whatever the file spent on it.
///
/// Events of one case lie together, in the order of the file; cases are numbered in the order in
/// which the file first names them. Made by [`read_log`](crate::read_log) or
/// [`LogBuilder`](crate::LogBuilder), and never changed afterwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventLog {
    pub(super) case_names: Names,
    pub(super) activity_names: Names,
    pub(super) resource_names: Names,
    /// Where each case starts in the columns below, and one more for the end.
    pub(super) starts: Vec<u32>,
    pub(super) activities: Vec<u16>,
    pub(super) resources: Vec<u32>,
    pub(super) times_us: Vec<i64>,
    pub(super) notes: ReadNotes,
}

/// The events of one case, in the order of the file.
#[derive(Debug, Clone, Copy)]
pub struct Case<'log> {
    /// The case's number in [`EventLog::case_names`].
    pub id: u32,
    /// Numbers in [`EventLog::activity_names`].
    pub activities: &'log [u16],
    /// Microseconds since 1970-01-01T00:00:00Z.
    pub times_us: &'log [i64],
    resources: &'log [u32],
}

impl Case<'_> {
    /// The times of the first and the last event, in the order of the file.
    pub fn first_and_last_us(&self) -> Option<(i64, i64)> {
        self.times_us
            .first()
            .copied()
            .zip(self.times_us.last().copied())
    }

    /// From the first to the last event in microseconds; negative where the file runs against its
    /// own timestamps.
    pub fn duration_us(&self) -> i64 {
        self.first_and_last_us()
            .map_or(0, |(first, last)| last - first)
    }

    /// Who did each event: numbers in [`EventLog::resource_names`], `None` where the file is silent.
    pub fn resources(&self) -> impl Iterator<Item = Option<u32>> {
        self.resources
            .iter()
            .map(|&id| (id != NO_RESOURCE).then_some(id))
    }
}

impl EventLog {
    /// How many cases have at least one event.
    pub fn case_count(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// How many events there are.
    pub fn event_count(&self) -> usize {
        self.activities.len()
    }

    /// The cases, in the order of their first event in the file.
    pub fn cases(&self) -> impl Iterator<Item = Case<'_>> {
        self.starts.windows(2).zip(0_u32..).map(|(bounds, id)| {
            let events = match bounds {
                &[start, end] => start as usize..end as usize,
                _ => 0..0,
            };
            Case {
                id,
                activities: self.activities.get(events.clone()).unwrap_or_default(),
                times_us: self.times_us.get(events.clone()).unwrap_or_default(),
                resources: self.resources.get(events).unwrap_or_default(),
            }
        })
    }

    /// The names of cases.
    pub fn case_names(&self) -> &Names {
        &self.case_names
    }

    /// The names of activities.
    pub fn activity_names(&self) -> &Names {
        &self.activity_names
    }

    /// The names of resources, as the file gives them.
    pub fn resource_names(&self) -> &Names {
        &self.resource_names
    }

    /// What the reader noticed.
    pub fn notes(&self) -> &ReadNotes {
        &self.notes
    }
}
