//! Clients that are not ours: npm's `openid-client` with `jose`, and the official Python MCP client. A
//! test plays the person: it answers the consent page that the client asks for, by HTTP.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use demo::Person;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use url::Url;

use super::client::returned;
use crate::world::World;

/// A program that says a line and hears a line. It ends when this is dropped.
struct Program {
    child: Child,
    says: BufReader<ChildStdout>,
    hears: ChildStdin,
}

impl Program {
    fn start(command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        Self {
            says: BufReader::new(child.stdout.take().unwrap()),
            hears: child.stdin.take().unwrap(),
            child,
        }
    }

    fn tell(&mut self, what: &Value) {
        self.hears
            .write_all(format!("{what}\n").as_bytes())
            .unwrap();
    }

    fn hear(&mut self) -> Value {
        tokio::task::block_in_place(|| {
            let mut line = String::new();
            self.says.read_line(&mut line).unwrap();
            serde_json::from_str(&line).unwrap_or_else(|_| panic!("it said {line:?}"))
        })
    }

    /// Plays the person until the program is done.
    async fn until_done(mut self, person: &Person, granted: &[&str]) -> Value {
        loop {
            let said = self.hear();
            if let Some(url) = said["ask"].as_str() {
                let back = allow(person, &url.parse().unwrap(), granted).await;
                self.tell(&json!({ "back": back }));
            } else if let Some(code) = said["user_code"].as_str() {
                let form = [
                    ("user_code", code),
                    ("decision", "allow"),
                    ("granted", granted[0]),
                ];
                let answer = person.submit("/device", &form).await.unwrap();
                assert_eq!(answer.status(), StatusCode::OK);
                self.tell(&json!({}));
            } else {
                return said["done"].clone();
            }
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Opens the page that a client sends a person to, and says yes to what is granted.
async fn allow(person: &Person, url: &Url, granted: &[&str]) -> Url {
    let path = format!("{}?{}", url.path(), url.query().unwrap());
    let page = person.send(Method::GET, &path, None).await.unwrap();
    assert_eq!(page.status(), StatusCode::OK, "{page:?}");
    let asked: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let mut form: Vec<(&str, &str)> = asked
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    form.push(("decision", "allow"));
    form.extend(granted.iter().map(|name| ("granted", *name)));
    returned(&person.submit("/oauth/authorize", &form).await.unwrap())
}

fn root() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

#[tokio::test(flavor = "multi_thread")]
async fn openid_client_goes_every_way_and_jose_verifies_our_tokens() {
    let world = World::start().await;
    let architecture = match std::env::consts::ARCH {
        "aarch64" => "arm64",
        _ => "x64",
    };
    let folder = root().join("tests/providers");
    let node = folder.join(format!("node_modules/node-linux-{architecture}/bin/node"));
    assert!(node.exists(), "run ./dev test, which installs the clients");
    let mut program = Program::start(
        Command::new(node)
            .arg("oauth_client.mjs")
            .current_dir(folder),
    );
    program.tell(&json!({ "issuer": world.app.url }));
    let done = program
        .until_done(&world.owner, &["insight.read", "connectors.read"])
        .await;
    assert_eq!(done["answered"], 200, "{done}");
    assert_eq!(done["algs"], json!(["EdDSA", "EdDSA", "EdDSA"]));
    let both = "connectors.read insight.read";
    assert_eq!(done["scopes"], json!([both, both, "insight.read"]));
    assert_eq!(done["rotated"], true);
    assert_eq!(done["after"], 401);
    // Another state, none, another issuer (RFC 9207), none: the client took none of these callbacks.
    let refused = done["refused"].as_array().unwrap();
    assert!(
        refused.len() == 4 && refused.iter().all(|code| code != "taken"),
        "{done}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_official_python_mcp_client_signs_itself_in() {
    let world = World::start().await;
    let python = root().join("target/mcp-client/bin/python");
    assert!(
        python.exists(),
        "run ./dev test, which installs the official MCP client"
    );
    let mut command = Command::new(python);
    command
        .arg(root().join("tests/mcp/oauth_client.py"))
        .arg(&world.app.url);
    let granted = [
        "insight.read",
        "connectors.read",
        "approvals.read",
        "approvals.propose",
    ];
    let done = Program::start(&mut command)
        .until_done(&world.owner, &granted)
        .await;
    assert!(
        done["tools"].to_string().contains("propose_ticket"),
        "{done}"
    );
    for held in ["logs", "refreshed", "rotated"] {
        assert_eq!(done[held], true, "{held}: {done}");
    }
    assert_eq!(
        done["scope"],
        "approvals.propose approvals.read connectors.read insight.read"
    );
}
