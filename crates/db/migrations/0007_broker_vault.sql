-- The vault: wrapped data keys, sealed secrets, and the calls that left. No login role but the
-- broker has any right to a key or a ciphertext.

create schema broker;
grant usage on schema broker to countersign_definer, countersign_front, countersign_broker, countersign_verifier;
grant create on schema broker to countersign_definer;

-- Data keys, wrapped by the master key that `wrapped_by` names: one that seals per tenant and purpose, and those
-- that are retired, which only open.
create table broker.data_keys (
    id text not null check (length(id) <= 60),
    org_id uuid not null references identity.organisations (id),
    purpose text not null check (purpose in ('integration_tokens', 'approvals')),
    wrapped_by text not null check (length(wrapped_by) <= 300),
    wrapped bytea not null,
    -- Master keys that wrapped it before: each opens it in a copy of the database of its time.
    wrapped_before text[] not null default '{}',
    created_at timestamptz not null default now(),
    retired_at timestamptz,
    primary key (org_id, id)
);
create unique index data_keys_sealing on broker.data_keys (org_id, purpose) where retired_at is null;

-- The data keys of the server itself: what is nobody's tenant's is sealed by the one that is not retired.
create table broker.server_keys (
    id text primary key check (length(id) <= 60),
    wrapped_by text not null check (length(wrapped_by) <= 300),
    wrapped bytea not null,
    created_at timestamptz not null default now(),
    retired_at timestamptz
);
create unique index server_keys_sealing on broker.server_keys ((true)) where retired_at is null;

-- Sealed values, each bound to its place: (organisation, owner, field, version).
create table broker.secrets (
    org_id uuid not null,
    -- A connection, or an authorization round trip that has not become one yet.
    owner_id uuid not null,
    field text not null check (field in ('client_secret', 'access_token', 'refresh_token', 'pkce_verifier',
                                         'api_key', 'basic', 'bot_token')),
    version int not null check (version > 0),
    key_id text not null,
    sealed bytea not null,
    created_at timestamptz not null default now(),
    primary key (org_id, owner_id, field),
    foreign key (org_id, key_id) references broker.data_keys (org_id, id)
);

-- What goes with a connection's secrets and is not one.
create table broker.credentials (
    org_id uuid not null,
    connection_id uuid not null,
    -- What the connection's credential is: what is sealed for it is of that class (broker.hold_class).
    class text not null default 'oauth2' check (class in ('oauth2', 'api_key', 'basic', 'bot_token')),
    client_id text check (length(client_id) between 1 and 300),
    -- Null where the provider names no lifetime: never inferred.
    access_expires_at timestamptz,
    -- By which identifier the app knows the connection's instance: the broker asked it when access was granted.
    instance_id text check (length(instance_id) between 1 and 200),
    check ((class = 'oauth2') = (client_id is not null)),
    primary key (org_id, connection_id),
    foreign key (org_id, connection_id) references connectors.connections (org_id, id)
);

-- OAuth round trips under way (RFC 6749 10.12: state; RFC 7636: verifier, sealed as a secret).
create table broker.authorizations (
    id uuid not null,
    org_id uuid not null,
    user_id uuid not null,
    connection_id uuid not null,
    state_hash bytea not null unique check (length(state_hash) = 32),
    redirect_uri text not null check (length(redirect_uri) <= 500),
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    used_at timestamptz,
    primary key (org_id, id),
    foreign key (org_id, connection_id) references connectors.connections (org_id, id),
    foreign key (org_id, user_id) references identity.memberships (org_id, user_id)
);

-- Each call that left: no content.
create table broker.calls (
    id uuid not null,
    org_id uuid not null,
    connection_id uuid not null,
    operation text not null check (length(operation) <= 100),
    actor_kind text not null check (actor_kind in ('session', 'api_key', 'access_token', 'job')),
    actor_id uuid not null,
    proposal_id uuid,
    at timestamptz not null default now(),
    -- Null where no answer came; then `error_code` says why.
    status int check (status between 100 and 599),
    error_code text check (length(error_code) <= 100),
    duration_ms int not null check (duration_ms >= 0),
    answer_bytes bigint not null check (answer_bytes >= 0),
    primary key (org_id, id),
    foreign key (org_id, connection_id) references connectors.connections (org_id, id)
);
create index calls_by_connection on broker.calls (org_id, connection_id, at desc);

-- The server's own signing keys: the audit log's checkpoints.
create table broker.signing_keys (
    purpose text primary key check (purpose in ('audit_checkpoint')),
    key_id text not null references broker.server_keys (id),
    sealed bytea not null,
    -- In the text form of a verifier key (C2SP signed-note).
    verifier text not null,
    created_at timestamptz not null default now()
);

-- Keys that sign access tokens (Ed25519). A key is published before it signs and after it stopped, for
-- whoever checks a token by itself.
create table broker.token_keys (
    -- RFC 7638: the thumbprint of the public key.
    kid text primary key check (length(kid) = 43),
    public bytea not null check (length(public) = 32),
    key_id text not null references broker.server_keys (id),
    sealed bytea not null,
    created_at timestamptz not null default now(),
    signs_until timestamptz not null check (signs_until <= created_at + interval '90 days'),
    published_until timestamptz not null check (published_until > signs_until)
);

do $$
declare t text;
begin
    foreach t in array array['data_keys', 'secrets', 'credentials', 'authorizations', 'calls'] loop
        execute format('alter table broker.%I enable row level security', t);
        execute format('alter table broker.%I force row level security', t);
        execute format('create policy %I on broker.%I for all to countersign_broker using (org_id = (select ctx.org())) with check (org_id = (select ctx.org()))', t || '_broker', t);
    end loop;
end $$;
-- A round trip that somebody began is theirs to end.
create policy private on broker.authorizations as restrictive for all to countersign_broker
    using (user_id = (select ctx.person()));
alter table broker.signing_keys enable row level security;
alter table broker.signing_keys force row level security;
-- Of the server, not of a tenant; the broker alone sees it.
create policy signing_keys_broker on broker.signing_keys for all to countersign_broker using (true) with check (true);
create policy signing_keys_verifier on broker.signing_keys for select to countersign_verifier, countersign_front using (true);
grant select, insert on broker.signing_keys to countersign_broker;
grant select (purpose, verifier, created_at) on broker.signing_keys to countersign_verifier, countersign_front;

alter table broker.server_keys enable row level security;
alter table broker.server_keys force row level security;
create policy server_keys_broker on broker.server_keys for all to countersign_broker using (true) with check (true);
create policy server_keys_definer on broker.server_keys for select to countersign_definer using (true);
grant select, insert (id, wrapped_by, wrapped) on broker.server_keys to countersign_broker;
grant select on broker.server_keys to countersign_definer;

alter table broker.token_keys enable row level security;
alter table broker.token_keys force row level security;
create policy token_keys_broker on broker.token_keys for all to countersign_broker using (true) with check (true);
create policy token_keys_published on broker.token_keys for select to countersign_front using (true);
create policy token_keys_definer on broker.token_keys for select to countersign_definer using (true);
grant select, insert, delete on broker.token_keys to countersign_broker;
grant select (kid, public, published_until) on broker.token_keys to countersign_front;
grant select (key_id, sealed) on broker.token_keys to countersign_definer;

grant select, insert (id, org_id, purpose, wrapped_by, wrapped) on broker.data_keys to countersign_broker;
grant select, insert, update, delete on broker.secrets to countersign_broker;
grant select (org_id, connection_id, class, client_id, access_expires_at, instance_id),
    insert (org_id, connection_id, class, client_id), update (class, client_id, instance_id)
    on broker.credentials to countersign_broker;
grant select, insert, update (used_at) on broker.authorizations to countersign_broker;
-- Not when it was: the database says that.
grant select, insert (id, org_id, connection_id, operation, actor_kind, actor_id, proposal_id, status, error_code,
                      duration_ms, answer_bytes) on broker.calls to countersign_broker;

-- The front shows the calls of a connection.
create policy calls_read on broker.calls for select to countersign_front
    using (org_id = (select ctx.org_for('connectors.read')));
grant select on broker.calls to countersign_front;

-- For broker.master_keys_in_use and broker.nonces, which stand after the last table that holds a sealed
-- value (0011).
grant select on broker.data_keys, broker.secrets to countersign_definer;
grant select (key_id, sealed) on broker.signing_keys to countersign_definer;
create policy signing_keys_definer on broker.signing_keys for select to countersign_definer using (true);
create policy data_keys_definer on broker.data_keys for select to countersign_definer using (true);
create policy secrets_definer on broker.secrets for select to countersign_definer using (true);
