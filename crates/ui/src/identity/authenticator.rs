use std::fmt::Write as _;

use askama::Template;
use kernel::Secret;
use qrcode::{Color, QrCode};

use crate::Page;

/// A key for an authenticator app, shown once.
#[derive(Debug, Template)]
#[template(path = "identity/authenticator.html")]
pub struct Authenticator {
    /// What every page shares.
    pub page: Page,
    /// What the app photographs: `otpauth://…`
    pub uri: Secret<String>,
    /// The key, for typing.
    pub key: Secret<String>,
    /// Where the first code goes.
    pub action: String,
    /// Local path to go on to.
    pub next: String,
}

/// White around the code, in modules (ISO/IEC 18004 asks for four).
const QUIET_ZONE: usize = 4;

impl Authenticator {
    /// The QR code as an SVG path, a unit a module; and its width. None for a text that does not fit,
    /// where the key has to be typed.
    fn picture(&self) -> Option<(String, usize)> {
        let code = QrCode::new(self.uri.expose()).ok()?;
        let width = code.width();
        let mut path = String::new();
        for (at, color) in code.to_colors().into_iter().enumerate() {
            if color == Color::Dark {
                let (x, y) = (at % width + QUIET_ZONE, at / width + QUIET_ZONE);
                // A String takes everything.
                let _ = write!(path, "M{x} {y}h1v1h-1z");
            }
        }
        Some((path, width + 2 * QUIET_ZONE))
    }
}
