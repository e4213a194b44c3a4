use askama::Template;

use super::{Control, Shown};
use crate::Page;
use crate::filters;

/// Every claim with its live status. Public: it names no person and no organisation.
#[derive(Debug, Clone, Template)]
#[template(path = "trust/trust.html")]
pub struct Trust {
    /// What every page shares; without a person for a visitor.
    pub page: Page,
    /// Every control, in the order of the claims.
    pub controls: Vec<Control>,
    /// Claims that no control checks yet.
    pub unchecked: Vec<Claim>,
    /// Version of this server.
    pub version: String,
}

/// A claim of the catalogue.
#[derive(Debug, Clone)]
pub struct Claim {
    /// Its identifier.
    pub id: String,
    /// It, in one sentence.
    pub sentence: String,
}

struct Count {
    shown: Shown,
    count: usize,
}

impl Trust {
    fn counts(&self) -> Vec<Count> {
        [
            Shown::Pass,
            Shown::Fail,
            Shown::Error,
            Shown::Stale,
            Shown::NeverRun,
        ]
        .into_iter()
        .map(|shown| Count {
            shown,
            count: self.count(shown),
        })
        .filter(|count| count.count > 0)
        .collect()
    }

    fn count(&self, shown: Shown) -> usize {
        self.controls
            .iter()
            .filter(|control| control.shown(&self.page.now) == shown)
            .count()
    }

    /// One sentence that sums the page up, and never more than was checked.
    fn summary(&self) -> String {
        let total = self.controls.len();
        let holds = self.count(Shown::Pass);
        if total == 0 {
            "Nothing has been checked yet.".to_owned()
        } else if holds == total {
            format!(
                "All {total} controls hold. {} claims have no control yet.",
                self.unchecked.len()
            )
        } else {
            format!(
                "{holds} of {total} controls hold right now. {} claims have no control yet.",
                self.unchecked.len()
            )
        }
    }
}
