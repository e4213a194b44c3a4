//! Looks of whoever runs this server into an organisation (docs/decisions/0014).

mod end;
mod list;
mod new;
mod open;

pub use end::{close_operator, end_operator};
pub use list::{OperatorAccess, OperatorAccessRow, operator_access, operator_accesses};
pub(crate) use new::Wanted;
pub use new::{NewOperatorAccess, NewOperatorAccessError};
pub use open::{OpenOperatorError, OpenedAccess, open_operator};

use db::{Error, WriteTx};

async fn told(tx: WriteTx) -> Result<(), Error> {
    #[expect(
        clippy::disallowed_methods,
        reason = "the database writes the entry, into the log of the organisation that was opened"
    )]
    tx.commit_silently().await
}
