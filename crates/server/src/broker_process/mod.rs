//! The broker's process: the one with the keys, and the one door out.

mod serve;

use std::iter;
use std::process::ExitCode;

use crate::exit::Failure;
use crate::process::{self, BrokerBoot, Inherited, sandbox};
use crate::runtime;

/// Runs the broker, as a child of `countersign up`.
pub(crate) fn main() -> ExitCode {
    let inherited = match process::inherit(|boot: &BrokerBoot| boot.supervisor) {
        Ok(inherited) => inherited,
        Err(error) => return Failure::usage(error).tell(),
    };
    crate::logs::start(&inherited.boot.log, "broker");
    match run(inherited) {
        Ok(()) => ExitCode::SUCCESS,
        Err(exit) => exit,
    }
}

fn run(mut inherited: Inherited<BrokerBoot>) -> Result<(), ExitCode> {
    let channel = inherited.channel.try_clone();
    let served = confine(&inherited).and_then(|()| {
        let listener = inherited.next_socket().map_err(Failure::cannot_run)?;
        let runtime = runtime::build().map_err(Failure::cannot_run)?;
        runtime.block_on(serve::serve(inherited, listener))
    });
    served.map_err(|failure| runtime::tell_supervisor(channel, &failure))
}

fn confine(inherited: &Inherited<BrokerBoot>) -> Result<(), Failure> {
    let boot = &inherited.boot;
    let files = boot.files.folder_outside(&boot.folder);
    let folders: Vec<_> = iter::once(boot.folder.as_path()).chain(files).collect();
    let held = sandbox::confine_broker(&folders).map_err(Failure::cannot_run)?;
    if held == sandbox::Confinement::None {
        tracing::warn!("server.no_landlock: this kernel does not keep the broker to its folder");
    }
    sandbox::forbid_programs().map_err(Failure::cannot_run)?;
    match process::lock_memory() {
        Ok(()) => {}
        Err(error) if process::may_swap() => {
            tracing::warn!(%error, "server.memory_not_locked: keys may reach swap; start the server as root, or let it lock all of its memory (LimitMEMLOCK=infinity)");
        }
        Err(error) => {
            tracing::info!(%error, "server.memory_not_locked: this machine has no swap to keep keys from");
        }
    }
    Ok(())
}
