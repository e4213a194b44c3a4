use trust::{Control, Found};

use super::{Context, Look, control, fail, looked};
use crate::front::probe;

pub(super) const CONTROL: Control = control(
    "front.confined",
    "VA-06",
    "The web process cannot open a network connection, and cannot open the master key file.",
);

pub(super) async fn run(context: &Context) -> Found {
    looked(look(context).await)
}

async fn look(context: &Context) -> Look {
    let report = probe::ask(&context.instance.front_socket).await?;
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
