use std::fs::OpenOptions;
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use rustix::fs::OFlags;

/// PostgreSQL's one-line and eight-line files are far smaller.
const LIMIT_BYTES: u64 = 4096;

/// The beginning of a file that a less privileged user could have replaced: a symlink is not
/// followed, and a pipe neither blocks nor counts as a file.
pub(super) fn read_small(path: &Path) -> io::Result<String> {
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits();
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(flags.cast_signed())
        .open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "not a regular file",
        ));
    }
    let mut bytes = Vec::new();
    file.take(LIMIT_BYTES).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_symlink_in_the_place_of_a_file_is_not_followed() {
        let link = std::env::temp_dir().join(format!("read-small-{}", std::process::id()));
        std::os::unix::fs::symlink("/etc/passwd", &link).unwrap();
        let read = read_small(&link);
        std::fs::remove_file(&link).unwrap();
        assert!(read.is_err(), "{read:?}");
    }

    #[test]
    fn a_device_is_no_file() {
        assert!(read_small(Path::new("/dev/zero")).is_err());
    }
}
