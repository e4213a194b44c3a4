use serde::Serialize;
use serde_json::Value;

/// One step of the play.
#[derive(Debug, Clone, Serialize)]
pub struct Step {
    /// A stable name.
    pub name: &'static str,
    /// Whether it held.
    pub ok: bool,
    /// How long it took, in milliseconds.
    pub ms: u64,
    /// What was seen, or what was wrong.
    pub detail: String,
}

/// What happened.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Report {
    /// The steps, in order, up to the first that did not hold.
    pub steps: Vec<Step>,
    /// What `countersign verify --json` printed.
    pub verify: Value,
}

impl Report {
    /// Whether every step and every control held.
    pub fn held(&self) -> bool {
        let controls = self.verify.as_array();
        self.steps.iter().all(|step| step.ok)
            && controls.is_some_and(|all| {
                !all.is_empty()
                    && all
                        .iter()
                        .all(|one| one.get("status") == Some(&"pass".into()))
            })
    }
}
