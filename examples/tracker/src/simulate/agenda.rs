use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// What is going to happen, and when, in working seconds.
#[derive(Debug, Default)]
pub(super) struct Agenda {
    entries: BinaryHeap<Reverse<(i64, u64, Step)>>,
    added: u64,
}

/// Something that happens at its time. Numbers are those of issues; people are places in the team.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    /// Somebody reports the next issue.
    Report,
    /// A lead looks at a new issue.
    Triage(u64),
    /// A developer has finished an issue.
    Build { issue: u64, developer: usize },
    /// A reviewer has finished with an issue.
    Review { issue: u64, reviewer: usize },
    /// A customer says that it is not fixed.
    Reopen(u64),
    /// The reviewer who was away comes back.
    ComeBack,
}

impl Agenda {
    /// Enters a step. Steps of the same second happen in the order in which they were entered.
    pub(super) fn enter(&mut self, second: i64, step: Step) {
        self.added += 1;
        self.entries.push(Reverse((second, self.added, step)));
    }

    /// The next step before `end`.
    pub(super) fn next(&mut self, end: i64) -> Option<(i64, Step)> {
        let Reverse((second, _, step)) = self.entries.pop()?;
        (second < end).then_some((second, step))
    }
}
