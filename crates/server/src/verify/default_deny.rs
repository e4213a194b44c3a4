use trust::{Control, Found};
use web::{Access, Surface};

use super::{Context, Look, control, fail, looked};

pub(super) const CONTROL: Control = control(
    "web.default_deny",
    "AC-02",
    "Every table has a policy, no table or privileged function is open to everybody, and every route that is not public refuses a caller without a credential.",
);

pub(super) async fn run(context: &Context) -> Found {
    looked(look(context).await)
}

async fn look(context: &Context) -> Look {
    let mut front = context.as_front().await?;
    let without_policy: Vec<String> = sqlx::query_scalar(
        "select format('%I.%I', n.nspname, c.relname)
           from pg_class c join pg_namespace n on n.oid = c.relnamespace
          where c.relkind in ('r', 'p') and n.nspname not in ('pg_catalog', 'information_schema')
            and n.nspname !~ '^pg_(toast|temp)'
            and not exists (select from pg_policy p where p.polrelid = c.oid)",
    )
    .fetch_all(&mut front)
    .await?;
    if !without_policy.is_empty() {
        fail!("tables without a policy: {}", without_policy.join(", "));
    }
    let open: Vec<String> = sqlx::query_scalar(
        "select format('%s %I.%I', 'table', n.nspname, c.relname)
           from pg_class c join pg_namespace n on n.oid = c.relnamespace,
                aclexplode(c.relacl) acl
          where acl.grantee = 0 and n.nspname not in ('pg_catalog', 'information_schema')
          union all
         select format('function %I.%I', n.nspname, p.proname)
           from pg_proc p join pg_namespace n on n.oid = p.pronamespace
          where p.prosecdef and n.nspname not in ('pg_catalog', 'information_schema')
            and has_function_privilege('public', p.oid, 'execute')",
    )
    .fetch_all(&mut front)
    .await?;
    if !open.is_empty() {
        fail!("open to everybody: {}", open.join(", "));
    }
    let mut probed = 0;
    for route in web::routes() {
        if matches!(route.access, Access::Public) {
            continue;
        }
        let path = route.path.replace(['{', '}', '*'], "");
        let method = reqwest::Method::from_bytes(route.method.as_str().as_bytes())?;
        let status = context
            .http
            .request(method, context.at(&path))
            .send()
            .await?
            .status()
            .as_u16();
        let refused = match route.surface {
            Surface::Page => matches!(status, 303 | 401 | 403),
            Surface::Api | Surface::Mcp | Surface::Oauth => matches!(status, 401 | 403),
        };
        if !refused {
            fail!("{} {} answers {status} to nobody", route.method, route.path);
        }
        probed += 1;
    }
    Ok(Found::Pass(format!(
        "every table has a policy; nothing is granted to everybody; {probed} routes refuse a caller without a credential"
    )))
}
