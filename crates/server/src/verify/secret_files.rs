use std::io::ErrorKind;
use std::time::Instant;

use trust::{Control, Found};

use super::canary::plant;
use super::search::Search;
use super::{Context, Look, daily, fail, looked};

pub(super) const CONTROL: Control = daily(
    "broker.secret_files",
    "VA-06",
    "A secret given to the vault is in no file of the embedded database, write-ahead log included; with a database of your own, only you can look.",
);

pub(super) async fn run(context: &Context) -> Found {
    looked(look(context).await)
}

async fn look(context: &Context) -> Look {
    let Some(cluster) = context.instance.cluster_dir.clone() else {
        return Ok(Found::Error(
            "the database is a server of your own: its files are not here to look at".to_owned(),
        ));
    };
    let canary = plant(context).await?;
    let deadline = context.patience.map(|patience| Instant::now() + patience);
    let search = Search::new(&canary.text, deadline);
    let searched = tokio::task::spawn_blocking(move || search.folder(&cluster)).await?;
    match searched {
        Ok(searched) => match searched.holds {
            Some(file) => fail!("the database file {} holds it", file.display()),
            None => Ok(Found::Pass(format!(
                "a fresh secret was sealed, and is in none of {} database files",
                searched.files
            ))),
        },
        Err(error) if error.kind() == ErrorKind::TimedOut => Ok(Found::Error(
            "the database has more files than could be read in time: run countersign verify, which takes the time that it needs".to_owned(),
        )),
        Err(error) => Ok(Found::Error(format!(
            "the database files cannot be read: {error}"
        ))),
    }
}
