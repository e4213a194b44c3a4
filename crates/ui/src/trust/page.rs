use askama::Template;

use super::{CheckedClaim, Control, Shown};
use crate::Page;
use crate::filters;

/// Every claim with its live status. Public: it names no person and no organisation.
#[derive(Debug, Clone, Template)]
#[template(path = "trust/trust.html")]
pub struct Trust {
    /// What every page shares; without a person for a visitor.
    pub page: Page,
    /// Claims that controls check, in the order of the catalogue.
    pub claims: Vec<CheckedClaim>,
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

    fn controls(&self) -> impl Iterator<Item = &Control> {
        self.claims.iter().flat_map(|claim| &claim.controls)
    }

    fn count(&self, shown: Shown) -> usize {
        self.controls()
            .filter(|control| control.shown(&self.page.now) == shown)
            .count()
    }

    /// One sentence that sums the page up, and never more than was checked.
    fn summary(&self) -> String {
        let total = self.controls().count();
        if total == 0 {
            return "Nothing has been checked yet.".to_owned();
        }
        let holds = match self.count(Shown::Pass) {
            holds if holds == total => format!("All {total} controls hold."),
            holds => format!("{holds} of {total} controls hold right now."),
        };
        let whole = self.claims.iter().filter(|claim| claim.is_whole()).count();
        let (part, none) = (self.claims.len() - whole, self.unchecked.len());
        format!(
            "{holds} Of {} claims, they cover {whole} whole and {part} in part; {none} have no control yet.",
            self.claims.len() + none
        )
    }
}
