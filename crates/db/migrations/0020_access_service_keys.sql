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
    -- As access::SERVICE_SCOPES: reading, and provisioning people (0029). Whoever else writes or proposes is a
    -- person, or acts for one.
    scopes text[] not null check (
        cardinality(scopes) between 1 and 50
        and scopes <@ array['api_keys.read', 'approvals.read', 'audit.read', 'connectors.read', 'grants.read',
                            'insight.read', 'people.provision', 'people.read', 'teams.read']),
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
                and ctx.can_give_service(scopes));
create policy service_keys_revoke on access.service_keys for update to countersign_front
    using (org_id = (select ctx.org_for('api_keys.manage')) and (select ctx.kind()) = 'session')
    with check (org_id = (select ctx.org()) and revoked_at = now());
grant select (id, org_id, made_by, name, face, scopes, created_at, expires_at, revoked_at, last_used_at),
      insert (id, org_id, made_by, name, face, token_hash, scopes, expires_at),
      update (revoked_at) on access.service_keys to countersign_front;

-- A key that may sit in a public page. It opens what policies give to the login countersign_anon, which is
-- what an organisation shows to everybody, and nothing before somebody turns that on for the organisation.
create table access.anonymous_keys (
    id uuid not null,
    org_id uuid not null,
    made_by uuid not null,
    name text not null check (length(name) between 1 and 100),
    face text not null check (length(face) <= 16),
    token_hash bytea not null unique check (length(token_hash) = 32),
    -- The origins whose pages may use it (RFC 6454), as browsers write them.
    origins text[] not null check (
        cardinality(origins) between 1 and 20
        and array_to_string(origins, ' ') ~ '^https?://[][a-z0-9.:-]{1,253}( https?://[][a-z0-9.:-]{1,253})*$'),
    created_at timestamptz not null default now(),
    expires_at timestamptz not null check (expires_at <= created_at + interval '8760 hours'),
    revoked_at timestamptz,
    last_used_at timestamptz,
    primary key (org_id, id),
    foreign key (org_id, made_by) references identity.memberships (org_id, user_id)
);
-- The organisations that show something to everybody: a row is there while they do.
create table access.anonymous_access (
    org_id uuid primary key references identity.organisations (id),
    turned_on_at timestamptz not null default now(),
    turned_on_by uuid not null,
    foreign key (org_id, turned_on_by) references identity.memberships (org_id, user_id)
);
alter table access.anonymous_keys enable row level security;
alter table access.anonymous_keys force row level security;
alter table access.anonymous_access enable row level security;
alter table access.anonymous_access force row level security;
create policy anonymous_keys_definer on access.anonymous_keys for all to countersign_definer using (true) with check (true);
create policy anonymous_access_definer on access.anonymous_access for all to countersign_definer using (true) with check (true);
grant select, update (last_used_at), delete on access.anonymous_keys to countersign_definer;
grant select, insert, delete on access.anonymous_access to countersign_definer;
create policy anonymous_keys_read on access.anonymous_keys for select to countersign_front
    using (org_id = (select ctx.org_for('api_keys.read')));
create policy anonymous_keys_add on access.anonymous_keys for insert to countersign_front
    with check (org_id = (select ctx.org_for('api_keys.manage')) and made_by = (select ctx.person())
                and (select ctx.kind()) = 'session' and (select ctx.is_recent()));
create policy anonymous_keys_revoke on access.anonymous_keys for update to countersign_front
    using (org_id = (select ctx.org_for('api_keys.manage')) and (select ctx.kind()) = 'session')
    with check (org_id = (select ctx.org()) and revoked_at = now());
create policy anonymous_access_read on access.anonymous_access for select to countersign_front
    using (org_id = (select ctx.org_for('api_keys.read')));
grant select (id, org_id, made_by, name, face, origins, created_at, expires_at, revoked_at, last_used_at),
      insert (id, org_id, made_by, name, face, token_hash, origins, expires_at),
      update (revoked_at) on access.anonymous_keys to countersign_front;
grant select on access.anonymous_access to countersign_front;

-- All that everybody is shown: the organisation's name. What comes next gets a policy of its own here.
create policy organisations_anonymous on identity.organisations for select to countersign_anon
    using (id = (select ctx.org()) and (select ctx.kind()) = 'anonymous_key');
grant select (id, name) on identity.organisations to countersign_anon;
grant usage on schema ctx, identity to countersign_anon;


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
     where k.token_hash = presented and k.revoked_at is null and k.expires_at > clock_timestamp();
    if not found then
        raise exception using errcode = 'CS001', message = 'the service key is unknown, expired or revoked';
    end if;
    perform ctx.bind('service_key', found_key.id, found_key.org_id, null, 100, found_key.scopes);
end $$;

create or replace function access.note_use(presented bytea[]) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
    update access.api_keys set last_used_at = now() where token_hash = any (presented);
    update access.service_keys set last_used_at = now() where token_hash = any (presented);
    update access.anonymous_keys set last_used_at = now() where token_hash = any (presented);
$$;

-- What the linter of row level security said last (countersign lint-db): 'pass', 'fail' or 'error';
-- 'none' where it has not looked within its freshness (server::verify::FRESH_FOR).
create function access.lint_verdict() returns text
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select coalesce((select case when e.checked_at < now() - interval '15 minutes' then 'none' else e.status end
                       from trust.evidence e where e.control = 'db.lint'
                      order by e.checked_at desc limit 1), 'none')
$$;

-- Opens the organisation to its anonymous keys: 'on', or why not: 'fail', 'error' or 'none', as the linter
-- says. Held here, and not where a button is drawn: the verifier's login alone writes evidence.
create function access.turn_on_anonymous() returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    org uuid := ctx.org_at_browser('organisation.manage');
    verdict text := access.lint_verdict();
begin
    perform ctx.require_recent();
    if verdict <> 'pass' then
        return verdict;
    end if;
    insert into access.anonymous_access (org_id, turned_on_by) values (org, ctx.person()) on conflict do nothing;
    return 'on';
end $$;

-- Closes it, at once. False where it was closed.
create function access.turn_off_anonymous() returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    org uuid := ctx.org_at_browser('organisation.manage');
begin
    delete from access.anonymous_access a where a.org_id = org;
    return found;
end $$;

create function access.is_listed(origins text[], origin_digest bytea) returns boolean
language sql immutable set search_path = pg_catalog, pg_temp as $$
    select exists (select from unnest(origins) o where sha256(convert_to(o, 'UTF8')) = origin_digest)
$$;

-- Nobody in particular, at a page of a listed origin, in an organisation that is open to them. Closed
-- for all while the linter's last word is a finding. The origin comes as a digest: it is a stranger's
-- text, and the binder's arguments are 32 bytes in hexadecimal and nothing else.
create function ctx.bind_anonymous_key(presented bytea, origin_digest bytea) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    found_key record;
begin
    select k.id, k.org_id,
           access.is_listed(k.origins, origin_digest) as is_listed
      into found_key
      from access.anonymous_keys k
      join access.anonymous_access a on a.org_id = k.org_id
     where k.token_hash = presented and k.revoked_at is null and k.expires_at > clock_timestamp();
    if not found then
        raise exception using errcode = 'CS001', message = 'the anonymous key is unknown, expired, revoked or turned off';
    end if;
    if not found_key.is_listed then
        raise exception using errcode = 'CS020', message = 'pages of this origin may not use the key';
    end if;
    -- The newest that found something out: a linter that is kept from looking opens nothing.
    if (select e.status from trust.evidence e where e.control = 'db.lint' and e.status <> 'error'
         order by e.checked_at desc limit 1) = 'fail' then
        raise exception using errcode = 'CS021', message = 'closed while the linter has a finding';
    end if;
    -- No level and no scope: ctx.org_for gives no organisation for any permission.
    perform ctx.bind('anonymous_key', found_key.id, found_key.org_id, null, 0, '');
end $$;

-- What outlives a session is made by somebody who is there at that moment, and holds it: whoever removes them,
-- changes what they hold or sets their password waits for what is being made, and ends it, or is seen here. What was
-- bound before that would else make it afterwards. tg_argv: the column of the maker, and what making takes.
create function access.hold_maker() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    made jsonb := to_jsonb(new);
    maker uuid := (made ->> tg_argv[0])::uuid;
    wanted text[] := array(select jsonb_array_elements_text(made -> 'scopes'))
                     || case when tg_argv[1] = '' then '{}' else array[tg_argv[1]] end;
    -- Of nobody but who is bound: the answer would tell who is a member of what.
    is_there boolean := (session_user <> 'countersign_front' or ctx.org() = new.org_id and ctx.person() = maker)
        and identity.hold_member(new.org_id, maker);
begin
    -- A statement of its own: it sees what was committed while the one before waited.
    is_there := is_there
        and (ctx.kind() is distinct from 'session'
             or exists (select from identity.sessions s
                         where s.id = ctx.principal() and s.user_id = ctx.person() and s.ended_at is null))
        and wanted <@ access.held('session', new.org_id, maker, 100, '*');
    if is_there is not true then
        raise exception using errcode = '42501', message = 'whoever makes it is not there any more, or holds less';
    end if;
    return new;
end $$;

-- Opens a control organisation whatever the linter says, for the control that attacks what is open then.
create function access.open_control(of_org uuid) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
    insert into access.anonymous_access (org_id, turned_on_by)
    select m.org_id, m.user_id from identity.memberships m
      join identity.organisations o on o.id = m.org_id and o.kind = 'control'
     where m.org_id = of_org and m.role = 'OWNER'
    on conflict do nothing
$$;

-- Takes away the keys that a round of controls made, in the control organisations and nowhere else, and closes what it
-- opened to an anonymous one of them; and what earlier rounds left.
create function access.sweep_controls(made uuid[]) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
    delete from access.anonymous_access a using identity.organisations o
     where o.id = a.org_id and o.kind = 'control'
       and (a.turned_on_at < now() - interval '10 minutes'
            or exists (select from access.anonymous_keys k where k.org_id = a.org_id and k.id = any (made)));
    delete from access.service_keys k using identity.organisations o
     where o.id = k.org_id and o.kind = 'control' and (k.id = any (made) or k.expires_at < now());
    delete from access.anonymous_keys k using identity.organisations o
     where o.id = k.org_id and o.kind = 'control' and (k.id = any (made) or k.expires_at < now());
$$;

revoke all on function access.hold_maker(), ctx.bind_service_key(bytea), ctx.bind_anonymous_key(bytea, bytea), access.lint_verdict(),
    access.is_listed(text[], bytea), access.turn_on_anonymous(), access.turn_off_anonymous(), access.open_control(uuid), access.sweep_controls(uuid[])
    from public;
grant execute on function access.open_control(uuid), access.sweep_controls(uuid[]) to countersign_verifier;
-- Not to the broker: it opens a secret, or a payload, for a person alone.
grant execute on function ctx.bind_service_key(bytea) to countersign_front;
grant execute on function access.lint_verdict(), access.turn_on_anonymous(), access.turn_off_anonymous() to countersign_front;
-- To this login alone: no policy of another one knows such a caller.
grant execute on function ctx.bind_anonymous_key(bytea, bytea), ctx.bound(), ctx.kind(), ctx.org() to countersign_anon;
grant execute on function access.hold_maker() to countersign_owner;

set local role countersign_owner;
create trigger hold_maker before insert on access.api_keys
    for each row execute function access.hold_maker('user_id', '');
create trigger hold_maker before insert on access.service_keys
    for each row execute function access.hold_maker('made_by', 'api_keys.manage');
create trigger hold_maker before insert on access.anonymous_keys
    for each row execute function access.hold_maker('made_by', 'api_keys.manage');
create trigger hold_maker before insert on access.anonymous_access
    for each row execute function access.hold_maker('turned_on_by', 'organisation.manage');
create trigger hold_maker before insert on oauth.codes
    for each row execute function access.hold_maker('user_id', '');
create trigger hold_maker before update of state on oauth.device_codes
    for each row when (new.state = 'approved') execute function access.hold_maker('user_id', '');
create trigger hold_maker before insert on identity.links
    for each row when (new.kind = 'sign_in') execute function access.hold_maker('user_id', '');
