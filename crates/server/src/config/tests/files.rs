use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use super::{FileConfig, codes, load};

#[test]
fn where_files_are_is_checked_with_the_files_that_it_names() {
    let folder = tempfile::tempdir().unwrap();
    let credentials = folder.path().join("s3");
    let content = "[default]\naws_access_key_id = AKID\naws_secret_access_key = a/secret+key\n";
    fs::write(&credentials, content).unwrap();
    let mode = |mode| fs::set_permissions(&credentials, fs::Permissions::from_mode(mode)).unwrap();
    mode(0o600);
    let named = format!("credentials_file = \"{}\"", credentials.display());
    let s3 = |text: &str| load(&format!("[files.s3]\n{text}"), &[]);
    let with = |text: &str| {
        s3(&format!(
            "bucket = \"files\"\nregion = \"eu-central-1\"\n{named}\n{text}"
        ))
    };
    let sound = with("prefix = \"team/files\"\nendpoint = \"http://127.0.0.1:9000\"").unwrap();
    let text = sound.to_toml();
    assert!(text.contains("[files.s3]") && !text.contains("a/secret+key"));
    toml::from_str::<FileConfig>(&text).unwrap();
    assert_eq!(sound.files.folder(PathBuf::from("/usual")), None);
    with("").unwrap();
    for (wrong, code) in [
        (
            with("endpoint = \"http://storage.example\""),
            "server.files_endpoint",
        ),
        (
            with("endpoint = \"https://storage.example/files\""),
            "server.files_endpoint",
        ),
        (with("prefix = \"/files\""), "server.files_name"),
        (with("prefix = \"../files\""), "server.files_name"),
        (with("ca_file = \"/nonexistent\""), "server.files_ca"),
        (with("profile = \"other\""), "server.files_credential"),
        (
            s3(&format!("bucket = \"No\"\nregion = \"eu\"\n{named}")),
            "server.files_name",
        ),
        (
            s3(&format!("bucket = \"files\"\nregion = \"EU 1\"\n{named}")),
            "server.files_name",
        ),
        (
            s3("bucket = \"files\"\nregion = \"eu\"\ncredentials_file = \"/nonexistent\""),
            "server.files_credential",
        ),
        (
            with("[files]\nfolder = \"/var/files\""),
            "server.files_place",
        ),
        (with("[files]\nspare_bytes = 1"), "server.files_idle"),
        (
            load("[files]\nfolder = \"files\"", &[]),
            "server.files_folder",
        ),
        (load("[files]\nmost_bytes = 0", &[]), "server.files_most"),
    ] {
        assert_eq!(codes(wrong), [code]);
    }
    mode(0o644);
    let open = with("").unwrap_err().to_string();
    assert!(open.contains("can be read by others"), "{open}");
}

#[test]
fn without_a_word_of_it_files_are_beside_the_master_key() {
    let config = load("master_key_file = \"/keys/master.key\"", &[]).unwrap();
    let usual = config.usual_files_folder();
    assert_eq!(config.files.folder(usual), Some("/keys/files".into()));
    let config = load("[files]\nfolder = \"/mnt/files\"\nspare_bytes = 0", &[]).unwrap();
    let usual = config.usual_files_folder();
    assert_eq!(config.files.folder(usual), Some("/mnt/files".into()));
}
