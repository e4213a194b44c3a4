use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use serde_json::Value;

/// A provider of `tests/providers` in a Node process. It ends when this is dropped; where nothing
/// can be dropped any more, it ends with its standard input.
pub(crate) struct NodeProvider {
    child: Child,
    /// Where it listens, without a trailing slash.
    pub(crate) url: String,
    /// What it said when it began.
    pub(crate) told: Value,
    lines: Option<mpsc::Receiver<String>>,
}

/// Node starts in half a second; a loaded machine takes longer.
const START_LIMIT: Duration = Duration::from_mins(1);

impl NodeProvider {
    pub(super) fn start(script: &str, wishes: &Value) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("providers");
        let architecture = match std::env::consts::ARCH {
            "aarch64" => "arm64",
            _ => "x64",
        };
        // The system's Node may be too old for them.
        let node = folder.join(format!("node_modules/node-linux-{architecture}/bin/node"));
        assert!(
            node.exists(),
            "run ./dev test, which installs the providers"
        );
        let mut command = Command::new(node);
        command.arg(script).current_dir(folder);
        Self::start_by(command, wishes)
    }

    /// The same for another program that talks so: a line of JSON in, a line of JSON out.
    pub(crate) fn start_by(mut command: Command, wishes: &Value) -> Self {
        let child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut provider = Self {
            url: String::new(),
            told: Value::Null,
            lines: None,
            child,
        };
        provider.told = provider.tell(wishes);
        provider.url = format!("http://127.0.0.1:{}", provider.told["port"]);
        provider
    }

    fn tell(&mut self, wishes: &Value) -> Value {
        let stdout = BufReader::new(self.child.stdout.take().unwrap());
        let (first, told) = mpsc::channel();
        // Reads to the end, so that a talkative provider never waits for a reader.
        std::thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                let _ = first.send(line);
            }
        });
        self.lines = Some(told);
        self.ask(wishes)
    }

    /// A further line, of a program that takes any, and what it says to it.
    pub(crate) fn ask(&mut self, line: &Value) -> Value {
        let stdin = self.child.stdin.as_mut().unwrap();
        stdin.write_all(format!("{line}\n").as_bytes()).unwrap();
        let lines = self.lines.as_ref().unwrap();
        let line = lines.recv_timeout(START_LIMIT).unwrap();
        serde_json::from_str(&line).unwrap()
    }
}

impl Drop for NodeProvider {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
