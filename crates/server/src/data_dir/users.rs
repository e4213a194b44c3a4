use std::path::Path;

use aws_lc_rs::digest::{SHA256, digest};

use crate::config::RunAs;

/// The users that the two processes become when root starts them. Their groups have the same
/// numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Users {
    pub(crate) front: u32,
    pub(crate) broker: u32,
}

/// Identifiers that systemd sets aside for services without a user of their own (`DynamicUser=`).
const FIRST: u32 = 61_184;
const LAST: u32 = 65_519;

impl Users {
    /// The users of a server that root starts; nothing where somebody else starts it, who cannot
    /// change users.
    pub(crate) fn choose(data_dir: &Path, asked: Option<RunAs>) -> Option<Self> {
        if !rustix::process::geteuid().is_root() {
            return None;
        }
        Some(match asked {
            Some(RunAs { front, broker }) => Self { front, broker },
            None => Self::of(data_dir),
        })
    }

    /// Two neighbours out of the range, by the data directory's name: the same at every start, and
    /// others for another server on the machine.
    fn of(data_dir: &Path) -> Self {
        let hash = digest(&SHA256, data_dir.as_os_str().as_encoded_bytes());
        let number = hash
            .as_ref()
            .iter()
            .take(4)
            .fold(0_u32, |sum, byte| sum << 8 | u32::from(*byte));
        let pairs = (LAST - FIRST).div_ceil(2);
        let front = FIRST + number % pairs * 2;
        Self {
            front,
            broker: front + 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_are_two_of_the_range_and_the_same_at_every_start() {
        for path in ["/var/lib/countersign", "/tmp/x", "/tmp/y", ""] {
            let users = Users::of(Path::new(path));
            assert_eq!(users, Users::of(Path::new(path)));
            assert_eq!(users.front + 1, users.broker);
            assert!((FIRST..=LAST).contains(&users.front) && users.broker <= LAST);
        }
        assert_ne!(
            Users::of(Path::new("/tmp/x")),
            Users::of(Path::new("/tmp/y"))
        );
    }
}
