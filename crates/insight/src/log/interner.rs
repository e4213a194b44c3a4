use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};

use super::Names;

/// Gives every distinct text one number. Hashing is seeded per interner, so a file cannot be
/// written to make its names collide.
#[derive(Debug, Default)]
pub(super) struct Interner {
    names: Names,
    index: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

/// Whether a name was there before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Interned {
    Known(u32),
    New(u32),
    /// The bounds of this dictionary leave no room for another name.
    Full,
    /// It is not UTF-8.
    NotText,
}

impl Interner {
    /// Takes bytes, since most names are known and then need no check of their encoding.
    pub(super) fn intern(&mut self, name: &[u8], max_names: usize, max_bytes: usize) -> Interned {
        let Self {
            names,
            index,
            hasher,
        } = self;
        let hash = hasher.hash_one(name);
        if let Some(&id) = index.find(hash, |&id| names.get(id).as_bytes() == name) {
            return Interned::Known(id);
        }
        let Ok(name) = std::str::from_utf8(name) else {
            return Interned::NotText;
        };
        if names.len() >= max_names || names.text_bytes() + name.len() > max_bytes {
            return Interned::Full;
        }
        let Some(id) = names.push(name) else {
            return Interned::Full;
        };
        index.insert_unique(hash, id, |&id| hasher.hash_one(names.get(id).as_bytes()));
        Interned::New(id)
    }

    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    pub(super) fn into_names(mut self) -> Names {
        self.names.shrink();
        self.names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_share_one_number_and_others_do_not() {
        let mut interner = Interner::default();
        assert_eq!(interner.intern("open".as_bytes(), 9, 99), Interned::New(0));
        assert_eq!(interner.intern("".as_bytes(), 9, 99), Interned::New(1));
        assert_eq!(
            interner.intern("öffnen".as_bytes(), 9, 99),
            Interned::New(2)
        );
        assert_eq!(
            interner.intern("open".as_bytes(), 9, 99),
            Interned::Known(0)
        );
        let names = interner.into_names();
        assert_eq!(names.iter().collect::<Vec<_>>(), ["open", "", "öffnen"]);
        assert_eq!(names.get(3), "");
    }

    #[test]
    fn a_full_dictionary_still_knows_its_names() {
        let mut interner = Interner::default();
        interner.intern("a".as_bytes(), 1, 99);
        assert_eq!(interner.intern("b".as_bytes(), 1, 99), Interned::Full);
        assert_eq!(interner.intern("a".as_bytes(), 1, 99), Interned::Known(0));
        assert_eq!(interner.intern("bb".as_bytes(), 9, 2), Interned::Full);
    }
}
