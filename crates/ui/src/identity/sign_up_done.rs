use askama::Template;

use crate::Page;
use crate::filters;

/// The answer to every accepted sign-up.
///
/// It has no field that could tell whether the address was free: a taken one must look the same.
#[derive(Debug, Clone, Template)]
#[template(path = "identity/sign_up_done.html")]
pub struct SignUpDone {
    /// What every page shares.
    pub page: Page,
    /// The address, as typed.
    pub email: String,
}
