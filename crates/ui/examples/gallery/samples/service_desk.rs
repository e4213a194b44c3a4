//! A simulated service desk: ten steps, made-up figures, four years of weeks.

use time::Duration;
use time::macros::date;
use ui::chart::{Activity, CycleTimes, Flow, Transition, Week};
use ui::insight::{Bottleneck, BottleneckKind, Variant};

use super::Ink;

const HOUR: f64 = 3_600.0;
const DAY: f64 = 24.0 * HOUR;
const STEPS: [(&str, u64, u64, u64); 10] = [
    ("Register", 4_212, 4_105, 0),
    ("Assign", 4_655, 107, 0),
    ("Diagnose", 4_918, 0, 12),
    ("Ask the customer for details", 1_310, 0, 20),
    ("Wait for supplier", 702, 0, 31),
    ("Resolve", 4_402, 0, 44),
    ("Confirm with the customer", 3_120, 0, 0),
    ("Close", 4_105, 0, 4_105),
    ("Reopen", 214, 0, 0),
    ("Escalate to the second line", 388, 0, 0),
];
const WAYS: [(usize, usize, u64, f64); 23] = [
    (0, 1, 4_020, 0.4 * HOUR),
    (0, 2, 192, 2.0 * HOUR),
    (1, 2, 4_381, 5.5 * HOUR),
    (1, 1, 274, 1.1 * HOUR),
    (2, 5, 3_122, 9.0 * HOUR),
    (2, 3, 1_102, 0.6 * HOUR),
    (2, 4, 402, 2.1 * DAY),
    (2, 9, 280, 7.0 * HOUR),
    (3, 2, 1_044, 3.2 * DAY),
    (3, 5, 198, 1.4 * DAY),
    (3, 3, 48, 7.0 * DAY),
    (4, 5, 512, 8.6 * DAY),
    (4, 2, 159, 4.4 * DAY),
    (5, 6, 3_120, 0.2 * HOUR),
    (5, 7, 1_140, 14.0 * DAY),
    (5, 4, 98, 1.9 * DAY),
    (6, 7, 2_906, 3.0 * DAY),
    (6, 8, 214, 26.0 * HOUR),
    (8, 1, 160, 3.0 * HOUR),
    (8, 2, 54, 4.0 * HOUR),
    (9, 5, 210, 1.8 * DAY),
    (9, 4, 121, 1.2 * DAY),
    (9, 3, 57, 5.0 * HOUR),
];

pub(crate) fn flow(ink: &Ink) -> Flow {
    Flow {
        activities: STEPS
            .iter()
            .map(|(name, count, starts, ends)| Activity {
                name: ink.t(name),
                count: *count,
                starts: *starts,
                ends: *ends,
            })
            .collect(),
        transitions: WAYS
            .iter()
            .map(|&(from, to, count, median_s)| Transition {
                from,
                to,
                count,
                median_s,
                p90_s: median_s * 2.7,
            })
            .collect(),
    }
}

/// The steps and ways that are at least so frequent.
pub(crate) fn frequent(whole: &Flow, (step, way): (u64, u64)) -> Flow {
    let kept: Vec<usize> = (0..whole.activities.len())
        .filter(|&index| whole.activities[index].count >= step)
        .collect();
    let place = |index: usize| kept.iter().position(|&kept| kept == index);
    let enough = |cases: u64| if cases >= way { cases } else { 0 };
    Flow {
        activities: kept
            .iter()
            .map(|&index| Activity {
                starts: enough(whole.activities[index].starts),
                ends: enough(whole.activities[index].ends),
                ..whole.activities[index].clone()
            })
            .collect(),
        transitions: whole
            .transitions
            .iter()
            .filter(|transition| transition.count >= way)
            .filter_map(|transition| {
                Some(Transition {
                    from: place(transition.from)?,
                    to: place(transition.to)?,
                    ..*transition
                })
            })
            .collect(),
    }
}

pub(crate) fn weeks() -> Vec<Week> {
    let mut open = 38_u64;
    (0..104_u64)
        .map(|index| {
            let season =
                [34, 38, 41, 45, 52, 49, 43, 39, 30, 26, 33, 37, 40][(index / 4 % 13) as usize];
            let arrived = season + index * 7 % 9;
            let completed = (season + index * 5 % 11)
                .min(open + arrived)
                .saturating_sub(u64::from(index % 13 == 3) * 18);
            let week = Week {
                starts_on: date!(2024 - 11 - 25) + Duration::weeks(index.cast_signed()),
                arrived,
                completed,
                open,
            };
            open = open + arrived - completed;
            week
        })
        .collect()
}

pub(crate) const CYCLE_TIMES: CycleTimes = CycleTimes {
    p10_s: 0.7 * DAY,
    p25_s: 2.3 * DAY,
    p50_s: 6.4 * DAY,
    p75_s: 14.8 * DAY,
    p90_s: 22.5 * DAY,
    p95_s: 31.0 * DAY,
    mean_s: 9.9 * DAY,
    max_s: 212.0 * DAY,
};

pub(crate) fn bottlenecks(ink: &Ink) -> Vec<Bottleneck> {
    let wait = |from, to, kind, sentence, count: u64, median_s: f64, share| Bottleneck {
        from: ink.t(from),
        to: ink.t(to),
        sentence: ink.t(sentence),
        kind,
        count,
        total_s: median_s * 1.3 * f64::from(u32::try_from(count).unwrap_or(u32::MAX)),
        median_s,
        p90_s: if kind == BottleneckKind::Timer {
            median_s
        } else {
            median_s * 2.7
        },
        share,
    };
    let lies = BottleneckKind::Waiting;
    vec![
        wait(
            "Wait for supplier",
            "Resolve",
            lies,
            "Half of 512 cases lie longer than 8 d 14 h until a supplier answers.",
            512,
            8.6 * DAY,
            0.21,
        ),
        wait(
            "Ask the customer for details",
            "Diagnose",
            lies,
            "Half of 1,044 cases lie longer than 3 d 5 h until the customer answers.",
            1_044,
            3.2 * DAY,
            0.16,
        ),
        wait(
            "Diagnose",
            "Wait for supplier",
            lies,
            "Half of 402 cases lie longer than 2 d 2 h before a supplier is asked.",
            402,
            2.1 * DAY,
            0.06,
        ),
        wait(
            "Diagnose",
            "Resolve",
            lies,
            "Half of 3,122 cases lie longer than 9 h.",
            3_122,
            9.0 * HOUR,
            0.05,
        ),
        wait(
            "Resolve",
            "Close",
            BottleneckKind::Timer,
            "Nine in ten of 1,140 cases wait 14 d to the minute: a rule closes them.",
            1_140,
            14.0 * DAY,
            0.44,
        ),
    ]
}

pub(crate) fn variants(ink: &Ink) -> Vec<Variant> {
    let variant = |steps: &[&str], count, share| Variant {
        steps: ink.all(steps),
        count,
        share,
    };
    vec![
        variant(
            &[
                "Register",
                "Assign",
                "Diagnose",
                "Resolve",
                "Confirm with the customer",
                "Close",
            ],
            1_904,
            0.452,
        ),
        variant(
            &["Register", "Assign", "Diagnose", "Resolve", "Close"],
            802,
            0.19,
        ),
        variant(
            &[
                "Register",
                "Assign",
                "Diagnose",
                "Ask the customer for details",
                "Diagnose",
                "Resolve",
                "Confirm with the customer",
                "Close",
            ],
            611,
            0.145,
        ),
        variant(
            &[
                "Register",
                "Assign",
                "Diagnose",
                "Wait for supplier",
                "Resolve",
                "Close",
            ],
            188,
            0.045,
        ),
        variant(
            &[
                "Register",
                "Assign",
                "Assign",
                "Diagnose",
                "Ask the customer for details",
                "Ask the customer for details",
                "Diagnose",
                "Escalate to the second line",
                "Wait for supplier",
                "Diagnose",
                "Resolve",
                "Confirm with the customer",
                "Reopen",
                "Assign",
                "Diagnose",
                "Resolve",
                "Close",
            ],
            2,
            0.0005,
        ),
    ]
}
