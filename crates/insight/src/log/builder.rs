use std::ops::RangeInclusive;

use super::event_log::NO_RESOURCE;
use super::gather::{Block, gather, reordered};
use super::interner::{Interned, Interner};
use super::{EventLog, ReadNotes};
use crate::instant::span_of_years;
use crate::limits::{Bound, Limits};

/// Collects events case by case and makes an [`EventLog`] of them.
///
/// [`event`](Self::event) opens nothing: events wait until [`close_block`](Self::close_block) says
/// to which case they belong, because an XES trace may name itself after its events.
#[derive(Debug)]
pub struct LogBuilder {
    limits: Limits,
    cases: Interner,
    activity_names: Interner,
    resource_names: Interner,
    /// Runs of events of one case, as the file has them.
    blocks: Vec<Block>,
    activities: Vec<u16>,
    resources: Vec<u32>,
    times_us: Vec<i64>,
    possible_times: RangeInclusive<i64>,
    /// What the reader noticed; filled in by the reader.
    pub notes: ReadNotes,
}

/// Why an event or a case was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// A limit is reached.
    Bound(Bound),
    /// The time lies before the first or after the last year of the limits.
    TimeOutOfRange,
    /// A name is not UTF-8.
    NotText,
}

impl LogBuilder {
    /// An empty log under these limits.
    pub fn new(limits: &Limits) -> Self {
        Self {
            limits: limits.clone(),
            cases: Interner::default(),
            activity_names: Interner::default(),
            resource_names: Interner::default(),
            blocks: Vec::new(),
            activities: Vec::new(),
            resources: Vec::new(),
            times_us: Vec::new(),
            possible_times: span_of_years(limits.first_year, limits.last_year),
            notes: ReadNotes::default(),
        }
    }

    /// How many events were taken so far.
    pub fn event_count(&self) -> usize {
        self.activities.len()
    }

    /// Takes one event; `time_us` in microseconds since 1970-01-01T00:00:00Z. An empty resource
    /// is none.
    pub fn event(
        &mut self,
        activity: &str,
        resource: Option<&str>,
        time_us: i64,
    ) -> Result<(), Refusal> {
        let activity = self.activity(activity.as_bytes())?;
        let resource = self.resource(resource.unwrap_or_default().as_bytes())?;
        self.event_of(activity, resource, time_us)
    }

    /// As [`event`](Self::event), of numbers that [`activity`](Self::activity) and
    /// [`resource`](Self::resource) gave.
    pub(crate) fn event_of(
        &mut self,
        activity: u16,
        resource: u32,
        time_us: i64,
    ) -> Result<(), Refusal> {
        if self.activities.len() >= self.limits.max_events.min(u32::MAX as usize) {
            return Err(Refusal::Bound(Bound::Events));
        }
        if !self.admits(time_us) {
            return Err(Refusal::TimeOutOfRange);
        }
        self.notes.events_without_resource += u64::from(resource == NO_RESOURCE);
        self.activities.push(activity);
        self.resources.push(resource);
        self.times_us.push(time_us);
        Ok(())
    }

    pub(crate) fn activity(&mut self, name: &[u8]) -> Result<u16, Refusal> {
        let full = Refusal::Bound(Bound::Activities);
        let max = self.limits.max_activities;
        match intern(&mut self.activity_names, name, max, &self.limits)? {
            Interned::Known(id) | Interned::New(id) => u16::try_from(id).map_err(|_| full),
            Interned::Full => Err(full),
            Interned::NotText => Err(Refusal::NotText),
        }
    }

    pub(crate) fn resource(&mut self, name: &[u8]) -> Result<u32, Refusal> {
        if name.is_empty() {
            return Ok(NO_RESOURCE);
        }
        let max = self.limits.max_resources;
        match intern(&mut self.resource_names, name, max, &self.limits)? {
            Interned::Known(id) | Interned::New(id) if id != NO_RESOURCE => Ok(id),
            Interned::NotText => Err(Refusal::NotText),
            _ => Err(Refusal::Bound(Bound::Resources)),
        }
    }

    /// Says that all events since the last call belong to the case of this name; `None` is a case
    /// without a name, which no later block can continue.
    pub fn close_block(&mut self, case: Option<&str>) -> Result<(), Refusal> {
        self.close_block_of(case.map(str::as_bytes))
    }

    pub(crate) fn close_block_of(&mut self, case: Option<&[u8]>) -> Result<(), Refusal> {
        let end =
            u32::try_from(self.activities.len()).map_err(|_| Refusal::Bound(Bound::Events))?;
        let start = self.blocks.last().map_or(0, |block| block.end);
        if end == start {
            self.notes.empty_cases += 1;
            return Ok(());
        }
        let unnamed;
        let name = if let Some(name) = case {
            name
        } else {
            self.notes.unnamed_cases += 1;
            // U+FFFD keeps it apart from a case that is really called so.
            unnamed = format!("\u{fffd} unnamed {}", self.notes.unnamed_cases);
            unnamed.as_bytes()
        };
        let interned = self.intern_case(name)?;
        match (interned, self.blocks.last_mut()) {
            (Interned::Known(case), Some(last)) if last.case == case => last.end = end,
            (Interned::Known(case), _) => {
                self.notes.continued_cases += 1;
                self.blocks.push(Block { case, end });
            }
            (Interned::New(case), _) => self.blocks.push(Block { case, end }),
            (Interned::Full, _) => return Err(Refusal::Bound(Bound::Cases)),
            (Interned::NotText, _) => return Err(Refusal::NotText),
        }
        Ok(())
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Whether an event at this time is taken.
    pub(crate) fn admits(&self, time_us: i64) -> bool {
        self.possible_times.contains(&time_us)
    }

    /// The time of an event already taken, to be corrected by a reader that learnt better.
    pub(crate) fn time_us_mut(&mut self, event: usize) -> Option<&mut i64> {
        self.times_us.get_mut(event)
    }

    /// The log; events after the last [`close_block`](Self::close_block) are not part of it.
    pub fn finish(mut self) -> EventLog {
        let closed = self.blocks.last().map_or(0, |block| block.end as usize);
        self.activities.truncate(closed);
        self.resources.truncate(closed);
        self.times_us.truncate(closed);
        let in_order = self.blocks.len() == self.cases.len();
        let starts = if in_order {
            std::iter::once(0)
                .chain(self.blocks.iter().map(|block| block.end))
                .collect()
        } else {
            let (starts, order) = gather(&self.blocks, self.cases.len());
            self.activities = reordered(&self.activities, &order);
            self.resources = reordered(&self.resources, &order);
            self.times_us = reordered(&self.times_us, &order);
            starts
        };
        self.activities.shrink_to_fit();
        self.resources.shrink_to_fit();
        self.times_us.shrink_to_fit();
        EventLog {
            case_names: self.cases.into_names(),
            activity_names: self.activity_names.into_names(),
            resource_names: self.resource_names.into_names(),
            starts,
            activities: self.activities,
            resources: self.resources,
            times_us: self.times_us,
            notes: self.notes,
        }
    }

    fn intern_case(&mut self, name: &[u8]) -> Result<Interned, Refusal> {
        intern(&mut self.cases, name, self.limits.max_cases, &self.limits)
    }
}

fn intern(
    names: &mut Interner,
    name: &[u8],
    max_names: usize,
    limits: &Limits,
) -> Result<Interned, Refusal> {
    if name.len() > limits.max_name_bytes {
        return Err(Refusal::Bound(Bound::Name));
    }
    Ok(names.intern(name, max_names, limits.max_names_bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(log: &EventLog) -> Vec<(String, Vec<(String, i64)>)> {
        log.cases()
            .map(|case| {
                let events = case.activities.iter().zip(case.times_us);
                let events = events
                    .map(|(&a, &t)| (log.activity_names().get(u32::from(a)).to_owned(), t))
                    .collect();
                (log.case_names().get(case.id).to_owned(), events)
            })
            .collect()
    }

    #[test]
    fn interleaved_cases_are_gathered_in_file_order() {
        let mut builder = LogBuilder::new(&Limits::default());
        for (case, activity, time) in [
            ("x", "a", 5),
            ("y", "a", 1),
            ("x", "b", 2),
            ("x", "c", 2),
            ("z", "a", 9),
            ("y", "b", 0),
        ] {
            builder.event(activity, None, time).unwrap();
            builder.close_block(Some(case)).unwrap();
        }
        let log = builder.finish();
        let expected = [
            ("x", vec![("a", 5), ("b", 2), ("c", 2)]),
            ("y", vec![("a", 1), ("b", 0)]),
            ("z", vec![("a", 9)]),
        ]
        .map(|(case, events)| {
            (
                case.to_owned(),
                events
                    .into_iter()
                    .map(|(a, t)| (a.to_owned(), t))
                    .collect::<Vec<_>>(),
            )
        });
        assert_eq!(rows(&log), expected);
        assert_eq!(log.notes().continued_cases, 2);
    }

    #[test]
    fn traces_without_a_name_stay_apart_and_empty_ones_are_no_cases() {
        let mut builder = LogBuilder::new(&Limits::default());
        builder.event("a", Some("r"), 0).unwrap();
        builder.close_block(None).unwrap();
        builder.close_block(Some("empty")).unwrap();
        builder.event("a", None, 0).unwrap();
        builder.close_block(None).unwrap();
        let log = builder.finish();
        assert_eq!(log.case_count(), 2);
        assert_eq!((log.notes().unnamed_cases, log.notes().empty_cases), (2, 1));
        let resources: Vec<_> = log
            .cases()
            .flat_map(|c| c.resources().collect::<Vec<_>>())
            .collect();
        assert_eq!(resources, [Some(0), None]);
    }

    #[test]
    fn limits_refuse_rather_than_cut() {
        let limits = Limits {
            max_events: 2,
            max_name_bytes: 3,
            max_activities: 1,
            ..Limits::default()
        };
        let mut builder = LogBuilder::new(&limits);
        assert_eq!(
            builder.event("long", None, 0),
            Err(Refusal::Bound(Bound::Name))
        );
        builder.event("a", None, 0).unwrap();
        assert_eq!(
            builder.event("b", None, 0),
            Err(Refusal::Bound(Bound::Activities))
        );
        assert_eq!(
            builder.event("a", None, i64::MIN),
            Err(Refusal::TimeOutOfRange)
        );
        builder.event("a", None, 0).unwrap();
        assert_eq!(
            builder.event("a", None, 0),
            Err(Refusal::Bound(Bound::Events))
        );
    }
}
