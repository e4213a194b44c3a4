use std::collections::VecDeque;
use std::ops::Range;

use super::agenda::{Agenda, Step};
use super::calendar::{Calendar, DAY, HOUR};
use super::dice::Dice;
use super::words;
use crate::history::{Draft, History, Priority, Status, What};

const REPORTERS: [&str; 4] = ["support-1", "support-2", "support-3", "product-1"];
const DEVELOPERS: [&str; 4] = ["dev-01", "dev-02", "dev-03", "dev-04"];
const REVIEWERS: [&str; 2] = ["lead-1", "lead-2"];
/// Between two reports: about 390 of them in 130 days.
const BETWEEN_REPORTS: i64 = 130 * DAY / 390;
const TRIAGE: i64 = 9 * HOUR;
const BUILD: i64 = 8 * HOUR;
/// Leads review beside their other work.
const REVIEW: i64 = 17 * HOUR / 4;
/// When lead-2 is away.
const AWAY: Range<i64> = 80 * DAY..87 * DAY;

/// The team at work. Who is free takes the next issue: first what came back to them, then the most
/// urgent; reviews in the order of arrival.
#[derive(Debug)]
pub(super) struct Team<'a> {
    history: &'a mut History,
    calendar: Calendar,
    agenda: Agenda,
    dice: Dice,
    /// Issues that wait for a developer.
    selected: Vec<u64>,
    /// Issues that were sent back to the developer who built them.
    sent_back: Vec<u64>,
    /// Issues that wait for a reviewer.
    in_review: VecDeque<u64>,
    free_developers: Vec<usize>,
    free_reviewers: Vec<usize>,
    /// The present, in working seconds.
    now: i64,
}

impl<'a> Team<'a> {
    pub(super) fn new(history: &'a mut History, calendar: Calendar, dice: Dice) -> Self {
        let mut agenda = Agenda::default();
        agenda.enter(0, Step::Report);
        agenda.enter(AWAY.end, Step::ComeBack);
        Self {
            history,
            calendar,
            agenda,
            dice,
            selected: Vec::new(),
            sent_back: Vec::new(),
            in_review: VecDeque::new(),
            free_developers: (0..DEVELOPERS.len()).collect(),
            free_reviewers: (0..REVIEWERS.len()).collect(),
            now: 0,
        }
    }

    /// Works until the calendar ends.
    pub(super) fn work(mut self) {
        while let Some((second, step)) = self.agenda.next(self.calendar.end()) {
            self.now = second;
            match step {
                Step::Report => self.report(),
                Step::Triage(issue) => self.triage(issue),
                Step::Build { issue, developer } => self.finish_build(issue, developer),
                Step::Review { issue, reviewer } => self.finish_review(issue, reviewer),
                Step::Reopen(issue) => self.reopen(issue),
                Step::ComeBack => {}
            }
            self.take_reviews();
            self.take_builds();
        }
    }

    fn report(&mut self) {
        let text = words::issue(&mut self.dice);
        let priority = match self.dice.below(20) {
            0 => Priority::Urgent,
            1..5 => Priority::High,
            5..15 => Priority::Medium,
            _ => Priority::Low,
        };
        let draft = Draft {
            title: text.title,
            body: text.body,
            labels: vec![text.kind.to_owned()],
            priority,
            reporter: self.dice.one_of(&REPORTERS).unwrap_or_default().to_owned(),
            created_via: None,
        };
        let issue = self.history.open(draft, self.calendar.moment(self.now));
        self.in_a_while(TRIAGE, Step::Triage(issue));
        let until_next = self.dice.until_next(BETWEEN_REPORTS);
        self.agenda.enter(self.now + until_next, Step::Report);
        if self.dice.percent(25) {
            self.record(
                issue,
                "product-1",
                What::Labelled {
                    label: format!("area/{}", text.area),
                },
            );
        }
    }

    fn triage(&mut self, issue: u64) {
        let lead = self.dice.one_of(&REVIEWERS).unwrap_or_default();
        if self.dice.percent(4) {
            self.record(
                issue,
                lead,
                What::Labelled {
                    label: "duplicate".to_owned(),
                },
            );
            self.move_to(issue, lead, Status::Done);
            self.record(issue, lead, What::Closed);
            return;
        }
        self.move_to(issue, lead, Status::Selected);
        self.selected.push(issue);
    }

    fn take_builds(&mut self) {
        while let Some((issue, developer)) = self.next_build() {
            let name = DEVELOPERS.get(developer).copied().unwrap_or_default();
            if self.assignee(issue) != Some(name) {
                self.record(
                    issue,
                    name,
                    What::Assigned {
                        assignee: name.to_owned(),
                    },
                );
            }
            if self.status(issue) != Some(Status::InProgress) {
                self.move_to(issue, name, Status::InProgress);
            }
            let again = self
                .history
                .issues
                .get(&issue)
                .is_some_and(|it| !it.comments.is_empty());
            let mean = if again { BUILD / 3 } else { BUILD };
            self.in_a_while(mean, Step::Build { issue, developer });
        }
    }

    /// The next issue that somebody can take, and who takes it.
    fn next_build(&mut self) -> Option<(u64, usize)> {
        for place in 0..self.sent_back.len() {
            let issue = self.sent_back.get(place).copied()?;
            let owner = self.assignee(issue).map(str::to_owned);
            let free = self
                .free_developers
                .iter()
                .position(|developer| DEVELOPERS.get(*developer).copied() == owner.as_deref());
            if let Some(free) = free {
                self.sent_back.remove(place);
                return Some((issue, self.free_developers.remove(free)));
            }
        }
        if self.free_developers.is_empty() {
            return None;
        }
        let place = (0..self.selected.len()).max_by_key(|place| {
            let issue = self
                .selected
                .get(*place)
                .and_then(|it| self.history.issues.get(it));
            (issue.map(|issue| issue.priority), std::cmp::Reverse(*place))
        })?;
        let developer = self.dice.below(self.free_developers.len());
        Some((
            self.selected.remove(place),
            self.free_developers.remove(developer),
        ))
    }

    fn finish_build(&mut self, issue: u64, developer: usize) {
        let name = DEVELOPERS.get(developer).copied().unwrap_or_default();
        self.move_to(issue, name, Status::InReview);
        self.in_review.push_back(issue);
        self.free_developers.push(developer);
    }

    fn take_reviews(&mut self) {
        while let Some(free) = self.present_reviewer() {
            let Some(issue) = self.in_review.pop_front() else {
                return;
            };
            let reviewer = self.free_reviewers.remove(free);
            self.in_a_while(REVIEW, Step::Review { issue, reviewer });
        }
    }

    fn present_reviewer(&self) -> Option<usize> {
        let away = AWAY.contains(&self.now);
        self.free_reviewers
            .iter()
            .position(|reviewer| !(away && *reviewer == 1))
    }

    fn finish_review(&mut self, issue: u64, reviewer: usize) {
        let name = REVIEWERS.get(reviewer).copied().unwrap_or_default();
        self.free_reviewers.push(reviewer);
        if self.dice.percent(22) {
            let remark = words::review_remark(&mut self.dice);
            self.history
                .comment(issue, self.calendar.moment(self.now), name, remark);
            self.move_to(issue, name, Status::InProgress);
            self.sent_back.push(issue);
            return;
        }
        self.move_to(issue, name, Status::Done);
        self.record(issue, name, What::Closed);
        if self.dice.percent(5) {
            self.in_a_while(2 * DAY, Step::Reopen(issue));
        }
    }

    fn reopen(&mut self, issue: u64) {
        let reporter = self.dice.one_of(&REPORTERS).unwrap_or_default();
        let moment = self.calendar.moment(self.now);
        self.history.comment(
            issue,
            moment,
            reporter,
            "It still happens. (Simulated.)".to_owned(),
        );
        self.record(issue, reporter, What::Reopened);
        self.move_to(issue, reporter, Status::Selected);
        self.selected.push(issue);
    }

    fn in_a_while(&mut self, mean: i64, step: Step) {
        let wait = self.dice.around(mean);
        self.agenda.enter(self.now + wait, step);
    }

    fn record(&mut self, issue: u64, actor: &str, what: What) {
        self.history
            .record(issue, self.calendar.moment(self.now), actor, what);
    }

    fn move_to(&mut self, issue: u64, actor: &str, to: Status) {
        self.history
            .move_to(issue, self.calendar.moment(self.now), actor, to);
    }

    fn assignee(&self, issue: u64) -> Option<&str> {
        self.history.issues.get(&issue)?.assignee.as_deref()
    }

    fn status(&self, issue: u64) -> Option<Status> {
        Some(self.history.issues.get(&issue)?.status)
    }
}
