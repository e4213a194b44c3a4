-- Keys that no person stands behind: service keys, which belong to an organisation, and anonymous keys,
-- which may sit in anybody's browser.
--
-- Under both ctx.person() is null: what a policy or function gives to "the person" gives them nothing, and
-- user-private rows stay private (docs/decisions/0010-keys-without-a-person.md).

create table access.service_keys (
    id uuid not null,
    org_id uuid not null,
    -- Who made it, for the record: it goes on when they leave.
    made_by uuid not null,
    name text not null check (length(name) between 1 and 100),
    face text not null check (length(face) <= 16),
    token_hash bytea not null unique check (length(token_hash) = 32),
    -- Reading alone, as access::SERVICE_SCOPES: whoever writes or proposes is a person, or acts for one.
    scopes text[] not null check (
        cardinality(scopes) between 1 and 50
        and scopes <@ array['api_keys.read', 'approvals.read', 'audit.read', 'connectors.read', 'grants.read',
                            'insight.read', 'people.read']),
    created_at timestamptz not null default now(),
    expires_at timestamptz not null check (expires_at <= created_at + interval '8760 hours'),
    revoked_at timestamptz,
    last_used_at timestamptz,
    primary key (org_id, id),
    foreign key (org_id, made_by) references identity.memberships (org_id, user_id)
);
alter table access.service_keys enable row level security;
alter table access.service_keys force row level security;
create policy service_keys_definer on access.service_keys for all to countersign_definer using (true) with check (true);
grant select, update (last_used_at), delete on access.service_keys to countersign_definer;
-- A key reads its own name: that is all there is to show of who asks.
create policy service_keys_read on access.service_keys for select to countersign_front
    using (org_id = (select ctx.org_for('api_keys.read'))
           or (org_id = (select ctx.org()) and id = (select ctx.principal())));
-- Never more than the maker holds at the making; by a person at a browser who has just shown who they are.
create policy service_keys_add on access.service_keys for insert to countersign_front
    with check (org_id = (select ctx.org_for('api_keys.manage')) and made_by = (select ctx.person())
                and (select ctx.kind()) = 'session' and (select ctx.is_recent())
                and (select bool_and(ctx.can(s)) from unnest(scopes) s));
create policy service_keys_revoke on access.service_keys for update to countersign_front
    using (org_id = (select ctx.org_for('api_keys.manage')) and (select ctx.kind()) = 'session')
    with check (org_id = (select ctx.org()) and revoked_at is not null);
grant select (id, org_id, made_by, name, face, scopes, created_at, expires_at, revoked_at, last_used_at),
      insert (id, org_id, made_by, name, face, token_hash, scopes, expires_at),
      update (revoked_at) on access.service_keys to countersign_front;

set local role countersign_definer;

-- What a service key may do is what it was given when it was made, whoever left since: its scopes stand
-- in the row, and a permission that left the catalogue is in none (ctx.org_for).
create function ctx.bind_service_key(presented bytea) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    found_key record;
begin
    select k.id, k.org_id, array_to_string(k.scopes, ',') as scopes into found_key
      from access.service_keys k
     where k.token_hash = presented and k.revoked_at is null and k.expires_at > now();
    if not found then
        raise exception using errcode = 'CS001', message = 'the service key is unknown, expired or revoked';
    end if;
    perform ctx.bind('service_key', found_key.id, found_key.org_id, null, 100, found_key.scopes);
end $$;

create or replace function access.note_use(presented bytea[]) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
    update access.api_keys set last_used_at = now() where token_hash = any (presented);
    update access.service_keys set last_used_at = now() where token_hash = any (presented);
$$;

-- Takes away the keys that a round of controls made, in the control organisations and nowhere else.
create function access.sweep_controls(made uuid[]) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
    delete from access.service_keys k using identity.organisations o
     where o.id = k.org_id and o.kind = 'control' and (k.id = any (made) or k.expires_at < now())
$$;

revoke all on function ctx.bind_service_key(bytea), access.sweep_controls(uuid[]) from public;
grant execute on function access.sweep_controls(uuid[]) to countersign_verifier;
-- Not to the broker: it opens a secret, or a payload, for a person alone.
grant execute on function ctx.bind_service_key(bytea) to countersign_front;
