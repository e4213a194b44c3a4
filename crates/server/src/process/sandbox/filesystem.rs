use std::path::Path;

use landlock::{
    ABI, Access as _, AccessFs, AccessNet, CompatLevel, Compatible as _, NetPort, PathBeneath,
    PathFd, RestrictionStatus, Ruleset, RulesetAttr as _, RulesetCreatedAttr as _, RulesetStatus,
    Scope,
};

use super::SandboxError;

/// The newest rules that this was written for. Later ones can forbid more, such as connecting to the
/// database's socket.
const RULES: ABI = ABI::V7;

/// How much of what was asked the kernel holds a process to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Confinement {
    /// All of it.
    Full,
    /// An older kernel: files, and perhaps not TCP or signals.
    Partial,
    /// A kernel without Landlock: other users' files are kept by their owners and modes alone.
    None,
}

/// The front: no file at all, no TCP connection and no TCP port, no signal to another process, and
/// no abstract socket of one. What it needs it has been handed: sockets, and texts of files.
pub(crate) fn confine_front() -> Result<Confinement, SandboxError> {
    let status = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(RULES))?
        // The filter of system calls forbids new sockets; this also holds for those that it has: an
        // accepted connection can be dissolved and connected elsewhere.
        .handle_access(AccessNet::from_all(RULES))?
        .scope(Scope::from_all(RULES))?
        .create()?
        .restrict_self()?;
    Ok(confinement(&status))
}

/// The broker: writes to its own folders and nowhere else, runs no program, and listens on no port of
/// note (its self-test listens on one that the system picks).
pub(crate) fn confine_broker(folders: &[impl AsRef<Path>]) -> Result<Confinement, SandboxError> {
    let changes = AccessFs::from_write(RULES) | AccessFs::Execute;
    let mut rules = Vec::new();
    for folder in folders {
        let opened = PathFd::new(folder).map_err(|source| SandboxError::Path {
            path: folder.as_ref().to_owned(),
            source,
        })?;
        rules.push(PathBeneath::new(opened, AccessFs::from_write(RULES)));
    }
    let status = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(changes)?
        .handle_access(AccessNet::BindTcp)?
        .create()?
        .add_rules(rules.into_iter().map(Ok::<_, SandboxError>))?
        .add_rule(NetPort::new(0, AccessNet::BindTcp))?
        .restrict_self()?;
    Ok(confinement(&status))
}

fn confinement(status: &RestrictionStatus) -> Confinement {
    match status.ruleset {
        RulesetStatus::FullyEnforced => Confinement::Full,
        RulesetStatus::PartiallyEnforced => Confinement::Partial,
        RulesetStatus::NotEnforced => Confinement::None,
    }
}
