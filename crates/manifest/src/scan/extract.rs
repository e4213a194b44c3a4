use std::time::Duration;

use serde_json::Value;
use time::OffsetDateTime;

use super::events::{Activity, EventMapping, TimeForm};
use crate::FieldPath;
use crate::operation::Operation;
use crate::request::Arguments;
use crate::value::moment;

/// One event of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScanEvent {
    /// Which case it belongs to.
    pub case: String,
    /// What happened.
    pub activity: String,
    /// When.
    pub at: OffsetDateTime,
    /// Who did it, by the app's name for them.
    pub resource: Option<String>,
    /// What identifies it in the app.
    pub id: Option<String>,
}

/// What an answer gave.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Extracted {
    /// The events, in the order of the answer.
    pub events: Vec<ScanEvent>,
    /// Items of a kind that the manifest does not name.
    pub ignored: usize,
    /// Items that lack a case, a moment or a part of their activity.
    pub incomplete: usize,
    /// Whether there were more events than one answer may give, and the rest was left out.
    pub is_cut: bool,
}

/// Events of one answer: each may hold texts of kibibytes, and a list of many may share them.
const MOST_EVENTS: usize = 50_000;

enum Item {
    Event(ScanEvent),
    Ignored,
    Incomplete,
}

impl Operation {
    /// The events in a kept answer to a call with `arguments`.
    pub fn extract(&self, kept: &Value, arguments: &Arguments) -> Extracted {
        let mut extracted = Extracted::default();
        for mapping in &self.events {
            for item in mapping.each.all(kept) {
                mapping.pieces(item, |piece| match mapping.read(piece, arguments) {
                    Item::Event(_) if extracted.events.len() >= MOST_EVENTS => {
                        extracted.is_cut = true;
                    }
                    Item::Event(event) => extracted.events.push(event),
                    Item::Ignored => extracted.ignored += 1,
                    Item::Incomplete => extracted.incomplete += 1,
                });
            }
        }
        extracted
    }
}

impl EventMapping {
    /// The item; or, where each member of a list in it is an event, the item with that member alone.
    fn pieces(&self, item: &Value, mut take: impl FnMut(&Value)) {
        let Some(list) = &self.split else {
            return take(item);
        };
        let mut piece = item.clone();
        let Some(place) = list.get_mut(&mut piece) else {
            return;
        };
        let Value::Array(members) = place.take() else {
            return;
        };
        for member in members {
            list.put(&mut piece, Value::Array(vec![member]));
            take(&piece);
        }
    }

    fn read(&self, item: &Value, arguments: &Arguments) -> Item {
        if !self.when.as_ref().is_none_or(|path| is_told(path, item)) {
            return Item::Ignored;
        }
        let activity = match &self.activity {
            Activity::One(activity) => activity,
            Activity::ByKind { kind, names } => {
                let kind = kind.one(item).and_then(Value::as_str);
                match kind.and_then(|kind| names.get(kind)) {
                    Some(activity) => activity,
                    None => return Item::Ignored,
                }
            }
        };
        let event = || {
            Some(ScanEvent {
                case: self.case.render(item, arguments)?,
                activity: activity.render(item, arguments)?,
                at: self.time_form.read(self.time.one(item)?)?,
                resource: self
                    .resource
                    .as_ref()
                    .and_then(|who| who.render(item, arguments)),
                id: self.id.as_ref().and_then(|id| id.render(item, arguments)),
            })
        };
        event().map_or(Item::Incomplete, Item::Event)
    }
}

/// Whether an item has something there: an app says that nothing changed by leaving a field out, by
/// null, by an empty text or by `false`.
pub(super) fn is_told(path: &FieldPath, item: &Value) -> bool {
    path.all(item).into_iter().any(|value| match value {
        Value::Null | Value::Bool(false) => false,
        Value::String(text) => !text.is_empty(),
        _ => true,
    })
}

impl TimeForm {
    fn read(self, value: &Value) -> Option<OffsetDateTime> {
        let count = || value.as_u64().or_else(|| value.as_str()?.parse().ok());
        match self {
            Self::Rfc3339 => moment::read(value.as_str()?),
            Self::UnixSeconds => {
                let (seconds, nanoseconds) =
                    match value.as_str().and_then(|text| text.split_once('.')) {
                        // Slack writes `1772442000.000100`.
                        Some((whole, fraction)) => (whole.parse().ok()?, nanoseconds(fraction)?),
                        None => (count()?, 0),
                    };
                let since = time::Duration::new(seconds.try_into().ok()?, nanoseconds);
                OffsetDateTime::UNIX_EPOCH.checked_add(since)
            }
            Self::UnixMilliseconds => {
                let since = Duration::from_millis(count()?).try_into().ok()?;
                OffsetDateTime::UNIX_EPOCH.checked_add(since)
            }
        }
    }
}

/// The decimal places of a second.
fn nanoseconds(fraction: &str) -> Option<i32> {
    let digits = (1..=9).contains(&fraction.len()) && fraction.bytes().all(|b| b.is_ascii_digit());
    let padded = digits.then(|| format!("{fraction:0<9}"))?;
    padded.parse().ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use time::macros::datetime;

    use super::*;

    #[test]
    fn moments_are_read_in_three_forms_and_never_overflow() {
        let moment = Some(datetime!(2026-03-02 09:00 UTC));
        assert_eq!(
            TimeForm::Rfc3339.read(&json!("2026-03-02T10:00:00+01:00")),
            moment
        );
        assert_eq!(TimeForm::UnixSeconds.read(&json!(1_772_442_000)), moment);
        assert_eq!(
            TimeForm::UnixSeconds.read(&json!("1772442000.000100")),
            Some(datetime!(2026-03-02 09:00:00.0001 UTC))
        );
        assert_eq!(TimeForm::UnixSeconds.read(&json!("1772442000.")), None);
        assert_eq!(TimeForm::UnixSeconds.read(&json!("1.+1")), None);
        assert_eq!(
            TimeForm::UnixMilliseconds.read(&json!("1772442000000")),
            moment
        );
        for form in [
            TimeForm::Rfc3339,
            TimeForm::UnixSeconds,
            TimeForm::UnixMilliseconds,
        ] {
            for bad in [
                json!(u64::MAX),
                json!("later"),
                json!(null),
                json!(-1),
                json!([]),
            ] {
                assert_eq!(form.read(&bad), None, "{form:?} {bad}");
            }
        }
    }
}
