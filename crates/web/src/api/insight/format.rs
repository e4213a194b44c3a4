use insight::{DateOrder, Format, Mapping};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

/// How to understand a file. All of it may be left out: what a file holds is recognised, and the
/// columns of a CSV by their names.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct FormatQuery {
    /// What the file is.
    #[serde(default)]
    #[param(inline)]
    format: FormatName,
    /// The CSV column that names the case.
    case: Option<String>,
    /// The CSV column that names the activity.
    activity: Option<String>,
    /// The CSV column of the time.
    timestamp: Option<String>,
    /// The CSV column of who or what did it.
    resource: Option<String>,
    /// The character between CSV cells.
    delimiter: Option<char>,
    /// How to read CSV dates like 03/04/2024.
    #[param(inline)]
    date_order: Option<DateOrderName>,
}

/// Formats of logs, each also gzipped.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum FormatName {
    /// XES where the first character is `<`, else CSV.
    #[default]
    Auto,
    /// XES (IEEE 1849).
    Xes,
    /// CSV with a header row.
    Csv,
}

/// Orders of day and month.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum DateOrderName {
    /// 03/04/2024 is 3 April.
    DayFirst,
    /// 03/04/2024 is 4 March.
    MonthFirst,
}

impl FormatQuery {
    /// As the reader wants to hear it. Whoever names a column means a CSV.
    pub(super) fn into_format(self) -> Format {
        let mapping = Mapping {
            case: self.case,
            activity: self.activity,
            timestamp: self.timestamp,
            resource: self.resource,
            delimiter: self.delimiter,
            date_order: self.date_order.map(|order| match order {
                DateOrderName::DayFirst => DateOrder::DayFirst,
                DateOrderName::MonthFirst => DateOrder::MonthFirst,
            }),
        };
        match self.format {
            FormatName::Xes => Format::Xes,
            FormatName::Auto if mapping == Mapping::default() => Format::Auto,
            FormatName::Auto | FormatName::Csv => Format::Csv(mapping),
        }
    }
}
