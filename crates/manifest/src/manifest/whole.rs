//! A file, with what it takes from the manifest of another one.

use toml::Spanned;

use crate::auth::CredentialClass;
use crate::source::raw::{
    RawApi, RawAuth, RawBarriers, RawInstance, RawManifest, RawOperation, RawScan, RawScope, Table,
    Text,
};
use crate::source::{Base, ManifestError, Source};

type Parsed<T> = Result<T, ManifestError>;

/// All that a manifest says.
pub(super) struct Whole {
    pub(super) format: Spanned<i64>,
    pub(super) id: Text,
    pub(super) name: Text,
    pub(super) about: Text,
    pub(super) barriers: RawBarriers,
    pub(super) instance: Option<Spanned<RawInstance>>,
    pub(super) operations_of: Option<Text>,
    pub(super) api: RawApi,
    pub(super) auth: Spanned<RawAuth>,
    pub(super) scopes: Option<Table<RawScope>>,
    pub(super) operations: Table<RawOperation>,
    pub(super) scan: Option<RawScan>,
}

/// Reads the manifest that another one names, with its places behind those of the other.
pub(super) fn read_base(base: Base<'_>, source: Source<'_>) -> Parsed<RawManifest> {
    let behind = " ".repeat(source.own.len() + 1);
    let raw: RawManifest =
        toml::from_str(&format!("{behind}{}", base.text)).map_err(|error| source.syntax(&error))?;
    match &raw.operations_of {
        Some(further) => Err(source.at(further, "an app that has its operations itself")),
        None => Ok(raw),
    }
}

fn needed<T>(source: Source<'_>, raw: &RawManifest, (field, name): (Option<T>, &str)) -> Parsed<T> {
    field.ok_or_else(|| source.at(&raw.format, format!("missing field `{name}`")))
}

impl Whole {
    /// A file that says all of it itself.
    pub(super) fn alone(source: Source<'_>, mut raw: RawManifest) -> Parsed<Self> {
        if let Some((named, _)) = raw.needs.iter().flatten().next() {
            return Err(source.at(named, "an operation says its `scopes` itself"));
        }
        let (api, operations) = (raw.api.take(), raw.operations.take());
        let api = needed(source, &raw, (api, "api"))?.into_inner();
        let operations = needed(source, &raw, (operations, "operations"))?;
        Ok(Self::of(raw, api, operations))
    }

    /// A file that takes what may be asked of the app from `base`, and says how access is granted itself.
    pub(super) fn with(
        source: Source<'_>,
        mut raw: RawManifest,
        (mut base, class): (RawManifest, CredentialClass),
    ) -> Parsed<Self> {
        let own = [
            raw.api.as_ref().map(Spanned::span),
            raw.instance.as_ref().map(Spanned::span),
            raw.scan
                .as_ref()
                .and_then(|scan| scan.steps.first())
                .map(Spanned::span),
        ];
        if let Some(span) = own.into_iter().flatten().next() {
            return Err(source.error(span, "the manifest that `operations_of` names says this"));
        }
        let mut operations = raw.operations.take().unwrap_or_default();
        let mut needs = raw.needs.take().unwrap_or_default();
        for (id, mut operation) in base.operations.take().unwrap_or_default() {
            if let Some((own, _)) = operations.get_key_value(&id) {
                return Err(source.at(own, "the manifest that `operations_of` names has it"));
            }
            let written = operation.get_mut();
            // Its scopes and classes are those of its own way to grant access.
            let needed = needs.remove(&id).map(Spanned::into_inner);
            if needed.is_some() || class != CredentialClass::OAuth2 {
                written.scopes = needed;
            }
            written.credentials = None;
            operations.insert(id, operation);
        }
        if let Some((unknown, _)) = needs.first_key_value() {
            let problem = "the manifest that `operations_of` names has no such operation";
            return Err(source.at(unknown, problem));
        }
        if class == CredentialClass::OAuth2 {
            let scopes = base.scopes.take().unwrap_or_default();
            let own = raw.scopes.get_or_insert_default();
            if let Some((twice, _)) = own.iter().find(|(name, _)| scopes.contains_key(*name)) {
                return Err(source.at(twice, "the manifest that `operations_of` names has it"));
            }
            own.extend(scopes);
        }
        let api = base.api.take();
        let api = needed(source, &base, (api, "api"))?.into_inner();
        let (instance, scan) = (base.instance, base.scan);
        let raw = RawManifest {
            instance,
            scan,
            ..raw
        };
        Ok(Self::of(raw, api, operations))
    }

    fn of(raw: RawManifest, api: RawApi, operations: Table<RawOperation>) -> Self {
        Self {
            format: raw.format,
            id: raw.id,
            name: raw.name,
            about: raw.about,
            barriers: raw.barriers,
            instance: raw.instance,
            operations_of: raw.operations_of,
            api,
            auth: raw.auth,
            scopes: raw.scopes,
            operations,
            scan: raw.scan,
        }
    }
}
