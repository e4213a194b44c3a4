use kernel::{Secret, SystemRng};
use proptest::prelude::*;

use super::*;
use crate::envelope::{Context, DataKey, KeyId};

const HOME: Context<'static> = Context {
    tenant: "org_a",
    table: "broker.files",
    field: "content",
    row: "fil_1",
    version: 1,
};

fn data_key() -> DataKey {
    DataKey::new(KeyId::new("dek_1"), &Secret::new([3; 32]))
}

/// Seals `plain` in pieces, and gives what opens it.
fn seal(plain: &[u8], piece: usize) -> (Vec<u8>, FileKey) {
    let data_key = data_key();
    let key = NewFileKey::new(&SystemRng);
    let sealed_key = key.seal_by(&data_key, &HOME, &SystemRng);
    let mut sealer = StreamSealer::new(key, &HOME);
    let mut sealed = Vec::new();
    for bytes in plain.chunks(piece.max(1)) {
        sealer.write(bytes, &mut sealed);
    }
    assert_eq!(sealer.finish(&mut sealed), plain.len() as u64);
    assert_eq!(sealed.len() as u64, sealed_size(plain.len() as u64));
    let key = FileKey::open_by(&data_key, data_key.id(), &sealed_key, &HOME).unwrap();
    (sealed, key)
}

/// Opens a part of what stands in a store, as the broker does.
fn open(
    (sealed, key, place): (&[u8], &FileKey, &Context<'_>),
    size: u64,
    (offset, length): (u64, u64),
    piece: usize,
) -> Result<Vec<u8>, StreamError> {
    let opener = StreamOpener::new(key, place, size);
    if opener.sealed_size() != sealed.len() as u64 {
        return Err(StreamError::Altered);
    }
    let end = opener.end();
    let end =
        sealed[usize::try_from(end.start).unwrap()..usize::try_from(end.end).unwrap()].to_vec();
    let mut range = opener.verify_end(end)?.range(offset, length)?;
    let taken = range.sealed_bytes();
    let taken = usize::try_from(taken.start).unwrap()..usize::try_from(taken.end).unwrap();
    let mut out = Vec::new();
    for bytes in sealed[taken].chunks(piece.max(1)) {
        range.write(bytes, &mut out)?;
    }
    range.finish()?;
    Ok(out)
}

fn whole(sealed: &[u8], key: &FileKey, size: usize) -> Result<Vec<u8>, StreamError> {
    let size = size as u64;
    open((sealed, key, &HOME), size, (0, size), 1 << 20)
}

fn file(size: usize) -> Vec<u8> {
    (0..size).map(|n| u8::try_from(n % 251).unwrap()).collect()
}

/// Around each edge that there is.
const SIZES: [usize; 8] = [
    0,
    1,
    CHUNK_BYTES - 1,
    CHUNK_BYTES,
    CHUNK_BYTES + 1,
    2 * CHUNK_BYTES,
    3 * CHUNK_BYTES - 1,
    3 * CHUNK_BYTES + 5,
];

#[test]
fn a_file_of_any_size_opens_as_it_was() {
    for size in SIZES {
        let plain = file(size);
        let (sealed, key) = seal(&plain, 1000);
        assert_eq!(whole(&sealed, &key, size), Ok(plain), "{size}");
    }
}

#[test]
fn a_file_of_another_length_than_was_sealed_does_not_open() {
    for size in SIZES {
        let (sealed, key) = seal(&file(size), 1 << 20);
        for cut in [
            1,
            TAG_BYTES,
            TAG_BYTES + 1,
            CHUNK_BYTES,
            CHUNK_BYTES + TAG_BYTES,
        ] {
            let Some(left) = sealed.len().checked_sub(cut) else {
                continue;
            };
            let cut_file = &sealed[..left];
            assert_eq!(whole(cut_file, &key, size), Err(StreamError::Altered));
            // Nor where the row says the shorter length.
            for said in 0..=size.min(3) {
                assert!(whole(cut_file, &key, size - said).is_err());
            }
            let chunks = left.div_ceil(CHUNK_BYTES + TAG_BYTES);
            if let Some(said) = left.checked_sub(chunks * TAG_BYTES) {
                assert!(whole(cut_file, &key, said).is_err(), "{size} as {said}");
            }
        }
        let mut longer = sealed.clone();
        longer.push(0);
        assert!(whole(&longer, &key, size).is_err());
        assert!(whole(&longer, &key, size + 1).is_err());
    }
}

#[test]
fn chunks_that_were_moved_repeated_or_left_out_do_not_open() {
    let size = 4 * CHUNK_BYTES;
    let (sealed, key) = seal(&file(size), 1 << 20);
    let chunks: Vec<&[u8]> = sealed.chunks(CHUNK_BYTES + TAG_BYTES).collect();
    for order in [
        vec![1, 0, 2, 3],
        vec![0, 0, 2, 3],
        vec![0, 1, 3, 2],
        vec![3, 1, 2, 3],
        vec![0, 1, 2],
        vec![0, 2, 3],
        vec![0, 1, 2, 3, 3],
        vec![],
    ] {
        let moved: Vec<u8> = order.iter().flat_map(|n| chunks[*n].to_vec()).collect();
        assert_eq!(whole(&moved, &key, size), Err(StreamError::Altered));
        // Nor as the file of that many chunks.
        let said = order.len() * CHUNK_BYTES;
        assert_eq!(
            whole(&moved, &key, said),
            Err(StreamError::Altered),
            "{order:?}"
        );
    }
}

#[test]
fn a_chunk_of_another_file_does_not_open() {
    let size = 2 * CHUNK_BYTES;
    let (mut sealed, key) = seal(&file(size), 1 << 20);
    let (other, other_key) = seal(&file(size), 1 << 20);
    assert_eq!(whole(&other, &key, size), Err(StreamError::Altered));
    assert_eq!(whole(&sealed, &other_key, size), Err(StreamError::Altered));
    sealed[..CHUNK_BYTES + TAG_BYTES].copy_from_slice(&other[..CHUNK_BYTES + TAG_BYTES]);
    assert_eq!(whole(&sealed, &key, size), Err(StreamError::Altered));
}

#[test]
fn a_file_moved_to_any_other_place_does_not_open() {
    let (sealed, key) = seal(b"rows", 4);
    for elsewhere in [
        Context {
            tenant: "org_b",
            ..HOME
        },
        Context {
            table: "broker.file",
            ..HOME
        },
        Context {
            field: "name",
            ..HOME
        },
        Context {
            row: "fil_2",
            ..HOME
        },
        Context { version: 2, ..HOME },
    ] {
        let moved = open((&sealed, &key, &elsewhere), 4, (0, 4), 4);
        assert_eq!(moved, Err(StreamError::Altered));
        let opened = FileKey::open_by(&data_key(), data_key().id(), &sealed_key(), &elsewhere);
        assert!(opened.is_err());
    }
    assert!(open((&sealed, &key, &HOME), 4, (0, 4), 4).is_ok());
}

fn sealed_key() -> crate::Sealed {
    NewFileKey::new(&SystemRng).seal_by(&data_key(), &HOME, &SystemRng)
}

#[test]
fn every_flipped_bit_of_a_small_file_is_noticed() {
    let (sealed, key) = seal(b"a few rows", 3);
    for bit in 0..sealed.len() * 8 {
        let mut flipped = sealed.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(whole(&flipped, &key, 10), Err(StreamError::Altered));
    }
}

#[test]
fn no_byte_is_given_of_a_chunk_that_was_altered() {
    let size = 3 * CHUNK_BYTES;
    let (mut sealed, key) = seal(&file(size), 1 << 20);
    sealed[CHUNK_BYTES + TAG_BYTES + 7] ^= 1;
    let opener = StreamOpener::new(&key, &HOME, size as u64);
    let end = usize::try_from(opener.end().start).unwrap();
    let opened = opener.verify_end(sealed[end..].to_vec()).unwrap();
    let mut range = opened.range(0, size as u64).unwrap();
    let mut out = Vec::new();
    assert_eq!(range.write(&sealed, &mut out), Err(StreamError::Altered));
    assert_eq!(out, file(CHUNK_BYTES));
}

#[test]
fn a_part_that_ends_too_early_or_goes_on_is_refused() {
    let size = 3 * CHUNK_BYTES;
    let (sealed, key) = seal(&file(size), 1 << 20);
    let range = || {
        let opener = StreamOpener::new(&key, &HOME, size as u64);
        let end = usize::try_from(opener.end().start).unwrap();
        let opened = opener.verify_end(sealed[end..].to_vec()).unwrap();
        opened.range(0, CHUNK_BYTES as u64).unwrap()
    };
    let mut early = range();
    early
        .write(&sealed[..CHUNK_BYTES], &mut Vec::new())
        .unwrap();
    assert_eq!(early.finish(), Err(StreamError::Altered));
    let mut more = range();
    let taken = &sealed[..=CHUNK_BYTES + TAG_BYTES];
    assert_eq!(
        more.write(taken, &mut Vec::new()),
        Err(StreamError::Altered)
    );
}

#[test]
fn only_the_chunks_of_a_part_are_read() {
    let (_, key) = seal(b"", 1);
    let size = 10 * CHUNK;
    let keyed = || VerifiedStream(StreamOpener::new(&key, &HOME, size).0);
    let chunk = SEALED_CHUNK;
    for (offset, length, from, to) in [
        (0, 1, 0, 1),
        (0, CHUNK, 0, 1),
        (0, CHUNK + 1, 0, 2),
        (CHUNK - 1, 2, 0, 2),
        (CHUNK, CHUNK, 1, 2),
        (9 * CHUNK + 5, 10, 9, 10),
    ] {
        let range = keyed().range(offset, length).unwrap();
        assert_eq!(range.sealed_bytes(), from * chunk..to * chunk);
    }
    for (offset, length) in [(0, size + 1), (size, 1), (u64::MAX, 1), (1, u64::MAX)] {
        let refused = keyed().range(offset, length);
        assert_eq!(refused.unwrap_err(), StreamError::OutOfRange);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// The model is a slice of the file itself.
    #[test]
    fn any_part_of_any_file_is_that_part(
        size in prop_oneof![0..300usize, CHUNK_BYTES - 40..CHUNK_BYTES + 40, 0..4 * CHUNK_BYTES],
        (from, to) in (0.0..=1.0f64, 0.0..=1.0f64),
        (sealed_by, opened_by) in (1..200_000usize, 1..200_000usize),
    ) {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a place in a small file")]
        let at = |part: f64| (part * size as f64) as usize;
        let (from, to) = (at(from.min(to)), at(from.max(to)));
        let plain = file(size);
        let (sealed, key) = seal(&plain, sealed_by);
        let part = (from as u64, (to - from) as u64);
        let opened = open((&sealed, &key, &HOME), size as u64, part, opened_by);
        prop_assert_eq!(opened.unwrap(), &plain[from..to]);
    }

    #[test]
    fn any_change_of_a_file_is_noticed(
        size in 0..3 * CHUNK_BYTES,
        place in any::<prop::sample::Index>(),
        change in 1..=255u8,
    ) {
        let (mut sealed, key) = seal(&file(size), 50_000);
        let place = place.index(sealed.len());
        sealed[place] ^= change;
        prop_assert_eq!(whole(&sealed, &key, size), Err(StreamError::Altered));
    }

    #[test]
    fn no_bytes_make_the_opener_panic(
        bytes in prop::collection::vec(any::<u8>(), 0..2000), size in any::<u64>(),
        offset in any::<u64>(), length in any::<u64>(),
    ) {
        let (_, key) = seal(b"", 1);
        let opened = StreamOpener::new(&key, &HOME, size).verify_end(bytes.clone());
        prop_assert!(opened.is_err());
        let stream = VerifiedStream(StreamOpener::new(&key, &HOME, size).0);
        if let Ok(mut range) = stream.range(offset, length) {
            let _ = range.write(&bytes, &mut Vec::new());
        }
    }
}
