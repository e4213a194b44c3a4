use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use super::{FileConfig, load};

#[test]
fn master_keys_are_checked_with_the_files_that_they_name() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        path.display().to_string()
    };
    let (token, empty) = (file("token", "hvs.token\n"), file("empty", "[other]\n"));
    let credentials = file(
        "aws",
        "[default]\naws_access_key_id = AKID\naws_secret_access_key = a/secret+key\n",
    );
    let with = |text: &str| load(&format!("[[master_keys]]\n{text}"), &[]);
    let transit = |more: &str| {
        with(&format!(
            "keeper = \"transit\"\naddress = \"https://vault.example\"\nkey = \"k\"\n{more}"
        ))
    };
    let aws = |arn: &str, file: &str| {
        with(&format!(
            "keeper = \"aws\"\nkey = \"{arn}\"\ncredentials_file = \"{file}\""
        ))
    };
    let arn = "arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab";
    let by_token = format!("token_file = \"{token}\"");
    let sound = transit(&by_token).unwrap().to_toml();
    assert!(sound.contains("[[master_keys]]") && !sound.contains("hvs.token"));
    toml::from_str::<FileConfig>(&sound).unwrap();
    let sound = aws(arn, &credentials).unwrap().to_toml();
    assert!(!sound.contains("a/secret+key"), "{sound}");
    let gcp = "keeper = \"gcp\"\nkey = \"projects/p/locations/l/keyRings/r/cryptoKeys/k\"";
    for (wrong, code) in [
        (transit(""), "server.master_key_login"),
        (
            transit(&format!("{by_token}\nrole_id = \"r\"")),
            "server.master_key_login",
        ),
        (
            transit(&format!("{by_token}\nmount = \"../sys\"")),
            "server.master_key_mount",
        ),
        (
            transit(&format!("{by_token}\nprofile = \"x\"")),
            "server.master_key_idle",
        ),
        (
            transit(&format!("{by_token}\nca_file = \"/nonexistent\"")),
            "server.master_key_ca",
        ),
        (
            transit("token_file = \"/nonexistent\""),
            "server.master_key_credential",
        ),
        (
            with(&format!(
                "keeper = \"transit\"\naddress = \"http://vault.example\"\nkey = \"k\"\n{by_token}"
            )),
            "server.master_key_address",
        ),
        (
            with(&format!(
                "keeper = \"transit\"\naddress = \"https://vault.example\"\n{by_token}"
            )),
            "server.master_key_name",
        ),
        (
            aws("alias/countersign", &credentials),
            "server.master_key_name",
        ),
        (aws(arn, &empty), "server.master_key_credential"),
        (with(gcp), "server.master_key_credential"),
        (
            with(&format!("{gcp}\ncredentials_file = \"{token}\"")),
            "server.master_key_credential",
        ),
        (
            with("keeper = \"file\"\n[[master_keys]]\nkeeper = \"file\""),
            "server.master_key_twice",
        ),
    ] {
        let wrong = format!("{:?}", wrong.unwrap_err());
        assert!(wrong.contains(code), "{code}: {wrong}");
        assert!(!wrong.contains("hvs.token"), "{wrong}");
    }
}
