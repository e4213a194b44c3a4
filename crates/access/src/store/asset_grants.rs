//! To whom single things were given.

use db::{Error, ReadTx, WriteTx};
use kernel::{AssetAccess, TeamId};
use sqlx::types::Uuid;

use crate::{Asset, AssetGrant, Grantee};

impl Asset {
    /// As the database's functions take it.
    const fn parts(self) -> (&'static str, Uuid) {
        match self {
            Self::Connection(id) => ("connection", id.uuid()),
        }
    }
}

impl Grantee {
    /// A person or a team.
    const fn parts(self) -> (Option<Uuid>, Option<Uuid>) {
        match self {
            Self::Person(id) => (Some(id.uuid()), None),
            Self::Team(id) => (None, Some(id.uuid())),
        }
    }
}

pub(crate) async fn of(tx: &mut ReadTx, asset: Asset) -> Result<Vec<AssetGrant>, Error> {
    let (_, id) = asset.parts();
    let rows = sqlx::query!(
        r#"select g.user_id, g.team_id, g.access, g.given_at, coalesce(u.name, t.name) as name,
                  by.name as "given_by?"
             from access.asset_grants g
             left join identity.users u on u.id = g.user_id
             left join access.teams t on t.org_id = g.org_id and t.id = g.team_id
             left join identity.users by on by.id = g.given_by
            where g.connection_id = $1
            order by g.team_id is not null, name, g.id"#,
        id
    )
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter()
        .map(|row| {
            let to = match (row.user_id, row.team_id) {
                (Some(person), _) => Grantee::Person(person.into()),
                (None, Some(team)) => Grantee::Team(team.into()),
                (None, None) => return Err(wrong("access: a grant to nobody")),
            };
            Ok(AssetGrant {
                to,
                name: row.name.unwrap_or_default(),
                access: parse(&row.access)?,
                given_by: row.given_by.unwrap_or_default(),
                given_at: row.given_at,
            })
        })
        .collect()
}

pub(crate) async fn given_to(
    tx: &mut ReadTx,
    team: TeamId,
) -> Result<Vec<(Asset, AssetAccess)>, Error> {
    let rows = sqlx::query!(
        r#"select connection_id as "connection!", access from access.asset_grants
            where team_id = $1 and connection_id is not null order by given_at, id"#,
        team.uuid()
    )
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok((
                Asset::Connection(row.connection.into()),
                parse(&row.access)?,
            ))
        })
        .collect()
}

fn parse(access: &str) -> Result<AssetAccess, Error> {
    let parsed = access.parse();
    parsed.map_err(|_| wrong("access: unexpected access"))
}

fn wrong(what: &'static str) -> Error {
    Error::Database(sqlx::Error::Decode(what.into()))
}

pub(crate) async fn may_share(tx: &mut ReadTx, asset: Asset) -> Result<bool, Error> {
    let (kind, id) = asset.parts();
    Ok(sqlx::query_scalar!(
        r#"select access.may_share($1, $2) = 'yes' as "may!""#,
        kind,
        id
    )
    .fetch_one(&mut **tx)
    .await?)
}

pub(crate) async fn give(
    tx: &mut WriteTx,
    asset: Asset,
    to: Grantee,
    access: AssetAccess,
) -> Result<String, Error> {
    let (kind, id) = asset.parts();
    let (person, team) = to.parts();
    Ok(sqlx::query_scalar!(
        r#"select access.give($1, $2, $3, $4, $5) as "verdict!""#,
        kind,
        id,
        person,
        team,
        access.as_str(),
    )
    .fetch_one(&mut **tx)
    .await?)
}

pub(crate) async fn take_back(
    tx: &mut WriteTx,
    asset: Asset,
    from: Grantee,
) -> Result<String, Error> {
    let (kind, id) = asset.parts();
    let (person, team) = from.parts();
    Ok(sqlx::query_scalar!(
        r#"select access.take_back($1, $2, $3, $4) as "verdict!""#,
        kind,
        id,
        person,
        team,
    )
    .fetch_one(&mut **tx)
    .await?)
}

pub(crate) async fn open(
    tx: &mut WriteTx,
    asset: Asset,
    everybody: AssetAccess,
) -> Result<String, Error> {
    let (kind, id) = asset.parts();
    Ok(sqlx::query_scalar!(
        r#"select access.open_asset($1, $2, $3) as "verdict!""#,
        kind,
        id,
        everybody.as_str(),
    )
    .fetch_one(&mut **tx)
    .await?)
}
