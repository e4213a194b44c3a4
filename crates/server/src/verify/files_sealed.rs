use std::path::Path;

use broker::files::{FileName, file_path};
use broker::protocol::Call;
use broker::socket::CallError;
use kernel::{Chance as _, FileId, LogId, Scope, SystemRng};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use trust::{Control, Found};
use uuid::Uuid;

use super::context::begin_as;
use super::egress_self_test::withstood_by;
use super::search::Search;
use super::{Context, Look, control, fail, looked};

pub(super) const CONTROL: Control = control(
    "files.sealed",
    "VA-08",
    "A file that was imported is given back as it came, and is not there for another organisation. What is stored is not in clear, and is refused once one bit of it is flipped: of that file in a folder, of a file of the broker's own in a bucket. Of what is encrypted at rest, this looks at files.",
);

pub(super) async fn run(context: &Context) -> Found {
    looked(look(context).await)
}

type Error = Box<dyn std::error::Error + Send + Sync>;

async fn look(context: &Context) -> Look {
    let log = new_log(context).await?;
    let looked = attack(context, log).await;
    // Whatever came of it.
    let path = format!("/api/v1/logs/{log}");
    asked(context, Method::DELETE, &path).send().await?;
    looked
}

async fn attack(context: &Context, log: LogId) -> Look {
    let canary = format!("canary{}", hex::encode(SystemRng.bytes::<16>()));
    // In a column that no log keeps.
    let content = format!("case,activity,timestamp,note\n1,a,2026-01-01T00:00:00Z,{canary}\n");
    let path = format!("/api/v1/logs/{log}/content");
    let imported = asked(context, Method::PUT, &path).body(content.clone());
    let imported = imported.send().await?.status().as_u16();
    if imported != 200 {
        return Ok(Found::Error(format!("an import answers {imported}")));
    }
    let file = file_of(context, log).await?;
    let folder = context.instance.files_folder.as_deref();
    let path = folder.map(|folder| folder.join(file_path(file)));
    if let Some(path) = path.clone() {
        let search = Search::new(&canary, None);
        let is_clear = tokio::task::spawn_blocking(move || search.file(&path)).await?;
        match is_clear {
            Ok(true) => fail!("the stored file holds what was imported, in clear"),
            Ok(false) => {}
            Err(error) => {
                let told = format!("the stored file cannot be read: {error}");
                return Ok(Found::Error(told));
            }
        }
    }
    let attacked = match withstood_by(context, Call::TestFiles, &["VA-08"]).await? {
        Ok(told) => told,
        Err(found) => return Ok(found),
    };
    let (status, given) = original(context, log).await?;
    if status != 200 || given != content {
        fail!("the file is not given back as it came: {status}");
    }
    let scope = Scope::Session(context.b.hash);
    match context.broker.get_file(&scope, file, (0, 1)).await {
        Err(CallError::Failed(failure)) if failure.code == "files.not_found" => {}
        Err(error) => fail!("another organisation that asks for the file hears: {error}"),
        Ok(_) => fail!("another organisation is given the file"),
    }
    let mut front = context.as_front().await?;
    let may: bool =
        sqlx::query_scalar("select has_column_privilege('broker.files', 'sealed_key', 'select')")
            .fetch_one(&mut front)
            .await?;
    if may {
        fail!("the web process's login may read the keys of files");
    }
    let Some(path) = path else {
        return Ok(Found::Pass(format!(
            "a fresh file was imported into the bucket: it came back as it was, and another organisation does not find it; {attacked}"
        )));
    };
    flip(&path)?;
    let (status, told) = original(context, log).await?;
    if status != 500 || !told.contains("files.altered") {
        fail!("with one bit flipped where it is stored, the file answers {status}");
    }
    Ok(Found::Pass(format!(
        "a fresh file was imported: its stored bytes do not hold what it says, it came back as it was, another organisation does not find it, and with one bit flipped it was refused; {attacked}"
    )))
}

fn asked(context: &Context, method: Method, path: &str) -> RequestBuilder {
    let request = context.http.request(method, context.at(path));
    request.bearer_auth(context.key_a.expose())
}

async fn new_log(context: &Context) -> Result<LogId, Error> {
    let name = json!({ "name": FileName::of("control.csv") });
    let made = asked(context, Method::POST, "/api/v1/logs").json(&name);
    let made: Value = made.send().await?.json().await?;
    Ok(made["id"].as_str().unwrap_or_default().parse()?)
}

async fn original(context: &Context, log: LogId) -> Result<(u16, String), Error> {
    let path = format!("/api/v1/logs/{log}/original");
    let answer = asked(context, Method::GET, &path).send().await?;
    Ok((answer.status().as_u16(), answer.text().await?))
}

async fn file_of(context: &Context, log: LogId) -> Result<FileId, Error> {
    let mut front = context.as_front().await?;
    begin_as(&mut front, &context.a.hash).await?;
    let id: Uuid = sqlx::query_scalar("select id from broker.files where log_id = $1")
        .bind(log.uuid())
        .fetch_one(&mut front)
        .await?;
    Ok(id.into())
}

fn flip(path: &Path) -> std::io::Result<()> {
    let mut bytes = std::fs::read(path)?;
    if let Some(byte) = bytes.first_mut() {
        *byte ^= 1;
    }
    std::fs::write(path, bytes)
}
