//! Another implementation gives the same roots and proofs, to the byte, at every size.

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use sha2::Sha256;

use super::{ConsistencyProof, InclusionProof};
use crate::merkle::{FullTree, Hash, leaf_hash};

const LARGEST: u8 = 40;

fn both(size: u8) -> (FullTree, MemoryBackedTree<Sha256, [u8; 1]>) {
    let mut theirs = MemoryBackedTree::new();
    (0..size).for_each(|number| theirs.push([number]));
    let leaves: Vec<_> = (0..size).map(|number| leaf_hash(&[number])).collect();
    (FullTree::build(&leaves), theirs)
}

fn bytes(path: &[Hash]) -> Vec<u8> {
    path.iter().flat_map(|hash| *hash.as_bytes()).collect()
}

#[test]
fn roots_and_inclusion_proofs_are_those_of_another_implementation() {
    for size in 1..=LARGEST {
        let (ours, theirs) = both(size);
        assert_eq!(
            ours.root().as_bytes().as_slice(),
            theirs.root().as_bytes().as_slice()
        );
        for index in 0..size {
            let proof = InclusionProof::build(index.into(), size.into(), &ours).unwrap();
            assert_eq!(
                bytes(&proof.path),
                theirs.prove_inclusion(index.into()).as_bytes()
            );
        }
    }
}

#[test]
fn consistency_proofs_are_those_of_another_implementation() {
    for second in 1..=LARGEST {
        let (ours, theirs) = both(second);
        for first in 1..second {
            let proof = ConsistencyProof::build(first.into(), second.into(), &ours).unwrap();
            let added = usize::from(second - first);
            assert_eq!(
                bytes(&proof.path),
                theirs.prove_consistency(added).as_bytes()
            );
        }
    }
}
