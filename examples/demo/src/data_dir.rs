use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::Path;

use demo::Problem;
use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

/// Says that a folder is the demo's, and may be emptied.
const MARKER: &str = "countersign-demo";
const MARKER_TEXT: &str =
    "The demo made this folder, and removes what is in it before each play.\n";

/// Makes the demo's folder, or empties the one of an earlier play. A folder that the demo did not
/// make is left as it is, and so is one that a server runs on.
pub(crate) fn prepare(folder: &Path) -> Result<(), Problem> {
    let failed = |doing: &str, error| Problem::Io(format!("{} {doing}", folder.display()), error);
    fs::create_dir_all(folder).map_err(|error| failed("cannot be made", error))?;
    let is_empty = fs::read_dir(folder)
        .map_err(|error| failed("cannot be read", error))?
        .next()
        .is_none();
    let marker = folder.join(MARKER);
    if !is_empty && !marker.is_file() {
        return Err(Problem::unexpected(format!(
            "{} is not empty, and the demo did not make it (there is no file {MARKER} in it): choose another --data-dir, or empty it yourself",
            folder.display()
        )));
    }
    // Held until all is gone: a server that starts now says that another one runs.
    let _lock = lock(folder)?;
    fs::write(&marker, MARKER_TEXT).map_err(|error| failed("cannot be written to", error))?;
    empty(folder).map_err(|error| failed("cannot be emptied", error))
}

/// The lock that a server holds while it runs on the folder.
fn lock(folder: &Path) -> Result<File, Problem> {
    let path = folder.join("lock");
    let failed = |error| Problem::Io(format!("{} cannot be locked", path.display()), error);
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .map_err(failed)?;
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(file),
        Err(Errno::WOULDBLOCK) => Err(Problem::unexpected(format!(
            "a server runs on {}: stop it first, or choose another --data-dir",
            folder.display()
        ))),
        Err(error) => Err(failed(error.into())),
    }
}

/// Removes everything but the marker: what is removed halfway is still the demo's.
fn empty(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name() == MARKER {
            continue;
        }
        let removed = if entry.file_type()?.is_dir() {
            fs::remove_dir_all(entry.path())
        } else {
            fs::remove_file(entry.path())
        };
        match removed {
            // A socket of a server that ends just now.
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    }

    #[test]
    fn the_demo_empties_its_own_folder() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("a/b");
        prepare(&folder).unwrap();
        assert_eq!(names(&folder), [MARKER]);
        fs::create_dir_all(folder.join("cluster/base")).unwrap();
        fs::write(folder.join("server.secret"), "old").unwrap();
        prepare(&folder).unwrap();
        assert_eq!(names(&folder), [MARKER]);
    }

    #[test]
    fn a_folder_that_the_demo_did_not_make_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("thesis.txt"), "years of work").unwrap();
        let refused = prepare(folder.path()).unwrap_err().to_string();
        assert!(refused.contains("the demo did not make it"), "{refused}");
        assert_eq!(names(folder.path()), ["thesis.txt"]);
    }

    #[test]
    fn the_folder_of_a_server_that_runs_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        prepare(folder.path()).unwrap();
        fs::write(folder.path().join("server.secret"), "in use").unwrap();
        let running = lock(folder.path()).unwrap();
        let refused = prepare(folder.path()).unwrap_err().to_string();
        assert!(refused.contains("a server runs on"), "{refused}");
        assert!(folder.path().join("server.secret").exists());
        drop(running);
        prepare(folder.path()).unwrap();
    }
}
