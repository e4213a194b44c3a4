use std::fs::OpenOptions;
use std::io;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;

use rustix::fs::OFlags;

use super::{DataDirError, io_error};

/// Gives an existing file to `owner` and to nobody else. Does nothing where there is no file yet.
///
/// Root does this in a folder that the broker may write to: a link in the file's place would hand
/// over what it points to. So it is opened without following, and must be a plain file of one name.
pub(crate) fn hand_over(path: &Path, owner: u32) -> Result<(), DataDirError> {
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed();
    let file = match OpenOptions::new().read(true).custom_flags(flags).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(io_error("open", path)(error)),
    };
    let found = file.metadata().map_err(io_error("read", path))?;
    if !found.is_file() || found.nlink() != 1 {
        return Err(DataDirError::Malformed {
            path: path.to_owned(),
        });
    }
    std::os::unix::fs::fchown(&file, Some(owner), Some(owner))
        .map_err(io_error("change the owner of", path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_in_the_place_of_the_key_file_hands_nothing_over() {
        let folder = tempfile::tempdir().unwrap();
        let (target, link) = (folder.path().join("target"), folder.path().join("link"));
        std::fs::write(&target, "").unwrap();
        std::os::unix::fs::symlink(&target, &link).unwrap();
        assert!(hand_over(&link, 61_184).is_err());
        std::fs::remove_file(&link).unwrap();
        std::fs::hard_link(&target, &link).unwrap();
        assert!(hand_over(&link, 61_184).is_err());
        assert_ne!(target.metadata().unwrap().uid(), 61_184);
        assert!(hand_over(&folder.path().join("missing"), 61_184).is_ok());
    }
}
