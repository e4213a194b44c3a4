//! A whole report, as values and as text.

mod text;

use crate::allow::Allow;
use crate::catalogue::{Catalogue, Extent};
use crate::finding::{Finding, Severity};
use crate::look::Look;
use crate::rules;
use crate::tenant::Tenant;

/// What to look for.
#[derive(Debug, Default)]
pub struct Options {
    /// The tenant column; guessed where nothing is given.
    pub tenant_column: Option<String>,
    /// Plain names of schemas; all where there is none. Roles, the server and default privileges for
    /// every schema are looked at whatever is given.
    pub schemas: Vec<String>,
    /// Exceptions.
    pub allow: Vec<Allow>,
}

/// What was found. Serialised, it is the documented form of `countersign lint-db --json`.
#[derive(Debug, serde::Serialize)]
pub struct Report {
    /// The version of this form: another number where a field changes its meaning or goes.
    pub version: u32,
    /// The database's name.
    pub database: String,
    /// `15.18`
    pub server: String,
    /// The column that tells tenants apart.
    pub tenant: Tenant,
    /// How much was looked at.
    pub looked_at: Extent,
    /// The findings that are left after the exceptions: by object, the worst first.
    pub findings: Vec<Finding>,
    /// The exceptions that were of use.
    pub allowed: Vec<Allow>,
    /// How many findings there are of each severity, whatever is shown of them.
    pub summary: Summary,
}

/// How many findings there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Summary {
    /// Of [`Severity::Error`].
    pub errors: usize,
    /// Of [`Severity::Warning`].
    pub warnings: usize,
    /// Of [`Severity::Note`].
    pub notes: usize,
    /// Those that an exception covers.
    pub allowed: usize,
    /// Those of the others that [`Report::hide_below`] left out.
    pub hidden: usize,
}

/// Runs every rule over what was read.
pub fn lint(catalogue: &Catalogue, options: &Options) -> Report {
    let tenant = Tenant::choose(catalogue, options.tenant_column.as_deref());
    let look = Look {
        catalogue,
        tenant_column: tenant.plain.as_deref(),
    };
    let covers = |finding: &Finding| options.allow.iter().any(|allow| allow.covers(finding));
    let (covered, mut findings): (Vec<_>, Vec<_>) = rules::run(&look).into_iter().partition(covers);
    let is_used = |allow: &&Allow| covered.iter().any(|finding| allow.covers(finding));
    let (used, unused): (Vec<_>, Vec<_>) = options.allow.iter().partition(is_used);
    findings.extend(unused.into_iter().map(rules::unused));
    // After the exceptions: one for another schema is of use.
    findings.retain(|finding| {
        let schema = finding.object.schema.as_ref();
        options.schemas.is_empty() || schema.is_none_or(|schema| options.schemas.contains(schema))
    });
    sort(&mut findings);
    let count = |severity| findings.iter().filter(|f| f.severity == severity).count();
    Report {
        version: 1,
        database: crate::name::shown(&catalogue.database),
        server: format!(
            "{}.{}",
            catalogue.version / 10_000,
            catalogue.version % 10_000
        ),
        looked_at: catalogue.extent(),
        summary: Summary {
            errors: count(Severity::Error),
            warnings: count(Severity::Warning),
            notes: count(Severity::Note),
            allowed: covered.len(),
            hidden: 0,
        },
        allowed: used.into_iter().cloned().collect(),
        tenant,
        findings,
    }
}

impl Report {
    /// Leaves out what is not as bad. The summary still counts it.
    pub fn hide_below(&mut self, least: Severity) {
        let all = self.findings.len();
        self.findings.retain(|finding| finding.severity >= least);
        self.summary.hidden += all - self.findings.len();
    }
}

/// By object, the one with the worst finding first, and in an object the worst first.
fn sort(findings: &mut [Finding]) {
    use std::cmp::Reverse;
    use std::collections::BTreeMap;
    let mut worst: BTreeMap<String, Severity> = BTreeMap::new();
    for finding in findings.iter() {
        let of = worst
            .entry(finding.object.to_string())
            .or_insert(finding.severity);
        *of = finding.severity.max(*of);
    }
    findings.sort_by_cached_key(|finding| {
        let object = finding.object.to_string();
        let of = worst.get(&object).copied().unwrap_or(finding.severity);
        (
            Reverse(of),
            object,
            Reverse(finding.severity),
            finding.rule,
            finding.finding.clone(),
        )
    });
}
