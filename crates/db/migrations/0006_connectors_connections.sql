-- Connected apps: what was asked, what was granted, and the state a person sees.

create schema connectors;
grant usage on schema connectors to countersign_definer, countersign_front, countersign_broker, countersign_verifier;

create table connectors.connections (
    id uuid not null,
    org_id uuid not null,
    user_id uuid not null,
    app text not null check (app ~ '^[a-z][a-z0-9-]{0,39}$'),
    name text not null check (length(name) between 1 and 100),
    -- What its token is asked for: a token that reads is another one than a token that writes.
    purpose text not null check (purpose in ('read', 'write')),
    -- Where a self-hosted app lives; null for an app with one public host.
    instance text check (length(instance) <= 200),
    state text not null default 'pending' check (state in ('pending', 'connected', 'reconnect', 'disconnected')),
    -- Why a person must reconnect: a stable code.
    state_reason text check (length(state_reason) <= 100),
    scopes_requested text[] not null,
    scopes_granted text[],
    created_at timestamptz not null default now(),
    connected_at timestamptz,
    disconnected_at timestamptz,
    -- When somebody last said that it is needed, and when it was last raised for review as unused.
    kept_at timestamptz,
    raised_at timestamptz,
    primary key (org_id, id),
    foreign key (org_id, user_id) references identity.memberships (org_id, user_id)
);
create index connections_by_org on connectors.connections (org_id, created_at);
alter table connectors.connections enable row level security;
alter table connectors.connections force row level security;
create policy connections_read on connectors.connections for select to countersign_front
    using (org_id = (select ctx.org_for('connectors.read')));
-- A proposal is shown, and sent, for people who see proposals and no connections (AC-04): the broker
-- asks for a permission before each thing it does.
create policy connections_broker on connectors.connections for select to countersign_broker
    using (org_id = (select coalesce(ctx.org_for('connectors.read'), ctx.org_for('approvals.read'))));
create policy connections_add on connectors.connections for insert to countersign_front
    with check (org_id = (select ctx.org_for('connectors.manage')) and user_id = (select ctx.person())
                and state = 'pending');
-- Only the broker, which holds the tokens, says what state they are in; and an end is an end, whatever
-- was under way then.
create policy connections_state on connectors.connections for update to countersign_broker
    using (org_id = (select ctx.org()) and state <> 'disconnected') with check (org_id = (select ctx.org()));
-- For approvals.hold_transition: what waits for a connection is revoked only once that has ended.
create policy connections_definer on connectors.connections for select to countersign_definer using (true);
grant select (org_id, id, state) on connectors.connections to countersign_definer;
grant select, insert (id, org_id, user_id, app, name, purpose, instance, scopes_requested)
    on connectors.connections to countersign_front;
grant select, update (state, state_reason, scopes_granted, connected_at, disconnected_at)
    on connectors.connections to countersign_broker;
