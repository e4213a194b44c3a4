//! The simulated log that the repository ships.

#[path = "../../examples/simulate/simulation/mod.rs"]
mod simulation;

use std::fs::{self, File};
use std::io::Read;
use std::path::PathBuf;

use flate2::read::GzDecoder;
use insight::{BottleneckKind, Format, Limits, statistics};

use crate::support::read_from;

fn shipped() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../examples/logs/helpdesk-simulated.xes.gz")
}

#[test]
fn the_shipped_log_is_what_the_program_beside_it_makes() {
    let mut text = String::new();
    GzDecoder::new(File::open(shipped()).unwrap())
        .read_to_string(&mut text)
        .unwrap();
    assert!(
        text == simulation::xes(&simulation::run()),
        "run the example `simulate` again"
    );
    assert!(text.contains("SIMULATED") && text.contains("key=\"simulated\" value=\"true\""));
}

#[test]
fn the_shipped_log_holds_what_its_readme_says() {
    let log = read_from(
        File::open(shipped()).unwrap(),
        &Format::Auto,
        &Limits::default(),
    )
    .unwrap();
    let statistics = statistics(&log);
    let readme = fs::read_to_string(shipped().with_file_name("README.md")).unwrap();
    let [cases, events] = [statistics.cases, statistics.events].map(kernel::words::count);
    let sizes = format!("{cases} cases, {events} events, {}", statistics.activities);
    assert!(readme.contains(&sizes), "the README should say: {sizes}");
    assert_eq!(statistics.resources, 12);
    assert!(
        log.resource_names()
            .iter()
            .all(|name| name.starts_with("agent-"))
    );
    assert!(log.notes().times_without_offset == 0 && log.notes().continued_cases == 0);

    let worst = &statistics.bottlenecks[0];
    assert_eq!(
        (worst.from.as_str(), worst.to.as_str()),
        ("Escalate", "Analyse")
    );
    let timers: Vec<_> = statistics
        .bottlenecks
        .iter()
        .filter(|b| b.kind == BottleneckKind::Timer)
        .collect();
    assert_eq!(timers.len(), 1);
    assert_eq!(timers[0].to, "Close ticket");
}

#[test]
fn people_work_on_weekdays_from_eight_to_five() {
    for event in simulation::run()
        .iter()
        .filter(|event| event.agent.is_some())
    {
        let (day, second) = (
            event.time_s.div_euclid(86_400),
            event.time_s.rem_euclid(86_400),
        );
        assert!((day + 3) % 7 < 5, "{} on a weekend", event.activity);
        assert!(
            (8 * 3_600..18 * 3_600).contains(&second),
            "{} at {second}",
            event.activity
        );
    }
}
