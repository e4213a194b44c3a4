use axum::extract::{FromRequest, Request};

use crate::AppState;
use crate::edge;
use crate::problem::Problem;

/// The fields of a page's form, in their order. Its token was checked before a handler ran.
#[derive(Default)]
pub(crate) struct Form(Vec<(String, String)>);

impl Form {
    /// The first value of that name; empty where the form has none.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.0
            .iter()
            .find(|(field, _)| field == name)
            .map_or("", |(_, value)| value)
    }

    /// All of it, in its order.
    pub(crate) fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// All values of that name: ticked boxes.
    pub(crate) fn all(&self, name: &str) -> Vec<String> {
        self.0
            .iter()
            .filter(|(field, _)| field == name)
            .map(|(_, value)| value.clone())
            .collect()
    }
}

impl FromRequest<AppState> for Form {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &AppState) -> Result<Self, Problem> {
        let bytes = edge::bytes(request.into_body()).await?;
        Ok(Self(
            url::form_urlencoded::parse(&bytes).into_owned().collect(),
        ))
    }
}
