use manifest::{
    Apps, Arguments, ConnectionFacts, HostOverrides, IdempotencyKey, InstanceUrl, Manifest,
    PlanError, PlannedRequest, WireRequest,
};
use serde_json::Value;

pub(crate) const GITHUB: &str = include_str!("../../../../connectors/github.toml");
pub(crate) const TRACKER: &str = include_str!("../../../../connectors/tracker.toml");
pub(crate) const DROPBOX: &str = include_str!("../../../../connectors/dropbox.toml");
pub(crate) const ZENDESK: &str = include_str!("../../../../connectors/zendesk.toml");

/// Linear's, and one operation more, of the shortest document.
pub(crate) const LINEAR: &str = concat!(
    include_str!("../../../../connectors/linear.toml"),
    "\n",
    include_str!("teams.toml")
);

pub(crate) const SALESFORCE: &str = include_str!("../../../../connectors/salesforce.toml");

/// By which identifier an app may know the instance of its example.
pub(crate) const SITE: &str = "11223344-a1b2-4c3d-8e9f-0a1b2c3d4e5f";

/// The example of the guide.
pub(crate) fn desk() -> String {
    let guide = include_str!("../../../../docs/connectors.md");
    let (_, example) = guide.split_once("```toml\nformat = 1").unwrap();
    let (example, _) = example.split_once("```").unwrap();
    format!("format = 1{example}")
}

pub(crate) fn github() -> Manifest {
    Manifest::parse(GITHUB).unwrap()
}

pub(crate) fn tracker() -> Manifest {
    Manifest::parse(TRACKER).unwrap()
}

pub(crate) fn key() -> IdempotencyKey {
    "apr_01jq2m5x8e9f0g1h2j3k4m5n6p".parse().unwrap()
}

pub(crate) fn arguments(value: &Value) -> Arguments {
    Arguments::try_from(value).unwrap()
}

/// A connection of one app.
pub(crate) struct Connected {
    pub(crate) manifest: Manifest,
    pub(crate) instance: Option<InstanceUrl>,
    pub(crate) hosts: HostOverrides,
}

impl Connected {
    pub(crate) fn github() -> Self {
        Self {
            manifest: github(),
            instance: None,
            hosts: HostOverrides::default(),
        }
    }

    pub(crate) fn linear() -> Self {
        Self {
            manifest: Manifest::parse(LINEAR).unwrap(),
            instance: None,
            hosts: HostOverrides::default(),
        }
    }

    pub(crate) fn tracker(base: &str) -> Self {
        Self::at(tracker(), base)
    }

    pub(crate) fn salesforce() -> Self {
        let manifest = Manifest::parse(SALESFORCE).unwrap();
        Self::at(manifest, "https://acme.my.salesforce.com")
    }

    /// A shipped one.
    pub(crate) fn shipped(id: &str) -> Self {
        let mut all = Self::all().into_iter();
        all.find(|one| one.manifest.id == id).unwrap()
    }

    /// Every manifest that is shipped, each at the instance of its own example.
    pub(crate) fn all() -> Vec<Self> {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../connectors");
        let mut paths: Vec<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        paths.sort();
        let read = |path: &std::path::PathBuf| {
            let manifest = Apps::check(&std::fs::read_to_string(path).unwrap(), &[]);
            let manifest = manifest.unwrap_or_else(|error| unreachable!("{path:?}: {error}"));
            let rule = manifest.instance.as_ref();
            let instance = rule.map(|rule| {
                let instance = rule.read(rule.example()).unwrap();
                rule.with_id(instance, Some(SITE))
            });
            Self {
                instance,
                manifest,
                hosts: HostOverrides::default(),
            }
        };
        paths.iter().map(read).collect()
    }

    fn at(manifest: Manifest, base: &str) -> Self {
        let instance = manifest.instance.as_ref().unwrap().read(base).unwrap();
        Self {
            manifest,
            instance: Some(instance),
            hosts: HostOverrides::default(),
        }
    }

    pub(crate) fn facts(&self) -> ConnectionFacts<'_> {
        ConnectionFacts {
            instance: self.instance.as_ref(),
            hosts: &self.hosts,
        }
    }

    /// Plans with a key where the operation takes one.
    pub(crate) fn plan(&self, id: &str, given: &Value) -> Result<PlannedRequest, PlanError> {
        let operation = self.manifest.operation(id).unwrap();
        let given = arguments(given);
        match PlannedRequest::plan(operation, &self.facts(), &given, None) {
            Err(PlanError::Key { needed: true }) => {
                PlannedRequest::plan(operation, &self.facts(), &given, Some(&key()))
            }
            other => other,
        }
    }

    pub(crate) fn admit(&self, wire: &Wire) -> Result<&str, manifest::Undeclared> {
        self.manifest
            .admit(&wire.borrow(), &self.facts())
            .map(|admitted| {
                assert_eq!(admitted.operation.id, admitted.request.operation());
                admitted.operation.id.as_str()
            })
    }
}

/// A request that a test can bend.
#[derive(Debug, Clone)]
pub(crate) struct Wire {
    pub(crate) method: String,
    pub(crate) scheme: String,
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) path: String,
    pub(crate) query: Option<String>,
    pub(crate) headers: Vec<(String, Vec<u8>)>,
    pub(crate) body: Option<Vec<u8>>,
}

impl Wire {
    pub(crate) fn of(planned: &PlannedRequest) -> Self {
        let bytes = |(name, value): &(String, String)| (name.clone(), value.clone().into_bytes());
        Self {
            method: planned.method().as_str().to_owned(),
            scheme: planned.origin().scheme().as_str().to_owned(),
            host: planned.origin().host().to_owned(),
            port: planned.origin().port(),
            path: planned.path().to_owned(),
            query: planned.raw_query(),
            headers: planned.headers().iter().map(bytes).collect(),
            body: planned.body().map(<[u8]>::to_vec),
        }
    }

    pub(crate) fn borrow(&self) -> WireRequest<'_> {
        WireRequest {
            method: &self.method,
            scheme: &self.scheme,
            host: &self.host,
            port: self.port,
            path: &self.path,
            query: self.query.as_deref(),
            headers: self
                .headers
                .iter()
                .map(|(n, v)| (n.as_str(), v.as_slice()))
                .collect(),
            body: self.body.as_deref(),
        }
    }
}
