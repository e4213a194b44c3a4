use kernel::Scope;
use lint::{Allow, GUESSES, Options, ReadError, Report};
use sqlx::postgres::PgConnection;
use trust::{Control, Found};

use super::{Context, Look, control, fail, looked};

pub(super) const CONTROL: Control = control(
    "db.lint",
    "AC-01",
    "Every table has forced row level security, and a linter of the live catalogue finds no policy, key, view, function, grant or login of ours that gets round it, beyond exceptions that are in the code with their reasons.",
);

pub(super) async fn run(context: &Context) -> Found {
    looked(look(context).await)
}

async fn look(context: &Context) -> Look {
    let mut tx = context.db.read(&Scope::Anonymous).await?;
    let report = lint_report(&mut tx).await?;
    if let Some(first) = report.findings.first() {
        let more = match report.findings.len() - 1 {
            0 => String::new(),
            more => format!(" ({more} more: countersign lint-db tells them)"),
        };
        fail!("{}: {} {}{more}", first.rule, first.object, first.finding);
    }
    let seen = &report.looked_at;
    Ok(Found::Pass(format!(
        "{} rules over {} tables, {} policies and {} functions with their owner's rights found nothing; {} findings are meant, each with its reason",
        lint::rule_count(),
        seen.tables,
        seen.policies,
        seen.definer_functions,
        report.summary.allowed,
    )))
}

/// What the linter finds in our own database, without what is meant.
pub async fn lint_report(connection: &mut PgConnection) -> Result<Report, ReadError> {
    let catalogue = lint::read(connection, &GUESSES).await?;
    let options = Options {
        tenant_column: Some("org_id".to_owned()),
        schemas: Vec::new(),
        allow: exceptions(),
    };
    let mut report = lint::lint(&catalogue, &options);
    // On an operator's server other logins are the operator's to judge: administrators, backup.
    report.findings.retain(|finding| {
        finding.object.kind != "role" || finding.object.name.starts_with("countersign_")
    });
    Ok(report)
}

fn exceptions() -> Vec<Allow> {
    let allow = |(rule, object, role, reason): &(&str, &str, Option<&str>, &str)| Allow {
        rule: (*rule).to_owned(),
        object: (*object).to_owned(),
        role: role.map(str::to_owned),
        reason: (*reason).to_owned(),
    };
    MEANT.iter().map(allow).collect()
}

const DEFINER: Option<&str> = Some("countersign_definer");

/// Rule, object, the one role that it is about, and why it is meant. One that matches nothing any more
/// makes the control fail, as a finding does.
const MEANT: &[(&str, &str, Option<&str>, &str)] = &[
    (
        "policy.always_true",
        "policy * on *",
        DEFINER,
        "nobody logs in as it: SECURITY DEFINER functions alone run as it, for callers that are not bound yet, and each says in its body which rows",
    ),
    (
        "policy.open_table",
        "policy * on *",
        DEFINER,
        "nobody logs in as it: SECURITY DEFINER functions alone run as it",
    ),
    (
        "policy.open_table",
        "policy permissions_read on access.permissions",
        None,
        "what each level may do is the same for every tenant",
    ),
    (
        "policy.open_table",
        "policy nodes_read on audit.nodes",
        None,
        "hashes tell nothing about anybody, and anyone may hold them to check the log",
    ),
    (
        "policy.open_table",
        "policy checkpoints_read on audit.checkpoints",
        None,
        "signed tree heads tell nothing about anybody",
    ),
    (
        "policy.open_table",
        "policy evidence_read on trust.evidence",
        None,
        "what the controls found is for the trust page, which everybody may read",
    ),
    (
        "policy.open_table",
        "policy evidence_add on trust.evidence",
        Some("countersign_verifier"),
        "the verifier records what it found; nobody changes it afterwards",
    ),
    (
        "policy.open_table",
        "policy signing_keys_broker on broker.signing_keys",
        Some("countersign_broker"),
        "the server's own keys, sealed; what opens them is the broker's",
    ),
    (
        "policy.open_table",
        "policy server_keys_broker on broker.server_keys",
        Some("countersign_broker"),
        "the server's own data keys, wrapped by the master key, which is the broker's",
    ),
    (
        "policy.open_table",
        "policy rotations_broker on broker.rotations",
        Some("countersign_broker"),
        "rotations of keys are the server's: names of keys, and how far it is",
    ),
    (
        "policy.open_table",
        "policy signing_keys_verifier on broker.signing_keys",
        None,
        "verifier keys are public; the sealed part is in a column that these roles have no grant on",
    ),
    (
        "policy.open_table",
        "policy token_keys_broker on broker.token_keys",
        Some("countersign_broker"),
        "the server's own keys, sealed; what opens them is the broker's",
    ),
    (
        "policy.open_table",
        "policy token_keys_published on broker.token_keys",
        None,
        "public keys are published; the sealed part is in a column that these roles have no grant on",
    ),
    (
        "role.member_of_strong",
        "role countersign_migrator",
        None,
        "it runs the migrations before anything serves; no process serves with it (db::guard)",
    ),
    (
        "key.uuid_without_tenant",
        "unique key identity.sessions_by_id",
        None,
        "what a person proves is written to their session by its identifier alone, wherever it acts; definer functions alone add sessions",
    ),
    (
        "key.unique_without_tenant",
        "unique key identity.domains_verified",
        None,
        "a mail domain is one organisation's at a time, whoever can write into its zone: which one has it anybody may know, who is routed to its provider",
    ),
    (
        "key.uuid_without_tenant",
        "unique key identity.providers_id_key",
        None,
        "nobody is signed in yet who comes by a provider: it is found by its identifier, which the server makes",
    ),
    (
        "key.unique_without_tenant",
        "unique key access.api_keys_token_hash_key",
        None,
        DIGEST,
    ),
    (
        "key.unique_without_tenant",
        "unique key access.service_keys_token_hash_key",
        None,
        DIGEST,
    ),
    (
        "key.unique_without_tenant",
        "unique key access.anonymous_keys_token_hash_key",
        None,
        DIGEST,
    ),
    (
        "key.unique_without_tenant",
        "unique key access.operator_access_token_hash_key",
        None,
        DIGEST,
    ),
    (
        "key.unique_without_tenant",
        "unique key identity.sessions_token_hash_key",
        None,
        DIGEST,
    ),
    (
        "key.unique_without_tenant",
        "unique key identity.links_token_hash_key",
        None,
        DIGEST,
    ),
    (
        "key.unique_without_tenant",
        "unique key jobs.jobs_token_hash_key",
        None,
        DIGEST,
    ),
    (
        "key.unique_without_tenant",
        "unique key broker.credentials_refresh_ticket_key",
        None,
        DIGEST,
    ),
    (
        "key.unique_without_tenant",
        "unique key connectors.receipts_ticket_key",
        None,
        DIGEST,
    ),
    (
        "key.unique_without_tenant",
        "unique key broker.authorizations_state_hash_key",
        None,
        DIGEST,
    ),
    (
        "key.unique_without_tenant",
        "unique key oauth.access_tokens_ticket_hash_key",
        None,
        DIGEST,
    ),
    (
        "key.unique_without_tenant",
        "unique key oauth.access_tokens_token_hash_key",
        None,
        DIGEST,
    ),
    (
        "key.unique_without_tenant",
        "unique key oauth.codes_code_hash_key",
        None,
        DIGEST,
    ),
    (
        "key.unique_without_tenant",
        "unique key oauth.device_codes_pkey",
        None,
        DIGEST,
    ),
    (
        "key.unique_without_tenant",
        "unique key oauth.refresh_tokens_token_hash_key",
        None,
        DIGEST,
    ),
    (
        "key.unique_without_tenant",
        "unique key oauth.device_codes_user_code_hash_key",
        None,
        "definer functions alone add them, each for ten minutes",
    ),
    (
        "key.unique_without_tenant",
        "unique key audit.entries_leaf_index_key",
        None,
        "one tree for all tenants; the sequencer's function alone gives the places",
    ),
    (
        "key.uuid_without_tenant",
        "unique key audit.entries_pkey",
        None,
        "entries of nobody's organisation are in it too; definer functions alone add them",
    ),
];

const DIGEST: &str = "a digest of 32 random bytes: who could try one has the token";
