use std::future::Future;
use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::problem::text;
use crate::{Agent, Person, Problem, Step, TrackerOwner};

/// What is played, and with whom.
#[derive(Debug)]
pub struct Play<'a> {
    /// The server.
    pub base: &'a str,
    /// The tracker.
    pub tracker: &'a str,
    /// Whose tracker it is.
    pub tracker_owner: TrackerOwner,
    /// The address that signs up.
    pub email: &'a str,
    /// Its password.
    pub password: &'a str,
    /// The event log to import: its name and its bytes.
    pub log: (&'a str, Vec<u8>),
}

/// What the play leaves behind.
#[derive(Debug)]
pub struct Played {
    /// The owner, still signed in.
    pub owner: Person,
    /// The dashboard of the imported log.
    pub log_path: String,
    /// The executed proposal.
    pub proposal_path: String,
    /// A proposal that waits for a person.
    pub waiting_path: String,
    /// The created ticket.
    pub ticket: String,
}

/// Long enough for the largest log on a slow machine.
const PATIENCE: Duration = Duration::from_mins(2);

/// Plays the main job. `tell` hears each step as it ends.
pub async fn play(play: Play<'_>, mut tell: impl FnMut(Step)) -> Result<Played, Problem> {
    let base = play.base;
    let owner = step(&mut tell, "sign_up", async {
        let owner = Person::sign_up(base, play.email, play.password).await?;
        owner.confirm_address(play.email).await?;
        let organisation = text(&owner.me, "organisation_name")?.to_owned();
        Ok((
            owner,
            format!(
                "signed up and in as {}, address confirmed by the mailed link, owner of {organisation}",
                play.email
            ),
        ))
    })
    .await?;
    let reading = step(&mut tell, "connect_to_read", async {
        let id = owner
            .connect(("tracker", play.tracker, "read"), &play.tracker_owner)
            .await?;
        let granted = granted(&owner, &id).await?;
        Ok((
            id,
            format!("OAuth code with PKCE and state; granted {granted}"),
        ))
    })
    .await?;
    let writing = step(&mut tell, "connect_to_write", async {
        let id = owner
            .connect(("tracker", play.tracker, "write"), &play.tracker_owner)
            .await?;
        let granted = granted(&owner, &id).await?;
        Ok((id, format!("a token of its own; granted {granted}")))
    })
    .await?;
    step(&mut tell, "scan", async {
        let path = format!("/api/v1/connections/{reading}/scan");
        let begun = owner
            .write(Method::POST, &path, &json!({}), StatusCode::ACCEPTED)
            .await?;
        let log = ready_log(&owner, text(&begun, "log")?).await?;
        Ok((
            (),
            format!(
                "{} events of {} issues, metadata only",
                log["events"], log["cases"]
            ),
        ))
    })
    .await?;
    let log = step(&mut tell, "import", async {
        let (name, content) = play.log;
        let bytes = content.len();
        let added = owner
            .write(
                Method::POST,
                "/api/v1/logs",
                &json!({ "name": name }),
                StatusCode::CREATED,
            )
            .await?;
        let id = text(&added, "id")?.to_owned();
        let answer = owner
            .upload(&format!("/api/v1/logs/{id}/content"), content)
            .await?;
        let status = answer.status();
        if !status.is_success() {
            let body = answer.text().await.unwrap_or_default();
            return Err(Problem::unexpected(format!(
                "the upload answered {status}: {body}"
            )));
        }
        let log = ready_log(&owner, &id).await?;
        Ok((
            id,
            format!(
                "{bytes} bytes: {} events of {} cases, whole",
                log["events"], log["cases"]
            ),
        ))
    })
    .await?;
    let key = step(&mut tell, "api_key", async {
        let form = json!({
            "name": "Demo AI client", "expires_in_days": 1,
            "scopes": ["approvals.propose", "approvals.read", "connectors.read", "insight.read"],
        });
        let made = owner
            .write(Method::POST, "/api/v1/api-keys", &form, StatusCode::CREATED)
            .await?;
        let key = text(&made, "key")?.to_owned();
        let face: String = key.chars().take(12).collect();
        Ok((key, format!("{face}…, shown once")))
    })
    .await?;
    let agent = step(&mut tell, "agent_connects", async {
        let agent = Agent::connect(base, &key).await?;
        let tools = agent.tools().await?;
        Ok((agent, format!("an MCP client sees {}", tools.join(", "))))
    })
    .await?;
    step(&mut tell, "agent_asks", async {
        let insight = agent.call("read_insight", json!({ "log_id": log })).await?;
        let first = insight["bottlenecks"][0]["sentence"]
            .as_str()
            .unwrap_or("no bottleneck");
        Ok(((), format!("aggregates only: {first}")))
    })
    .await?;
    let proposed = step(&mut tell, "agent_proposes", async {
        let proposed = propose(
            &agent,
            &writing,
            "Look at the longest wait in the imported log",
        )
        .await?;
        Ok((
            proposed.clone(),
            format!("{} waits for a person", text(&proposed, "approval_id")?),
        ))
    })
    .await?;
    let proposal = text(&proposed, "approval_id")?.to_owned();
    step(&mut tell, "agent_cannot_approve", async {
        let detail = agent_cannot_approve(base, &key, &proposal, &proposed).await?;
        Ok(((), detail))
    })
    .await?;
    let shown = step(&mut tell, "person_sees", async {
        let shown = owner.get(&format!("/api/v1/approvals/{proposal}")).await?;
        if shown["payload_hash"] != proposed["payload_hash"] {
            return Err(Problem::unexpected(
                "what is shown is not what was proposed",
            ));
        }
        let detail = format!("{} {}", shown["request"]["method"], shown["request"]["url"]);
        Ok((shown, detail.replace('"', "")))
    })
    .await?;
    step(&mut tell, "person_countersigns", async {
        let form = json!({
            "verdict": "approve", "note": "As shown.", "payload_hash": shown["payload_hash"],
        });
        let path = format!("/api/v1/approvals/{proposal}/decision");
        owner
            .write(Method::POST, &path, &form, StatusCode::OK)
            .await?;
        Ok((
            (),
            format!("approved payload {}", shown["payload_hash"]).replace('"', ""),
        ))
    })
    .await?;
    let ticket = step(&mut tell, "sent", async {
        let ended = agent
            .call(
                "get_approval",
                json!({ "approval_id": proposal, "wait_seconds": 20 }),
            )
            .await?;
        if ended["state"] != "executed" {
            return Err(Problem::unexpected(format!(
                "the proposal ended as {ended}"
            )));
        }
        let url = text(&ended, "url")?.to_owned();
        let detail = format!(
            "{url} in {} ms; the AI client heard of it",
            ended["duration_ms"]
        );
        Ok((url, detail))
    })
    .await?;
    step(&mut tell, "not_twice", async {
        let form = json!({
            "verdict": "approve", "note": "Again.", "payload_hash": shown["payload_hash"],
        });
        let path = format!("/api/v1/approvals/{proposal}/decision");
        let again = owner.send(Method::POST, &path, Some(&form)).await?.status();
        if again != StatusCode::CONFLICT {
            return Err(Problem::unexpected(format!(
                "a second approval answered {again}"
            )));
        }
        Ok(((), "a second approval is refused".to_owned()))
    })
    .await?;
    step(&mut tell, "audited", async {
        let detail = audited(&owner, &proposal).await?;
        Ok(((), detail))
    })
    .await?;
    let waiting = propose(&agent, &writing, "Approve or reject me in your browser").await?;
    let waiting = text(&waiting, "approval_id")?.to_owned();
    agent.close().await;
    Ok(Played {
        owner,
        log_path: format!("/insight/logs/{log}"),
        proposal_path: format!("/approvals/{proposal}"),
        waiting_path: format!("/approvals/{waiting}"),
        ticket,
    })
}

/// Times a step and tells of it.
async fn step<T>(
    tell: &mut impl FnMut(Step),
    name: &'static str,
    work: impl Future<Output = Result<(T, String), Problem>>,
) -> Result<T, Problem> {
    let begun = Instant::now();
    let ended = work.await;
    let ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    match ended {
        Ok((value, detail)) => {
            tell(Step {
                name,
                ok: true,
                ms,
                detail,
            });
            Ok(value)
        }
        Err(problem) => {
            tell(Step {
                name,
                ok: false,
                ms,
                detail: chain(&problem),
            });
            Err(problem)
        }
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut all = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        all.push_str(": ");
        all.push_str(&inner.to_string());
        source = inner.source();
    }
    all
}

/// The scopes that the tracker granted a connection.
async fn granted(owner: &Person, id: &str) -> Result<Value, Problem> {
    let connection = owner.get(&format!("/api/v1/connections/{id}")).await?;
    match &connection["scopes_granted"] {
        Value::Array(scopes) if !scopes.is_empty() => Ok(connection["scopes_granted"].clone()),
        _ => Err(Problem::unexpected(format!(
            "the tracker granted nothing: {connection}"
        ))),
    }
}

/// Waits until a log is whole.
async fn ready_log(owner: &Person, id: &str) -> Result<Value, Problem> {
    let begun = Instant::now();
    loop {
        let log = owner.get(&format!("/api/v1/logs/{id}")).await?;
        match text(&log, "state")? {
            "ready" => return Ok(log),
            "failed" => return Err(Problem::unexpected(format!("the log failed: {log}"))),
            _ if begun.elapsed() > PATIENCE => {
                return Err(Problem::unexpected(
                    "the log was not whole after two minutes",
                ));
            }
            _ => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
}

async fn propose(agent: &Agent, connection: &str, title: &str) -> Result<Value, Problem> {
    let arguments = json!({
        "connection_id": connection,
        "operation": "create_issue",
        "arguments": { "title": title, "body": "Proposed by the demo's AI client.", "labels": ["demo"] },
    });
    agent.call("propose_ticket", arguments).await
}

/// The AI client's own key tries to decide.
async fn agent_cannot_approve(
    base: &str,
    key: &str,
    proposal: &str,
    proposed: &Value,
) -> Result<String, Problem> {
    let form = json!({
        "verdict": "approve", "note": "", "payload_hash": proposed["payload_hash"],
    });
    let answer = crate::person::client()?
        .post(format!("{base}/api/v1/approvals/{proposal}/decision"))
        .bearer_auth(key)
        .json(&form)
        .send()
        .await
        .map_err(|error| Problem::Http("the server", error))?;
    match answer.status() {
        StatusCode::FORBIDDEN | StatusCode::UNAUTHORIZED => {
            Ok(format!("its key got {}", answer.status().as_u16()))
        }
        status => Err(Problem::unexpected(format!(
            "an API key's approval answered {status}"
        ))),
    }
}

/// The steps of the proposal in the audit log, each in its place in the tree.
async fn audited(owner: &Person, proposal: &str) -> Result<String, Problem> {
    let wanted = [
        "approvals.proposed",
        "approvals.approved",
        "approvals.executing",
        "approvals.executed",
    ];
    let begun = Instant::now();
    loop {
        let log = owner
            .get(&format!("/api/v1/audit/entries?subject={proposal}"))
            .await?;
        let entries = log["entries"].as_array().cloned().unwrap_or_default();
        let placed = |action: &&str| {
            entries
                .iter()
                .any(|e| e["action"] == **action && e["leaf_index"].is_number())
        };
        if wanted.iter().all(placed) {
            return Ok(format!("{} in the signed tree", wanted.join(", ")));
        }
        if begun.elapsed() > Duration::from_secs(15) {
            return Err(Problem::unexpected(format!(
                "the audit log holds only {log}"
            )));
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
