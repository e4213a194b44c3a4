use std::fs::DirBuilder;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;

use broker::files::is_of_files;
use rustix::fs::{Dir, Gid, Mode, OFlags, Uid, fchmod, fchown, fstat, open};
use rustix::io::Errno;

use super::{DataDirError, Users, io_error};

/// Makes a folder for files that the operator named, for the broker alone. One with anything else in it is nobody's
/// mistake to pay for: a slip in a path must not give the broker somebody's folder, or close it to them.
pub(crate) fn make_files_folder(path: &Path, users: Option<&Users>) -> Result<(), DataDirError> {
    match DirBuilder::new().mode(0o700).create(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            return Err(io_error("make", path)(error));
        }
        _ => {}
    }
    let failed = |doing| {
        let error = io_error(doing, path);
        move |errno: Errno| error(errno.into())
    };
    // From here on by what was opened: no link, and nothing that is put in its place meanwhile.
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let folder = open(path, flags, Mode::empty()).map_err(|errno| match errno {
        Errno::NOTDIR | Errno::LOOP => DataDirError::NoFolder {
            path: path.to_owned(),
        },
        errno => failed("open")(errno),
    })?;
    let found = fstat(&folder).map_err(failed("look at"))?.st_uid;
    let owner = users.map_or_else(|| rustix::process::geteuid().as_raw(), |users| users.broker);
    let content = content(&folder).map_err(failed("read"))?;
    if content == Content::Foreign {
        return Err(DataDirError::FilesForeign {
            path: path.to_owned(),
        });
    }
    if found != owner && content == Content::Files {
        return Err(DataDirError::FilesOwner {
            path: path.to_owned(),
            found,
            owner,
        });
    }
    if users.is_some() {
        let owner = (Some(Uid::from_raw(owner)), Some(Gid::from_raw(owner)));
        fchown(&folder, owner.0, owner.1).map_err(failed("change the owner of"))?;
    }
    fchmod(&folder, Mode::RWXU).map_err(failed("set the mode of"))
}

/// What is in a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Content {
    Nothing,
    /// What the broker puts there.
    Files,
    /// Something else as well.
    Foreign,
}

fn content(folder: &OwnedFd) -> rustix::io::Result<Content> {
    let mut content = Content::Nothing;
    for entry in Dir::read_from(folder.as_fd())? {
        match entry?.file_name().to_bytes() {
            // The last is what a file system of its own has.
            b"." | b".." | b"lost+found" => {}
            name if is_of_files(name) => content = Content::Files,
            _ => return Ok(Content::Foreign),
        }
    }
    Ok(content)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

    use super::*;

    const OTHER: Users = Users {
        front: 61_184,
        broker: 61_185,
    };

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().mode() & 0o777
    }

    #[test]
    fn a_folder_of_files_is_made_and_a_link_in_its_place_refused() {
        let folder = tempfile::tempdir().unwrap();
        let files = folder.path().join("files");
        make_files_folder(&files, None).unwrap();
        fs::create_dir(files.join("a7")).unwrap();
        make_files_folder(&files, None).unwrap();
        assert_eq!(mode(&files), 0o700);
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(&files, &link).unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "").unwrap();
        for no_folder in [link, file] {
            let refused = make_files_folder(&no_folder, None).unwrap_err();
            assert!(
                matches!(refused, DataDirError::NoFolder { .. }),
                "{refused}"
            );
        }
    }

    #[test]
    fn a_folder_with_something_else_in_it_is_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        fs::create_dir(folder.path().join("a7")).unwrap();
        fs::write(folder.path().join("theirs"), "").unwrap();
        let owner = fs::metadata(folder.path()).unwrap().uid();
        // One's own as well: a home, say.
        for users in [None, Some(&OTHER)] {
            let refused = make_files_folder(folder.path(), users).unwrap_err();
            assert!(
                matches!(refused, DataDirError::FilesForeign { .. }),
                "{refused}"
            );
        }
        assert_eq!(mode(folder.path()), 0o755);
        assert_eq!(fs::metadata(folder.path()).unwrap().uid(), owner);
    }

    #[test]
    fn files_of_another_user_are_not_taken_over() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("a7")).unwrap();
        let refused = make_files_folder(folder.path(), Some(&OTHER)).unwrap_err();
        assert!(
            matches!(refused, DataDirError::FilesOwner { .. }),
            "{refused}"
        );
    }
}
