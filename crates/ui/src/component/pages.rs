/// The way to the pages before and after this one. Lists are paged by cursor, newest first.
#[derive(Debug, Clone, Default)]
pub struct Pages {
    /// Path and query of the page with newer rows.
    pub newer: Option<String>,
    /// Path and query of the page with older rows.
    pub older: Option<String>,
}
