//! Ways in: second factors, passkeys, other issuers, fresh proof; and the account that they lead to.

mod account;
mod account_api;
mod account_attacks;
mod account_grants;
mod address;
mod alone;
mod alone_account;
mod devices;
mod door;
mod guesses;
mod issuers;
mod organisations;
mod passkey;
mod password_cost;
mod recent;
mod removal_races;
mod replicas;
mod reserved;
mod second_factor;
mod sign_on;
mod waits;
