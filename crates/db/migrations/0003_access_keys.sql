-- The permission catalogue and organisation API keys.

create schema access;
grant usage on schema access to countersign_definer, countersign_front, countersign_broker, countersign_verifier;
grant create on schema access to countersign_definer;

-- Written from access::catalogue when the server migrates; the same for every tenant.
create table access.permissions (
    name text primary key check (name ~ '^[a-z_]+\.[a-z_]+$'),
    least_level int not null check (least_level in (100, 80, 60, 40, 30, 20))
);
alter table access.permissions enable row level security;
alter table access.permissions force row level security;
create policy permissions_read on access.permissions for select
    to countersign_definer, countersign_front, countersign_broker, countersign_verifier using (true);
create policy permissions_write on access.permissions for all to countersign_owner using (true) with check (true);
grant select on access.permissions to countersign_definer, countersign_front, countersign_broker, countersign_verifier;

create table access.api_keys (
    id uuid not null,
    org_id uuid not null,
    user_id uuid not null,
    name text not null check (length(name) between 1 and 100),
    face text not null check (length(face) <= 16),
    token_hash bytea not null unique check (length(token_hash) = 32),
    scopes text[] not null check (cardinality(scopes) between 1 and 50),
    created_at timestamptz not null default now(),
    expires_at timestamptz not null check (expires_at <= created_at + interval '8760 hours'),
    revoked_at timestamptz,
    last_used_at timestamptz,
    primary key (org_id, id),
    foreign key (org_id, user_id) references identity.memberships (org_id, user_id)
);
alter table access.api_keys enable row level security;
alter table access.api_keys force row level security;
grant select (id, org_id, user_id, name, face, scopes, created_at, expires_at, revoked_at, last_used_at),
      insert (id, org_id, user_id, name, face, token_hash, scopes, expires_at),
      update (revoked_at) on access.api_keys to countersign_front;
grant select (id, org_id, user_id, name, face, scopes, created_at, expires_at, revoked_at, last_used_at)
      on access.api_keys to countersign_broker;
grant select, update (last_used_at) on access.api_keys to countersign_definer;
create policy api_keys_definer_read on access.api_keys for select to countersign_definer using (true);
create policy api_keys_definer_use on access.api_keys for update to countersign_definer using (true) with check (true);

set local role countersign_definer;

-- The organisation of the bound principal, if it may do `permission` there: by the person's level, and
-- for an API key or a job by its scopes as well. Null otherwise, and where nothing is bound.
create function ctx.org_for(permission text) returns uuid
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
    bound text[] := ctx.bound();
begin
    if (bound[7] = '*' or permission = any (string_to_array(bound[7], ',')))
       and bound[6]::int >= (select p.least_level from access.permissions p where p.name = permission)
    then
        return bound[4];
    end if;
    return null;
end $$;

create function ctx.can(permission text) returns boolean language sql stable
return ctx.org_for(permission) is not null;

-- Everything that the bound principal may do.
create function ctx.permissions() returns text[]
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
    bound text[] := ctx.bound();
    scopes text[] := string_to_array(bound[7], ',');
begin
    return array(select p.name from access.permissions p
                  where bound[6]::int >= p.least_level
                    and (bound[7] = '*' or p.name = any (scopes))
                  order by p.name);
end $$;

create function ctx.bind_api_key(presented bytea) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    found_key record;
begin
    select k.id, k.org_id, k.user_id, identity.level_now(m.level, u.email_verified_at) as level,
           array_to_string(k.scopes, ',') as scopes into found_key
      from access.api_keys k
      join identity.memberships m on m.org_id = k.org_id and m.user_id = k.user_id and m.removed_at is null
      join identity.users u on u.id = k.user_id
     where k.token_hash = presented and k.revoked_at is null and k.expires_at > now();
    if not found then
        raise exception using errcode = 'CS001', message = 'the API key is unknown, expired or revoked';
    end if;
    perform ctx.bind('api_key', found_key.id, found_key.org_id, found_key.user_id, found_key.level, found_key.scopes);
end $$;

-- Called now and then by a front, so that a read does not cost a write.
create function access.note_use(presented bytea[]) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
    update access.api_keys set last_used_at = now() where token_hash = any (presented)
$$;

revoke all on function ctx.org_for(text), ctx.can(text), ctx.permissions(), ctx.bind_api_key(bytea), access.note_use(bytea[]) from public;
grant execute on function ctx.org_for(text), ctx.can(text), ctx.permissions() to countersign_front, countersign_broker, countersign_verifier, countersign_owner;
grant execute on function ctx.bind_api_key(bytea) to countersign_front, countersign_broker, countersign_verifier;
grant execute on function access.note_use(bytea[]) to countersign_front;

set local role countersign_owner;

create policy api_keys_read on access.api_keys for select to countersign_front, countersign_broker
    using (org_id = (select ctx.org_for('api_keys.read')));
-- A key never holds more than its maker: each scope must be one that the maker can do. It outlives the
-- session that makes it, which is why that needs a recent proof (OWASP ASVS 3.7.1).
create policy api_keys_add on access.api_keys for insert to countersign_front
    with check (org_id = (select ctx.org_for('api_keys.manage')) and user_id = (select ctx.person())
                and (select ctx.kind()) = 'session' and (select ctx.is_recent())
                and (select bool_and(ctx.can(s)) from unnest(scopes) s));
create policy api_keys_revoke on access.api_keys for update to countersign_front
    using (org_id = (select ctx.org_for('api_keys.manage')) and (select ctx.kind()) = 'session')
    with check (org_id = (select ctx.org()) and revoked_at is not null);
