use std::fs;
use std::path::PathBuf;

use audit::proof::{self, LoggedEntry};
use clap::Args;
use serde_json::{Value, json};

use super::source;
use crate::cli::print;
use crate::exit::{Exit, Failure};

/// Check the proof of one entry, such as the signed receipt of what was destroyed
///
/// A proof (C2SP tlog-proof) holds the entry, its place in the Merkle tree and the signed head of the log that has it.
/// It is checked with the log's verifier key alone: no server, and no database.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  countersign audit verify-entry receipt.tlog-proof --key noted-key.txt
  countersign audit verify-entry receipt.tlog-proof --key noted-key.txt --json

Exit codes: 0 the log has the entry, 1 it is not proven, 2 wrong arguments, or a file cannot be read.")]
pub(in crate::cli) struct VerifyEntryArgs {
    /// The proof, as it was downloaded
    file: PathBuf,
    /// The log's verifier key, or a file with it
    #[arg(long, value_name = "KEY|FILE")]
    key: String,
    /// Print one line of JSON: {"origin","index","size","entry":{…}}
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &VerifyEntryArgs) -> Result<(), Failure> {
    let key = source::parse(&args.key)?;
    let text = fs::read_to_string(&args.file).map_err(|error| Failure {
        exit: Exit::Usage,
        chain: vec![
            format!("{} cannot be read", args.file.display()),
            error.to_string(),
        ],
    })?;
    let logged = proof::check(&text, &key).map_err(|error| Failure {
        exit: Exit::CheckFailed,
        chain: vec![
            "the entry is not proven".to_owned(),
            format!("{error} ({})", error.code()),
        ],
    })?;
    print(&shown(&logged, args.json))
}

fn shown(logged: &LoggedEntry, as_json: bool) -> String {
    let entry: Value = serde_json::from_str(&logged.text).unwrap_or_default();
    if as_json {
        let line = json!({ "origin": logged.origin, "index": logged.index, "size": logged.size, "entry": entry });
        return format!("{line}\n");
    }
    let word = |name: &str| entry[name].as_str().unwrap_or("none").to_owned();
    let details = entry["details"].as_object().into_iter().flatten();
    let details = details.map(|(name, value)| format!("  {name}  {value}"));
    let mut lines = vec![
        format!(
            "The log {} has this entry, as number {} of {}:",
            logged.origin, logged.index, logged.size
        ),
        format!("  action   {}", word("action")),
        format!("  subject  {}", word("subject")),
    ];
    lines.extend(details);
    lines.push(String::new());
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use audit::checkpoint::{SigningKey, sign};
    use audit::merkle::leaf_hash;
    use base64::Engine as _;
    use base64::prelude::BASE64_STANDARD;

    use super::*;

    const ENTRY: &str = r#"{"action":"connectors.tokens_destroyed","details":{"revocation":"confirmed","secrets":2},"subject":"con_1"}"#;

    fn signing() -> SigningKey {
        SigningKey::from_seed("log.example/audit".parse().unwrap(), &[1; 32].into()).unwrap()
    }

    /// The proof of the only entry of a log, and what checks it.
    fn arguments(folder: &std::path::Path, entry: &str) -> VerifyEntryArgs {
        let key = signing();
        let note = sign(&key, 1, leaf_hash(ENTRY.as_bytes()));
        let entry = BASE64_STANDARD.encode(entry);
        let file = folder.join("receipt.tlog-proof");
        let text = format!("c2sp.org/tlog-proof@v1\nextra {entry}\nindex 0\n\n{note}");
        fs::write(&file, text).unwrap();
        VerifyEntryArgs {
            file,
            key: key.verifier().to_string(),
            json: false,
        }
    }

    #[test]
    fn a_proof_is_told_in_words() {
        let folder = tempfile::tempdir().unwrap();
        let args = arguments(folder.path(), ENTRY);
        let text = fs::read_to_string(&args.file).unwrap();
        let logged = proof::check(&text, &signing().verifier()).unwrap();
        let expected = "\
The log log.example/audit has this entry, as number 0 of 1:
  action   connectors.tokens_destroyed
  subject  con_1
  revocation  \"confirmed\"
  secrets  2
";
        assert_eq!(shown(&logged, false), expected);
        run(&args).unwrap();
    }

    #[test]
    fn what_is_not_proven_fails() {
        let folder = tempfile::tempdir().unwrap();
        let exit = |args: &VerifyEntryArgs| run(args).unwrap_err().exit;
        let changed = ENTRY.replace("\"secrets\":2", "\"secrets\":3");
        assert_eq!(exit(&arguments(folder.path(), &changed)), Exit::CheckFailed);
        let mut args = arguments(folder.path(), ENTRY);
        args.key = "nothing".to_owned();
        assert_eq!(exit(&args), Exit::Usage);
        let mut args = arguments(folder.path(), ENTRY);
        args.file = folder.path().join("none");
        assert_eq!(exit(&args), Exit::Usage);
    }
}
