/// A path below the doors of organisations' providers (single sign-on), as a literal. The front serves it, the broker
/// tells providers of it, and pages show it.
#[macro_export]
macro_rules! sign_on_path {
    ($below:literal) => {
        concat!("/sign-in/sso", $below)
    };
}

/// The door of a provider of an organisation: a path of this server, below which is all that its round trips need.
pub fn sign_on_door(provider: impl std::fmt::Display) -> String {
    format!(sign_on_path!("/{}"), provider)
}
