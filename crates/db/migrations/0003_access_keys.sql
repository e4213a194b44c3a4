-- The permission catalogue and organisation API keys.

create schema access;
grant usage on schema access to countersign_definer, countersign_front, countersign_broker, countersign_verifier;
grant create on schema access to countersign_definer;

-- Written from access::catalogue when the server migrates; the same for every tenant.
create table access.permissions (
    name text primary key check (name ~ '^[a-z_]+\.[a-z_]+$'),
    least_level int not null check (least_level in (100, 80, 60, 40, 30, 20)),
    -- Whether an API key, an AI client or a job may hold it; otherwise people alone do, at a browser.
    for_programs boolean not null,
    -- Whether a service key may hold it, where programs that act for a person may not.
    for_services boolean not null,
    -- Whether a REVIEWER holds it, who holds nothing else (AC-04).
    for_reviewers boolean not null
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

-- What a standing in an organisation gives: a role of its own (access.roles, 0017) exactly what that says;
-- REVIEWER what is for reviewers, whatever the level; any other what its level reaches. For definer
-- functions alone.
create function access.standing(of_org uuid, of_role text, of_level int, custom uuid) returns text[]
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
    listed text[];
begin
    if custom is not null then
        listed := (select r.permissions from access.roles r
                    where r.org_id = of_org and r.id = custom and r.removed_at is null);
        return array(select p.name from access.permissions p where p.name = any (listed) order by p.name);
    end if;
    return array(select p.name from access.permissions p
                  where case when of_role = 'REVIEWER' then p.for_reviewers else p.least_level <= of_level end
                  order by p.name);
end $$;

-- What a role of an organisation's own is called. For definer functions alone: an invitation says it to
-- somebody who is nobody here yet.
create function access.role_name(of_org uuid, custom uuid) returns text
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
    return (select r.name from access.roles r where r.org_id = of_org and r.id = custom);
end $$;

-- What a principal holds at this moment: a session all that its person holds; any other credential what
-- it lists of that, less what is for people alone, and an AI client's no more than the organisation lets
-- those do. Who has not verified an address holds what anybody
-- does who looks around (ID-01). `of_level` counts where there is no membership.
create function access.held(of_kind text, of_org uuid, of_person uuid, of_level int, scopes text) returns text[]
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
    member record;
    reached text[];
    most text[];
begin
    if of_org is null then
        return '{}';
    end if;
    select m.role, m.level, m.role_id, u.email_verified_at is not null as is_verified into member
      from identity.memberships m join identity.users u on u.id = m.user_id
     where m.org_id = of_org and m.user_id = of_person and m.removed_at is null;
    -- Somebody who has just been removed; a key that no person stands behind has no membership to have.
    if not found and of_person is not null then
        return '{}';
    end if;
    reached := access.standing(of_org, member.role, least(of_level, member.level), member.role_id);
    -- Most bindings are of a session: what follows would find the same.
    if of_kind = 'session' and scopes = '*' and member.is_verified is not false then
        return reached;
    end if;
    if of_kind = 'access_token' then
        most := (select o.clients_may from identity.organisations o where o.id = of_org);
    end if;
    return array(
        select p.name from access.permissions p
         where p.name = any (reached)
           and (member.is_verified is not false or p.least_level <= 20)
           and (of_kind = 'session' and scopes = '*' or p.name = any (string_to_array(scopes, ',')))
           and (of_kind = 'session' or p.for_programs or (of_kind = 'service_key' and p.for_services))
           and (most is null or p.name = any (most))
         order by p.name);
end $$;

-- The organisation of the bound principal, if it may do `permission` there. Null otherwise, and where
-- nothing is bound.
create function ctx.org_for(permission text) returns uuid
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
    bound text[] := ctx.bound();
begin
    if permission = any (string_to_array(bound[7], ',')) then
        return bound[4];
    end if;
    return null;
end $$;

create function ctx.can(permission text) returns boolean language sql stable
return ctx.org_for(permission) is not null;

-- Everything that the bound principal may do.
create function ctx.permissions() returns text[] language sql stable
return coalesce(string_to_array((ctx.bound())[7], ','), '{}');

-- Whether the bound person may give all of this to a program: they hold each, and none is for people
-- alone (AG-01).
create function ctx.can_give(permissions text[]) returns boolean
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select coalesce(bool_and(ctx.can(wanted) and coalesce(p.for_programs, false)), false)
      from unnest(permissions) wanted left join access.permissions p on p.name = wanted
$$;

-- The same of a service key, which may hold what is for no program that acts for a person.
create function ctx.can_give_service(permissions text[]) returns boolean
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select coalesce(bool_and(ctx.can(wanted) and coalesce(p.for_programs or p.for_services, false)), false)
      from unnest(permissions) wanted left join access.permissions p on p.name = wanted
$$;

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
     where k.token_hash = presented and k.revoked_at is null and k.expires_at > clock_timestamp();
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

revoke all on function access.standing(uuid, text, int, uuid), access.role_name(uuid, uuid), access.held(text, uuid, uuid, int, text), ctx.org_for(text), ctx.can(text),
    ctx.permissions(), ctx.can_give(text[]), ctx.can_give_service(text[]), ctx.bind_api_key(bytea), access.note_use(bytea[]) from public;
grant execute on function ctx.org_for(text), ctx.can(text), ctx.permissions(), ctx.can_give(text[]), ctx.can_give_service(text[])
   to countersign_front, countersign_broker, countersign_verifier, countersign_owner;
grant execute on function ctx.bind_api_key(bytea) to countersign_front, countersign_broker, countersign_verifier;
grant execute on function access.note_use(bytea[]) to countersign_front;

set local role countersign_owner;

create policy api_keys_read on access.api_keys for select to countersign_front, countersign_broker
    using (org_id = (select ctx.org_for('api_keys.read')));
-- A key never holds more than its maker, and nothing that is for people alone. It outlives the session
-- that makes it, which is why that needs a recent proof (OWASP ASVS 3.7.1).
create policy api_keys_add on access.api_keys for insert to countersign_front
    with check (org_id = (select ctx.org_for('api_keys.manage')) and user_id = (select ctx.person())
                and (select ctx.kind()) = 'session' and (select ctx.is_recent())
                and ctx.can_give(scopes));
create policy api_keys_revoke on access.api_keys for update to countersign_front
    using (org_id = (select ctx.org_for('api_keys.manage')) and (select ctx.kind()) = 'session')
    with check (org_id = (select ctx.org()) and revoked_at = now());
