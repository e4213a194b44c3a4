use std::sync::Arc;

use crate::DevelopmentMailbox;
use crate::smtp::Smtp;

/// How mail leaves this server.
#[derive(Debug, Clone)]
pub enum Way {
    /// It does not: nothing is configured.
    Off,
    /// By SMTP, encrypted.
    Smtp(Arc<Smtp>),
    /// Into a page of this server, for development.
    Development(DevelopmentMailbox),
}

impl Way {
    /// What pages say of it.
    pub fn face(&self) -> WayFace {
        match self {
            Self::Off => WayFace::Off,
            Self::Smtp(smtp) => smtp.face(),
            Self::Development(_) => WayFace::Development,
        }
    }
}

/// What pages say about how mail leaves.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WayFace {
    /// It does not.
    Off,
    /// By SMTP.
    Smtp {
        /// The server and port.
        server: String,
        /// `STARTTLS` or `TLS`.
        tls: String,
        /// Who sends.
        from: String,
    },
    /// Into a page of this server.
    Development,
}
