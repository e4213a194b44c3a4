use askama::Template;

use crate::Page;

/// Where a person types the code that a device shows (RFC 8628 3.3).
#[derive(Debug, Clone, Template)]
#[template(path = "oauth/device.html")]
pub struct Device {
    /// What every page shares.
    pub page: Page,
    /// How far it has come.
    pub state: DeviceState,
}

/// How far it has come.
#[derive(Debug, Clone)]
pub enum DeviceState {
    /// The code is asked for.
    Asks {
        /// As typed, or as the device's link says.
        code: String,
        /// What is wrong; empty where nothing is.
        error: String,
    },
    /// The device may act.
    Granted,
    /// The person said no.
    Refused,
}
