use std::collections::{HashMap, HashSet};

use db::{Error, ReadTx, WriteTx};
use kernel::LogId;
use time::OffsetDateTime;

use super::save::MOST_EVENTS;
use crate::store::{self, EventRows};
use crate::{Bound, Limits};

/// An event that an app told.
#[derive(Debug, Clone)]
pub struct NewEvent {
    /// Which case it belongs to.
    pub case: String,
    /// What happened.
    pub activity: String,
    /// Who did it, by the app's name for them.
    pub resource: Option<String>,
    /// When.
    pub at: OffsetDateTime,
    /// What identifies it: an event with the same key counts once, as it was told last.
    pub key: [u8; 16],
}

/// Why events were not added; none of them were.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// A log holds no more.
    #[error("the app's history is larger than a log may be: more {} than fit", .0.unit())]
    Full(Bound),
    /// The organisation has stored as much as it may.
    #[error("the organisation's logs would hold more than {MOST_EVENTS} events")]
    Quota,
    /// The database failed.
    #[error("the events could not be stored")]
    Database(#[from] Error),
}

/// A log that grows: the names that it knows, by number, and how many events came. Not of use any more where the
/// transaction that it was last used in did not commit.
#[derive(Debug)]
pub struct GrowingLog {
    id: LogId,
    limits: Limits,
    cases: Numbers,
    activities: Numbers,
    resources: Numbers,
    /// The number of the next event; an event that came twice leaves a gap.
    next: i32,
    events: u64,
}

#[derive(Debug, Default)]
struct Numbers {
    known: HashMap<String, i32>,
    /// Of all of them.
    bytes: usize,
    /// Those that are not stored yet begin here.
    stored: i32,
    new: Vec<String>,
}

impl Numbers {
    fn number(
        &mut self,
        name: &str,
        (most, most_bytes, bound): (usize, usize, Bound),
    ) -> Result<i32, AppendError> {
        if let Some(number) = self.known.get(name) {
            return Ok(*number);
        }
        let full = || AppendError::Full(bound);
        self.bytes += name.len();
        if self.known.len() >= most || self.bytes > most_bytes {
            return Err(full());
        }
        let number = i32::try_from(self.known.len()).map_err(|_| full())?;
        self.known.insert(name.to_owned(), number);
        self.new.push(name.to_owned());
        Ok(number)
    }
}

impl GrowingLog {
    /// The log as it stands.
    pub async fn open(tx: &mut ReadTx, id: LogId) -> Result<Self, Error> {
        let mut kinds = Vec::new();
        for kind in ["case", "activity", "resource"] {
            let names = store::names(tx, id, kind).await?;
            kinds.push(Numbers {
                stored: i32::try_from(names.len()).unwrap_or(i32::MAX),
                bytes: names.iter().map(String::len).sum(),
                known: names.into_iter().zip(0..).collect(),
                new: Vec::new(),
            });
        }
        let (next, events) = store::extent(tx, id).await?;
        let mut kinds = kinds.into_iter();
        let mut kind = || kinds.next().unwrap_or_default();
        Ok(Self {
            id,
            limits: Limits::default(),
            cases: kind(),
            activities: kind(),
            resources: kind(),
            next,
            events: u64::try_from(events).unwrap_or(0),
        })
    }

    /// How many events it holds.
    pub const fn events(&self) -> u64 {
        self.events
    }

    /// Adds events, in the order of their arrival. One whose name is longer, or whose year is another, than a log takes
    /// is left out.
    pub async fn append(
        &mut self,
        tx: &mut WriteTx,
        events: &[NewEvent],
    ) -> Result<(), AppendError> {
        let mut rows = EventRows::default();
        let mut seen = HashSet::new();
        // From the last on: of an event that a page tells twice the later telling counts.
        let told = events.iter().rev().filter(|event| seen.insert(event.key));
        let mut told: Vec<&NewEvent> = told.filter(|event| self.takes(event)).collect();
        told.reverse();
        for event in told {
            let most_bytes = self.limits.max_names_bytes;
            let most_activities = self.limits.max_activities.min(usize::from(u16::MAX));
            let (cases, activities, resources) = (
                (self.limits.max_cases, most_bytes, Bound::Cases),
                (most_activities, most_bytes, Bound::Activities),
                (self.limits.max_resources, most_bytes, Bound::Resources),
            );
            let case = self.cases.number(&event.case, cases)?;
            let activity = self.activities.number(&event.activity, activities)?;
            let resource = event.resource.as_deref().filter(|name| !name.is_empty());
            let resource = resource.map(|name| self.resources.number(name, resources));
            rows.add((case, activity, resource.transpose()?), event.at, event.key);
        }
        for (kind, names) in [
            ("case", &mut self.cases),
            ("activity", &mut self.activities),
            ("resource", &mut self.resources),
        ] {
            let new = std::mem::take(&mut names.new);
            let new: Vec<&str> = new.iter().map(String::as_str).collect();
            store::insert_names(tx, self.id, kind, names.stored, &new).await?;
            names.stored = i32::try_from(names.known.len()).unwrap_or(i32::MAX);
        }
        let added = store::insert_events(tx, self.id, self.next, &rows).await?;
        self.next = self
            .next
            .saturating_add(i32::try_from(rows.len()).unwrap_or(i32::MAX));
        self.events += u64::try_from(added).unwrap_or(0);
        if self.events > self.limits.max_events as u64 {
            return Err(AppendError::Full(Bound::Events));
        }
        let own = i64::try_from(self.events).unwrap_or(i64::MAX);
        let others = store::stored_elsewhere(tx, self.id).await?;
        if added > 0 && others.saturating_add(own) > MOST_EVENTS {
            return Err(AppendError::Quota);
        }
        store::set_stored(tx, self.id, own).await?;
        Ok(())
    }

    fn takes(&self, event: &NewEvent) -> bool {
        let fits = |name: &str| name.len() <= self.limits.max_name_bytes && !name.contains('\0');
        fits(&event.case)
            && fits(&event.activity)
            && event.resource.as_deref().is_none_or(fits)
            && (self.limits.first_year..=self.limits.last_year).contains(&event.at.year())
    }
}
