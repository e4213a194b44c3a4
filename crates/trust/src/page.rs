use time::OffsetDateTime;

use crate::{CLAIMS, Claim, Control, Evidence, Status};

/// What the trust page says of a control.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Checked lately, and held.
    Pass,
    /// Checked, and did not hold.
    Fail,
    /// The check could not look.
    Error,
    /// It held once, too long ago to count.
    Stale,
    /// Never run.
    NeverRun,
}

/// A control with its standing.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The control.
    pub control: Control,
    /// Where it stands.
    pub standing: Standing,
    /// Its latest evidence.
    pub evidence: Option<Evidence>,
}

/// A claim with its controls; none where nothing checks it yet.
#[derive(Debug, Clone)]
pub struct ClaimStanding {
    /// The claim.
    pub claim: &'static Claim,
    /// What checks it.
    pub controls: Vec<Shown>,
}

/// How much may be said of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClaimChecked {
    /// A control covers all of it, and each of the claim's controls passed lately.
    Holds,
    /// Controls look at parts of it, whatever they found.
    Partly,
    /// A control covers all of it, and not every one of the claim's controls passed lately.
    NotNow,
}

impl ClaimStanding {
    /// How much may be said of the claim as a whole.
    pub fn checked(&self) -> ClaimChecked {
        let passes = |shown: &Shown| shown.standing == Standing::Pass;
        if !self.controls.iter().any(|shown| shown.control.whole) {
            ClaimChecked::Partly
        } else if self.controls.iter().all(passes) {
            ClaimChecked::Holds
        } else {
            ClaimChecked::NotNow
        }
    }
}

/// The whole page.
#[derive(Debug, Clone)]
pub struct TrustPage {
    /// Claims with a control.
    pub checked: Vec<ClaimStanding>,
    /// Claims without: not built, or not checked yet.
    pub unchecked: Vec<&'static Claim>,
}

/// What may be said at `now`, of the controls that exist, on the evidence that there is.
pub fn trust_page(controls: &[Control], evidence: &[Evidence], now: OffsetDateTime) -> TrustPage {
    let mut page = TrustPage {
        checked: Vec::new(),
        unchecked: Vec::new(),
    };
    for claim in CLAIMS {
        let shown: Vec<Shown> = controls
            .iter()
            .filter(|control| control.claim == claim.id)
            .map(|control| show(*control, evidence, now))
            .collect();
        if shown.is_empty() {
            page.unchecked.push(claim);
        } else {
            page.checked.push(ClaimStanding {
                claim,
                controls: shown,
            });
        }
    }
    page
}

fn show(control: Control, evidence: &[Evidence], now: OffsetDateTime) -> Shown {
    let latest = evidence
        .iter()
        .find(|evidence| evidence.control == control.id)
        .cloned();
    let standing = match &latest {
        None => Standing::NeverRun,
        Some(evidence) => match evidence.status {
            Status::Fail => Standing::Fail,
            Status::Error => Standing::Error,
            // Evidence from the future is a clock gone wrong, no reason for green.
            Status::Pass
                if evidence.checked_at > now || now - evidence.checked_at > control.fresh_for =>
            {
                Standing::Stale
            }
            Status::Pass => Standing::Pass,
        },
    };
    Shown {
        control,
        standing,
        evidence: latest,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::Found;

    const CONTROL: Control = Control {
        id: "db.row_level_security",
        claim: "AC-01",
        says: "Every table has it.",
        whole: false,
        fresh_for: Duration::from_mins(15),
    };

    fn standing(found: Option<Found>, age: time::Duration) -> Standing {
        let now = OffsetDateTime::UNIX_EPOCH + time::Duration::days(1);
        let evidence: Vec<Evidence> = found
            .map(|found| Evidence::of(&CONTROL, found, 1, now - age))
            .into_iter()
            .collect();
        let page = trust_page(&[CONTROL], &evidence, now);
        page.checked[0].controls[0].standing
    }

    #[test]
    fn only_a_fresh_pass_is_a_pass() {
        let pass = || Some(Found::Pass(String::new()));
        let minute = time::Duration::minutes(1);
        assert_eq!(standing(None, minute), Standing::NeverRun);
        assert_eq!(standing(pass(), minute), Standing::Pass);
        assert_eq!(standing(pass(), minute * 16), Standing::Stale);
        assert_eq!(standing(pass(), -minute), Standing::Stale);
        assert_eq!(
            standing(Some(Found::Fail(String::new())), minute),
            Standing::Fail
        );
        assert_eq!(
            standing(Some(Found::Error(String::new())), minute * 100),
            Standing::Error
        );
    }

    #[test]
    fn a_claim_holds_only_where_a_control_covers_all_of_it() {
        let now = OffsetDateTime::UNIX_EPOCH;
        let checked = |controls: &[Control], found: &[Found]| {
            let evidence: Vec<_> = controls
                .iter()
                .zip(found)
                .map(|(control, found)| Evidence::of(control, found.clone(), 1, now))
                .collect();
            trust_page(controls, &evidence, now).checked[0].checked()
        };
        let whole = Control {
            id: "db.all_of_it",
            whole: true,
            ..CONTROL
        };
        let (pass, fail) = (Found::Pass(String::new()), Found::Fail(String::new()));
        let both = [CONTROL, whole];
        let passes = [pass.clone(), pass.clone()];
        assert_eq!(checked(&[CONTROL], &passes[..1]), ClaimChecked::Partly);
        assert_eq!(checked(&both, &passes), ClaimChecked::Holds);
        assert_eq!(checked(&both, &[fail, pass.clone()]), ClaimChecked::NotNow);
        assert_eq!(checked(&both, &[pass]), ClaimChecked::NotNow);
    }

    #[test]
    fn a_claim_without_a_control_is_listed_as_unchecked() {
        let page = trust_page(&[CONTROL], &[], OffsetDateTime::UNIX_EPOCH);
        assert_eq!(page.checked.len(), 1);
        assert_eq!(page.checked.len() + page.unchecked.len(), CLAIMS.len());
    }
}
