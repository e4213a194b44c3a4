//! Ways in: second factors, passkeys, other issuers, fresh proof; and the account that they lead to.

mod account;
mod account_attacks;
mod address;
mod alone;
mod devices;
mod door;
mod issuers;
mod organisations;
mod passkey;
mod password_cost;
mod recent;
mod removal_races;
mod reserved;
mod second_factor;
mod sign_on;
mod waits;
