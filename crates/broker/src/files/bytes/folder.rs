use std::io::{self, SeekFrom};
use std::ops::Range;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use kernel::{Chance, FileId};
use tokio::fs::{self, File, OpenOptions};
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _, AsyncWriteExt as _};

use super::room::{Room, Spare};
use super::{PROBE, name_of};

/// A folder of files, in 256 folders so that none of them grows long.
#[derive(Debug, Clone)]
pub(super) struct Folder {
    root: PathBuf,
    spare: Spare,
}

/// A file that is not there yet, under another name. Goes when it is dropped.
#[derive(Debug)]
pub(crate) struct FolderWriter {
    room: Room,
    file: Option<File>,
    part: PathBuf,
    whole: PathBuf,
}

#[derive(Debug)]
pub(crate) struct FolderReader {
    file: File,
    left: u64,
    size: u64,
}

/// Of one read from the disk.
const READ_BYTES: u64 = 64 * 1024;
const PART: &str = "part";

impl Folder {
    pub(super) fn open(root: PathBuf, spare: Spare) -> io::Result<Self> {
        let made = std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&root);
        made?;
        let mut mode = std::fs::metadata(&root)?.permissions();
        if mode.mode() & 0o077 != 0 {
            mode.set_mode(0o700);
            std::fs::set_permissions(&root, mode)?;
        }
        Ok(Self { root, spare })
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    fn path(&self, id: FileId) -> PathBuf {
        let (folder, name) = name_of(id);
        self.root.join(folder).join(name)
    }

    /// Does with a small file of its own all that is done with files.
    pub(super) async fn check(&self, chance: &dyn Chance) -> io::Result<()> {
        let mut name = [0_u8; 16];
        chance.fill(&mut name);
        let path = self.root.join(format!("{PROBE}{}", hex::encode(name)));
        fs::write(&path, name).await?;
        let read = fs::read(&path).await;
        fs::remove_file(&path).await?;
        if read? == name {
            Ok(())
        } else {
            Err(io::ErrorKind::InvalidData.into())
        }
    }

    pub(super) async fn create(&self, id: FileId) -> io::Result<FolderWriter> {
        let whole = self.path(id);
        let room = Room::new(&self.root, self.spare);
        if let Some(folder) = whole.parent() {
            let mut builder = fs::DirBuilder::new();
            builder.recursive(true).mode(0o700).create(folder).await?;
        }
        let part = whole.with_extension(PART);
        let mut options = OpenOptions::new();
        let file = options.write(true).create_new(true).mode(0o600).open(&part);
        Ok(FolderWriter {
            room,
            file: Some(file.await?),
            part,
            whole,
        })
    }

    pub(super) async fn read(&self, id: FileId, bytes: Range<u64>) -> io::Result<FolderReader> {
        let mut file = File::open(self.path(id)).await?;
        let size = file.metadata().await?.len();
        file.seek(SeekFrom::Start(bytes.start)).await?;
        Ok(FolderReader {
            file,
            size,
            left: bytes.end.saturating_sub(bytes.start),
        })
    }

    pub(super) async fn remove(&self, id: FileId) -> io::Result<()> {
        let whole = self.path(id);
        for path in [whole.with_extension(PART), whole] {
            match fs::remove_file(path).await {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }
}

impl FolderWriter {
    pub(super) async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.room.take(bytes.len() as u64).await?;
        match &mut self.file {
            Some(file) => file.write_all(bytes).await,
            None => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    pub(super) async fn finish(mut self) -> io::Result<()> {
        let Some(mut file) = self.file.take() else {
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        file.flush().await?;
        file.sync_all().await?;
        let renamed = fs::rename(&self.part, &self.whole).await;
        if renamed.is_err() {
            // Dropped, it goes.
            self.file = Some(file);
            return renamed;
        }
        sync_folder(self.whole.parent()).await?;
        sync_folder(self.whole.parent().and_then(Path::parent)).await
    }
}

/// A name in a folder stays through a loss of power once the folder is written as well.
async fn sync_folder(folder: Option<&Path>) -> io::Result<()> {
    match folder {
        Some(folder) => File::open(folder).await?.sync_all().await,
        None => Ok(()),
    }
}

impl Drop for FolderWriter {
    fn drop(&mut self) {
        if self.file.take().is_some() {
            // What stays all the same is removed by the sweep.
            let _ = std::fs::remove_file(&self.part);
        }
    }
}

impl FolderReader {
    /// How long the whole file is.
    pub(super) const fn size(&self) -> u64 {
        self.size
    }

    pub(super) async fn next(&mut self) -> io::Result<Option<Bytes>> {
        if self.left == 0 {
            return Ok(None);
        }
        let most = self.left.min(READ_BYTES);
        let mut bytes = vec![0; usize::try_from(most).map_err(io::Error::other)?];
        self.file.read_exact(&mut bytes).await?;
        self.left -= most;
        Ok(Some(bytes.into()))
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    struct Scratch(PathBuf);

    impl Scratch {
        fn new(name: &str) -> Self {
            let name = format!("cs-folder-{name}-{}", std::process::id());
            let path = std::env::temp_dir().join(name);
            let _ = std::fs::remove_dir_all(&path);
            Self(path)
        }

        fn files(&self) -> Vec<String> {
            let mut found = Vec::new();
            for folder in std::fs::read_dir(&self.0).unwrap() {
                for file in std::fs::read_dir(folder.unwrap().path()).unwrap() {
                    found.push(file.unwrap().file_name().into_string().unwrap());
                }
            }
            found
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }

    fn id(number: u128) -> FileId {
        FileId::from(Uuid::from_u128(number))
    }

    async fn bytes(folder: &Folder, id: FileId, range: Range<u64>) -> io::Result<Vec<u8>> {
        let mut reader = folder.read(id, range).await?;
        let mut all = Vec::new();
        while let Some(some) = reader.next().await? {
            all.extend(some);
        }
        Ok(all)
    }

    #[tokio::test]
    async fn a_file_is_there_once_it_is_whole_and_for_its_owner_alone() {
        let scratch = Scratch::new("whole");
        let folder = Folder::open(scratch.0.clone(), Spare::Bytes(0)).unwrap();
        let mut writer = folder.create(id(7)).await.unwrap();
        writer.write(b"0123456789").await.unwrap();
        let missing = folder.read(id(7), 0..1).await.unwrap_err();
        assert_eq!(missing.kind(), io::ErrorKind::NotFound);
        writer.finish().await.unwrap();
        assert_eq!(folder.read(id(7), 0..1).await.unwrap().size(), 10);
        assert_eq!(bytes(&folder, id(7), 2..5).await.unwrap(), b"234");
        let short = bytes(&folder, id(7), 5..11).await.unwrap_err();
        assert_eq!(short.kind(), io::ErrorKind::UnexpectedEof);
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let path = folder.path(id(7));
        assert_eq!(mode(&path), 0o600);
        assert_eq!(mode(path.parent().unwrap()), 0o700);
        assert_eq!(mode(&scratch.0), 0o700);
        folder.remove(id(7)).await.unwrap();
        folder.remove(id(7)).await.unwrap();
        assert_eq!(scratch.files(), Vec::<String>::new());
    }

    #[tokio::test]
    async fn what_was_not_finished_goes_and_what_a_crash_left_is_removed() {
        let scratch = Scratch::new("part");
        let folder = Folder::open(scratch.0.clone(), Spare::Bytes(0)).unwrap();
        let mut writer = folder.create(id(8)).await.unwrap();
        writer.write(b"half").await.unwrap();
        assert!(folder.create(id(8)).await.is_err(), "two write one file");
        drop(writer);
        assert_eq!(scratch.files(), Vec::<String>::new());
        let writer = folder.create(id(9)).await.unwrap();
        std::mem::forget(writer);
        assert_eq!(scratch.files().len(), 1);
        folder.remove(id(9)).await.unwrap();
        assert_eq!(scratch.files(), Vec::<String>::new());
    }

    #[test]
    fn a_folder_that_others_could_look_into_is_closed() {
        let scratch = Scratch::new("mode");
        std::fs::create_dir(&scratch.0).unwrap();
        let open = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(&scratch.0, open).unwrap();
        Folder::open(scratch.0.clone(), Spare::Bytes(0)).unwrap();
        let mode = std::fs::metadata(&scratch.0).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
    }
}
