//! What a child process is: how it is told what to do, and what it gives up before it does it.

mod boot;
mod channel;
mod child;
mod files;
mod harden;
mod master_keys;
pub(crate) mod sandbox;

pub(crate) use boot::{
    BrokerBoot, DatabaseLogin, Forbidden, FrontBoot, IssuerBoot, MailBoot, Sensitive, SmtpBoot,
    TlsPem,
};
pub(crate) use channel::{Parent, Report, await_report, hand_over, pair, report};
pub(crate) use child::{Inherited, inherit};
pub(crate) use files::{BucketBoot, FilesBoot, FilesPlace};
pub(crate) use harden::{harden, lock_memory, may_swap, stop_with_parent};
pub(crate) use master_keys::{KeeperBoot, MasterKeyBoot, ServiceBoot};
