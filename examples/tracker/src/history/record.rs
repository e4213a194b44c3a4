use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{Comment, Draft, Event, Issue, Status, What};

/// All issues and all events.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct History {
    /// By number, from 1 without a gap.
    pub(crate) issues: BTreeMap<u64, Issue>,
    /// In the order in which they happened.
    pub(crate) events: Vec<Event>,
}

impl History {
    /// Opens an issue in the backlog and returns its number.
    pub(crate) fn open(&mut self, draft: Draft, at: OffsetDateTime) -> u64 {
        let at = self.not_before_the_last(at);
        let number = self.issues.last_key_value().map_or(1, |(last, _)| last + 1);
        let issue = Issue {
            number,
            title: draft.title,
            status: Status::Backlog,
            assignee: None,
            reporter: draft.reporter.clone(),
            priority: draft.priority,
            labels: Vec::new(),
            created_at: at,
            updated_at: at,
            closed_at: None,
            created_via: draft.created_via,
            body: draft.body,
            comments: Vec::new(),
        };
        self.issues.insert(number, issue);
        self.record(number, at, &draft.reporter, What::Created);
        for label in draft.labels {
            self.record(number, at, &draft.reporter, What::Labelled { label });
        }
        number
    }

    /// Records that `actor` did `what` to an issue, and changes the issue accordingly.
    pub(crate) fn record(&mut self, number: u64, at: OffsetDateTime, actor: &str, what: What) {
        let at = self.not_before_the_last(at);
        let Some(issue) = self.issues.get_mut(&number) else {
            return;
        };
        issue.updated_at = at;
        match &what {
            What::Created => {}
            What::Assigned { assignee } => issue.assignee = Some(assignee.clone()),
            What::StatusChanged { to, .. } => issue.status = *to,
            What::Labelled { label } => issue.labels.push(label.clone()),
            What::Closed => issue.closed_at = Some(at),
            What::Reopened => issue.closed_at = None,
        }
        let id = self.events.last().map_or(1, |last| last.id + 1);
        self.events.push(Event {
            id,
            issue: number,
            at,
            actor: actor.to_owned(),
            what,
        });
    }

    /// Records a move of an issue to another status.
    pub(crate) fn move_to(&mut self, number: u64, at: OffsetDateTime, actor: &str, to: Status) {
        if let Some(from) = self.issues.get(&number).map(|issue| issue.status) {
            self.record(number, at, actor, What::StatusChanged { from, to });
        }
    }

    /// Adds a comment. It is no event: events tell about the flow of work alone.
    pub(crate) fn comment(&mut self, number: u64, at: OffsetDateTime, author: &str, body: String) {
        let at = self.not_before_the_last(at);
        if let Some(issue) = self.issues.get_mut(&number) {
            issue.updated_at = at;
            issue.comments.push(Comment {
                author: author.to_owned(),
                at,
                body,
            });
        }
    }

    /// What happened to one issue, in order.
    pub(crate) fn events_of(&self, number: u64) -> impl Iterator<Item = &Event> {
        self.events
            .iter()
            .filter(move |event| event.issue == number)
    }

    /// Whole seconds, as the API shows them, and never before an event that is told already: a
    /// reader that walks events by `since` must not find new ones behind its back when the
    /// machine's clock is set back.
    fn not_before_the_last(&self, at: OffsetDateTime) -> OffsetDateTime {
        let at = at - time::Duration::nanoseconds(at.nanosecond().into());
        self.events.last().map_or(at, |last| last.at.max(at))
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::history::Priority;

    fn draft(title: &str) -> Draft {
        Draft {
            title: title.to_owned(),
            body: String::new(),
            labels: vec!["bug".to_owned()],
            priority: Priority::Medium,
            reporter: "support-1".to_owned(),
            created_via: None,
        }
    }

    #[test]
    fn an_issue_tells_what_its_events_tell() {
        let mut history = History::default();
        let at = datetime!(2026-03-02 09:00:00.75 UTC);
        let number = history.open(draft("It breaks"), at);
        history.move_to(
            number,
            at + time::Duration::HOUR,
            "dev-01",
            Status::InProgress,
        );
        history.record(number, at + time::Duration::DAY, "lead-1", What::Closed);

        let issue = &history.issues[&number];
        assert_eq!(
            (issue.status, issue.labels.as_slice()),
            (Status::InProgress, &["bug".into()][..])
        );
        assert_eq!(issue.created_at, datetime!(2026-03-02 09:00 UTC));
        assert_eq!(issue.closed_at, Some(datetime!(2026-03-03 09:00 UTC)));
        let moved = What::StatusChanged {
            from: Status::Backlog,
            to: Status::InProgress,
        };
        assert!(history.events_of(number).any(|event| event.what == moved));
    }

    #[test]
    fn a_clock_that_is_set_back_does_not_reorder_events() {
        let mut history = History::default();
        let at = datetime!(2026-03-02 09:00 UTC);
        history.open(draft("first"), at);
        history.open(draft("second"), at - time::Duration::HOUR);
        assert!(
            history
                .events
                .is_sorted_by_key(|event| (event.at, event.id))
        );
        assert_eq!(history.issues[&2].created_at, at);
    }

    #[test]
    fn an_event_is_flat_in_json() {
        let mut history = History::default();
        let number = history.open(draft("first"), datetime!(2026-03-02 09:00 UTC));
        history.move_to(
            number,
            datetime!(2026-03-02 09:00 UTC),
            "lead-1",
            Status::Selected,
        );
        assert_eq!(
            serde_json::to_value(&history.events[2]).unwrap(),
            serde_json::json!({
                "id": 3, "issue": 1, "at": "2026-03-02T09:00:00Z", "actor": "lead-1",
                "type": "status_changed", "from": "Backlog", "to": "Selected",
            })
        );
    }
}
