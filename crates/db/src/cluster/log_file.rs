use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// How many logs of earlier starts are kept.
const KEPT: u8 = 5;
/// What is shown of a log in an error.
const TAIL_LINES: usize = 15;
const TAIL_BYTES: u64 = 4096;

/// Moves the last start's log aside and opens a new one.
pub(super) fn rotate(path: &Path) -> io::Result<File> {
    for number in (1..KEPT).rev() {
        rename_if_present(&numbered(path, number), &numbered(path, number + 1))?;
    }
    rename_if_present(path, &numbered(path, 1))?;
    OpenOptions::new()
        .append(true)
        .create_new(true)
        .mode(0o640)
        .open(path)
}

/// The last lines of a log; empty when it cannot be read.
pub(super) fn tail(path: &Path) -> String {
    let read = || -> io::Result<Vec<u8>> {
        let mut file = File::open(path)?;
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(TAIL_BYTES)))?;
        let mut bytes = Vec::new();
        file.take(TAIL_BYTES).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    last_lines(&String::from_utf8_lossy(&read().unwrap_or_default()))
}

/// The last lines of a text.
pub(super) fn last_lines(text: &str) -> String {
    let lines: Vec<_> = text.trim_end().lines().collect();
    lines[lines.len().saturating_sub(TAIL_LINES)..].join("\n")
}

fn numbered(path: &Path, number: u8) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{number}"));
    name.into()
}

fn rename_if_present(from: &Path, to: &Path) -> io::Result<()> {
    match fs::rename(from, to) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn the_logs_of_the_last_five_starts_are_kept() {
        let directory = std::env::temp_dir().join(format!("rotate-{}", std::process::id()));
        fs::create_dir(&directory).unwrap();
        let path = directory.join("postgres.log");
        for start in 0..9 {
            writeln!(rotate(&path).unwrap(), "start {start}").unwrap();
        }
        assert_eq!(tail(&path), "start 8");
        assert_eq!(tail(&numbered(&path, 5)), "start 3");
        assert_eq!(fs::read_dir(&directory).unwrap().count(), 6);
        fs::remove_dir_all(&directory).unwrap();
    }
}
