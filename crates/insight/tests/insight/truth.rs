//! Real logs against the figures that two independent tools agree on. The logs are not part of the
//! repository: `../shared/data` beside it holds them where they may be used.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::PathBuf;

use insight::{Format, Limits, Statistics, statistics, variants};
use serde_json::Value;

use crate::support::read_from;

fn data(file: &str) -> Option<PathBuf> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/data")
        .join(file);
    if path.exists() {
        return Some(path);
    }
    eprintln!(
        "SKIPPED: {} is absent, so this real log is not compared",
        path.display()
    );
    None
}

struct Compared {
    statistics: Statistics,
    truth: Value,
    all_variants: Vec<insight::Variant>,
}

fn load(name: &str) -> Option<Compared> {
    let log = data(&format!("{name}.xes.gz"))?;
    let truth = fs::read_to_string(data(&format!("{name}.truth.json"))?).unwrap();
    let log = read_from(File::open(log).unwrap(), &Format::Auto, &Limits::default()).unwrap();
    Some(Compared {
        statistics: statistics(&log),
        truth: serde_json::from_str(&truth).unwrap(),
        all_variants: variants(&log),
    })
}

#[track_caller]
fn same(found: f64, truth: &Value, what: &str) {
    let truth = truth
        .as_f64()
        .unwrap_or_else(|| panic!("{what} is no number in the truth"));
    let off = (found - truth).abs();
    assert!(
        off <= 1e-6 * truth.abs(),
        "{what}: found {found}, the truth is {truth}"
    );
}

#[track_caller]
fn equal(found: u64, truth: &Value, what: &str) {
    assert_eq!(Some(found), truth.as_u64(), "{what}");
}

fn counts(truth: &Value) -> BTreeMap<String, u64> {
    let pairs = truth.as_object().unwrap().iter();
    pairs
        .map(|(name, count)| (name.clone(), count.as_u64().unwrap()))
        .collect()
}

fn compare(name: &str) {
    let Some(compared) = load(name) else { return };
    let Compared {
        statistics: s,
        truth,
        ..
    } = &compared;
    for (found, key) in [
        (s.cases, "cases"),
        (s.events, "events"),
        (s.activities, "activities"),
        (s.resources, "resources"),
        (s.variants, "pm4py_variants"),
        (s.edges.len() as u64, "pm4py_dfg_edges"),
        (s.rework.cases_with_repeat, "cases_with_repeated_activity"),
    ] {
        equal(found, &truth[key], key);
    }
    for (found, key) in [
        (&s.first_event, "first_event"),
        (&s.last_event, "last_event"),
    ] {
        let truth = truth[key]
            .as_str()
            .unwrap()
            .replace(' ', "T")
            .replace("+00:00", "Z");
        assert_eq!(found.as_deref(), Some(truth.as_str()), "{key}");
    }
    for (found, key) in [
        (&s.start_activities, "pm4py_start_activities"),
        (&s.end_activities, "pm4py_end_activities"),
    ] {
        let found = found
            .iter()
            .map(|a| (a.activity.clone(), a.count))
            .collect::<BTreeMap<_, _>>();
        assert_eq!(found, counts(&truth[key]), "{key}");
    }
    durations(s, truth);
    edges(s, truth);
    ways(&compared);
    flow(s, &truth["flow"]);
}

fn durations(s: &Statistics, truth: &Value) {
    let d = &s.case_duration_s;
    let truth = &truth["pm4py_case_duration_s"];
    equal(d.n, &truth["n"], "n");
    for (found, key) in [
        (d.mean, "mean"),
        (d.p10, "p10"),
        (d.p25, "p25"),
        (d.p50, "p50"),
        (d.p75, "p75"),
        (d.p90, "p90"),
        (d.p95, "p95"),
        (d.min, "min"),
        (d.max, "max"),
    ] {
        same(found, &truth[key], &format!("case duration {key}"));
    }
}

fn edges(s: &Statistics, truth: &Value) {
    let of_file = &truth["file_order"];
    equal(s.edges.len() as u64, &of_file["edges"], "edges");
    equal(
        s.edges.iter().map(|edge| edge.count).sum(),
        &of_file["total"],
        "edge total",
    );
    equal(s.variants, &of_file["variants"], "variants in file order");
    equal(
        s.rework.self_loops,
        &of_file["self_loop_events"],
        "self loops",
    );
    let negative = s.edges.iter().filter(|edge| edge.min_s < 0.0).count() as u64;
    equal(negative, &of_file["negative_gaps"], "negative gaps");
    let top = of_file["top_edges"].as_array().unwrap();
    assert!(!top.is_empty());
    for truth in top {
        let (from, to) = (truth["a"].as_str().unwrap(), truth["b"].as_str().unwrap());
        let edge = s
            .edges
            .iter()
            .find(|edge| edge.from == from && edge.to == to)
            .unwrap();
        let what = format!("{from} → {to}");
        equal(edge.count, &truth["count"], &what);
        for (found, key) in [
            (edge.mean_s, "mean_s"),
            (edge.median_s, "median_s"),
            (edge.p90_s, "p90_s"),
            (edge.min_s, "min_s"),
            (edge.max_s, "max_s"),
        ] {
            same(found, &truth[key], &format!("{what} {key}"));
        }
    }
    let top = truth["pm4py_top_edges"].as_array().unwrap();
    for (edge, truth) in s.edges.iter().zip(top) {
        assert_eq!(Some(edge.from.as_str()), truth["a"].as_str());
        assert_eq!(Some(edge.to.as_str()), truth["b"].as_str());
        same(
            edge.total_s,
            &truth["perf_s"]["sum"],
            &format!("{} sum", edge.from),
        );
    }
}

fn ways(compared: &Compared) {
    let found: BTreeMap<_, _> = compared
        .all_variants
        .iter()
        .map(|v| (v.activities.clone(), v.count))
        .collect();
    assert_eq!(
        found.len() as u64,
        compared.statistics.variants,
        "variants are distinct"
    );
    assert_eq!(found.values().sum::<u64>(), compared.statistics.cases);
    for truth in compared.truth["pm4py_top_variants"].as_array().unwrap() {
        let way: Vec<String> = serde_json::from_value(truth["variant"].clone()).unwrap();
        equal(found[&way], &truth["count"], &way.join(" → "));
    }
    let top = &compared.statistics.top_variants;
    assert_eq!(top.as_slice(), &compared.all_variants[..top.len()]);
}

fn flow(s: &Statistics, truth: &Value) {
    let weeks = serde_json::to_value(&s.weeks).unwrap();
    assert_eq!(weeks, truth["weeks"], "weeks");
    let little = &truth["little"];
    same(s.little.span_s, &little["span_s"], "span");
    same(s.little.lambda_per_day, &little["lambda_per_day"], "lambda");
    same(s.little.w_mean_days, &little["W_mean_days"], "W");
    same(s.little.l_mean_wip, &little["L_mean_wip"], "L");
    let states = truth["state_time_ranking"].as_array().unwrap();
    assert_eq!(s.time_per_state.len(), states.len());
    for (state, truth) in s.time_per_state.iter().zip(states) {
        assert_eq!(
            Some(state.activity.as_str()),
            truth["step"].as_str(),
            "order of states"
        );
        equal(state.visits, &truth["visits"], "visits");
        equal(state.cases, &truth["cases"], "cases of a state");
        same(state.total_s, &truth["total_s"], "total of a state");
        same(state.share, &truth["share"], "share of a state");
        same(state.median_s, &truth["median_s"], "median of a state");
        same(state.p90_s, &truth["p90_s"], "p90 of a state");
    }
    let rework = &truth["rework"];
    equal(
        s.rework.cases_with_repeat,
        &rework["cases_with_repeat"],
        "cases with a repeat",
    );
    equal(s.rework.self_loops, &rework["self_loops"], "self loops");
    same(s.rework.share, &rework["share"], "share of rework");
    for truth in rework["top"].as_array().unwrap() {
        let step = s
            .rework
            .top
            .iter()
            .find(|step| Some(step.activity.as_str()) == truth["step"].as_str());
        equal(
            step.unwrap().cases,
            &truth["cases"],
            "cases that repeat a step",
        );
    }
}

#[test]
fn the_helpdesk_log_has_the_figures_that_independent_tools_found() {
    compare("helpdesk");
}

#[test]
fn the_road_traffic_fines_log_has_the_figures_that_independent_tools_found() {
    compare("road_traffic_fines");
}

#[test]
fn the_closing_timer_of_the_helpdesk_is_ranked_apart_from_waiting() {
    let Some(Compared { statistics, .. }) = load("helpdesk") else {
        return;
    };
    let by_total = statistics
        .edges
        .iter()
        .max_by(|a, b| a.total_s.total_cmp(&b.total_s))
        .unwrap();
    assert_eq!(
        (by_total.from.as_str(), by_total.to.as_str()),
        ("Resolve ticket", "Closed")
    );
    let worst = &statistics.bottlenecks[0];
    assert_eq!(worst.kind, insight::BottleneckKind::Waiting);
    assert_eq!(
        (worst.from.as_str(), worst.to.as_str()),
        ("Assign seriousness", "Take in charge ticket")
    );
    let timers: Vec<_> = timers(&statistics);
    assert_eq!(timers, [("Resolve ticket", "Closed")]);
}

#[test]
fn the_sixty_days_before_a_penalty_are_a_timer_and_the_collection_is_not() {
    let Some(Compared { statistics, .. }) = load("road_traffic_fines") else {
        return;
    };
    assert_eq!(
        timers(&statistics),
        [("Insert Fine Notification", "Add penalty")]
    );
    assert_eq!(statistics.bottlenecks[0].to, "Send for Credit Collection");
}

fn timers(statistics: &Statistics) -> Vec<(&str, &str)> {
    let timers = statistics
        .bottlenecks
        .iter()
        .filter(|b| b.kind == insight::BottleneckKind::Timer);
    timers.map(|b| (b.from.as_str(), b.to.as_str())).collect()
}
