#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the demo talks to a person at a terminal"
)]

use demo::{Person, Played, Problem, Step};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::settings::Settings;

pub(crate) fn heading(settings: &Settings) {
    println!("Countersign: the main job, played on real data");
    println!("data in {}\n", settings.data_dir.display());
}

pub(crate) fn step(step: &Step) {
    let mark = if step.ok { "ok  " } else { "FAIL" };
    println!(
        "  {mark} {:<20} {:>6} ms  {}",
        step.name, step.ms, step.detail
    );
}

pub(crate) fn controls(verify: &Value) {
    let all = verify.as_array().map(Vec::as_slice).unwrap_or_default();
    let passed = all.iter().filter(|one| one["status"] == "pass").count();
    println!("\n  {passed} of {} controls pass", all.len());
    for one in all.iter().filter(|one| one["status"] != "pass") {
        println!(
            "  {} {} {}: {}",
            one["status"], one["claim"], one["control"], one["evidence"]
        );
    }
}

pub(crate) fn verdict(held: bool) {
    println!(
        "\n{}",
        if held {
            "Every step held."
        } else {
            "Not every step held."
        }
    );
}

pub(crate) async fn sign_in_link(owner: &Person) -> Result<String, Problem> {
    let made = owner
        .write(
            Method::POST,
            "/api/v1/sign-in-links",
            &json!({}),
            StatusCode::CREATED,
        )
        .await?;
    made["url"]
        .as_str()
        .map(str::to_owned)
        .ok_or_else(|| Problem::unexpected("the server made no sign-in link"))
}

pub(crate) fn invitation(
    settings: &Settings,
    server: &str,
    tracker: &str,
    link: &str,
    played: &Played,
) {
    println!(
        "\nGo on in your browser. Sign in with this link, once, within ten minutes:\n  {link}\n"
    );
    println!("Then:");
    println!(
        "  {server}{}   waits for your countersign",
        played.waiting_path
    );
    println!("  {server}{}   was approved and sent", played.proposal_path);
    println!("  {}   the ticket that it made", played.ticket);
    println!("  {server}{}   where work waits", played.log_path);
    println!("  {server}/trust   every claim that is checked, and those that are not yet");
    println!("  {tracker}   the example tracker");
    println!(
        "\nOn this machine: countersign verify --data-dir {}",
        settings.data_dir.display()
    );
    println!("Ctrl-C stops everything.");
}

pub(crate) fn problem(problem: &Problem) {
    eprintln!("error: {problem}");
    let mut source = std::error::Error::source(problem);
    while let Some(inner) = source {
        eprintln!("because: {inner}");
        source = inner.source();
    }
}
