use reqwest::Method;
use web::{Access, Pace, RouteInfo, Surface};

use super::Dice;
use super::actor::Actor;
use super::model::{ADDITIONS, BROKER, CHANGES, FRONT, condition};
use super::sql::{Ended, keys, touched};
use super::tenants::{Login, Tenants};

/// One thing that somebody tries. The numbers are places in the tenants' lists.
#[derive(Debug, Clone)]
pub(super) enum Operation {
    /// Reads a table by SQL.
    Read {
        actor: usize,
        login: Login,
        table: usize,
    },
    /// Changes or removes all the rows it can by SQL.
    Change { actor: usize, change: usize },
    /// Adds a row by SQL, in somebody's name.
    Add {
        actor: usize,
        addition: usize,
        named: usize,
    },
    /// Reads a list over HTTP.
    List { actor: usize, route: usize },
    /// Asks over HTTP for something by its identifier, or to change something of the other tenant's.
    Ask {
        actor: usize,
        route: usize,
        id: usize,
    },
}

impl Operation {
    pub(super) fn roll(tenants: &Tenants, dice: &mut Dice) -> Self {
        let actor = dice.below(tenants.actors.len());
        match dice.below(10) {
            0..5 => {
                let login = *dice.pick(&[Login::Front, Login::Broker]);
                let table = dice.below(tenants.tables(login).len());
                Self::Read {
                    actor,
                    login,
                    table,
                }
            }
            5 => Self::Change {
                actor,
                change: dice.below(CHANGES.len()),
            },
            6 | 7 => Self::Add {
                actor,
                addition: dice.below(ADDITIONS.len()),
                // Mostly in the own name: what is refused always is refused for many reasons.
                named: if dice.below(3) == 0 {
                    dice.below(tenants.actors.len())
                } else {
                    actor
                },
            },
            8 => Self::List {
                actor,
                route: dice.below(tenants.lists.len()),
            },
            _ => Self::Ask {
                actor,
                route: dice.below(tenants.items.len()),
                id: dice.below(tenants.ids.len()),
            },
        }
    }

    /// Tries it. What differs from the model, in words.
    pub(super) async fn run(&self, tenants: &mut Tenants) -> Result<(), String> {
        match *self {
            Self::Read {
                actor,
                login,
                table,
            } => read(tenants, actor, (login, table)).await,
            Self::Change { actor, change } => change_all(tenants, actor, change).await,
            Self::Add {
                actor,
                addition,
                named,
            } => add(tenants, actor, (addition, named)).await,
            Self::List { actor, route } => list(tenants, actor, route).await,
            Self::Ask { actor, route, id } => ask(tenants, actor, (route, id)).await,
        }
    }
}

async fn read(
    tenants: &mut Tenants,
    at: usize,
    (login, table): (Login, usize),
) -> Result<(), String> {
    let table = tenants.tables(login)[table].clone();
    let model = match login {
        Login::Front => FRONT,
        Login::Broker => BROKER,
    };
    let seen = model.iter().find(|(name, _)| *name == table.name);
    let actor = &tenants.actors[at];
    let Some(key) = &table.key else {
        let query = format!("select 'row'::text from {}", table.name);
        let ended = keys(tenants.logins.of(login), actor, &query).await;
        return if seen.is_none() && ended == Ended::Refused("42501".to_owned()) {
            Ok(())
        } else {
            Err(format!(
                "{} by {login:?} on {}: {ended:?}",
                actor.name, table.name
            ))
        };
    };
    let chosen = condition(seen.map(|(_, seen)| *seen), actor);
    let query = format!("select {key} from {} order by 1", table.name);
    let truth = format!("select {key} from {} where {chosen} order by 1", table.name);
    // Jobs move beside us: whatever changed meanwhile is looked at again.
    for _ in 0..20 {
        let before = truth_of(tenants, &truth).await;
        let actor = &tenants.actors[at];
        let ended = keys(tenants.logins.of(login), actor, &query).await;
        if truth_of(tenants, &truth).await != before {
            continue;
        }
        return match ended {
            Ended::Done(rows) if rows == before => Ok(()),
            Ended::Done(rows) => Err(format!(
                "{} by {login:?} sees {} rows of {}, and should see {}",
                tenants.actors[at].name,
                rows.len(),
                table.name,
                before.len()
            )),
            Ended::Refused(code) => Err(format!(
                "{} by {login:?} is refused {} ({code})",
                tenants.actors[at].name, table.name
            )),
        };
    }
    Err(format!("{} does not come to rest", table.name))
}

async fn truth_of(tenants: &mut Tenants, query: &str) -> Vec<String> {
    sqlx::query_scalar(sqlx::AssertSqlSafe(query.to_owned()))
        .fetch_all(&mut tenants.fate)
        .await
        .unwrap()
}

async fn change_all(tenants: &mut Tenants, at: usize, change: usize) -> Result<(), String> {
    let change = &CHANGES[change];
    let actor = &tenants.actors[at];
    let chosen = condition((change.reaches)(actor), actor);
    let count = format!("select count(*)::text from {} where {chosen}", change.table);
    let should: u64 = truth_of(tenants, &count).await[0].parse().unwrap();
    let actor = &tenants.actors[at];
    let ended = touched(tenants.logins.of(Login::Front), actor, change.statement).await;
    if ended == Ended::Done(should) {
        return Ok(());
    }
    Err(format!(
        "{}: {} came to {ended:?}, and should to {should} rows",
        actor.name, change.statement
    ))
}

async fn add(
    tenants: &mut Tenants,
    at: usize,
    (addition, named): (usize, usize),
) -> Result<(), String> {
    let addition = &ADDITIONS[addition];
    let (actor, named) = (&tenants.actors[at], &tenants.actors[named]);
    let statement = addition
        .statement
        .replace("{org}", &named.org.to_string())
        .replace("{person}", &named.person.to_string());
    let is_own = (actor.org, actor.person) == (named.org, named.person);
    let should = if is_own && (addition.is_allowed)(actor) {
        Ended::Done(1)
    } else {
        Ended::Refused("42501".to_owned())
    };
    let ended = touched(tenants.logins.of(Login::Front), actor, &statement).await;
    if ended == should {
        return Ok(());
    }
    Err(format!(
        "{} in the name of {}: {statement} came to {ended:?}, and should to {should:?}",
        actor.name, named.name
    ))
}

/// No list, but one thing, which not everybody has.
const MAY_BE_NONE: &str = "/api/v1/account/address-change";

/// A list over HTTP: who may not read it is told so, and nobody finds the other tenant in it.
async fn list(tenants: &mut Tenants, at: usize, route: usize) -> Result<(), String> {
    let (actor, route) = (&tenants.actors[at], &tenants.lists[route]);
    let answer = actor.http.send(&Method::GET, &route.path).await;
    let (status, text) = (answer.status().as_u16(), answer.text().await.unwrap());
    let should: &[u16] = match may(actor, route) {
        false => &[403],
        true if route.path == MAY_BE_NONE => &[200, 404],
        true => &[200],
    };
    if !should.contains(&status) {
        return Err(format!(
            "{}: GET {} got {status}, and should {should:?}",
            actor.name, route.path
        ));
    }
    let foreign = tenants
        .ids
        .iter()
        .find(|id| id.org != actor.org && text.contains(&id.text));
    match foreign {
        Some(id) => Err(format!(
            "{}: GET {} shows {} of the other tenant",
            actor.name, route.path, id.text
        )),
        None => Ok(()),
    }
}

async fn ask(tenants: &mut Tenants, at: usize, (route, id): (usize, usize)) -> Result<(), String> {
    let (actor, route, id) = (&tenants.actors[at], &tenants.items[route], &tenants.ids[id]);
    // A change of something of one's own would leave something behind.
    if route.method != Method::GET && id.org == actor.org {
        return Ok(());
    }
    let path = route.path.replace("{id}", &id.text);
    let status = actor
        .http
        .send(&route.method, &path)
        .await
        .status()
        .as_u16();
    let should: &[u16] = match (may(actor, route), id.org == actor.org) {
        (false, _) => &[403],
        // A body that says nothing is refused before anybody looks, or after.
        (true, false) if route.method != Method::GET => &[404, 422],
        (true, false) => &[404],
        (true, true) => &[200, 404, 409],
    };
    if should.contains(&status) {
        return Ok(());
    }
    Err(format!(
        "{}: {} {path} got {status}, and should one of {should:?}",
        actor.name, route.method
    ))
}

fn may(actor: &Actor, route: &RouteInfo) -> bool {
    match route.access {
        Access::Public | Access::SignedIn => true,
        Access::Person | Access::Account => actor.is_session(),
        Access::HalfSession | Access::AnonymousKey | Access::ServiceKey(_) => false,
        Access::Permission(permission) => actor.holds(permission),
    }
}

/// The routes of the REST API that answer at once, and say nothing of everybody's; without those of
/// anonymous keys, which are nobody's here.
pub(super) fn routes() -> (Vec<RouteInfo>, Vec<RouteInfo>) {
    let all = web::routes().into_iter().filter(|route| {
        route.surface == Surface::Api
            && route.pace != Pace::Stream
            && route.path.starts_with("/api/v1/")
            && route.access != Access::AnonymousKey
    });
    let (items, rest): (Vec<_>, Vec<_>) = all.partition(|route| route.path.contains("{id}"));
    let lists = rest.into_iter().filter(|route| route.method == Method::GET);
    (lists.collect(), items)
}
