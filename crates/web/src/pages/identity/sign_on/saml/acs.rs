use axum::response::Response;
use kernel::ProviderId;
use ui::identity::FromSaml;

use crate::Public;
use crate::extract::{Form, Id};
use crate::pages::answer::html;
use crate::pages::page_of;
use crate::problem::{Problem, kind};

/// The assertion consumer service (SAMLBindings 3.5). It looks at nothing: what came goes on to the form on its page,
/// and is judged when that is posted.
pub(super) async fn acs(
    public: Public,
    Id(provider): Id<ProviderId>,
    form: Form,
) -> Result<Response, Problem> {
    let [response, relay_state] = ["SAMLResponse", "RelayState"].map(|name| form.get(name));
    if response.is_empty() || relay_state.is_empty() {
        return Err(Problem::new(kind::ATTEMPT_GONE));
    }
    html(&FromSaml {
        page: page_of(&public.state, &public.context, None),
        provider,
        response: response.to_owned(),
        relay_state: relay_state.to_owned(),
    })
}
