use std::fs::File;
use std::io::{self, BufRead, BufReader, PipeReader, PipeWriter, Write};
use std::process::Stdio;
use std::sync::mpsc::{Receiver, channel};

/// The labels of log entries that cannot quote a statement: see `settings` for what reaches them.
const KEPT: [&str; 4] = ["LOG", "FATAL", "PANIC", "HINT"];

/// The way of the server's output through us into its log file.
///
/// PostgreSQL has no setting that keeps the statement out of the log when it panics, as on a full
/// disk (`log_min_error_statement` ends at `panic`). So its output is read here, and only entries
/// that cannot hold a statement are written (SH-03).
///
/// What it says after our death is lost: that is its fast shutdown.
#[derive(Debug)]
pub(super) struct LogPipe {
    reader: PipeReader,
    file: File,
}

impl LogPipe {
    /// A pipe into `file`, and the server's two ends of it.
    pub(super) fn open(file: File) -> io::Result<(Self, [Stdio; 2])> {
        let (reader, writer): (PipeReader, PipeWriter) = io::pipe()?;
        let output = [writer.try_clone()?.into(), writer.into()];
        Ok((Self { reader, file }, output))
    }

    /// Reads on a thread of its own until the last process of the server has ended; the receiver
    /// is disconnected then.
    pub(super) fn run(self) -> io::Result<Receiver<()>> {
        let (running, ended) = channel();
        std::thread::Builder::new()
            .name("cluster-log".to_owned())
            .spawn(move || {
                self.copy();
                drop(running);
            })?;
        Ok(ended)
    }

    fn copy(mut self) {
        let mut scrubber = Scrubber { keeping: true };
        let mut reader = BufReader::new(self.reader);
        let mut line = Vec::new();
        while reader
            .read_until(b'\n', &mut line)
            .is_ok_and(|length| length > 0)
        {
            if scrubber.keeps(&line) {
                // A full disk loses log lines; the server must not wait for it.
                let _ = self.file.write_all(&line);
            }
            line.clear();
        }
    }
}

/// Tells, line by line, what may be written.
struct Scrubber {
    /// Whether the entry that the last line belongs to is kept.
    keeping: bool,
}

impl Scrubber {
    fn keeps(&mut self, line: &[u8]) -> bool {
        // PostgreSQL begins the further lines of an entry with a tab.
        if !line.starts_with(b"\t") {
            let line = String::from_utf8_lossy(line);
            self.keeping = label(&line).is_none_or(|label| KEPT.contains(&label));
        }
        self.keeping
    }
}

/// The label of an entry that begins with our `log_line_prefix`: time, [pid], kind of process.
/// Lines without it are not PostgreSQL's entries but, say, the dynamic linker's complaints.
fn label(line: &str) -> Option<&str> {
    let (prefix, rest) = line.split_once("] ")?;
    let pid = prefix.rsplit_once('[')?.1;
    if !pid.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    rest.split_once(":  ")?.0.rsplit(' ').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scrubbed(log: &str) -> Vec<&str> {
        let mut scrubber = Scrubber { keeping: true };
        log.lines()
            .filter(|line| scrubber.keeps(line.as_bytes()))
            .collect()
    }

    #[test]
    fn the_statement_of_a_panic_is_left_out_with_all_its_lines() {
        let log = "2026-11-22 01:11:58.563 UTC [30304] client backend PANIC:  could not write\n\
                   2026-11-22 01:11:58.563 UTC [30304] client backend STATEMENT:  update people\n\
                   \tset mail = 'canary' -- LOG:  canary\n\
                   \twhere true\n\
                   2026-11-22 01:11:58.568 UTC [30243] postmaster LOG:  process ended\n";
        let kept = scrubbed(log);
        assert_eq!(kept.len(), 2, "{kept:?}");
        assert!(!kept.concat().contains("canary"));
    }

    #[test]
    fn details_contexts_and_queries_are_left_out() {
        for label in [
            "DETAIL",
            "CONTEXT",
            "QUERY",
            "ERROR",
            "WARNING",
            "STATEMENT",
        ] {
            let line = format!("2026-11-22 01:11:58.563 UTC [1] client backend {label}:  canary");
            assert_eq!(scrubbed(&line), Vec::<&str>::new());
        }
    }

    #[test]
    fn a_message_of_several_lines_is_kept_whole() {
        let log = "2026-11-22 01:11:58.563 UTC [1] postmaster LOG:  one\n\ttwo\n";
        assert_eq!(scrubbed(log).len(), 2);
    }

    #[test]
    fn what_is_said_before_the_log_opens_is_kept() {
        let line = "postgres: error while loading shared libraries: libpq.so.5: cannot open";
        assert_eq!(scrubbed(line), [line]);
    }
}
