use std::fs;
use std::os::unix::fs::{MetadataExt as _, lchown};
use std::path::Path;

use super::{DataDirError, Users, io_error, make_directory};

/// Makes a folder for files that the operator named, for the broker alone. One with anything in it is not taken from
/// whoever has it: a slip in a path must not give the broker somebody's folder.
pub(crate) fn make_files_folder(path: &Path, users: Option<&Users>) -> Result<(), DataDirError> {
    let Ok(found) = fs::symlink_metadata(path) else {
        make_directory(path, 0o700)?;
        return hand_over(path, users);
    };
    let owner = users.map_or_else(|| rustix::process::geteuid().as_raw(), |users| users.broker);
    if !found.is_dir() {
        return Err(DataDirError::Malformed {
            path: path.to_owned(),
        });
    }
    if found.uid() == owner {
        return Ok(());
    }
    let mut content = fs::read_dir(path).map_err(io_error("read", path))?;
    if content.next().is_some() {
        return Err(DataDirError::FilesOwner {
            path: path.to_owned(),
            found: found.uid(),
            owner,
        });
    }
    make_directory(path, 0o700)?;
    hand_over(path, users)
}

fn hand_over(path: &Path, users: Option<&Users>) -> Result<(), DataDirError> {
    let Some(users) = users else { return Ok(()) };
    let owner = Some(users.broker);
    lchown(path, owner, owner).map_err(io_error("change the owner of", path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_of_files_is_made_and_a_link_in_its_place_refused() {
        let folder = tempfile::tempdir().unwrap();
        let files = folder.path().join("files");
        make_files_folder(&files, None).unwrap();
        make_files_folder(&files, None).unwrap();
        assert_eq!(fs::metadata(&files).unwrap().mode() & 0o777, 0o700);
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(&files, &link).unwrap();
        assert!(make_files_folder(&link, None).is_err());
    }

    #[test]
    fn a_folder_with_something_in_it_is_not_taken_from_whoever_has_it() {
        let (me, other) = (
            rustix::process::geteuid(),
            Users {
                front: 61_184,
                broker: 61_185,
            },
        );
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("theirs"), "").unwrap();
        let refused = make_files_folder(folder.path(), Some(&other)).unwrap_err();
        assert!(matches!(refused, DataDirError::FilesOwner { .. }));
        assert_eq!(fs::metadata(folder.path()).unwrap().uid(), me.as_raw());
    }
}
