use std::collections::BTreeMap;

use time::macros::datetime;
use time::{OffsetDateTime, Weekday};

use super::*;
use crate::history::{Event, Status, What};

const NOW: OffsetDateTime = datetime!(2026-09-16 14:30 UTC);
/// In the middle of a week, at night, on weekends, on a Monday before work.
const STARTS: [OffsetDateTime; 5] = [
    NOW,
    datetime!(2026-09-18 03:00 UTC),
    datetime!(2026-09-20 12:00 UTC),
    datetime!(2026-09-21 06:00 UTC),
    datetime!(2026-12-31 23:59:59 UTC),
];

#[test]
fn the_same_start_gives_the_same_history() {
    assert_eq!(simulate(NOW), simulate(NOW));
}

#[test]
fn it_is_half_a_year_of_about_400_issues_and_3000_and_more_events() {
    for now in [
        NOW,
        NOW + time::Duration::days(3),
        NOW + time::Duration::days(45),
    ] {
        let history = simulate(now).history;
        let (issues, events) = (history.issues.len(), history.events.len());
        assert!((370..=430).contains(&issues), "{issues} issues");
        assert!((2_700..=3_600).contains(&events), "{events} events");
        assert!(now - history.events[0].at > time::Duration::weeks(25));
        let last = history.events.last().unwrap().at;
        assert!(last <= now && now - last < time::Duration::days(4));
    }
}

#[test]
fn people_work_on_weekdays_between_nine_and_half_past_five() {
    for event in simulate(NOW).history.events {
        assert!(!matches!(
            event.at.weekday(),
            Weekday::Saturday | Weekday::Sunday
        ));
        assert!((9..18).contains(&event.at.hour()), "{}", event.at);
    }
}

#[test]
fn every_move_starts_where_the_last_one_ended() {
    let mut at = BTreeMap::new();
    for event in simulate(NOW).history.events {
        if let What::StatusChanged { from, to } = event.what {
            let before = at.insert(event.issue, to).unwrap_or(Status::Backlog);
            assert_eq!(before, from, "issue {}", event.issue);
            assert_ne!(from, to, "issue {}", event.issue);
        }
    }
}

#[test]
fn issues_wait_longest_in_review_and_some_go_round() {
    for now in STARTS {
        let history = simulate(now).history;
        let hours = mean_hours(&history.events);
        for other in ["Backlog", "Selected", "In progress"] {
            assert!(hours["In review"] > 2 * hours[other], "{hours:?}");
        }
        let went_round = What::StatusChanged {
            from: Status::InReview,
            to: Status::InProgress,
        };
        let count = history
            .events
            .iter()
            .filter(|event| event.what == went_round)
            .count();
        assert!((50..150).contains(&count), "{count} went round");
    }
}

#[test]
fn there_is_work_in_every_status_at_the_end() {
    for now in STARTS {
        let history = simulate(now).history;
        for status in Status::ALL {
            let count = history
                .issues
                .values()
                .filter(|issue| issue.status == status)
                .count();
            assert!(count > 1, "{count} are {status}");
        }
    }
}

/// How long issues stay in each status before they leave it.
fn mean_hours(events: &[Event]) -> BTreeMap<&'static str, i64> {
    let mut hours: BTreeMap<_, (i64, i64)> = BTreeMap::new();
    let mut entered = BTreeMap::new();
    for event in events {
        match event.what {
            What::Created => drop(entered.insert(event.issue, event.at)),
            What::StatusChanged { from, .. } => {
                let since = entered.insert(event.issue, event.at).unwrap();
                let (total, count) = hours.entry(from.name()).or_default();
                *total += (event.at - since).whole_hours();
                *count += 1;
            }
            _ => {}
        }
    }
    hours
        .into_iter()
        .map(|(status, (total, count))| (status, total / count))
        .collect()
}
