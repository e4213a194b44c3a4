use std::path::Path;

use trust::{Control, Found};

use super::{Context, Look, control, fail, looked};
use crate::front::probe;

pub(super) const CONTROL: Control = control(
    "front.confined",
    "VA-06",
    "The web process cannot open a network connection, and cannot open the master key file.",
);

pub(super) async fn run(context: &Context) -> Found {
    looked(look(&context.instance.front_socket).await)
}

async fn look(front_socket: &Path) -> Look {
    let report = probe::ask(front_socket).await?;
    if !report.network_refused {
        fail!(
            "the web process could open a network connection: {}",
            report.network
        );
    }
    if !report.key_file_refused {
        fail!(
            "the web process could open the master key file: {}",
            report.key_file
        );
    }
    Ok(Found::Pass(format!(
        "asked to try, the web process got: {}; {}",
        report.network, report.key_file
    )))
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixListener;

    use super::*;
    use crate::front::probe::Probe;
    use crate::process::Forbidden;
    use crate::process::sandbox::Confinement;

    /// This process is confined by nothing.
    #[tokio::test]
    async fn it_falls_with_a_front_that_is_not_confined() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name| folder.path().join(name);
        for file in ["key", "secret"] {
            std::fs::write(at(file), "x").unwrap();
        }
        let probe = Probe {
            confinement: Confinement::None,
            forbidden: Forbidden {
                master_key_file: at("key"),
                server_secret: at("secret"),
                cluster: folder.path().to_owned(),
            },
        };
        let listener = UnixListener::bind(at("socket")).unwrap();
        tokio::spawn(probe::serve(listener, probe));
        let Ok(Found::Fail(why)) = look(&at("socket")).await else {
            panic!("the control holds where nothing is confined");
        };
        assert!(why.contains("TCP over IPv4: it worked"), "{why}");
    }
}
