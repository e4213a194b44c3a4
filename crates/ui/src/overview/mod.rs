//! What needs a person now.

use askama::Template;
use kernel::{ConnectionId, LogId};

use crate::Page;
use crate::approvals::WaitingRow;
use crate::connectors::ConnectionState;
use crate::filters;

/// The first page after signing in.
#[derive(Debug, Clone, Template)]
#[template(path = "overview/overview.html")]
pub struct Overview {
    /// What every page shares.
    pub page: Page,
    /// The first few proposals that wait: what expires next is first.
    pub waiting: Vec<WaitingRow>,
    /// Connected apps.
    pub connections: Vec<ConnectionCard>,
    /// Event logs, the newest first.
    pub logs: Vec<LogCard>,
    /// What a new organisation has done so far.
    pub first_steps: FirstSteps,
}

impl Overview {
    /// Whether the steps are this person's to take: nobody is shown a way that is closed to them.
    fn may_take_all_steps(&self) -> bool {
        [
            "connectors.manage",
            "insight.import",
            "api_keys.manage",
            "approvals.decide",
        ]
        .iter()
        .all(|step| self.page.may(step))
    }
}

/// A connected app in one line.
#[derive(Debug, Clone)]
pub struct ConnectionCard {
    /// Its identifier.
    pub id: ConnectionId,
    /// What its person calls it.
    pub name: String,
    /// The instance that it goes to; empty where the app has but one.
    pub host: String,
    /// Whether it is for writing.
    pub writes: bool,
    /// Who connected it.
    pub connected_by: String,
    /// Whether it works.
    pub state: ConnectionState,
}

/// An event log with its most telling figure.
#[derive(Debug, Clone)]
pub struct LogCard {
    /// Its identifier.
    pub id: LogId,
    /// Its name.
    pub name: String,
    /// Cases in it.
    pub cases: u64,
    /// Half of the cases take at most this long, in seconds.
    pub median_cycle_s: f64,
    /// The first of the ranked bottlenecks, in one sentence; empty when there is none.
    pub bottleneck: String,
}

/// What a new organisation has done so far; a list to follow until all is done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "four independent facts, each a line of the list"
)]
pub struct FirstSteps {
    /// An app is connected.
    pub app_connected: bool,
    /// A log is imported or scanned.
    pub log_imported: bool,
    /// An API key was made.
    pub key_made: bool,
    /// A write was approved.
    pub write_approved: bool,
}

struct Step {
    done: bool,
    next: bool,
    title: &'static str,
    text: &'static str,
    href: &'static str,
    button: &'static str,
}

impl FirstSteps {
    /// How many of the four are done.
    pub fn done(self) -> usize {
        self.steps().iter().filter(|step| step.done).count()
    }

    fn steps(self) -> [Step; 4] {
        let step = |done, title, text, href, button| Step {
            done,
            next: false,
            title,
            text,
            href,
            button,
        };
        let mut steps = [
            step(
                self.app_connected,
                "Connect an app",
                "You see every permission before the app asks for it.",
                "/connectors",
                "Choose an app",
            ),
            step(
                self.log_imported,
                "Import an event log",
                "A file of who did what, when. XES or CSV.",
                "/insight#import",
                "Import a log",
            ),
            step(
                self.key_made,
                "Make an API key",
                "It lets an AI client read figures and propose writes.",
                "/access/keys#new",
                "Make a key",
            ),
            step(
                self.write_approved,
                "Approve a write",
                "You see the exact request. Nothing leaves without you.",
                "/approvals",
                "Open the inbox",
            ),
        ];
        if let Some(first) = steps.iter_mut().find(|step| !step.done) {
            first.next = true;
        }
        steps
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_step_that_is_not_done_leads() {
        let steps = FirstSteps {
            app_connected: true,
            key_made: true,
            ..FirstSteps::default()
        };
        assert_eq!(steps.done(), 2);
        assert_eq!(
            steps.steps().map(|step| step.next),
            [false, true, false, false]
        );
    }
}
