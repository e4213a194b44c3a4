use std::path::Path;
use std::process::Command;
use std::sync::Mutex;

use serde_json::{Value, json};

use crate::providers::node::NodeProvider;

/// AWS KMS and S3 as moto has them, with two keys, a bucket, and somebody who may use them.
pub(crate) struct Moto {
    process: Mutex<NodeProvider>,
    url: String,
    keys: Value,
    pub(crate) id: String,
    pub(crate) secret: String,
}

impl Moto {
    pub(crate) fn start() -> Self {
        Self::allowing(&["kms:Encrypt", "kms:Decrypt"])
    }

    /// The same, where no more than these actions are allowed.
    pub(crate) fn allowing(actions: &[&str]) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let python = root.join("target/moto/bin/python");
        assert!(python.exists(), "run ./dev test, which installs moto");
        let mut command = Command::new(python);
        command.arg(root.join("tests/moto/server.py"));
        let process = NodeProvider::start_by(command, &json!({ "actions": actions }));
        let text = |name: &str| process.told[name].as_str().unwrap().to_owned();
        Self {
            id: text("id"),
            secret: text("secret"),
            url: process.url.clone(),
            keys: process.told["keys"].clone(),
            process: Mutex::new(process),
        }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// What the owner of the bucket asks for: see `server.py`.
    pub(crate) fn hand(&self, asked: &Value) -> Value {
        self.process.lock().unwrap().ask(asked)
    }

    pub(crate) fn arn(&self, key: &str) -> String {
        let keys = self.keys.as_array().unwrap();
        let number = usize::from(key != "first");
        keys[number].as_str().unwrap().to_owned()
    }
}
