use std::io;

use crypto::stream::{CHUNK_BYTES, FileKey, NewFileKey, StreamOpener, StreamSealer, TAG_BYTES};
use crypto::{DataKey, KeyId};
use kernel::{FileId, Secret};

use crate::error::BrokerError;
use crate::files::{FileError, FileStore, OpenFile};
use crate::ledger::Ledger;
use crate::protocol::{Answer, Attack};
use crate::service::Service;
use crate::vault::file_content_place;

/// What must be nowhere in what is stored.
const CANARY: &[u8] = b"canary-in-a-file-that-must-not-be-in-clear";
/// Two chunks and a bit.
const SIZE_BYTES: usize = 2 * CHUNK_BYTES + 5;
const SEALED_CHUNK: usize = CHUNK_BYTES + TAG_BYTES;
const TENANT: &str = "org_self_test";

/// Attacks a file of its own where files are stored: the same folder or bucket, and the same engine, as for every file.
/// It has no row, and is nobody's.
pub(crate) async fn test_files<L: Ledger>(service: &Service<L>) -> Result<Answer, BrokerError> {
    let (clock, chance) = (service.db.clock(), service.db.chance());
    let id = FileId::new(clock.now(), chance);
    let row = id.to_string();
    let place = file_content_place(TENANT, &row);
    let mut bytes = [0_u8; 32];
    chance.fill(&mut bytes);
    let data_key = DataKey::new(KeyId::new("dek_self_test"), &Secret::new(bytes));
    let key = NewFileKey::new(chance);
    let sealed_key = key.seal_by(&data_key, &place, chance);
    let mut sealer = StreamSealer::new(key, &place);
    let mut sealed = Vec::new();
    let content: Vec<u8> = CANARY.iter().copied().cycle().take(SIZE_BYTES).collect();
    sealer.write(&content, &mut sealed);
    let size_bytes = sealer.finish(&mut sealed);
    let key = FileKey::open_by(&data_key, data_key.id(), &sealed_key, &place)
        .map_err(|_| FileError::Altered(id))?;
    let opener = || StreamOpener::new(&key, &place, size_bytes);
    let attacked = attack(&service.files, (id, &opener), (&content, sealed)).await;
    let removed = service.files.remove(id).await;
    let (withstood, detail) = match (attacked, removed) {
        (Ok(through), Ok(())) if through.is_empty() => (
            true,
            "what was stored is sealed, opens as it was, and refused 5 attacks".to_owned(),
        ),
        (Ok(through), Ok(())) => (false, through.join(", ")),
        (Err(error), _) => return Err(error.into()),
        (_, Err(error)) => return Err(FileError::Store(error).into()),
    };
    let attack = Attack {
        claim: "VA-08".to_owned(),
        name: "stored_file".to_owned(),
        withstood,
        detail,
    };
    Ok(Answer::SelfTested {
        attacks: vec![attack],
    })
}

/// The attacks that came through.
async fn attack(
    store: &FileStore,
    (id, opener): (FileId, &impl Fn() -> StreamOpener),
    (content, sealed): (&[u8], Vec<u8>),
) -> Result<Vec<&'static str>, FileError> {
    let mut through = Vec::new();
    let stored = replace(store, id, &sealed).await?;
    if stored.windows(CANARY.len()).any(|bytes| bytes == CANARY) {
        through.push("what is stored is in clear");
    }
    if open(store, id, opener()).await? != content {
        through.push("it is not given back as it came");
    }
    let mut flipped = sealed.clone();
    if let Some(byte) = flipped.get_mut(SEALED_CHUNK + 9) {
        *byte ^= 1;
    }
    let mut swapped = sealed.clone();
    let (first, rest) = swapped.split_at_mut(SEALED_CHUNK);
    if let Some(second) = rest.get_mut(..SEALED_CHUNK) {
        first.swap_with_slice(second);
    }
    let cut = |bytes: usize| sealed.iter().copied().take(bytes).collect::<Vec<_>>();
    let mut longer = sealed.clone();
    longer.push(0);
    for (bytes, what) in [
        (flipped, "a flipped bit is not noticed"),
        (swapped, "chunks in another order are not noticed"),
        (
            cut(sealed.len() - 1),
            "a byte that is missing is not noticed",
        ),
        (
            cut(2 * SEALED_CHUNK),
            "a chunk that is missing is not noticed",
        ),
        (longer, "what goes on after its end is not noticed"),
    ] {
        replace(store, id, &bytes).await?;
        match open(store, id, opener()).await {
            Err(FileError::Altered(_)) => {}
            Ok(_) => through.push(what),
            Err(error) => return Err(error),
        }
    }
    // What refuses everything would have refused all of these.
    replace(store, id, &sealed).await?;
    if open(store, id, opener()).await? != content {
        through.push("it is not given back as it came once it is whole again");
    }
    Ok(through)
}

/// Stores these bytes in the place of those before, and returns what is there then: where it is something else, nothing
/// is attacked.
async fn replace(store: &FileStore, id: FileId, bytes: &[u8]) -> Result<Vec<u8>, FileError> {
    store.remove(id).await.map_err(FileError::Store)?;
    let incoming = store.create(id).await;
    let mut incoming = incoming.map_err(FileError::of_write)?;
    incoming.write(bytes).await.map_err(FileError::of_write)?;
    incoming.finish().await.map_err(FileError::of_write)?;
    let stored = store.read(id, 0..bytes.len() as u64).await;
    let stored = stored.map_err(FileError::Store)?;
    let size_bytes = stored.size();
    let stored = stored.rest().await.map_err(FileError::Store)?;
    if size_bytes == bytes.len() as u64 && stored == bytes {
        return Ok(stored);
    }
    let told = "it does not give back what was put there";
    Err(FileError::Store(io::Error::other(told)))
}

/// By the way that every download takes.
async fn open(store: &FileStore, id: FileId, opener: StreamOpener) -> Result<Vec<u8>, FileError> {
    let mut file = OpenFile::open(store, id, opener, (0, SIZE_BYTES as u64)).await?;
    let mut all = Vec::new();
    while let Some(bytes) = file.next().await? {
        all.extend(bytes);
    }
    Ok(all)
}
