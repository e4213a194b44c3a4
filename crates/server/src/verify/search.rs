use std::fs::File;
use std::io::{self, ErrorKind, Read as _};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// A text to look for in files and memory, until a deadline. Reads with blocking calls: to be used
/// on a thread where nothing waits.
#[derive(Debug, Clone)]
pub(super) struct Search {
    text: Vec<u8>,
    deadline: Option<Instant>,
}

/// What was read of a folder.
#[derive(Debug, Default)]
pub(super) struct FolderSearched {
    /// How many files were read to their end.
    pub(super) files: usize,
    /// The file that holds the text.
    pub(super) holds: Option<PathBuf>,
}

const PIECE: usize = 1 << 20;

impl Search {
    pub(super) fn new(text: &str, deadline: Option<Instant>) -> Self {
        Self {
            text: text.as_bytes().to_owned(),
            deadline,
        }
    }

    /// Whether the file holds the text, read in pieces that overlap.
    pub(super) fn file(&self, path: &Path) -> io::Result<bool> {
        let mut file = File::open(path)?;
        let mut window = Vec::new();
        let mut piece = vec![0; PIECE];
        loop {
            self.in_time()?;
            let count = file.read(&mut piece)?;
            if count == 0 {
                return Ok(false);
            }
            window.extend_from_slice(piece.get(..count).unwrap_or_default());
            if self.is_in(&window) {
                return Ok(true);
            }
            let keep = window.len().saturating_sub(self.text.len());
            window.drain(..keep);
        }
    }

    /// Whether the process has the text anywhere in the memory that it can write to.
    pub(super) fn memory(&self, pid: u32) -> io::Result<bool> {
        let maps = std::fs::read_to_string(format!("/proc/{pid}/maps"))?;
        let memory = File::open(format!("/proc/{pid}/mem"))?;
        let mut piece = vec![0; PIECE];
        let step = (PIECE - self.text.len()) as u64;
        let mut read = 0;
        for (from, to) in maps.lines().filter_map(writable) {
            let mut at = from;
            while at < to {
                self.in_time()?;
                // A page that went away since.
                let Ok(count) = memory.read_at(&mut piece, at) else {
                    break;
                };
                read += count;
                if self.is_in(piece.get(..count).unwrap_or_default()) {
                    return Ok(true);
                }
                at += step;
            }
        }
        // Every read was refused: that is not having looked.
        if read == 0 {
            return Err(ErrorKind::PermissionDenied.into());
        }
        Ok(false)
    }

    /// Looks through all files below `folder`, until one holds the text.
    pub(super) fn folder(&self, folder: &Path) -> io::Result<FolderSearched> {
        let mut searched = FolderSearched::default();
        let mut folders = vec![folder.to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder)? {
                let entry = entry?;
                let kind = entry.file_type()?;
                if kind.is_dir() {
                    folders.push(entry.path());
                } else if kind.is_file() {
                    match self.file(&entry.path()) {
                        Ok(false) => searched.files += 1,
                        Ok(true) => {
                            searched.holds = Some(entry.path());
                            return Ok(searched);
                        }
                        // A running database removes files.
                        Err(error) if error.kind() == ErrorKind::NotFound => {}
                        Err(error) => return Err(error),
                    }
                }
            }
        }
        Ok(searched)
    }

    fn is_in(&self, bytes: &[u8]) -> bool {
        memchr::memmem::find(bytes, &self.text).is_some()
    }

    fn in_time(&self) -> io::Result<()> {
        match self.deadline {
            Some(deadline) if Instant::now() > deadline => Err(ErrorKind::TimedOut.into()),
            _ => Ok(()),
        }
    }
}

/// The range of a line of `/proc/PID/maps` that the process may write to.
fn writable(line: &str) -> Option<(u64, u64)> {
    let mut words = line.split(' ');
    let (from, to) = words.next()?.split_once('-')?;
    if !words.next()?.starts_with("rw") {
        return None;
    }
    let number = |text| u64::from_str_radix(text, 16).ok();
    Some((number(from)?, number(to)?))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_text_across_two_pieces_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("below/file");
        std::fs::create_dir(folder.path().join("below")).unwrap();
        let mut content = vec![b'.'; PIECE - 3];
        content.extend_from_slice(b"canary and more");
        std::fs::write(&path, content).unwrap();
        let search = Search::new("canary", None);
        assert!(search.file(&path).unwrap());
        assert_eq!(search.folder(folder.path()).unwrap().holds, Some(path));
        let other = Search::new("another", None).folder(folder.path()).unwrap();
        assert_eq!((other.files, other.holds), (1, None));
    }

    #[test]
    fn a_search_ends_at_its_deadline_and_does_not_say_that_it_found_nothing() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("file"), "something").unwrap();
        let late = Search::new("canary", Some(Instant::now()));
        std::thread::sleep(Duration::from_millis(1));
        let ended = late.folder(folder.path()).unwrap_err();
        assert_eq!(ended.kind(), ErrorKind::TimedOut);
    }

    #[test]
    fn a_process_that_holds_the_text_is_found_out() {
        let text = format!("held-{}", std::process::id());
        assert!(Search::new(&text, None).memory(std::process::id()).unwrap());
    }
}
