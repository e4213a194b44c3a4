//! ID-12.

use mail::smtp::TlsMode;
use testkit::app::TestApp;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use trust::{Found, Status};

use super::{evidence, instance};

#[tokio::test]
async fn id_12_falls_when_a_client_says_in_clear_who_it_is() {
    let app = TestApp::start().await;
    let sound = evidence(instance(&app), "mail.tls_only").await;
    assert_eq!(sound.status, Status::Pass, "{sound:?}");
    for careless in [TlsMode::StartTls, TlsMode::Implicit] {
        let found = server::verify::mail_in_clear(|server, mode| async move {
            let mut stream = tokio::net::TcpStream::connect(server).await.unwrap();
            let said: &[u8] = if mode == careless {
                b"EHLO here\r\nMAIL FROM:<a@example.com>\r\n"
            } else {
                b"EHLO here\r\n"
            };
            stream.write_all(said).await.unwrap();
            stream.shutdown().await.unwrap();
            // Nothing was sent, whatever the server said.
            stream.read_to_end(&mut Vec::new()).await.unwrap();
            false
        })
        .await
        .unwrap();
        assert!(
            matches!(&found, Found::Fail(why) if why.contains("MAIL FROM")),
            "{found:?}"
        );
    }
}
