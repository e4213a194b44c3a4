use clap::{Args, ValueEnum};
use insight::{DateOrder, Format, Mapping};

/// How to read a CSV file. What is not said is guessed from the header row.
#[derive(Debug, Args)]
#[command(next_help_heading = "Columns of a CSV file")]
pub(super) struct MappingFlags {
    /// The column that names the case
    #[arg(long, value_name = "COLUMN")]
    case: Option<String>,
    /// The column that names the activity
    #[arg(long, value_name = "COLUMN")]
    activity: Option<String>,
    /// The column of the time at which it happened
    #[arg(long, value_name = "COLUMN")]
    timestamp: Option<String>,
    /// The column of who or what did it
    #[arg(long, value_name = "COLUMN")]
    resource: Option<String>,
    /// The character between cells
    #[arg(long, value_name = "CHARACTER")]
    delimiter: Option<char>,
    /// How to read dates like 03/04/2024
    #[arg(long, value_enum, value_name = "ORDER")]
    dates: Option<Dates>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Dates {
    /// 03/04/2024 is 3 April
    DayFirst,
    /// 03/04/2024 is 4 March
    MonthFirst,
}

impl MappingFlags {
    /// The format of a file of that name. Whoever names a column says that it is CSV.
    pub(super) fn format(&self, file_name: &str) -> Format {
        let mapping = Mapping {
            case: self.case.clone(),
            activity: self.activity.clone(),
            timestamp: self.timestamp.clone(),
            resource: self.resource.clone(),
            delimiter: self.delimiter,
            date_order: self.dates.map(|order| match order {
                Dates::DayFirst => DateOrder::DayFirst,
                Dates::MonthFirst => DateOrder::MonthFirst,
            }),
        };
        if mapping == Mapping::default() {
            Format::of_file_name(file_name)
        } else {
            Format::Csv(mapping)
        }
    }
}
