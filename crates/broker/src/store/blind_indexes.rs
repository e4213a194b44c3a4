//! Blind indexes of proposals' payloads.

use db::{Error, ReadTx, WriteTx};
use kernel::{OrganisationId, ProposalId};

use crate::vault::Indexes;

pub(crate) async fn insert_blind_indexes(
    tx: &mut WriteTx,
    (organisation, proposal): (OrganisationId, ProposalId),
    key: &str,
    indexes: &[Vec<u8>],
) -> Result<(), Error> {
    sqlx::query!(
        "insert into approvals.blind_indexes (org_id, proposal_id, key_id, index)
         select $1, $2, $3, n.index from unnest($4::bytea[]) as n (index)",
        organisation.uuid(),
        proposal.uuid(),
        key,
        indexes,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Proposals that have one of the indexes and whose requests whoever is bound may see, the last first.
pub(crate) async fn indexed(
    tx: &mut ReadTx,
    found: &Indexes,
    at_most: i32,
) -> Result<Vec<ProposalId>, Error> {
    let ids = sqlx::query_scalar!(
        r#"select approvals.indexed($1, $2, $3) as "id!""#,
        &found.keys,
        &found.indexes,
        at_most
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(ids.into_iter().map(ProposalId::from).collect())
}
