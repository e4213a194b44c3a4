/// The elements that are open, outermost first. Names are kept byte for byte, since a closing tag
/// must repeat its opening one exactly, prefix and all.
#[derive(Debug, Default)]
pub(super) struct OpenElements {
    kinds: Vec<(Element, u32)>,
    names: Vec<u8>,
}

/// What an element means to the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Element {
    Log,
    Trace,
    Event,
    /// Attributes with attributes inside, globals, extensions, classifiers: nothing to read there.
    Other,
}

impl OpenElements {
    pub(super) fn depth(&self) -> usize {
        self.kinds.len()
    }

    pub(super) fn innermost(&self) -> Option<Element> {
        self.kinds.last().map(|&(element, _)| element)
    }

    pub(super) fn innermost_name(&self) -> &[u8] {
        let start = self.kinds.last().map_or(0, |&(_, start)| start as usize);
        self.names.get(start..).unwrap_or_default()
    }

    pub(super) fn push(&mut self, element: Element, name: &[u8]) {
        // Depth and tag length are bounded, so the names together stay far below 4 GiB.
        let start = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        self.kinds.push((element, start));
        self.names.extend_from_slice(name);
    }

    pub(super) fn pop(&mut self) -> Option<Element> {
        let (element, start) = self.kinds.pop()?;
        self.names.truncate(start as usize);
        Some(element)
    }
}
