use crate::component::Tone;

/// Whether a connection works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConnectionState {
    /// The person is at the provider's consent page.
    Pending,
    /// It works.
    Connected,
    /// The provider no longer accepts the token: a person has to connect again.
    Reconnect,
    /// Disconnected; the token is destroyed.
    Disconnected,
}

impl ConnectionState {
    /// Its badge's colour.
    pub const fn tone(self) -> Tone {
        match self {
            Self::Pending => Tone::Info,
            Self::Connected => Tone::Ok,
            Self::Reconnect => Tone::Warn,
            Self::Disconnected => Tone::Mute,
        }
    }

    /// Its badge's text.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Pending => "Waiting for consent",
            Self::Connected => "Connected",
            Self::Reconnect => "Reconnect",
            Self::Disconnected => "Disconnected",
        }
    }
}
