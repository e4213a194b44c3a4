use std::time::Duration;

use agents::{Approval, Connection, Desk, DeskAnswer, DeskError, Insight, Log, Proposed};
use db::ReadTx;
use kernel::{ConnectionId, LogId, ProposalId, Scope};
use serde_json::{Map, Value};

use super::{approval, connections, figures};
use crate::AppState;
use crate::api::approvals::propose_as;
use crate::extract::admit;
use crate::problem::Problem;
use crate::route::permission::{
    ApprovalsPropose, ApprovalsRead, ConnectorsRead, InsightRead, Permit,
};

/// The tools' desk for one caller: the same operations that the API calls, with the caller's scope.
pub(super) struct CallerDesk {
    pub(super) state: AppState,
    pub(super) scope: Scope,
}

impl CallerDesk {
    /// A transaction of somebody who may do `P`.
    pub(super) async fn read<P: Permit>(&self) -> Result<ReadTx, Problem> {
        Ok(admit(&self.state, &self.scope, P::ACCESS).await?.0)
    }
}

impl Desk for CallerDesk {
    fn connections(&self) -> DeskAnswer<'_, Vec<Connection>> {
        Box::pin(async move {
            let mut tx = self.read::<ConnectorsRead>().await.map_err(told)?;
            connections::connections(&mut tx, &self.state.apps)
                .await
                .map_err(told)
        })
    }

    fn logs(&self) -> DeskAnswer<'_, Vec<Log>> {
        Box::pin(async move {
            let mut tx = self.read::<InsightRead>().await.map_err(told)?;
            figures::logs(&mut tx).await.map_err(told)
        })
    }

    fn insight(&self, log: LogId) -> DeskAnswer<'_, Insight> {
        Box::pin(async move {
            let mut tx = self.read::<InsightRead>().await.map_err(told)?;
            figures::insight(&mut tx, log).await.map_err(told)
        })
    }

    fn propose(
        &self,
        connection: ConnectionId,
        operation: String,
        arguments: Map<String, Value>,
    ) -> DeskAnswer<'_, Proposed> {
        Box::pin(async move {
            drop(self.read::<ApprovalsPropose>().await.map_err(told)?);
            let asked = (connection, operation, Value::Object(arguments));
            let proposed = propose_as(&self.state, &self.scope, asked)
                .await
                .map_err(told)?;
            let (id, payload_hash, expires_at) = proposed;
            Ok(Proposed {
                status: "approval_required",
                approval_id: id.to_string(),
                review_url: self.state.link(&format!("/approvals/{id}")),
                expires_at: approval::rfc3339(expires_at),
                payload_hash,
            })
        })
    }

    fn approval(&self, id: ProposalId, wait: Duration) -> DeskAnswer<'_, Approval> {
        Box::pin(async move {
            drop(self.read::<ApprovalsRead>().await.map_err(told)?);
            approval::wait_for(self, id, wait).await.map_err(told)
        })
    }
}

/// A problem as a tool tells it.
fn told(problem: Problem) -> DeskError {
    if let Some(cause) = problem.cause() {
        tracing::error!(code = problem.code(), cause, "agents.tool_failed");
    }
    DeskError {
        code: problem.code().to_owned(),
        message: problem.sentence().to_owned(),
    }
}
