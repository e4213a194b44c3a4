use access::{Asset, Grantee};
use axum::response::Response;
use connectors::Connection;
use kernel::{AssetAccess, ConnectionId};
use ui::connectors::{GrantRow, GranteeChoice, Sharing};

use crate::Can;
use crate::api::connectors::{parse_access, parse_giving};
use crate::extract::{Form, Id, Recent};
use crate::pages::answer::{done, failed, is_about_form};
use crate::problem::{Problem, kind};
use crate::route::permission::{ConnectorsManage, ConnectorsShare, Permit as _};

const CATALOGUE: &str = "/connectors";

/// Who may do what with a connection, for its page.
pub(super) async fn view<P>(can: &mut Can<P>, connection: &Connection) -> Result<Sharing, Problem> {
    let asset = Asset::Connection(connection.id);
    let may_share = access::may_share(&mut can.tx, asset).await?;
    let grants = access::asset_grants(&mut can.tx, asset).await?;
    let choices = if may_share {
        choices(can).await?
    } else {
        Vec::new()
    };
    // The database decides again.
    let shares = can.holds(ConnectorsShare::ACCESS);
    let takes = may_share || can.holds(ConnectorsManage::ACCESS);
    let own = Grantee::Person(can.principal.user);
    let row = |grant: access::AssetGrant| GrantRow {
        to: grant.to.to_string(),
        is_team: matches!(grant.to, Grantee::Team(_)),
        may_take: shares && (takes || grant.to == own),
        name: grant.name,
        access: grant.access,
        given_by: grant.given_by,
        given_at: grant.given_at,
    };
    Ok(Sharing {
        everybody: connection.everybody,
        access: connection.access,
        grants: grants.into_iter().map(row).collect(),
        choices,
        may_share,
    })
}

/// Teams, then people.
async fn choices<P>(can: &mut Can<P>) -> Result<Vec<GranteeChoice>, Problem> {
    let teams = access::teams(&mut can.tx).await?.into_iter();
    let teams = teams.map(|team| GranteeChoice {
        value: team.id.to_string(),
        text: format!("{} (team)", team.name),
    });
    let people = identity::members(&mut can.tx).await?.into_iter();
    let people = people.map(|member| GranteeChoice {
        value: member.user.to_string(),
        text: member.name,
    });
    Ok(teams.chain(people).collect())
}

/// Gives a connection to a person or a team.
pub(super) async fn give(
    recent: Recent<ConnectorsShare>,
    Id(id): Id<ConnectionId>,
    form: Form,
) -> Result<Response, Problem> {
    let caller = recent.0.release();
    let given = match parse_giving(form.get("to"), form.get("access")) {
        Ok((to, access)) => {
            let tx = caller.write().await?;
            let given = access::give(tx, Asset::Connection(id), to, access).await;
            given.map_err(Problem::from)
        }
        Err(problem) => Err(problem),
    };
    match given {
        Ok(()) => Ok(done(&caller.state, &path(id), "Given, from now on.")),
        Err(problem) if is_about_form(&problem) => {
            Ok(failed(&caller.state, &path(id), problem.sentence()))
        }
        Err(problem) => Err(problem),
    }
}

/// Takes it back.
pub(super) async fn take_back(
    can: Can<ConnectorsShare>,
    Id(id): Id<ConnectionId>,
    form: Form,
) -> Result<Response, Problem> {
    let from = form.get("from").parse::<Grantee>();
    let from = from.map_err(|_| Problem::new(kind::NOT_FOUND))?;
    let caller = can.release();
    access::take_back(caller.write().await?, Asset::Connection(id), from).await?;
    // Whoever gave up what they had may not see it any more.
    let mut can = caller.again::<ConnectorsShare>().await?;
    let is_there = connectors::connection(&mut can.tx, id).await?.is_some();
    let to = if is_there {
        path(id)
    } else {
        CATALOGUE.to_owned()
    };
    Ok(done(&can.state, &to, "Taken back, from now on."))
}

/// Says what everybody may do with it.
pub(super) async fn open(
    recent: Recent<ConnectorsShare>,
    Id(id): Id<ConnectionId>,
    form: Form,
) -> Result<Response, Problem> {
    let everybody = parse_access(form.get("access"))?;
    let caller = recent.0.release();
    access::open_asset(caller.write().await?, Asset::Connection(id), everybody).await?;
    let told = match everybody {
        AssetAccess::None => "Only who is listed below can see it and use it from now on.",
        AssetAccess::View => "Everybody can view it from now on, and who is listed can use it.",
        AssetAccess::Edit => "Everybody can use it from now on, as far as their role lets them.",
    };
    Ok(done(&caller.state, &path(id), told))
}

fn path(id: ConnectionId) -> String {
    format!("/connectors/{id}")
}
