use std::collections::{BTreeMap, BTreeSet};

use super::FieldPath;
use super::field_path::Step;

/// The allow-list of an answer, as a tree. What it does not name is never built in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldTree {
    /// A scalar is kept; an object or array here is dropped.
    Scalar,
    /// A text is searched for the marker of a write, and only whether it holds it is kept.
    Probe,
    /// An object: these members.
    Object(BTreeMap<String, FieldTree>),
    /// An array: this of each item.
    Items(Box<FieldTree>),
    /// An array: this of each item that says what kind it is, and is of one of these kinds. Apps tell a change of
    /// state and a change of a text alike.
    Chosen {
        /// Of each.
        items: Box<FieldTree>,
        /// The member that says it.
        by: String,
        /// The kinds.
        kinds: BTreeSet<String>,
    },
}

/// Two paths ask one place to be two things.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Conflict;

impl FieldTree {
    /// Nothing is kept.
    pub const fn nothing() -> Self {
        Self::Object(BTreeMap::new())
    }

    /// Whether anything is kept at all.
    pub fn is_nothing(&self) -> bool {
        matches!(self, Self::Object(members) if members.is_empty())
    }

    /// Adds a place whose scalar is kept.
    ///
    /// # Errors
    /// [`Conflict`] when the place is something else already, or is named twice.
    pub fn keep(&mut self, path: &FieldPath) -> Result<(), Conflict> {
        self.add(path.steps(), Self::Scalar)
    }

    /// Adds a place whose text is searched and dropped.
    ///
    /// # Errors
    /// [`Conflict`] when the place is something else already, or is named twice.
    pub fn probe(&mut self, path: &FieldPath) -> Result<(), Conflict> {
        self.add(path.steps(), Self::Probe)
    }

    /// Keeps of the list at `path`, whose items end in `[]`, the items that say one of `kinds` at their member `by`.
    ///
    /// # Errors
    /// [`Conflict`] when there is no such list, no such member of an item is kept, or its items are chosen already.
    pub(crate) fn choose(
        &mut self,
        path: &FieldPath,
        (by, kinds): (&str, BTreeSet<String>),
    ) -> Result<(), Conflict> {
        let (last, above) = path.steps().split_last().ok_or(Conflict)?;
        let list = above
            .iter()
            .try_fold(self, |tree, step| match (tree, step) {
                (Self::Object(members), Step::Key(key)) => members.get_mut(key),
                (Self::Items(items) | Self::Chosen { items, .. }, Step::Items) => {
                    Some(&mut **items)
                }
                _ => None,
            });
        let (Step::Items, Some(list)) = (last, list) else {
            return Err(Conflict);
        };
        let Self::Items(items) = &mut *list else {
            return Err(Conflict);
        };
        if items.at(&FieldPath::of_key(by)) != Some(&Self::Scalar) {
            return Err(Conflict);
        }
        let items = std::mem::replace(&mut **items, Self::nothing());
        *list = Self::Chosen {
            items: Box::new(items),
            by: by.to_owned(),
            kinds,
        };
        Ok(())
    }

    /// Whether the answer is a list.
    pub(crate) const fn is_list(&self) -> bool {
        matches!(self, Self::Items(_) | Self::Chosen { .. })
    }

    /// Whether anything of the member of this name is kept.
    pub(crate) fn has(&self, key: &str) -> bool {
        matches!(self, Self::Object(members) if members.contains_key(key))
    }

    /// What is kept at `path`.
    pub(crate) fn at(&self, path: &FieldPath) -> Option<&Self> {
        path.steps()
            .iter()
            .try_fold(self, |tree, step| match (tree, step) {
                (Self::Object(members), Step::Key(key)) => members.get(key),
                (Self::Items(items) | Self::Chosen { items, .. }, Step::Items) => Some(&**items),
                _ => None,
            })
    }

    fn add(&mut self, steps: &[Step], leaf: Self) -> Result<(), Conflict> {
        let Some((step, rest)) = steps.split_first() else {
            if !self.is_nothing() {
                return Err(Conflict);
            }
            *self = leaf;
            return Ok(());
        };
        match step {
            Step::Items => {
                if self.is_nothing() {
                    *self = Self::Items(Box::new(Self::nothing()));
                }
                let Self::Items(items) = self else {
                    return Err(Conflict);
                };
                items.add(rest, leaf)
            }
            Step::Key(key) => {
                let Self::Object(members) = self else {
                    return Err(Conflict);
                };
                members
                    .entry(key.clone())
                    .or_insert_with(Self::nothing)
                    .add(rest, leaf)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(paths: &[&str]) -> Result<FieldTree, Conflict> {
        let mut tree = FieldTree::nothing();
        for path in paths {
            tree.keep(&FieldPath::parse(path).unwrap())?;
        }
        Ok(tree)
    }

    #[test]
    fn one_place_is_one_thing() {
        assert!(tree(&["[].a", "[].b.c", "[].b.d", "[].e[].f", "[].e[].g"]).is_ok());
        for conflict in [
            &["a", "a"][..],
            &["a", "a.b"],
            &["a.b", "a"],
            &["a[]", "a.b"],
            &["a[].b", "a[]"],
            &["[].a", "a"],
        ] {
            assert_eq!(tree(conflict), Err(Conflict), "{conflict:?}");
        }
    }

    #[test]
    fn items_are_chosen_once_by_what_is_kept_of_them() {
        let chosen = |path: &str, by: &str| {
            let mut tree = tree(&["a[].b[].kind", "a[].b[].to", "a[].c.kind"]).unwrap();
            let path = FieldPath::parse(path).unwrap();
            let kinds: BTreeSet<String> = ["state".to_owned()].into();
            let first = tree.choose(&path, (by, kinds.clone()));
            first.map(|()| (tree.choose(&path, (by, kinds)), tree))
        };
        let (again, tree) = chosen("a[].b[]", "kind").unwrap();
        assert_eq!(again, Err(Conflict));
        let to = FieldPath::parse("a[].b[].to").unwrap();
        assert_eq!(tree.at(&to), Some(&FieldTree::Scalar));
        for (path, by) in [
            ("a[].b[]", "other"),
            ("a[].b", "kind"),
            ("a[].c[]", "kind"),
            ("a[].c", "kind"),
            ("b[]", "kind"),
            ("a[]", "b"),
        ] {
            assert!(chosen(path, by).is_err(), "{path} by {by}");
        }
    }
}
