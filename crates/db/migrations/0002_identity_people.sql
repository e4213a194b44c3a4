-- People, organisations, memberships, sessions and single-use links.
--
-- Authentication is decided here, not in the web process: it sends the output of Argon2id, the
-- database compares its digest, and only then starts a session. Who holds the web process's login
-- can neither read a password verifier nor start a session for somebody whose password it has not
-- seen.

create schema identity;
grant usage on schema identity to countersign_definer, countersign_front, countersign_broker, countersign_verifier;
grant create on schema identity to countersign_definer;

create table identity.organisations (
    id uuid primary key,
    name text not null check (length(name) between 1 and 100),
    -- 'control': one of the two organisations that the running controls attack. 'nowhere': identity.nowhere().
    kind text not null default 'customer' check (kind in ('customer', 'control', 'nowhere')),
    -- Whether each member needs a second factor.
    mfa_required boolean not null default false,
    -- Whether other sessions than those of its identity provider act in it (0027): its owners' always do.
    requires_sso boolean not null default false,
    -- What AI clients do here at most, whatever people let them (oauth.limit_clients, 0012); null: as people say.
    clients_may text[] check (cardinality(clients_may) <= 100),
    created_at timestamptz not null default now()
);

create table identity.users (
    id uuid primary key,
    -- Lower case; compared as text, since citext equality is not leakproof and loses its index.
    email text not null unique check (email = lower(email) and length(email) between 3 and 254),
    name text not null check (length(name) between 1 and 100),
    -- Argon2id parameters and salt, and the digest of its output: never the output itself.
    password_parameters text not null,
    password_verifier bytea not null check (length(password_verifier) = 32),
    created_at timestamptz not null default now(),
    -- When the person showed that mail to the address reaches them; null until then.
    email_verified_at timestamptz,
    -- The organisation that made the account (0028), for somebody who need not know of it yet.
    provisioned_by uuid references identity.organisations (id),
    -- When the account was deleted: what is left is an identifier, for what stands under it.
    deleted_at timestamptz
);

create table identity.memberships (
    org_id uuid not null references identity.organisations (id),
    user_id uuid not null references identity.users (id),
    role text not null check (role in ('OWNER', 'ADMIN', 'PARTICIPANT', 'REVIEWER')),
    level int not null check (level in (100, 80, 60, 40, 30, 20)),
    created_at timestamptz not null default now(),
    -- A role of the organisation's own (access.roles, 0017), in place of what role and level give.
    role_id uuid,
    -- What somebody did keeps its name after they left: a membership ends, and is never deleted.
    removed_at timestamptz,
    check ((role = 'OWNER') = (level = 100)),
    check (role_id is null or role = 'PARTICIPANT'),
    -- Nobody is a member of nowhere.
    check (org_id <> '00000000-0000-8000-8000-000000000000' or removed_at is not null),
    primary key (org_id, user_id)
);
create index memberships_by_user on identity.memberships (user_id, created_at);

create table identity.sessions (
    id uuid not null,
    org_id uuid not null,
    user_id uuid not null,
    token_hash bytea not null unique check (length(token_hash) = 32),
    client text not null check (length(client) <= 300),
    address text not null check (length(address) <= 64),
    created_at timestamptz not null default now(),
    expires_at timestamptz not null check (expires_at <= created_at + interval '12 hours'),
    ended_at timestamptz,
    -- The identity provider of the organisation that began it (0027): such a session says what the organisation
    -- says, stays there, and is of no use to the account.
    provider_id uuid,
    -- The browser that it is in (identity.devices).
    device_hash bytea check (length(device_hash) = 32),
    -- When the person last proved who they are, and when by a second factor.
    authenticated_at timestamptz not null default now(),
    second_factor_at timestamptz,
    primary key (org_id, id),
    foreign key (org_id, user_id) references identity.memberships (org_id, user_id)
);
-- A session that owes its second factor is bound to no organisation, and whoever begins one says its id: what is
-- proven for one session must not count for another in the same person's other organisation.
create unique index sessions_by_id on identity.sessions (id);
create index sessions_by_user on identity.sessions (user_id, org_id, created_at);

-- Where a person has signed in before, by a digest of what only that browser keeps. A sign-in from
-- elsewhere is told to them by mail.
create table identity.devices (
    user_id uuid not null references identity.users (id),
    device_hash bytea not null check (length(device_hash) = 32),
    first_seen_at timestamptz not null default now(),
    last_seen_at timestamptz not null default now(),
    primary key (user_id, device_hash)
);
alter table identity.devices enable row level security;
alter table identity.devices force row level security;
create policy devices_definer on identity.devices for all to countersign_definer using (true) with check (true);
grant select, insert, update, delete on identity.devices to countersign_definer;

-- Single-use links of every kind. The token of one that goes by mail is made by the broker when it
-- sends the mail: here is its hash, in the mail is the token, and nowhere else is either.
create table identity.links (
    org_id uuid not null,
    kind text not null check (kind in ('sign_in', 'verify_address', 'reset_password', 'invitation',
                                     'change_email_new', 'change_email_old')),
    -- Whom it is for; of an invitation nobody is known yet.
    user_id uuid check ((user_id is null) = (kind = 'invitation')),
    invitation_id uuid check ((invitation_id is null) = (kind <> 'invitation')),
    -- The mail that carries it; none for the one kind that a page shows.
    mail_id uuid check ((mail_id is null) = (kind = 'sign_in')),
    token_hash bytea not null unique check (length(token_hash) = 32),
    created_at timestamptz not null default now(),
    expires_at timestamptz not null check (expires_at <= created_at + case kind
        when 'sign_in' then interval '10 minutes' when 'reset_password' then interval '30 minutes'
        when 'verify_address' then interval '3 days' when 'invitation' then interval '7 days'
        else interval '1 day' end),
    used_at timestamptz,
    -- Ended unused: a later mail, a changed password.
    ended_at timestamptz,
    primary key (org_id, token_hash),
    foreign key (org_id, user_id) references identity.memberships (org_id, user_id)
);
create index links_by_user on identity.links (org_id, user_id) where used_at is null and ended_at is null;
create index links_by_mail on identity.links (org_id, mail_id);

do $$
declare t text;
begin
    foreach t in array array['organisations', 'users', 'memberships', 'sessions', 'links'] loop
        execute format('alter table identity.%I enable row level security', t);
        execute format('alter table identity.%I force row level security', t);
        if t <> 'links' then
            execute format('create policy %I on identity.%I for select to countersign_definer using (true)', t || '_definer_read', t);
        end if;
    end loop;
end $$;

-- The definer writes where a person is not bound yet: signing up, in, and by link.
create policy organisations_definer_add on identity.organisations for insert to countersign_definer with check (true);
create policy users_definer_add on identity.users for insert to countersign_definer with check (true);
create policy memberships_definer_add on identity.memberships for insert to countersign_definer with check (true);
create policy sessions_definer_add on identity.sessions for insert to countersign_definer with check (true);
create policy links_definer on identity.links for all to countersign_definer using (true) with check (true);
grant select, insert on identity.organisations, identity.users, identity.memberships, identity.sessions to countersign_definer;
grant select, insert, update (used_at, ended_at), delete on identity.links to countersign_definer;

-- A member reads the own organisation and its people. Sessions are the account's: identity.own_sessions (0023).
create policy organisations_own on identity.organisations for select to countersign_front, countersign_broker
    using (id = (select ctx.org()));
-- Whose memberships are seen: 0008.
create policy users_same_org on identity.users for select to countersign_front, countersign_broker
    using (id = any (array(select user_id from identity.memberships))); -- whose memberships are seen
-- Whatever other policies come to let in, the row is the person's own (AC-06): access::private.
create policy private on identity.links as restrictive for all to countersign_front
    using (user_id is null or user_id = (select ctx.person()));
-- Columns by name: no login role reads a verifier or a token's hash.
grant select (id, name, kind, mfa_required, created_at) on identity.organisations to countersign_front, countersign_broker;
-- Not the address: whoever left is still named where they did something, and moves unseen (identity.addresses).
grant select (id, name, created_at, email_verified_at) on identity.users to countersign_front, countersign_broker;
grant select on identity.memberships to countersign_front, countersign_broker;
grant insert (org_id, kind, user_id, token_hash, expires_at) on identity.links to countersign_front;

set local role countersign_definer;

-- Where people are who are in no organisation: their sessions, their mail, their links. Nobody is ever a
-- live member of it: a session there binds no organisation, and a job there sends mail and holds no permission, so
-- that no policy shows it to anybody.
create function identity.nowhere() returns uuid language sql immutable
return '00000000-0000-8000-8000-000000000000'::uuid;
revoke all on function identity.nowhere() from public;
insert into identity.organisations (id, name, kind) values (identity.nowhere(), 'No organisation', 'nowhere');

-- The organisation that a person acts in when they come: the one of their latest session, else the one
-- joined first. Null where they are in none. It hears of what they do before they are bound.
create function identity.first_org(of_user uuid) returns uuid
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select m.org_id from identity.memberships m
     where m.user_id = of_user and m.removed_at is null
     order by (select max(s.created_at) from identity.sessions s
                where s.org_id = m.org_id and s.user_id = m.user_id) desc nulls last,
              m.created_at, m.org_id
     limit 1
$$;

-- The same, and nowhere for whoever is in none. For definer functions alone.
create function identity.place_of(of_user uuid) returns uuid
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    org uuid := identity.first_org(of_user);
begin
    if org is null then
        org := identity.nowhere();
        insert into identity.memberships (org_id, user_id, role, level, removed_at)
        values (org, of_user, 'PARTICIPANT', 20, now()) on conflict do nothing;
    end if;
    return org;
end $$;
revoke all on function identity.first_org(uuid), identity.place_of(uuid) from public;

-- What a membership is worth: whoever's address is not verified looks around, and no more (ID-01).
create function identity.level_now(level int, email_verified_at timestamptz) returns int language sql immutable
return case when email_verified_at is null then least(level, 20) else level end;
revoke all on function identity.level_now(int, timestamptz) from public;

-- What a password set today costs, as password_parameters begin: identity::hashing has the same.
create function identity.password_cost() returns text language sql immutable
return '$argon2id$v=19$m=19456,t=2,p=1$';
revoke all on function identity.password_cost() from public;

-- The Argon2id parameters and salt to answer a sign-in with. An address without an account gets a
-- salt of its own that never changes, so that the answer does not tell the two apart.
create function identity.password_challenge(address text) returns text
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select coalesce(
        (select password_parameters from identity.users where email = lower(address)),
        identity.password_cost()
            || rtrim(replace(encode(decode(left(ctx.mac('salt ' || lower(address)), 32), 'hex'), 'base64'), E'\n', ''), '='))
$$;

-- The verifier of an account without a password: 32 random bytes, which no password has for its digest.
create function identity.no_password() returns bytea language sql volatile
return sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()));

-- Whether nobody has mail at an address, ever (RFC 2606): under .invalid are the organisations that the controls
-- attack, what is left of deleted accounts, and whoever lost an address (identity.displace). No person is known by
-- one, whoever says so.
create function identity.is_reserved(address text) returns boolean language sql immutable
return lower(address) ~ '[@.]invalid\.?$';

-- Whether it is one of the organisations that the running controls attack: its people have such addresses.
create function identity.is_control(of_org uuid) returns boolean
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select exists (select from identity.organisations o where o.id = of_org and o.kind = 'control')
$$;
revoke all on function identity.no_password(), identity.is_reserved(text), identity.is_control(uuid) from public;

-- An account with its first organisation, or false where the address has one already.
create function identity.sign_up(
    new_user uuid, address text, person_name text, parameters text, proof bytea,
    new_org uuid, org_name text
) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if identity.is_reserved(address) then
        return false;
    end if;
    insert into identity.users (id, email, name, password_parameters, password_verifier)
    values (new_user, lower(address), person_name, parameters, sha256(proof))
    on conflict (email) do nothing;
    if not found then
        return false;
    end if;
    insert into identity.organisations (id, name) values (new_org, org_name);
    insert into identity.memberships (org_id, user_id, role, level) values (new_org, new_user, 'OWNER', 100);
    perform audit.append_anonymous(new_org, new_user, 'identity.signed_up', audit.text_id('usr', new_user));
    perform mail.queue(new_org, new_user, new_user, null, lower(address), 'verify_address', '{}');
    return true;
end $$;

-- Holds a person as they are while a way in of theirs is tried: what changes it (identity.password_was_set,
-- identity.email_was_changed) waits for the session that begins, and ends it, or is seen by who tries. Nobody would
-- else end a session that is not committed yet. For definer functions alone.
create function identity.hold_person(of_person uuid) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    -- Not for key share: a new password changes no key.
    perform from identity.users u where u.id = of_person for share;
end $$;

-- Holds a person and their membership: false where they are no member, or no more. Whoever removes them waits, and
-- ends what was made meanwhile. For definer functions alone.
create function identity.hold_member(of_org uuid, of_person uuid) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    perform identity.hold_person(of_person);
    perform from identity.memberships m
      where m.org_id = of_org and m.user_id = of_person and m.removed_at is null for share;
    return found;
end $$;

-- A session about to begin.
create type identity.new_session as (
    id uuid, token_hash bytea, client text, address text, device_hash bytea, lifetime_seconds int);
grant usage on type identity.new_session to countersign_front;

-- Begins a session and binds it. `is_proof`: whether the person has just proven who they are. Whoever has
-- signed in elsewhere before is told of a new device. For definer functions alone.
create function identity.begin_session(
    of_org uuid, of_person uuid, it identity.new_session, is_proof boolean, by_provider uuid default null
) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    has_devices boolean := exists (select from identity.devices d where d.user_id = of_person);
    -- Apart for each provider: what its people bring are no devices of the account's own, at which its password has
    -- tries to itself (identity.sign_in_door).
    device bytea := case when by_provider is null then it.device_hash
                         else sha256(it.device_hash || uuid_send(by_provider)) end;
begin
    if of_org <> identity.nowhere() and not identity.hold_member(of_org, of_person) then
        raise exception using errcode = 'CS001', message = 'the membership has ended';
    end if;
    insert into identity.sessions (id, org_id, user_id, token_hash, client, address, device_hash, expires_at, authenticated_at,
                                   provider_id)
    values (it.id, of_org, of_person, it.token_hash, it.client, it.address, device,
            now() + make_interval(secs => it.lifetime_seconds),
            case when is_proof then now() else now() - interval '1 day' end, by_provider);
    update identity.devices d set last_seen_at = now()
     where d.user_id = of_person and d.device_hash = device;
    if not found then
        insert into identity.devices (user_id, device_hash) values (of_person, device)
        on conflict do nothing;
        if has_devices then
            perform mail.queue(of_org, of_person, of_person, null, u.email, 'new_device',
                               jsonb_build_object('client', it.client, 'address', it.address, 'at', now()))
               from identity.users u where u.id = of_person;
        end if;
    end if;
    perform identity.bind_new(it.token_hash);
end $$;

-- Starts a session where the proof is right, in identity.place_of, and binds it, so that the rest of the
-- transaction is the person's and is told in the organisation's audit log. A wrong proof is told there
-- too, and nobody is bound. It was counted before as a wrong one (identity.count_sign_in). `is_kept`: whether the
-- device is one that a browser kept for us, and not what a program calls itself. A password that was set at
-- another cost than today's is kept from here on as the renewed proof of it, where there is one.
create function identity.sign_in(
    address text, proof bytea, session identity.new_session, is_kept boolean,
    renewed_parameters text default null, renewed_proof bytea default null
) returns table (user_id uuid, org_id uuid)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    door bytea := identity.sign_in_door(address, case when is_kept then session.device_hash end);
    account record;
    org uuid;
begin
    perform identity.use_counted_try(session.id, door, proof);
    if renewed_parameters is not null then
        -- Two at once that shared the row could neither of them change it.
        perform from identity.users u where u.email = lower(sign_in.address) for no key update;
    end if;
    select u.id, u.password_verifier = sha256(proof) as is_proven into account
      from identity.users u where u.email = lower(sign_in.address) for share;
    if account.is_proven is not true then
        perform audit.append_anonymous(identity.first_org(account.id), account.id, 'identity.sign_in_failed',
                                       audit.text_id('usr', account.id));
        return;
    end if;
    perform identity.sign_in_tried(door, true);
    -- Who holds the web process could else set another password at every sign-in, and nobody would be told.
    update identity.users u set password_parameters = renewed_parameters, password_verifier = sha256(renewed_proof)
     where u.id = account.id and not starts_with(u.password_parameters, identity.password_cost())
       and starts_with(renewed_parameters, identity.password_cost());
    org := identity.place_of(account.id);
    perform identity.begin_session(org, account.id, session, true);
    return query select account.id, org;
end $$;

-- Whom an unused link would sign in, without using it up: pages show it before they ask.
create function identity.sign_in_link(link_hash bytea)
returns table (person_name text, org_name text, expires_at timestamptz)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select u.name, o.name, l.expires_at
      from identity.links l
      join identity.users u on u.id = l.user_id
      join identity.organisations o on o.id = l.org_id
     where l.kind = 'sign_in' and l.token_hash = link_hash
       and l.used_at is null and l.ended_at is null and l.expires_at > clock_timestamp()
$$;

-- Whether the bound session is the person's own, and not one that their organisation's provider began: what is
-- the account's, whoever runs a provider could else change for its people everywhere. A session that has ended
-- since it was bound is nobody's.
create function identity.is_own() returns boolean
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
    return coalesce(ctx.kind(), '') not in ('session', 'half_session', 'lone_session')
        or exists (select from identity.sessions s
                    where s.id = ctx.principal() and s.user_id = ctx.person() and s.provider_id is null
                      and s.ended_at is null);
end $$;

-- Refuses where it is not. For definer functions alone.
create function identity.check_own() returns void
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
    if not identity.is_own() then
        raise exception using errcode = 'CS011', message = 'the session is an organisation''s, and this is the account''s';
    end if;
end $$;

-- Whether the organisation of a session wants one that its provider began: an owner is let in without. For
-- definer functions alone.
create function identity.owes_sso(session identity.sessions) returns boolean
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select session.provider_id is null and exists (
        select from identity.organisations o
          join identity.memberships m on m.org_id = o.id and m.user_id = session.user_id
         where o.id = session.org_id and o.requires_sso and m.role <> 'OWNER')
$$;

-- Uses a link up, starts a session for whom it was made, and binds it. To have a link is no recent proof:
-- else one session could make the next for ever.
create function identity.use_sign_in_link(link_hash bytea, session identity.new_session)
returns table (user_id uuid, org_id uuid)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    link record;
begin
    perform identity.hold_person(l.user_id) from identity.links l where l.kind = 'sign_in' and l.token_hash = link_hash;
    update identity.links l set used_at = now()
     where l.kind = 'sign_in' and l.token_hash = link_hash
       and l.used_at is null and l.ended_at is null and l.expires_at > clock_timestamp()
    returning l.org_id, l.user_id into link;
    if not found then
        return;
    end if;
    perform identity.begin_session(link.org_id, link.user_id, session, false);
    return query select link.user_id, link.org_id;
end $$;

create function ctx.bind_session(presented bytea) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    found_session record;
begin
    select s.id, s.org_id, s.user_id, identity.level_now(m.level, u.email_verified_at) as level,
           -- Where there is a second factor, it is the proof: whoever has a session and the password could
           -- else take it away.
           case when has.factor then s.second_factor_at else s.authenticated_at end
               > clock_timestamp() - interval '10 minutes' as is_recent,
           s.second_factor_at is null and (o.mfa_required or has.factor) as is_half,
           o.requires_sso and s.provider_id is null and m.role <> 'OWNER' as is_lone
      into found_session
      from identity.sessions s
      cross join lateral (select identity.has_factor(s.user_id) as factor) has
      join identity.memberships m on m.org_id = s.org_id and m.user_id = s.user_id and m.removed_at is null
      join identity.users u on u.id = s.user_id
      join identity.organisations o on o.id = s.org_id
     -- Not now(): that stands still in a transaction that is held open.
     where s.token_hash = presented and s.ended_at is null and s.expires_at > clock_timestamp();
    if not found then
        select s.second_factor_at is null and identity.has_factor(s.user_id) as is_half, true as is_lone into found_session
          from identity.sessions s
         where s.token_hash = presented and s.org_id = identity.nowhere()
           and s.ended_at is null and s.expires_at > clock_timestamp();
        if not found then
            raise exception using errcode = 'CS001', message = 'the session has ended';
        end if;
    end if;
    if found_session.is_half then
        raise exception using errcode = 'CS007', message = 'the session owes a second factor';
    elsif found_session.is_lone then
        raise exception using errcode = 'CS023', message = 'the session is in no organisation, or in one that asks for its own sign-on';
    end if;
    perform ctx.bind('session', found_session.id, found_session.org_id, found_session.user_id,
                     found_session.level, '*', found_session.is_recent);
end $$;

revoke all on function identity.password_challenge(text), identity.hold_person(uuid), identity.hold_member(uuid, uuid),
    identity.begin_session(uuid, uuid, identity.new_session, boolean, uuid), identity.is_own(), identity.check_own(),
    identity.owes_sso(identity.sessions),
    identity.sign_up(uuid, text, text, text, bytea, uuid, text),
    identity.sign_in(text, bytea, identity.new_session, boolean, text, bytea),
    identity.sign_in_link(bytea), identity.use_sign_in_link(bytea, identity.new_session),
    ctx.bind_session(bytea) from public;
grant execute on function identity.password_challenge(text),
    identity.sign_up(uuid, text, text, text, bytea, uuid, text),
    identity.sign_in(text, bytea, identity.new_session, boolean, text, bytea),
    identity.sign_in_link(bytea),
    identity.use_sign_in_link(bytea, identity.new_session) to countersign_front;
grant execute on function ctx.bind_session(bytea) to countersign_front, countersign_broker, countersign_verifier;
grant execute on function identity.is_own() to countersign_front;

set local role countersign_owner;
-- A way in that outlives the session that made it: it takes a recent proof, in a session of the person's own.
create policy links_own_add on identity.links for insert to countersign_front
    with check (kind = 'sign_in' and org_id = (select ctx.org()) and user_id = (select ctx.person())
                and (select ctx.kind()) = 'session' and (select ctx.is_recent()) and (select identity.is_own()));
