use crate::catalogue::Catalogue;
use crate::look::quoted;

/// The names that are tried where none is given.
pub const GUESSES: [&str; 6] = [
    "org_id",
    "organisation_id",
    "organization_id",
    "tenant_id",
    "account_id",
    "workspace_id",
];

/// The column that tells tenants apart.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Tenant {
    /// Its name as SQL takes it; nothing where there is none.
    pub column: Option<String>,
    /// `option` or `guess`.
    pub chosen_by: &'static str,
    /// How many tables have it.
    pub tables: usize,
    #[serde(skip)]
    pub(crate) plain: Option<String>,
}

impl Tenant {
    /// The given column, or of the guesses the one that most tables have; the first of equals.
    pub(crate) fn choose(catalogue: &Catalogue, given: Option<&str>) -> Self {
        let count = |name: &str| {
            let has = |column: &crate::catalogue::Column| column.name == name;
            let columns = |oid| {
                catalogue
                    .columns
                    .get(&oid)
                    .is_some_and(|all| all.iter().any(has))
            };
            catalogue.tables().filter(|(oid, _)| columns(*oid)).count()
        };
        let chosen = match given {
            Some(name) => Some((name, count(name))),
            None => GUESSES
                .into_iter()
                .rev()
                .map(|name| (name, count(name)))
                .filter(|(_, tables)| *tables > 0)
                .max_by_key(|(_, tables)| *tables),
        };
        Self {
            column: chosen.map(|(name, _)| quoted(name)),
            chosen_by: if given.is_some() { "option" } else { "guess" },
            tables: chosen.map_or(0, |(_, tables)| tables),
            plain: chosen.map(|(name, _)| name.to_owned()),
        }
    }
}
