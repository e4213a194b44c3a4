use std::fs;
use std::net::SocketAddr;
use std::process::Command;

use rcgen::generate_simple_self_signed;
use reqwest::Client;
use reqwest::tls::{Certificate, Version};

use crate::support::{BINARY, Server, command, folder, run};

#[test]
fn a_server_with_a_certificate_speaks_tls_1_2_and_1_3_and_no_plain_http() {
    let folder = folder();
    let made = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let (certificate, key) = (folder.path().join("c.pem"), folder.path().join("k.pem"));
    fs::write(&certificate, made.cert.pem()).unwrap();
    fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let data = folder.path().join("data");
    let configuration = format!(
        "public_url = \"https://localhost\"\n[tls]\ncertificate = {certificate:?}\nkey = {key:?}"
    );
    let server = Server::start_with(&data, command(&data, &configuration));
    let port = server.address().rsplit_once(':').unwrap().1.to_owned();
    let url = format!("https://localhost:{port}/healthz");
    let address = SocketAddr::from(([127, 0, 0, 1], port.parse().unwrap()));
    let root = Certificate::from_pem(made.cert.pem().as_bytes()).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    for version in [Version::TLS_1_2, Version::TLS_1_3] {
        #[expect(clippy::disallowed_methods, reason = "a test is a client")]
        let client = Client::builder()
            .tls_certs_only([root.clone()])
            .tls_version_min(version)
            .tls_version_max(version)
            .resolve_to_addrs("localhost", &[address])
            .no_proxy()
            .build()
            .unwrap();
        let answer = runtime.block_on(client.get(&url).send()).unwrap();
        assert_eq!(
            (answer.status().as_u16(), answer.version()),
            (204, reqwest::Version::HTTP_2)
        );
    }
    // Whoever speaks plain HTTP is hung up on.
    assert!(!server.health().is_ok_and(|line| line.contains("HTTP")));
    // The front holds the key's text, and still cannot open the file.
    assert_eq!(server.probe()["key_file_refused"], true);
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn config_check_tells_that_key_and_certificate_do_not_fit() {
    let folder = folder();
    let (one, other) = (made(), made());
    let (certificate, key) = (folder.path().join("c.pem"), folder.path().join("k.pem"));
    fs::write(&certificate, one.cert.pem()).unwrap();
    fs::write(&key, other.signing_key.serialize_pem()).unwrap();
    let file = folder.path().join("x.toml");
    fs::write(
        &file,
        format!("[tls]\ncertificate = {certificate:?}\nkey = {key:?}"),
    )
    .unwrap();
    let checked = run(Command::new(BINARY)
        .args(["config", "check", "--json", "--config"])
        .arg(file));
    assert_eq!(checked.status.code(), Some(2));
    let told: serde_json::Value = serde_json::from_slice(&checked.stdout).unwrap();
    assert_eq!(told["problems"][0]["code"], "server.tls_files");
}

fn made() -> rcgen::CertifiedKey<rcgen::KeyPair> {
    generate_simple_self_signed(["localhost".to_owned()]).unwrap()
}
