use serde::{Deserialize, Serialize};

/// Which columns of a CSV file to use, and how to read them. What is `None` is found out from the
/// header and the values, or refused where they do not tell.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Mapping {
    /// The column that names the case.
    pub case: Option<String>,
    /// The column that names the activity.
    pub activity: Option<String>,
    /// The column of the time at which the activity happened.
    pub timestamp: Option<String>,
    /// The column of who or what did it. A log may have none.
    pub resource: Option<String>,
    /// The character between cells; ASCII.
    pub delimiter: Option<char>,
    /// How to read dates like 03/04/2024.
    pub date_order: Option<DateOrder>,
}

/// Whether the day or the month comes first in dates that end with the year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DateOrder {
    /// 03/04/2024 is 3 April.
    DayFirst,
    /// 03/04/2024 is 4 March.
    MonthFirst,
}
