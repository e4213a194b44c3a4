//! What an event log says about its process. Each figure's definition stands at its field.

mod activities;
mod bottlenecks;
mod compute;
mod edges;
mod flow;
mod percentiles;
mod states;
mod timers;
mod variants;

pub use activities::{ActivityCount, Rework, ReworkStep};
pub use bottlenecks::{Bottleneck, BottleneckKind};
pub use compute::statistics;
pub use edges::Edge;
pub use flow::{Little, Week};
pub use percentiles::Percentiles;
pub use states::State;
pub use variants::{Variant, variants};

pub(crate) use percentiles::to_f64;

use serde::{Deserialize, Serialize};

/// Everything that Countersign tells about a log. All durations are in seconds.
///
/// "First" and "last" event of a case, and "next" event, always mean the order of the file: logs
/// hold equal timestamps, and there the file alone knows what came first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Statistics {
    /// Cases with at least one event.
    pub cases: u64,
    /// Events.
    pub events: u64,
    /// Distinct activities.
    pub activities: u64,
    /// Distinct sequences of activities.
    pub variants: u64,
    /// Distinct resources; events without one are not counted.
    pub resources: u64,
    /// The earliest event, RFC 3339 in UTC; `None` in an empty log.
    pub first_event: Option<String>,
    /// The latest event, RFC 3339 in UTC; `None` in an empty log.
    pub last_event: Option<String>,
    /// How long cases take from their first to their last event.
    pub case_duration_s: Percentiles,
    /// Which activity directly follows which, most frequent first.
    pub edges: Vec<Edge>,
    /// How often each activity occurs, most frequent first.
    pub activity_counts: Vec<ActivityCount>,
    /// With which activity cases start, most frequent first.
    pub start_activities: Vec<ActivityCount>,
    /// With which activity cases end, most frequent first.
    pub end_activities: Vec<ActivityCount>,
    /// The most frequent sequences of activities, at most [`TOP_VARIANTS`].
    pub top_variants: Vec<Variant>,
    /// Arrivals, completions and work in progress of every week from the first to the last event.
    pub weeks: Vec<Week>,
    /// Little's law over the whole log.
    pub little: Little,
    /// After which activity time passes, longest first.
    pub time_per_state: Vec<State>,
    /// Cases that do an activity again.
    pub rework: Rework,
    /// Where cases wait: waiting ranked by its total, then timers ranked apart.
    pub bottlenecks: Vec<Bottleneck>,
    /// What the reader and the figures ask to be careful about, as sentences.
    pub notes: Vec<String>,
}

/// How many variants [`Statistics`] lists; [`variants`] gives all.
pub const TOP_VARIANTS: usize = 20;
