//! From arguments to the final request, and back from a request to the operation that it is.

mod admit;
mod arguments;
mod idempotency;
mod key_form;
mod plan;
mod planned;
mod wire;

pub use admit::{Admitted, Undeclared};
pub use arguments::{Arguments, ArgumentsError};
pub(crate) use idempotency::KEY;
pub use idempotency::{Idempotency, IdempotencyKey, KeyError};
pub use key_form::KeyForm;
pub(crate) use key_form::WrittenKey;
pub use plan::PlanError;
pub use planned::PlannedRequest;
pub use wire::WireRequest;
