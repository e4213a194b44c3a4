//! Starts Countersign and the example tracker, plays the main job, and leaves both running.

mod data_dir;
mod processes;
mod settings;
mod show;

use std::process::ExitCode;

use clap::Parser as _;
use demo::{Play, Played, Problem, Report, TrackerOwner, play, unused_address};
use tokio::signal::unix::{Signal, SignalKind, signal};

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
    let mut stop =
        Stop::listen().map_err(|error| Problem::Io("signals cannot be heard".to_owned(), error))?;
    let settings = Settings::prepare(&args)?;
    show::heading(&settings);
    let mut report = Report::default();
    // Whatever was started when a signal comes ends with what is dropped here.
    let (server, tracker, owner) = tokio::select! {
        started = start(&settings, &mut report) => started?,
        () = stop.asked() => return Ok(false),
    };
    let outcome = tokio::select! {
        outcome = main_job(&args, &settings, (&server, &tracker), owner, &mut report) => outcome,
        () = stop.asked() => Ok(None),
    };
    let held = match outcome {
        Ok(Some(Outcome {
            held,
            played: Some(played),
        })) if !args.once => {
            let invited = invite(&settings, (&server, &tracker), &played).await;
            if invited.is_ok() {
                stop.asked().await;
            }
            invited.map(|()| held)
        }
        Ok(Some(Outcome { held, .. })) => {
            show::verdict(held);
            Ok(held)
        }
        Ok(None) => Ok(false),
        Err(problem) => Err(problem),
    };
    server.stop().await;
    tracker.stop().await;
    held
}

async fn start(
    settings: &Settings,
    report: &mut Report,
) -> Result<(Countersign, Tracker, TrackerOwner), Problem> {
    let (server, step) = Countersign::start(settings).await?;
    show::step(&step);
    report.steps.push(step);
    let owner = TrackerOwner {
        login: "demo-owner".to_owned(),
        password: settings.password.clone(),
        client_id: "countersign".to_owned(),
        client_secret: settings.client_secret.clone(),
    };
    let (tracker, step) = Tracker::start(settings, &owner, &server.url).await?;
    show::step(&step);
    report.steps.push(step);
    Ok((server, tracker, owner))
}

/// How the play ended.
struct Outcome {
    /// Whether every step and every control held.
    held: bool,
    /// What it left behind, where it came to its end.
    played: Option<Played>,
}

/// Plays, has the controls run, and writes the report.
async fn main_job(
    args: &Args,
    settings: &Settings,
    (server, tracker): (&Countersign, &Tracker),
    owner: TrackerOwner,
    report: &mut Report,
) -> Result<Option<Outcome>, Problem> {
    let email = unused_address();
    let played = play(
        Play {
            base: &server.url,
            tracker: &tracker.url,
            tracker_owner: owner,
            email: &email,
            password: &settings.password,
            log: (&settings.log_name, settings.log.clone()),
        },
        |step| {
            show::step(&step);
            report.steps.push(step);
        },
    )
    .await;
    report.verify = server.verify(settings).await?;
    show::controls(&report.verify);
    if let Some(file) = &args.report {
        let text = serde_json::to_vec_pretty(&report).unwrap_or_default();
        std::fs::write(file, text)
            .map_err(|error| Problem::Io(format!("{} cannot be written", file.display()), error))?;
    }
    Ok(Some(Outcome {
        held: played.is_ok() && report.held(),
        played: played.ok(),
    }))
}

async fn invite(
    settings: &Settings,
    (server, tracker): (&Countersign, &Tracker),
    played: &Played,
) -> Result<(), Problem> {
    let link = show::sign_in_link(&played.owner).await?;
    show::invitation(settings, &server.url, &tracker.url, &link, played);
    Ok(())
}

/// The signals that ask for a stop: Ctrl-C, a service manager, a terminal that goes away.
struct Stop([Signal; 3]);

impl Stop {
    fn listen() -> std::io::Result<Self> {
        Ok(Self([
            signal(SignalKind::interrupt())?,
            signal(SignalKind::terminate())?,
            signal(SignalKind::hangup())?,
        ]))
    }

    async fn asked(&mut self) {
        let [interrupt, terminate, hang_up] = &mut self.0;
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hang_up.recv() => {}
        }
    }
}
