use std::io::ErrorKind;

use broker::files::FileName;
use broker::socket::{CallError, Upload};
use kernel::{LogId, OrganisationId, Scope};

use crate::AppState;

/// The file on its way to the broker, which keeps it sealed. Nothing where no broker listens: the log is read all the
/// same, and its page shows no original.
pub(super) struct Keeping(Option<Upload>);

impl Keeping {
    pub(super) async fn begin(
        state: &AppState,
        (scope, organisation): (&Scope, OrganisationId),
        log: LogId,
        name: FileName,
    ) -> Result<Self, CallError> {
        let broker = state.broker.of(&organisation.to_string());
        match broker.put_file(scope, log, name).await {
            Ok(upload) => Ok(Self(Some(upload))),
            Err(CallError::Unreachable(error))
                if matches!(
                    error.kind(),
                    ErrorKind::NotFound | ErrorKind::ConnectionRefused
                ) =>
            {
                tracing::warn!(%error, %log, "insight.original_not_kept");
                Ok(Self(None))
            }
            Err(error) => Err(error),
        }
    }

    pub(super) async fn write(&mut self, bytes: &[u8]) -> Result<(), CallError> {
        match &mut self.0 {
            Some(upload) => upload.write(bytes).await,
            None => Ok(()),
        }
    }

    /// It came whole.
    pub(super) async fn finish(&mut self) -> Result<(), CallError> {
        match self.0.take() {
            Some(upload) => upload.finish().await.map(|_| ()),
            None => Ok(()),
        }
    }
}
