//! VA-02: the same holds wherever the master key is: in a file, with Vault or OpenBao, AWS KMS or Google Cloud KMS.
//!
//! AWS KMS is moto, which is not ours and checks signatures. The others are asked as their documentation says.

pub(crate) mod config;
mod failures;
pub(crate) mod moto;
pub(crate) mod server;
mod suite;

use std::sync::Arc;

use broker::egress::{Lookup, SystemLookup};
use broker::vault::{Kek, KekSetUpError, MasterKeyConfig};
use kernel::{Clock, SystemClock, SystemRng};

/// What a start makes of it.
async fn started(config: MasterKeyConfig, in_use: &[String]) -> Result<(), KekSetUpError> {
    let (clock, lookup): (Arc<dyn Clock>, Arc<dyn Lookup>) =
        (Arc::new(SystemClock), Arc::new(SystemLookup));
    let kek = Kek::new(vec![config], in_use, (&clock, &lookup, &SystemRng))?;
    kek.check(&SystemRng).await
}
