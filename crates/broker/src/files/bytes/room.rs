use std::io;
use std::path::{Path, PathBuf};

/// How much of a disk stays free: what else is on it, the database above all, stops where it is full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spare {
    /// The smaller of 1 GiB and a twentieth of the disk.
    Usual,
    /// So many bytes.
    Bytes(u64),
}

/// Looks at a disk as a file grows on it.
#[derive(Debug)]
pub(super) struct Room {
    spare: Spare,
    root: PathBuf,
    /// How many more bytes are written before it is looked at again.
    left: u64,
}

/// Others write as well: so often it is looked at.
const STEP_BYTES: u64 = 16 << 20;
const USUAL_BYTES: u64 = 1 << 30;

impl Room {
    pub(super) fn new(root: &Path, spare: Spare) -> Self {
        Self {
            spare,
            root: root.to_owned(),
            left: 0,
        }
    }

    /// Refuses what would leave too little, with [`io::ErrorKind::StorageFull`].
    pub(super) async fn take(&mut self, bytes: u64) -> io::Result<()> {
        if bytes > self.left {
            let (root, spare) = (self.root.clone(), self.spare);
            let wanted = bytes.max(STEP_BYTES);
            let looked = tokio::task::spawn_blocking(move || free(&root, spare));
            let free = looked.await.map_err(io::Error::other)??;
            self.left = free.min(wanted);
        }
        self.left = self
            .left
            .checked_sub(bytes)
            .ok_or(io::ErrorKind::StorageFull)?;
        Ok(())
    }
}

/// How many bytes may come yet.
fn free(root: &Path, spare: Spare) -> io::Result<u64> {
    let disk = rustix::fs::statvfs(root)?;
    let free = disk.f_bavail.saturating_mul(disk.f_frsize);
    let whole = disk.f_blocks.saturating_mul(disk.f_frsize);
    let spare = match spare {
        Spare::Usual => USUAL_BYTES.min(whole / 20),
        Spare::Bytes(bytes) => bytes,
    };
    Ok(free.saturating_sub(spare))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_would_leave_too_little_of_the_disk_is_refused() {
        let here = std::env::temp_dir();
        let mut none = Room::new(&here, Spare::Bytes(u64::MAX));
        let refused = none.take(1).await.unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::StorageFull);
        let free = free(&here, Spare::Bytes(0)).unwrap();
        let mut some = Room::new(&here, Spare::Bytes(0));
        some.take(1).await.unwrap();
        assert!(some.take(free.saturating_mul(2)).await.is_err());
        let usual = super::free(&here, Spare::Usual).unwrap();
        assert!(usual <= free && free - usual <= USUAL_BYTES);
    }
}
