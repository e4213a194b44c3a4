/// Distinct texts, numbered from 0 in the order of their first appearance.
///
/// One allocation for all texts: a log of a million cases has a million names, and a `String`
/// each would cost more than its events.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    text: String,
    ends: Vec<u32>,
}

impl Names {
    /// How many names there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The name with this number; empty for a number that was never given out.
    pub fn get(&self, id: u32) -> &str {
        let Some(&end) = self.ends.get(id as usize) else {
            return "";
        };
        let start = match id {
            0 => 0,
            _ => self.ends.get(id as usize - 1).copied().unwrap_or(end),
        };
        self.text
            .get(start as usize..end as usize)
            .unwrap_or_default()
    }

    /// All names, in the order of their numbers.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0_u32..).take(self.len()).map(|id| self.get(id))
    }

    /// Bytes of all texts together.
    pub(super) fn text_bytes(&self) -> usize {
        self.text.len()
    }

    /// Appends a name and gives its number, or `None` when the numbers are used up.
    pub(super) fn push(&mut self, name: &str) -> Option<u32> {
        let id = u32::try_from(self.ends.len()).ok()?;
        let end = u32::try_from(self.text.len() + name.len()).ok()?;
        self.text.push_str(name);
        self.ends.push(end);
        Some(id)
    }

    /// Gives back what growing reserved and did not need.
    pub(super) fn shrink(&mut self) {
        self.text.shrink_to_fit();
        self.ends.shrink_to_fit();
    }
}
