/// How many rows a page of a listing holds: 1 to 200, 50 unless told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageSize(u16);

/// The asked page size is out of range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a page holds 1 to 200 rows")]
pub struct PageSizeError;

impl PageSize {
    /// The number of rows.
    pub const fn rows(self) -> i64 {
        self.0 as i64
    }
}

impl Default for PageSize {
    fn default() -> Self {
        Self(50)
    }
}

impl TryFrom<u16> for PageSize {
    type Error = PageSizeError;

    fn try_from(rows: u16) -> Result<Self, PageSizeError> {
        if (1..=200).contains(&rows) {
            Ok(Self(rows))
        } else {
            Err(PageSizeError)
        }
    }
}
