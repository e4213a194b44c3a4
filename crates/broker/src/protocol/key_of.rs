use serde::{Deserialize, Serialize};

/// What a key is of: the app, and where it is installed, as its provider calls them.
#[derive(Debug, Serialize, Deserialize)]
pub struct KeyOf {
    /// The app's identifier.
    pub app: String,
    /// The installation's.
    pub installation: String,
}
