use std::io::ErrorKind;
use std::path::PathBuf;
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
    search(Search::new(&canary.text, deadline), cluster).await
}

async fn search(search: Search, cluster: PathBuf) -> Look {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_falls_with_a_file_that_holds_the_secret() {
        let folder = tempfile::tempdir().unwrap();
        let look = || search(Search::new("canary123", None), folder.path().to_owned());
        std::fs::write(folder.path().join("16385"), "sealed").unwrap();
        assert!(matches!(look().await, Ok(Found::Pass(_))));
        std::fs::write(folder.path().join("pg_wal"), "..canary123..").unwrap();
        let Ok(Found::Fail(why)) = look().await else {
            panic!("the secret was not found");
        };
        assert!(why.contains("pg_wal"), "{why}");
    }
}
