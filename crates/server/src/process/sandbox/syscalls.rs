use std::collections::BTreeMap;

use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketType, socket};
use seccompiler::SeccompCmpArgLen::Dword;
use seccompiler::SeccompCmpOp::{Eq, MaskedEq, Ne};
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCondition, SeccompFilter, SeccompRule, TargetArch,
    apply_filter,
};

use super::SandboxError;

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

/// Numbers of the x32 calling convention: the same calls once more, where a kernel has it.
#[cfg(target_arch = "x86_64")]
const X32: i64 = 0x4000_0000;

/// Calls that would bring back what was given up, whatever their arguments.
const FORBIDDEN: [i64; 9] = [
    // io_uring opens and connects sockets without the calls that are filtered here.
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    // Other processes' sockets and memory.
    libc::SYS_pidfd_getfd,
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    // Neither process runs programs.
    libc::SYS_execve,
    libc::SYS_execveat,
];

/// Calls that send, and which of their arguments holds the flags.
const SENDING: [(i64, u8); 3] = [
    (libc::SYS_sendto, 3),
    (libc::SYS_sendmsg, 2),
    (libc::SYS_sendmmsg, 3),
];

/// Requests of ioctl(2) that type into the terminal behind an inherited stderr, and so into the
/// shell of whoever started the server.
const TYPING: [u64; 2] = [libc::TIOCSTI, libc::TIOCLINUX];

/// Gives up network sockets: from now on this thread, and those that it starts, can open sockets
/// of the family `AF_UNIX` alone. Refused calls fail with `EACCES`; they are not fatal, so that the
/// self-test can try.
pub(crate) fn forbid_network() -> Result<(), SandboxError> {
    apply_filter(&front()?)?;
    not_opened(&[
        AddressFamily::INET,
        AddressFamily::INET6,
        AddressFamily::NETLINK,
    ])
}

/// Gives up running programs, looking into other processes, and every family of sockets but those of files and of IP:
/// for the broker, which calls out, and does nothing else.
pub(crate) fn forbid_programs() -> Result<(), SandboxError> {
    let ip = [
        AddressFamily::UNIX,
        AddressFamily::INET,
        AddressFamily::INET6,
    ];
    let mut rules = Rules::new();
    forbid_families_but(&ip, &mut rules)?;
    forbid_calls(&mut rules)?;
    apply_filter(&filter(rules)?)?;
    not_opened(&[AddressFamily::NETLINK, AddressFamily::PACKET])
}

/// What the front gives up.
fn front() -> Result<BpfProgram, SandboxError> {
    let mut rules = Rules::new();
    forbid_families_but(&[AddressFamily::UNIX], &mut rules)?;
    forbid_calls(&mut rules)?;
    for (number, flags) in SENDING {
        // Sending with MSG_FASTOPEN connects, and Landlock's rule for connecting does not see it.
        let fast_open = libc::MSG_FASTOPEN.unsigned_abs().into();
        let connects = SeccompCondition::new(flags, Dword, MaskedEq(fast_open), fast_open)?;
        add(&mut rules, number, vec![SeccompRule::new(vec![connects])?]);
    }
    filter(rules)
}

fn forbid_families_but(families: &[AddressFamily], rules: &mut Rules) -> Result<(), SandboxError> {
    let mut others = Vec::new();
    for family in families {
        others.push(SeccompCondition::new(
            0,
            Dword,
            Ne,
            u64::from(family.as_raw()),
        )?);
    }
    add(rules, libc::SYS_socket, vec![SeccompRule::new(others)?]);
    Ok(())
}

fn forbid_calls(rules: &mut Rules) -> Result<(), SandboxError> {
    for number in FORBIDDEN {
        add(rules, number, Vec::new());
    }
    let mut typing = Vec::new();
    for request in TYPING {
        let types = SeccompCondition::new(1, Dword, Eq, request)?;
        typing.push(SeccompRule::new(vec![types])?);
    }
    add(rules, libc::SYS_ioctl, typing);
    Ok(())
}

fn filter(rules: Rules) -> Result<BpfProgram, SandboxError> {
    let arch = TargetArch::try_from(std::env::consts::ARCH).map_err(|_| SandboxError::Processor)?;
    let refuse = SeccompAction::Errno(libc::EACCES.unsigned_abs());
    let filter = SeccompFilter::new(rules, SeccompAction::Allow, refuse, arch)?;
    Ok(filter.try_into()?)
}

/// Trust is good: a filter that does not hold must not go unnoticed.
fn not_opened(families: &[AddressFamily]) -> Result<(), SandboxError> {
    for family in families {
        match socket(*family, SocketType::DGRAM, None) {
            Err(Errno::ACCESS) => {}
            other => return Err(SandboxError::NotInForce(other.map(drop))),
        }
    }
    Ok(())
}

fn add(rules: &mut Rules, number: i64, conditions: Vec<SeccompRule>) {
    #[cfg(target_arch = "x86_64")]
    rules.insert(number | X32, conditions.clone());
    rules.insert(number, conditions);
}
