/// A run of events of one case, as the file has them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Block {
    /// The number of the case.
    pub(super) case: u32,
    /// One past the run's last event; it starts where the block before it ends.
    pub(super) end: u32,
}

/// Where each case starts, with one more for the end, and which event goes where, so that each
/// case's events lie together in the order of the file. A counting sort: linear, whatever the file
/// interleaves.
pub(super) fn gather(blocks: &[Block], cases: usize) -> (Vec<u32>, Vec<u32>) {
    let mut starts = vec![0_u32; cases + 1];
    let mut from = 0;
    for block in blocks {
        starts[block.case as usize + 1] += block.end - from;
        from = block.end;
    }
    for case in 1..starts.len() {
        starts[case] += starts[case - 1];
    }
    let mut next = starts.clone();
    let mut order = vec![0_u32; from as usize];
    let mut from = 0;
    for block in blocks {
        for event in from..block.end {
            let place = &mut next[block.case as usize];
            order[*place as usize] = event;
            *place += 1;
        }
        from = block.end;
    }
    (starts, order)
}

/// A column in the order that [`gather`] found.
pub(super) fn reordered<T: Copy>(column: &[T], order: &[u32]) -> Vec<T> {
    order.iter().map(|&event| column[event as usize]).collect()
}
