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

/// What db.lint finds and what is this claim's: nothing is open that was not opened to somebody.
const OPEN: [&str; 4] = [
    "rls.not_enabled",
    "rls.no_policy",
    "grant.to_public",
    "function.public",
];

async fn look(context: &Context) -> Look {
    let mut front = context.as_front().await?;
    let report = super::lint_report(&mut front).await?;
    let mut open = report.findings.iter();
    if let Some(found) = open.find(|found| OPEN.contains(&found.rule)) {
        fail!("{} {}", found.object, found.finding);
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
            Surface::Api | Surface::Mcp | Surface::Oauth | Surface::Scim => {
                matches!(status, 401 | 403)
            }
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
