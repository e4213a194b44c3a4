//! Starts Countersign and the example tracker, plays the main job, and leaves both running.

mod processes;
mod settings;
mod show;

use std::process::ExitCode;

use clap::Parser as _;
use demo::{Play, Problem, Report, TrackerOwner, play, unused_address};

use processes::{Countersign, Tracker};
use settings::{Args, Settings};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(Args::parse()).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(problem) => {
            show::problem(&problem);
            ExitCode::FAILURE
        }
    }
}

async fn run(args: Args) -> Result<bool, Problem> {
    let settings = Settings::prepare(&args)?;
    let mut report = Report::default();
    show::heading(&settings);
    let (server, step) = Countersign::start(&settings).await?;
    show::step(&step);
    report.steps.push(step);
    let owner = TrackerOwner {
        login: "demo-owner".to_owned(),
        password: settings.password.clone(),
        client_id: "countersign".to_owned(),
        client_secret: settings.client_secret.clone(),
    };
    let (tracker, step) = Tracker::start(&settings, &owner, &server.url).await?;
    show::step(&step);
    report.steps.push(step);
    let email = unused_address();
    let played = play(
        Play {
            base: &server.url,
            tracker: &tracker.url,
            tracker_owner: owner,
            email: &email,
            password: &settings.password,
            log: (&settings.log_name, settings.read_log()?),
        },
        |step| {
            show::step(&step);
            report.steps.push(step);
        },
    )
    .await;
    report.verify = server.verify(&settings).await?;
    show::controls(&report.verify);
    if let Some(file) = &args.report {
        let text = serde_json::to_vec_pretty(&report).unwrap_or_default();
        std::fs::write(file, text)
            .map_err(|error| Problem::Io(format!("{} cannot be written", file.display()), error))?;
    }
    let held = played.is_ok() && report.held();
    let played = match played {
        Ok(played) if !args.once => played,
        _ => {
            show::verdict(held);
            server.stop().await;
            tracker.stop().await;
            return Ok(held);
        }
    };
    let link = show::sign_in_link(&played.owner).await?;
    show::invitation(&settings, &server.url, &tracker.url, &link, &played);
    let _ = tokio::signal::ctrl_c().await;
    server.stop().await;
    tracker.stop().await;
    Ok(held)
}
