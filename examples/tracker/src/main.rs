//! A small OAuth2 issue tracker: the demo's connected app.
fn main() {}
