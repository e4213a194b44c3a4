//! The front's process: HTTP, pages and rules. It holds no key that opens a secret, opens no file and
//! reaches no network: what it needs, the supervisor hands it.

mod connections;
pub mod probe;
mod serve;
mod tls;

use std::process::ExitCode;

use crate::exit::Failure;
use crate::process::sandbox::{self, Confinement};
use crate::process::{self, FrontBoot, Inherited};
use crate::runtime;

/// Runs the front, as a child of `countersign up`.
pub(crate) fn main() -> ExitCode {
    let inherited = match process::inherit(|boot: &FrontBoot| boot.supervisor) {
        Ok(inherited) => inherited,
        Err(error) => return Failure::usage(error).tell(),
    };
    crate::logs::start(&inherited.boot.log, "front");
    match run(inherited) {
        Ok(()) => ExitCode::SUCCESS,
        Err(exit) => exit,
    }
}

fn run(mut inherited: Inherited<FrontBoot>) -> Result<(), ExitCode> {
    let channel = inherited.channel.try_clone();
    let served = confine().and_then(|confinement| {
        let sockets = serve::Sockets {
            http: inherited.next_socket().map_err(Failure::cannot_run)?,
            probe: inherited.next_socket().map_err(Failure::cannot_run)?,
        };
        let runtime = runtime::build().map_err(Failure::cannot_run)?;
        runtime.block_on(serve::serve(inherited, sockets, confinement))
    });
    served.map_err(|failure| runtime::tell_supervisor(channel, &failure))
}

/// Before any other thread runs, and before the first request could be read.
fn confine() -> Result<Confinement, Failure> {
    let held = sandbox::confine_front().map_err(Failure::cannot_run)?;
    sandbox::forbid_network().map_err(Failure::cannot_run)?;
    match held {
        Confinement::Full => {}
        Confinement::Partial => {
            tracing::warn!(
                "server.old_landlock: this kernel holds the front to less than it asks for"
            );
        }
        Confinement::None => tracing::warn!(
            "server.no_landlock: this kernel has no Landlock: files are kept from the front by their \
             owners and modes alone, which takes starting as root"
        ),
    }
    Ok(held)
}
