use super::Operation;
use crate::address::{HostRef, Segment};

impl Operation {
    /// Its path with the names of its holes, for people: `/repos/{owner}/{repo}/issues`.
    pub fn path_shown(&self) -> String {
        let segments = self.path.segments().iter().map(|segment| match segment {
            Segment::Literal(text) => format!("/{text}"),
            Segment::Hole(name) => format!("/{{{name}}}"),
        });
        segments.collect()
    }

    /// The host that it calls; nothing where that is the connection's instance.
    pub fn fixed_host(&self) -> Option<&str> {
        match &self.host {
            HostRef::Fixed(host) => Some(host.as_str()),
            HostRef::Instance => None,
        }
    }
}
