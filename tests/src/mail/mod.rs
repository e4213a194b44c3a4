//! ID-01, ID-12, ID-13: what goes out by mail, and what its links open.

mod invitations;
mod members;
mod password;
mod retention;
pub(crate) mod server;
mod smtp;
mod stolen;
mod verification;

use demo::Person;

/// The token in the newest mail to `email` whose link begins with `start`.
pub(crate) async fn mailed(anybody: &Person, email: &str, start: &str) -> String {
    let link = anybody.mailed_link(email, start).await.unwrap();
    link.split_once("token=").unwrap().1.to_owned()
}
