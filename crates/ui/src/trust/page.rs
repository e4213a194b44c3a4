use askama::Template;

use super::{CheckedClaim, ClaimChecked, Control, Standing};
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
    standing: Standing,
    count: usize,
}

impl Trust {
    fn counts(&self) -> Vec<Count> {
        Standing::ALL
            .into_iter()
            .map(|standing| Count {
                standing,
                count: self.count(standing),
            })
            .filter(|count| count.count > 0)
            .collect()
    }

    fn controls(&self) -> impl Iterator<Item = &Control> {
        self.claims.iter().flat_map(|claim| &claim.controls)
    }

    fn count(&self, standing: Standing) -> usize {
        self.controls()
            .filter(|control| control.standing == standing)
            .count()
    }

    /// One sentence that sums the page up, and never more than was checked.
    fn summary(&self) -> String {
        let total = self.controls().count();
        if total == 0 {
            return "Nothing has been checked yet.".to_owned();
        }
        let holds = match self.count(Standing::Pass) {
            holds if holds == total => format!("All {total} controls hold."),
            holds => format!("{holds} of {total} controls hold right now."),
        };
        let whole = self
            .claims
            .iter()
            .filter(|claim| claim.checked != ClaimChecked::Partly)
            .count();
        let (part, none) = (self.claims.len() - whole, self.unchecked.len());
        format!(
            "{holds} Of {} claims, they cover {whole} whole and {part} in part; {none} have no control yet.",
            self.claims.len() + none
        )
    }
}
