use std::io::Read as _;
use std::path::{Path, PathBuf};

use broker::protocol::{Call, SecretText};
use kernel::{Chance as _, ConnectionId, SystemRng};
use sqlx::Executor as _;
use trust::{Control, Found};
use uuid::Uuid;

use super::context::begin_as;
use super::{Context, Look, control, fail, looked};

pub(super) const CONTROL: Control = control(
    "broker.secret_canary",
    "VA-06",
    "A secret given to the vault is found nowhere else: not in logs, database files, environments, command lines, the web process's memory or its answers.",
);

pub(super) async fn run(context: &Context) -> Found {
    looked(look(context).await)
}

async fn look(context: &Context) -> Look {
    let canary = format!("canary{}", hex::encode(SystemRng.bytes::<16>()));
    let connection = plant(context, &canary).await?;
    // Through the whole of the broker: sealed, opened for use, and an error on the way.
    let mut looked_at = Vec::new();
    for path in [
        "/api/v1/connections".to_owned(),
        format!("/api/v1/connections/{connection}"),
        format!("/api/v1/connections/{connection}/calls"),
        "/api/v1/audit/entries".to_owned(),
    ] {
        let request = context
            .http
            .get(context.at(&path))
            .bearer_auth(context.key_a.expose());
        if request.send().await?.text().await?.contains(&canary) {
            fail!("the answer of {path} holds it");
        }
    }
    looked_at.push("4 answers".to_owned());
    for pid in [context.instance.front_pid, context.instance.broker_pid] {
        for file in ["environ", "cmdline"] {
            if holds(Path::new(&format!("/proc/{pid}/{file}")), &canary)? {
                fail!("/proc/{pid}/{file} holds it");
            }
        }
    }
    looked_at.push("environment and command line of both processes".to_owned());
    let memory = memory_of(context.instance.front_pid, &canary);
    match memory {
        Ok(true) => fail!("the web process's memory holds it"),
        Ok(false) => looked_at.push("the web process's memory".to_owned()),
        // Another user's process cannot be read without being root: said, not passed over.
        Err(error) => looked_at.push(format!("NOT the web process's memory ({error})")),
    }
    let mut files = 0;
    for file in &context.instance.log_files {
        files += 1;
        if file.exists() && holds(file, &canary)? {
            fail!("the log {} holds it", file.display());
        }
    }
    looked_at.push(format!("{files} log files"));
    if let Some(cluster) = &context.instance.cluster_dir {
        match database_files(cluster, &canary) {
            Ok((Some(file), _)) => fail!("the database file {} holds it", file.display()),
            Ok((None, count)) => {
                looked_at.push(format!("{count} database files, write-ahead log included"));
            }
            Err(error) => looked_at.push(format!("NOT the database files ({error})")),
        }
    }
    Ok(Found::Pass(format!(
        "a fresh secret was sealed and then looked for in: {}",
        looked_at.join(", ")
    )))
}

/// Gives the vault a client secret to keep, straight through the broker's socket.
async fn plant(
    context: &Context,
    canary: &str,
) -> Result<ConnectionId, Box<dyn std::error::Error + Send + Sync>> {
    let mut front = context.as_front().await?;
    begin_as(&mut front, &context.a.hash).await?;
    let found: Option<Uuid> = sqlx::query_scalar(
        "select id from connectors.connections where purpose = 'read' and state = 'pending' limit 1",
    )
    .fetch_optional(&mut front)
    .await?;
    let id = if let Some(id) = found {
        id
    } else {
        let id = ConnectionId::new(context.now(), context.db.chance()).uuid();
        sqlx::query(
                "insert into connectors.connections (id, org_id, user_id, app, purpose, name, instance, scopes_requested)
                 values ($1, ctx.org(), ctx.person(), 'tracker', 'read', 'Control', 'https://controls.invalid', array['issues:read'])",
            )
            .bind(id)
            .execute(&mut front)
            .await?;
        id
    };
    front.execute("commit").await?;
    let connection = ConnectionId::from(id);
    let call = Call::BeginConnect {
        connection,
        client_id: "control".to_owned(),
        client_secret: Some(SecretText::new(canary.to_owned())),
        redirect_uri: "https://controls.invalid/callback".to_owned(),
    };
    context.broker.call(&context.scope_a(), call).await?;
    Ok(connection)
}

/// Whether the file holds the text, read in pieces that overlap.
fn holds(path: &Path, canary: &str) -> std::io::Result<bool> {
    let mut file = match std::fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error),
    };
    let mut window = Vec::new();
    let mut piece = vec![0; 1 << 20];
    loop {
        let count = file.read(&mut piece)?;
        if count == 0 {
            return Ok(false);
        }
        window.extend_from_slice(piece.get(..count).unwrap_or_default());
        if found_in(&window, canary.as_bytes()) {
            return Ok(true);
        }
        let keep = window.len().saturating_sub(canary.len());
        window.drain(..keep);
    }
}

fn found_in(bytes: &[u8], text: &[u8]) -> bool {
    memchr::memmem::find(bytes, text).is_some()
}

fn memory_of(pid: u32, canary: &str) -> std::io::Result<bool> {
    use std::os::unix::fs::FileExt as _;
    let maps = std::fs::read_to_string(format!("/proc/{pid}/maps"))?;
    let memory = std::fs::File::open(format!("/proc/{pid}/mem"))?;
    let mut buffer = vec![0; 1 << 20];
    for line in maps.lines().filter(|line| line.contains(" rw")) {
        let Some((from, to)) = line
            .split(' ')
            .next()
            .and_then(|range| range.split_once('-'))
        else {
            continue;
        };
        let (Ok(from), Ok(to)) = (u64::from_str_radix(from, 16), u64::from_str_radix(to, 16))
        else {
            continue;
        };
        let step = (buffer.len() - canary.len()) as u64;
        let mut at = from;
        while at < to {
            let Ok(count) = memory.read_at(&mut buffer, at) else {
                break;
            };
            if found_in(buffer.get(..count).unwrap_or_default(), canary.as_bytes()) {
                return Ok(true);
            }
            at += step;
        }
    }
    Ok(false)
}

/// The first file below `folder` that holds the text, and how many were looked at.
fn database_files(folder: &Path, canary: &str) -> std::io::Result<(Option<PathBuf>, usize)> {
    let mut folders = vec![folder.to_owned()];
    let mut count = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            let kind = entry.file_type()?;
            if kind.is_dir() {
                folders.push(entry.path());
            } else if kind.is_file() {
                count += 1;
                if holds(&entry.path(), canary)? {
                    return Ok((Some(entry.path()), count));
                }
            }
        }
    }
    Ok((None, count))
}
