use access::private::{Kept, PRIVATE, SHARED};
use sqlx::Executor as _;
use sqlx::postgres::PgConnection;
use trust::{Control, ControlSession, Found};

use super::context::begin_as;
use super::row_level_security::rows;
use super::{Context, Look, control, fail, looked};

pub(super) const CONTROL: Control = control(
    "access.private_rows",
    "AC-06",
    "Every table that names a person, by a column's name or by a foreign key, is on the list of private tables or on that of shared ones. Each private one has a policy that keeps every login to the bound person's rows, or is read by none; and where a row says whose it is, an owner's direct connection, by the logins of the web process and of the broker, sees none of a colleague's.",
);

pub(super) async fn run(context: &Context) -> Found {
    looked(look(context).await)
}

async fn look(context: &Context) -> Look {
    let mut front = context.as_front().await?;
    if let Some(wrong) = on_no_list(&mut front).await? {
        fail!("{wrong}");
    }
    for (table, kept) in PRIVATE {
        if let Some(wrong) = unkept(&mut front, table, *kept).await? {
            fail!("{wrong}");
        }
    }
    let (member, reviewer) = trust::colleague_control_sessions(&context.db).await?;
    let found = attack(context, &mut front, &member).await;
    let sessions = [member.session, reviewer.session];
    trust::sweep_controls(&context.db, &sessions, &[]).await?;
    found
}

/// Columns that name a person: by name, or by a foreign key to people or members.
const NAMES_A_PERSON: &str = "
    select distinct format('%I.%I', n.nspname, c.relname)
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attname <> 'org_id'
     where c.relkind in ('r', 'p') and n.nspname not in ('pg_catalog', 'information_schema')
       and (a.attname in ('user_id', 'person', 'person_id') or a.attname like '%\\_person'
            or exists (select from pg_constraint f
                        where f.conrelid = c.oid and f.contype = 'f' and a.attnum = any (f.conkey)
                          and f.confrelid in ('identity.users'::regclass, 'identity.memberships'::regclass)))";

/// What is wrong with the lists, if anything.
async fn on_no_list(front: &mut PgConnection) -> Result<Option<String>, sqlx::Error> {
    let named: Vec<String> = sqlx::query_scalar(NAMES_A_PERSON)
        .fetch_all(&mut *front)
        .await?;
    let is_listed = |table: &str| {
        PRIVATE.iter().any(|(name, _)| *name == table)
            || SHARED.iter().any(|(name, _)| *name == table)
    };
    if let Some(table) = named.iter().find(|table| !is_listed(table)) {
        return Ok(Some(format!(
            "{table} names a person, and is neither private nor shared with a reason"
        )));
    }
    for (table, _) in PRIVATE {
        let there: bool = sqlx::query_scalar("select to_regclass($1) is not null")
            .bind(table)
            .fetch_one(&mut *front)
            .await?;
        if !there {
            return Ok(Some(format!("{table} is listed as private, and not there")));
        }
    }
    Ok(None)
}

/// Why the table does not keep its rows apart, if it does not.
async fn unkept(
    front: &mut PgConnection,
    table: &str,
    kept: Kept,
) -> Result<Option<String>, sqlx::Error> {
    let rule = match kept {
        Kept::ByPerson(column) => format!("{column}=SELECTctx.personASperson"),
        Kept::ByPersonIfAny(column) => {
            format!("{column}ISNULLOR{column}=SELECTctx.personASperson")
        }
        Kept::Unread => String::new(),
    };
    // Who runs the migrations is a member of the owner, and serves nobody (db::guard).
    let open: Option<String> = sqlx::query_scalar(
        "select r.rolname::text from pg_roles r
          where r.rolcanlogin and r.rolname like 'countersign\\_%' and r.rolname <> 'countersign_migrator'
            and has_any_column_privilege(r.oid, $1::regclass, 'select')
            and not exists (
                select from pg_policy p
                 where p.polrelid = $1::regclass and not p.polpermissive and p.polcmd in ('*', 'r')
                   and (r.oid = any (p.polroles) or 0::oid = any (p.polroles))
                   and regexp_replace(pg_get_expr(p.polqual, p.polrelid), '[[:space:]()]', '', 'g') = $2)
          order by 1 limit 1",
    )
    .bind(table)
    .bind(&rule)
    .fetch_optional(front)
    .await?;
    Ok(open.map(|role| match kept {
        Kept::Unread => format!("{role} may read {table}"),
        Kept::ByPerson(_) | Kept::ByPersonIfAny(_) => {
            format!("nothing keeps {role} to the bound person's rows of {table}")
        }
    }))
}

/// Reads as the organisation's owner, with both logins.
async fn attack(context: &Context, front: &mut PgConnection, member: &ControlSession) -> Look {
    let mut broker = context.as_broker().await?;
    let (mut looks, mut exercised) = (0, 0);
    for connection in [front, &mut broker] {
        for (table, kept) in PRIVATE {
            let (Kept::ByPerson(column) | Kept::ByPersonIfAny(column)) = kept else {
                continue;
            };
            // What the login may not tell whose it is, the policies alone keep apart.
            if !may_read(connection, table, column).await? {
                continue;
            }
            let colleagues = format!("{column} = '{}'", member.user.uuid());
            let anybodys = format!("{column} <> '{}'", context.a.user.uuid());
            begin_as(connection, &member.hash).await?;
            let own = rows(connection, table, &colleagues).await?;
            connection.execute("rollback").await?;
            begin_as(connection, &context.a.hash).await?;
            let seen = rows(connection, table, &anybodys).await?;
            connection.execute("rollback").await?;
            if seen > 0 {
                fail!("an owner sees {seen} rows of somebody else's in {table}");
            }
            exercised += i64::from(own > 0);
            looks += 1;
        }
    }
    if exercised == 0 {
        return Ok(Found::Error(
            "the colleague has no rows to look for".to_owned(),
        ));
    }
    Ok(Found::Pass(format!(
        "{} tables are private and {} shared with a reason, and no other names a person; an owner's {looks} looks at private tables as the logins of the web process and of the broker showed 0 rows of a colleague's",
        PRIVATE.len(),
        SHARED.len(),
    )))
}

async fn may_read(
    connection: &mut PgConnection,
    table: &str,
    column: &str,
) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar("select has_column_privilege($1::regclass, $2, 'select')")
        .bind(table)
        .bind(column)
        .fetch_one(connection)
        .await
}
