use axum::Json;
use kernel::Scope;
use serde::Serialize;
use time::OffsetDateTime;
use trust::{ClaimChecked, ClaimStanding, Shown, Standing};
use utoipa::ToSchema;

use crate::Public;
use crate::problem::Problem;

/// Every claim with what is known about it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Trust {
    /// Claims that controls check, whole or in part.
    checked: Vec<CheckedClaim>,
    /// The controls that this server runs.
    controls: Vec<ControlStanding>,
    /// Claims without a control: not built, or not checked yet.
    unchecked: Vec<UncheckedClaim>,
}

/// A claim that controls check.
#[derive(Debug, Serialize, ToSchema)]
struct CheckedClaim {
    /// Its identifier.
    claim: &'static str,
    /// What it says.
    says: &'static str,
    /// `holds`: a control covers all of it, and each of its controls passed lately. `not_now`: not
    /// each of them did. `partly`: its controls cover parts of it.
    standing: &'static str,
}

/// A control and its latest evidence.
#[derive(Debug, Serialize, ToSchema)]
struct ControlStanding {
    /// The claim that it checks.
    #[schema(example = "AC-01")]
    claim: &'static str,
    /// Its name.
    control: &'static str,
    /// What a pass shows: no more than the control looks at.
    says: &'static str,
    /// Whether that is all of the claim, and not a part of it.
    covers_claim: bool,
    /// `pass`, `fail`, `error`, `stale` or `never_run`.
    standing: &'static str,
    /// When it last ran.
    #[serde(with = "time::serde::rfc3339::option")]
    checked_at: Option<OffsetDateTime>,
    /// What it looked at, or what was wrong.
    evidence: Option<String>,
}

/// A claim without a control.
#[derive(Debug, Serialize, ToSchema)]
struct UncheckedClaim {
    /// Its identifier.
    claim: &'static str,
    /// What it says.
    says: &'static str,
}

/// The claims, their controls and the evidence, as anybody may see them.
#[utoipa::path(get, path = "/api/v1/trust", tag = "trust", responses(
    (status = 200, description = "As of now.", body = Trust),
))]
pub(super) async fn show_trust(public: Public) -> Result<Json<Trust>, Problem> {
    let state = &public.state;
    let mut tx = state.db.read(&Scope::Anonymous).await?;
    let evidence = trust::latest_evidence(&mut tx).await?;
    let page = trust::trust_page(&state.controls, &evidence, state.now());
    let checked = page.checked.iter().map(CheckedClaim::from).collect();
    let controls = page.checked.into_iter().flat_map(|claim| claim.controls);
    Ok(Json(Trust {
        checked,
        controls: controls.map(ControlStanding::from).collect(),
        unchecked: page
            .unchecked
            .into_iter()
            .map(|claim| UncheckedClaim {
                claim: claim.id,
                says: claim.says,
            })
            .collect(),
    }))
}

impl From<&ClaimStanding> for CheckedClaim {
    fn from(standing: &ClaimStanding) -> Self {
        Self {
            claim: standing.claim.id,
            says: standing.claim.says,
            standing: match standing.checked() {
                ClaimChecked::Holds => "holds",
                ClaimChecked::Partly => "partly",
                ClaimChecked::NotNow => "not_now",
            },
        }
    }
}

impl From<Shown> for ControlStanding {
    fn from(shown: Shown) -> Self {
        Self {
            claim: shown.control.claim,
            control: shown.control.id,
            says: shown.control.says,
            covers_claim: shown.control.whole,
            standing: match shown.standing {
                Standing::Pass => "pass",
                Standing::Fail => "fail",
                Standing::Error => "error",
                Standing::Stale => "stale",
                Standing::NeverRun => "never_run",
            },
            checked_at: shown.evidence.as_ref().map(|evidence| evidence.checked_at),
            evidence: shown.evidence.map(|evidence| evidence.evidence),
        }
    }
}
