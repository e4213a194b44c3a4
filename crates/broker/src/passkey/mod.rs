//! Passkeys. The broker makes the challenges and verifies what authenticators answer; its login alone tells
//! the database that an answer was right.

mod add;
mod begin;
mod give;
mod sign_in;
mod verify;

pub(crate) use add::add;
pub(crate) use begin::begin;
pub(crate) use give::give;
pub(crate) use sign_in::sign_in;

use crypto::passkey::RelyingParty;

use crate::error::BrokerError;
use crate::service::Service;

/// What a person can have; the database holds it.
const MOST: i32 = 20;

fn party<L>(service: &Service<L>) -> Result<&RelyingParty, BrokerError> {
    service.party.as_ref().ok_or(BrokerError::PasskeysOff)
}
