use kernel::words::count;
use serde::{Deserialize, Serialize};

/// What a reader did that its user should know about. Counted while reading, told as sentences.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadNotes {
    /// Events whose timestamp carried no offset and was read as UTC.
    pub times_without_offset: u64,
    /// Traces (or blocks of rows) that continue a case seen earlier in the file.
    pub continued_cases: u64,
    /// Traces without a name; each became a case of its own.
    pub unnamed_cases: u64,
    /// Traces without any event; they are not counted as cases.
    pub empty_cases: u64,
    /// Rows of a CSV file in which every cell was empty.
    pub blank_rows: u64,
    /// Events without a resource.
    pub events_without_resource: u64,
    /// Distinct `lifecycle:transition` values, when there is more than one.
    pub lifecycle_transitions: u64,
    /// The last row of a CSV file has no line end, as a file that was cut also would not.
    pub no_final_line_end: bool,
    /// The columns that were taken for case, activity, timestamp and resource, where guessed.
    pub guessed_columns: Vec<(String, String)>,
}

impl ReadNotes {
    /// The notes as sentences for a person, most important first; empty when nothing is odd.
    pub fn sentences(&self) -> Vec<String> {
        let mut told = Vec::new();
        if !self.guessed_columns.is_empty() {
            let pairs: Vec<_> = self
                .guessed_columns
                .iter()
                .map(|(role, name)| format!("{role} = {name:?}"))
                .collect();
            told.push(format!(
                "Columns were guessed from their names: {}.",
                pairs.join(", ")
            ));
        }
        let mut tell = |number: u64, one: &str, many: &str| match number {
            0 => {}
            1 => told.push(format!("1 {one}.")),
            _ => told.push(format!("{} {many}.", count(number))),
        };
        tell(
            self.times_without_offset,
            "timestamp has no offset and was read as UTC",
            "timestamps have no offset and were read as UTC",
        );
        tell(
            self.unnamed_cases,
            "trace has no concept:name and counts as a case of its own",
            "traces have no concept:name and count as cases of their own",
        );
        tell(
            self.empty_cases,
            "trace has no event and is not counted as a case",
            "traces have no event and are not counted as cases",
        );
        tell(
            self.continued_cases,
            "block of events continues a case seen earlier in the file and was joined to it",
            "blocks of events continue a case seen earlier in the file and were joined to it",
        );
        tell(
            self.blank_rows,
            "row is blank and was skipped",
            "rows are blank and were skipped",
        );
        if self.lifecycle_transitions > 1 {
            told.push(format!(
                "Events carry {} lifecycle transitions; each event counts, whatever its transition.",
                self.lifecycle_transitions
            ));
        }
        if self.no_final_line_end {
            told.push(
                "The last row has no line end; if the file was cut there, export it again.".into(),
            );
        }
        told
    }
}
