use serde::{Deserialize, Serialize};

/// How much a reader takes in before it refuses. Bounds memory, and the work of a hostile file.
///
/// At the defaults no file makes a reader hold more than about 2 GB, and ordinary logs are far
/// below: half a million events take 8 MB.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Bytes after decompression.
    pub max_bytes: u64,
    /// Events in all.
    pub max_events: usize,
    /// Distinct cases.
    pub max_cases: usize,
    /// Distinct activities; at most 65,536 whatever is set here.
    pub max_activities: usize,
    /// Distinct resources.
    pub max_resources: usize,
    /// Bytes of one case, activity or resource name.
    pub max_name_bytes: usize,
    /// Bytes of all distinct names of one kind together.
    pub max_names_bytes: usize,
    /// Bytes of one XML tag with its attributes, or of one CSV row.
    pub max_item_bytes: usize,
    /// Columns of a CSV file.
    pub max_columns: usize,
    /// Open XML elements inside each other.
    pub max_depth: usize,
    /// The earliest year an event may carry.
    pub first_year: i32,
    /// The latest year an event may carry.
    pub last_year: i32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_bytes: 4 << 30,
            max_events: 5_000_000,
            max_cases: 5_000_000,
            max_activities: 10_000,
            max_resources: 1_000_000,
            max_name_bytes: 1_000,
            max_names_bytes: 128 << 20,
            max_item_bytes: 1 << 20,
            max_columns: 4_096,
            max_depth: 64,
            // 1899-12-30 is a spreadsheet's empty date and 0001-01-01 a database's: either would
            // stretch the log by centuries without anybody noticing why.
            first_year: 1900,
            last_year: 2199,
        }
    }
}

/// What ran over its limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// Bytes after decompression.
    Bytes,
    /// Events in all.
    Events,
    /// Distinct cases.
    Cases,
    /// Distinct activities.
    Activities,
    /// Distinct resources.
    Resources,
    /// Bytes of one name.
    Name,
    /// Bytes of one tag or row.
    Item,
    /// Columns of a CSV file.
    Columns,
    /// Open XML elements inside each other.
    Depth,
}

impl Bound {
    /// The limit that is set for this.
    pub(crate) fn of(self, limits: &Limits) -> u64 {
        let count = match self {
            Self::Bytes => return limits.max_bytes,
            Self::Events => limits.max_events,
            Self::Cases => limits.max_cases,
            Self::Activities => limits.max_activities,
            Self::Resources => limits.max_resources,
            Self::Name => limits.max_name_bytes,
            Self::Item => limits.max_item_bytes,
            Self::Columns => limits.max_columns,
            Self::Depth => limits.max_depth,
        };
        count as u64
    }

    /// The unit that the limit counts.
    pub(crate) fn unit(self) -> &'static str {
        match self {
            Self::Bytes => "bytes when unpacked",
            Self::Events => "events",
            Self::Cases => "distinct cases",
            Self::Activities => "distinct activities",
            Self::Resources => "distinct resources",
            Self::Name => "bytes in one name",
            Self::Item => "bytes in one tag or row",
            Self::Columns => "columns",
            Self::Depth => "nested elements",
        }
    }

    /// What the person at the file can do.
    pub(crate) fn advice(self) -> &'static str {
        match self {
            Self::Bytes | Self::Events | Self::Cases => {
                "export a shorter period, or raise the limit if you trust the file"
            }
            Self::Activities => "check that the activity column holds step names, not free text",
            Self::Resources => "check that the resource column holds names, not free text",
            Self::Name => "check that this column holds short names, not free text",
            Self::Item | Self::Depth | Self::Columns => {
                "no event log needs that: export it again without free text"
            }
        }
    }
}
