use std::path::Path;

use super::files::read_small;

/// What a server tells of itself in `postmaster.pid`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PidFile {
    pub(super) pid: u32,
    /// The eighth line; empty until the server has written it.
    pub(super) status: String,
}

impl PidFile {
    /// Reads the file in `pgdata`; `None` where there is none, or not yet a whole one.
    pub(super) fn read(pgdata: &Path) -> Option<Self> {
        parse(&read_small(&pgdata.join("postmaster.pid")).ok()?)
    }

    /// Whether the server takes connections.
    pub(super) fn is_ready(&self) -> bool {
        self.status == "ready"
    }
}

/// The lines are those of `LOCK_FILE_LINE_*` in PostgreSQL's miscadmin.h.
fn parse(text: &str) -> Option<PidFile> {
    let mut lines = text.lines();
    // A stand-alone backend writes its pid negated: it is no server.
    let pid = lines.next()?.trim().parse().ok()?;
    let status = lines.nth(6).unwrap_or_default().trim().to_owned();
    Some(PidFile { pid, status })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_eighth_line_tells_whether_the_server_is_ready() {
        let text = "4711\n/data\n1760000000\n5432\n/data/run\n\n  1234  5\nready   \n";
        let file = parse(text).unwrap();
        assert_eq!(file.pid, 4711);
        assert!(file.is_ready());
    }

    #[test]
    fn a_file_that_is_still_being_written_is_not_ready() {
        assert!(!parse("4711\n/data\n1760000000\n5432\n").unwrap().is_ready());
        assert_eq!(parse(""), None);
        assert_eq!(parse("-4711\n/data\n"), None);
    }
}
