use std::collections::BTreeSet;

use super::{Detail, Flow, Transition};

/// More than this, no reader and no layout tells one from another.
const MOST_ACTIVITIES: usize = 60;
const MOST_TRANSITIONS: usize = 160;
/// A log of few steps shows all of them in every detail but the coarsest.
const FEW_ACTIVITIES: usize = 6;

/// What stays of a flow.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Kept {
    /// Indexes of activities, ascending.
    pub(super) activities: Vec<usize>,
    /// The most frequent first.
    pub(super) transitions: Vec<Transition>,
    /// Activities with an arrow from the start.
    pub(super) starts: Vec<usize>,
    /// Activities with an arrow to the end.
    pub(super) ends: Vec<usize>,
}

/// Leaves out the rare, and never leaves a step without a way to it and from it.
pub(super) fn simplify(flow: &Flow, detail: Detail) -> Kept {
    let activities = activities(flow, detail);
    let here: BTreeSet<usize> = activities.iter().copied().collect();
    let mut candidates: Vec<Transition> = flow
        .transitions
        .iter()
        .filter(|t| t.count > 0 && here.contains(&t.from) && here.contains(&t.to))
        .copied()
        .collect();
    candidates.sort_by_key(|t| (std::cmp::Reverse(t.count), t.from, t.to));
    let mut keep = covering(&candidates, detail.coverage());
    for &index in &activities {
        let activity = &flow.activities[index];
        let strongest = |matches: fn(&Transition) -> usize, without: u64| {
            // A step where most cases begin needs no way to it, and one where most end none from it.
            candidates
                .iter()
                .position(|t| t.from != t.to && matches(t) == index)
                .filter(|&position| candidates[position].count > without)
        };
        keep.extend(strongest(|t| t.from, activity.ends));
        keep.extend(strongest(|t| t.to, activity.starts));
    }
    let transitions = keep
        .into_iter()
        .take(MOST_TRANSITIONS)
        .map(|index| candidates[index])
        .collect();
    let bounds =
        |count: fn(&super::Activity) -> u64| edge_of_process(flow, &activities, detail, count);
    Kept {
        starts: bounds(|a| a.starts),
        ends: bounds(|a| a.ends),
        activities,
        transitions,
    }
}

fn activities(flow: &Flow, detail: Detail) -> Vec<usize> {
    // Rare steps clutter more than rare ways: a step goes only when very few events are of it.
    let share = 1.0 - (1.0 - detail.coverage().max(0.6)).powi(2);
    let mut order: Vec<usize> = (0..flow.activities.len()).collect();
    order.sort_by_key(|&index| (std::cmp::Reverse(flow.activities[index].count), index));
    let counts: Vec<u64> = order
        .iter()
        .map(|&index| flow.activities[index].count)
        .collect();
    let enough = prefix(&counts, share).clamp(FEW_ACTIVITIES, MOST_ACTIVITIES);
    order.truncate(enough);
    order.sort_unstable();
    order
}

fn covering(sorted: &[Transition], share: f64) -> BTreeSet<usize> {
    let counts: Vec<u64> = sorted.iter().map(|t| t.count).collect();
    (0..prefix(&counts, share)).collect()
}

fn edge_of_process(
    flow: &Flow,
    activities: &[usize],
    detail: Detail,
    count: fn(&super::Activity) -> u64,
) -> Vec<usize> {
    let mut order: Vec<usize> = activities
        .iter()
        .copied()
        .filter(|&index| count(&flow.activities[index]) > 0)
        .collect();
    order.sort_by_key(|&index| (std::cmp::Reverse(count(&flow.activities[index])), index));
    let counts: Vec<u64> = order
        .iter()
        .map(|&index| count(&flow.activities[index]))
        .collect();
    order.truncate(prefix(&counts, detail.coverage()).max(1));
    order
}

/// How many of the counts, from the first, it takes to reach `share` of their sum.
#[expect(clippy::cast_precision_loss, reason = "a share of a sum")]
fn prefix(counts: &[u64], share: f64) -> usize {
    let goal = counts.iter().sum::<u64>() as f64 * share;
    let mut reached = 0.0;
    counts
        .iter()
        .take_while(|count| {
            let missing = reached < goal;
            reached += **count as f64;
            missing
        })
        .count()
}

#[cfg(test)]
mod tests {
    use super::super::tests::flow;
    use super::*;

    #[test]
    fn the_main_path_keeps_one_way_to_and_from_each_step() {
        let flow = flow(
            3,
            &[
                (0, 1, 90, 1.0),
                (1, 2, 80, 1.0),
                (0, 2, 10, 1.0),
                (1, 1, 5, 1.0),
            ],
        );
        let kept = simplify(&flow, Detail::Main);
        let ways: Vec<_> = kept.transitions.iter().map(|t| (t.from, t.to)).collect();
        assert_eq!(ways, [(0, 1), (1, 2)]);
        assert_eq!((kept.starts, kept.ends), (vec![0], vec![2]));
    }

    #[test]
    fn a_rare_way_back_from_the_last_step_is_not_drawn_to_keep_it_connected() {
        let flow = flow(3, &[(0, 1, 90, 1.0), (1, 2, 80, 1.0), (2, 0, 2, 1.0)]);
        let kept = simplify(&flow, Detail::Common);
        assert!(
            kept.transitions.iter().all(|t| t.from != 2),
            "{:?}",
            kept.transitions
        );
    }

    #[test]
    fn everything_keeps_every_way() {
        let flow = flow(
            3,
            &[
                (0, 1, 90, 1.0),
                (1, 2, 80, 1.0),
                (0, 2, 10, 1.0),
                (1, 1, 5, 1.0),
            ],
        );
        assert_eq!(simplify(&flow, Detail::All).transitions.len(), 4);
    }

    #[test]
    fn a_log_of_hundreds_of_steps_stays_readable() {
        let edges: Vec<_> = (0..599).map(|n| (n, n + 1, 10, 1.0)).collect();
        let kept = simplify(&flow(600, &edges), Detail::All);
        assert_eq!(kept.activities.len(), MOST_ACTIVITIES);
        assert!(kept.transitions.len() <= MOST_TRANSITIONS);
    }

    #[test]
    fn ways_to_steps_that_do_not_exist_are_left_out() {
        assert!(
            simplify(&flow(2, &[(0, 7, 10, 1.0)]), Detail::All)
                .transitions
                .is_empty()
        );
    }
}
