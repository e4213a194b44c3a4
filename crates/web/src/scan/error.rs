use std::time::Duration;

use broker::protocol::Failure;

/// Why a scan comes no further, now or at all.
#[derive(Debug, thiserror::Error)]
pub(super) enum ScanError {
    /// The app asks for a pause, or did not answer, and may be able to later.
    #[error("{message}")]
    Later {
        code: String,
        message: String,
        /// What the app asked for; nothing where it did not answer.
        pause: Option<Duration>,
    },
    /// It cannot be read.
    #[error("{message}")]
    Never {
        code: String,
        message: String,
        /// What the app answered, where it did.
        status: Option<u16>,
    },
    /// More than a log may hold.
    #[error(
        "the app's history is larger than a log may be: choose a part of it, where the app has parts"
    )]
    TooLarge,
    /// The organisation has stored as much as it may.
    #[error(
        "your organisation's logs hold as many events as they may: remove one that is not needed"
    )]
    Quota,
    /// The manifest changed under the scan.
    #[error(
        "the app's manifest has no such operation any more: go on once it has it again, or begin a new scan"
    )]
    Manifest,
    /// Somebody else carries it, or it was stopped or removed: there is nothing to do.
    #[error("the scan is not carried by this job any more")]
    Left,
    /// The database failed.
    #[error("the progress could not be stored")]
    Database(#[from] db::Error),
}

impl ScanError {
    /// A stable code, for people who go on with it.
    pub(super) fn code(&self) -> &str {
        match self {
            Self::Later { code, .. } | Self::Never { code, .. } => code,
            Self::TooLarge => "insight.too_large",
            Self::Quota => "insight.quota",
            Self::Manifest => "connectors.no_operation",
            Self::Left => "connectors.scan_left",
            Self::Database(_) => "connectors.database",
        }
    }

    /// Whether the app refused the call itself: its place, or what it is about, may be gone.
    pub(super) fn is_refusal(&self) -> bool {
        match self {
            Self::Never {
                code,
                status: Some(400 | 404 | 409 | 410 | 422),
                ..
            } => code == "egress.refused",
            Self::Never { code, .. } => code == "egress.declined",
            _ => false,
        }
    }

    /// What the broker said: some failures pass by themselves.
    pub(super) fn of(failure: Failure, pause: Option<Duration>) -> Self {
        let Failure {
            code,
            message,
            status,
            ..
        } = failure;
        match code.as_str() {
            "egress.timeout"
            | "egress.unreachable"
            | "egress.status"
            | "broker.busy"
            | "broker.database"
            | "broker.keys_unreachable"
            | "broker.unavailable"
            | "connectors.refresh_put_off"
            | "connectors.refresh_too_long" => Self::Later {
                code,
                message,
                pause,
            },
            _ => Self::Never {
                code,
                message,
                status,
            },
        }
    }
}

impl From<insight::AppendError> for ScanError {
    fn from(error: insight::AppendError) -> Self {
        match error {
            insight::AppendError::Full(_) => Self::TooLarge,
            insight::AppendError::Quota => Self::Quota,
            insight::AppendError::Database(error) => Self::Database(error),
        }
    }
}

impl From<insight::ReadBackError> for ScanError {
    fn from(error: insight::ReadBackError) -> Self {
        match error {
            insight::ReadBackError::Full(_) => Self::TooLarge,
            insight::ReadBackError::Database(error) => Self::Database(error),
        }
    }
}

impl From<insight::SaveError> for ScanError {
    fn from(error: insight::SaveError) -> Self {
        match error {
            insight::SaveError::NotReading => Self::Left,
            insight::SaveError::Quota => Self::Quota,
            insight::SaveError::Statistics(_) => Self::TooLarge,
            insight::SaveError::Database(error) => Self::Database(error),
        }
    }
}
