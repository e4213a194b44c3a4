use super::Mapping;
use super::records::Records;
use super::usual_names::{ACTIVITY, CASE, RESOURCE, TIMESTAMP};
use crate::read::error::excerpt;
use crate::read::{ColumnRole, ReadError};

/// Which cell of a row means what.
#[derive(Debug)]
pub(super) struct Columns {
    pub(super) case: Column,
    pub(super) activity: Column,
    pub(super) timestamp: Column,
    pub(super) resource: Option<Column>,
    /// Cells of the header, and so of every row.
    pub(super) count: usize,
    /// Role and name of the columns that the mapping left open.
    pub(super) guessed: Vec<(String, String)>,
}

#[derive(Debug, Clone)]
pub(super) struct Column {
    pub(super) at: usize,
    pub(super) name: String,
}

impl Column {
    /// How messages call the column.
    pub(super) fn place(&self) -> String {
        format!("column {:?}", self.name)
    }

    /// What messages say of a row with nothing in the column.
    pub(super) fn is_empty(&self) -> String {
        format!("column {:?} is empty", self.name)
    }
}

impl Columns {
    /// Finds the columns in the header row, which is the current record.
    pub(super) fn find(header: &Records, mapping: &Mapping, line: u64) -> Result<Self, ReadError> {
        let names = header
            .cells()
            .map(|cell| String::from_utf8_lossy(cell.trim_ascii()).into());
        let mut search = Search {
            names: names.collect(),
            taken: Vec::new(),
            guessed: Vec::new(),
            line,
        };
        // What is named is taken before anything is guessed, so no guess can take it away.
        let case = search.named(ColumnRole::Case, mapping.case.as_ref())?;
        let activity = search.named(ColumnRole::Activity, mapping.activity.as_ref())?;
        let timestamp = search.named(ColumnRole::Timestamp, mapping.timestamp.as_ref())?;
        let resource = search.named(ColumnRole::Resource, mapping.resource.as_ref())?;
        Ok(Self {
            case: search.or_guess(case, ColumnRole::Case, CASE)?,
            timestamp: search.or_guess(timestamp, ColumnRole::Timestamp, TIMESTAMP)?,
            activity: search.or_guess(activity, ColumnRole::Activity, ACTIVITY)?,
            resource: match resource {
                Some(column) => Some(column),
                None => search.guess(ColumnRole::Resource, RESOURCE)?,
            },
            count: search.names.len(),
            guessed: search.guessed,
        })
    }
}

struct Search {
    names: Vec<String>,
    taken: Vec<usize>,
    guessed: Vec<(String, String)>,
    line: u64,
}

impl Search {
    /// The column with exactly this name, or with only its case different.
    fn named(
        &mut self,
        role: ColumnRole,
        wanted: Option<&String>,
    ) -> Result<Option<Column>, ReadError> {
        let Some(wanted) = wanted else {
            return Ok(None);
        };
        let exact = self.those(|name| name == wanted.trim());
        let found = match exact.as_slice() {
            [] => self.those(|name| name.eq_ignore_ascii_case(wanted.trim())),
            _ => exact,
        };
        let column = self.only(&found).ok_or_else(|| ReadError::NoSuchColumn {
            line: self.line,
            role,
            name: excerpt(wanted.as_bytes()),
            found: self.found(),
        })?;
        Ok(Some(column))
    }

    fn or_guess(
        &mut self,
        named: Option<Column>,
        role: ColumnRole,
        words: &[&str],
    ) -> Result<Column, ReadError> {
        if let Some(column) = named {
            return Ok(column);
        }
        let guessed = self.guess(role, words)?;
        guessed.ok_or_else(|| ReadError::NoColumn {
            line: self.line,
            role,
            found: self.found(),
        })
    }

    fn guess(&mut self, role: ColumnRole, words: &[&str]) -> Result<Option<Column>, ReadError> {
        for word in words {
            let found: Vec<_> = self.those(|name| reduced(name) == *word);
            let free: Vec<_> = found
                .into_iter()
                .filter(|at| !self.taken.contains(at))
                .collect();
            if free.is_empty() {
                continue;
            }
            let Some(column) = self.only(&free) else {
                let candidates = free.iter().filter_map(|&at| self.names.get(at));
                let candidates = quoted(candidates).join(" and ");
                let line = self.line;
                return Err(ReadError::AmbiguousColumn {
                    line,
                    role,
                    candidates,
                });
            };
            self.guessed.push((role.to_string(), column.name.clone()));
            return Ok(Some(column));
        }
        Ok(None)
    }

    fn those(&self, fits: impl Fn(&str) -> bool) -> Vec<usize> {
        let named = self.names.iter().enumerate();
        named
            .filter(|(_, name)| fits(name))
            .map(|(at, _)| at)
            .collect()
    }

    /// The column, if there is exactly one; it is taken from now on.
    fn only(&mut self, found: &[usize]) -> Option<Column> {
        let &[at] = found else {
            return None;
        };
        let name = excerpt(self.names.get(at)?.as_bytes());
        self.taken.push(at);
        Some(Column { at, name })
    }

    /// The header for a message: the first twenty names.
    fn found(&self) -> String {
        const SHOWN: usize = 20;
        let mut shown = quoted(self.names.iter().take(SHOWN)).join(", ");
        if self.names.len() > SHOWN {
            shown.push_str(", …");
        }
        shown
    }
}

fn quoted<'n>(names: impl Iterator<Item = &'n String>) -> Vec<String> {
    names
        .map(|name| format!("{:?}", excerpt(name.as_bytes())))
        .collect()
}

fn reduced(name: &str) -> String {
    name.chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect()
}
