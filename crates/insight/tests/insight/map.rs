use insight::{EventLog, Limits, LogBuilder, ProcessMap, process_map, statistics};
use proptest::prelude::*;

fn log(cases: &[&[&str]]) -> EventLog {
    let mut builder = LogBuilder::new(&Limits::default());
    for (number, activities) in cases.iter().enumerate() {
        for (hour, activity) in (0_i64..).zip(*activities) {
            builder.event(activity, None, hour * 3_600_000_000).unwrap();
        }
        builder.close_block(Some(&number.to_string())).unwrap();
    }
    builder.finish()
}

/// Whether every node can be reached from a start, and leads to an end.
fn is_connected(map: &ProcessMap) -> bool {
    let spread = |mut reached: Vec<bool>, forward: bool| {
        for _ in 0..map.nodes.len() {
            for edge in &map.edges {
                let (from, to) = if forward {
                    (edge.from, edge.to)
                } else {
                    (edge.to, edge.from)
                };
                reached[to] |= reached[from];
            }
        }
        reached.into_iter().all(|reached| reached)
    };
    spread(map.nodes.iter().map(|node| node.starts > 0).collect(), true)
        && spread(map.nodes.iter().map(|node| node.ends > 0).collect(), false)
}

#[test]
fn full_detail_shows_everything_and_none_only_the_main_road() {
    let mut cases: Vec<&[&str]> = vec![&["open", "work", "check", "close"]; 50];
    cases.extend([
        &["open", "work", "work", "close"][..],
        &["open", "lose", "find", "close"],
    ]);
    let statistics = statistics(&log(&cases));
    let all = process_map(&statistics, 1.0);
    assert_eq!(
        (all.nodes.len(), all.edges.len()),
        (6, statistics.edges.len())
    );
    assert_eq!((all.hidden_nodes, all.hidden_edges), (0, 0));
    assert_eq!(all.nodes.iter().map(|node| node.starts).sum::<u64>(), 52);
    assert_eq!(all.nodes.iter().map(|node| node.ends).sum::<u64>(), 52);
    let main = process_map(&statistics, 0.0);
    assert!(main.edges.len() < all.edges.len());
    assert_eq!(
        main.hidden_edges,
        (all.edges.len() - main.edges.len()) as u64
    );
    assert!(is_connected(&main));
    let first = &main.edges[0];
    assert_eq!(
        (first.count, main.nodes[first.from].activity.as_str()),
        (51, "open")
    );
    assert!((first.median_s - 3_600.0).abs() < 1e-9);
}

#[test]
fn the_main_road_leads_to_activities_that_a_few_cases_start_with() {
    let mut cases: Vec<&[&str]> = vec![&["open", "assign", "work", "close"]; 50];
    cases.extend([
        &["assign", "work", "close"][..],
        &["work"],
        &["close"],
        &["open"],
    ]);
    let main = process_map(&statistics(&log(&cases)), 0.0);
    let name = |at: usize| main.nodes[at].activity.as_str();
    let mut edges: Vec<_> = main
        .edges
        .iter()
        .map(|e| (name(e.from), name(e.to)))
        .collect();
    edges.sort_unstable();
    assert_eq!(
        edges,
        [("assign", "work"), ("open", "assign"), ("work", "close")]
    );
    let entered = main.nodes.iter().filter(|node| node.starts > 0);
    let entered: Vec<_> = entered.map(|node| node.activity.as_str()).collect();
    assert_eq!(entered, ["open"], "the rare starts are left out");
}

/// A case through so many activities in a row.
fn chain(length: usize) -> Vec<String> {
    (0..length).map(|step| format!("step {step:04}")).collect()
}

#[test]
fn a_log_of_hundreds_of_activities_keeps_to_what_a_picture_holds() {
    let names = chain(600);
    let cases: Vec<Vec<&str>> = names
        .iter()
        .map(|name| vec!["open", name.as_str(), "close"])
        .collect();
    let cases: Vec<&[&str]> = cases.iter().map(Vec::as_slice).collect();
    let map = process_map(&statistics(&log(&cases)), 1.0);
    assert!((50..=60).contains(&map.nodes.len()), "{}", map.nodes.len());
    assert_eq!(map.nodes.len() as u64 + map.hidden_nodes, 602);
    assert!(is_connected(&map));
}

#[test]
fn a_process_longer_than_any_picture_has_an_empty_map() {
    let names = chain(600);
    let case: Vec<&str> = names.iter().map(String::as_str).collect();
    let map = process_map(&statistics(&log(&[&case])), 0.5);
    assert!(map.nodes.is_empty() && map.edges.is_empty());
    assert_eq!((map.hidden_nodes, map.hidden_edges), (600, 599));
}

#[test]
fn an_empty_log_has_an_empty_map() {
    let map = process_map(
        &statistics(&LogBuilder::new(&Limits::default()).finish()),
        0.5,
    );
    assert!(map.nodes.is_empty() && map.edges.is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_node_shown_lies_on_a_way_from_a_start_to_an_end(
        cases in prop::collection::vec(prop::collection::vec(0..14_usize, 1..9), 1..40),
        details in prop::collection::vec(0.0..=1.0_f64, 2..5),
    ) {
        const NAMES: [&str; 14] =
            ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n"];
        let named: Vec<Vec<&str>> =
            cases.iter().map(|case| case.iter().map(|&at| NAMES[at]).collect()).collect();
        let borrowed: Vec<&[&str]> = named.iter().map(Vec::as_slice).collect();
        let statistics = statistics(&log(&borrowed));
        let mut details = details;
        details.sort_by(f64::total_cmp);
        let maps: Vec<_> = details.iter().map(|&detail| process_map(&statistics, detail)).collect();
        for map in &maps {
            prop_assert!(is_connected(map));
        }
        for pair in maps.windows(2) {
            prop_assert!(pair[0].nodes.len() <= pair[1].nodes.len());
        }
    }
}
