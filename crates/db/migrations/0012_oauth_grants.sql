-- The OAuth 2.1 authorization server: clients, consent, grants and their tokens.
--
-- A grant is what a person let a client do: listed and revoked like a session. Every token is looked
-- up here at each use, so that a revocation holds on the next request and a signature alone opens
-- nothing. Who redeems a code or a refresh token is nobody yet: definer functions decide, compare
-- hashes and tell the audit log. The web process's login alone can make no grant: a code is made by a
-- bound session, and everything after it needs a secret that this database has never seen in clear.

create schema oauth;
grant usage on schema oauth to countersign_definer, countersign_front, countersign_broker, countersign_verifier;
grant create on schema oauth to countersign_definer;

-- Programs that may ask people for a grant. A row gives no right: anybody registers one (RFC 7591).
create table oauth.clients (
    id text primary key check (id ~ '^[a-z0-9_-]{3,60}$'),
    name text not null check (length(name) between 1 and 100),
    redirect_uris text[] not null check (cardinality(redirect_uris) <= 10 and length(array_to_string(redirect_uris, '')) <= 5000),
    -- Ours, or checked by whoever runs this server; never by the client itself.
    verified boolean not null default false,
    created_at timestamptz not null default now(),
    used_at timestamptz
);

create table oauth.grants (
    id uuid not null,
    org_id uuid not null,
    user_id uuid not null,
    client_id text not null references oauth.clients (id),
    -- What only a person at a browser does is in no grant, whoever asks: ctx.can_give, and access.held at
    -- each use (AG-01).
    scopes text[] not null check (cardinality(scopes) between 1 and 50),
    -- RFC 8707: where its access tokens are good, and nowhere else.
    resource text not null check (length(resource) <= 500),
    -- Derives each refresh token from the one before it (oauth.refresh).
    rotation_key bytea not null check (length(rotation_key) = 32),
    -- Of the last request to the token endpoint.
    agent text not null check (length(agent) <= 300),
    address text not null check (length(address) <= 64),
    created_at timestamptz not null default now(),
    expires_at timestamptz not null check (expires_at <= created_at + interval '90 days'),
    -- When it ends unless it is refreshed before.
    idle_at timestamptz not null,
    last_used_at timestamptz,
    ended_at timestamptz,
    ended_why text check (ended_why in
        ('revoked', 'refresh_replayed', 'code_replayed', 'client', 'member_removed', 'password_set')),
    primary key (org_id, id),
    check ((ended_at is null) = (ended_why is null)),
    foreign key (org_id, user_id) references identity.memberships (org_id, user_id)
);
create index grants_by_user on oauth.grants (org_id, user_id, created_at);
create index grants_by_client on oauth.grants (client_id);

-- Authorization codes (RFC 6749 4.1.2), each bound to client, redirect and PKCE challenge.
create table oauth.codes (
    org_id uuid not null,
    user_id uuid not null,
    code_hash bytea not null unique check (length(code_hash) = 32),
    client_id text not null references oauth.clients (id),
    redirect_uri text not null check (length(redirect_uri) <= 1000),
    -- RFC 7636, S256: the SHA-256 of the verifier.
    challenge bytea not null check (length(challenge) = 32),
    scopes text[] not null check (cardinality(scopes) between 1 and 50),
    resource text not null check (length(resource) <= 500),
    created_at timestamptz not null default now(),
    expires_at timestamptz not null check (expires_at <= created_at + interval '60 seconds'),
    used_at timestamptz,
    grant_id uuid,
    primary key (org_id, code_hash),
    foreign key (org_id, user_id) references identity.memberships (org_id, user_id)
);

-- A grant's refresh tokens, the family. The hash is of a token's random part.
create table oauth.refresh_tokens (
    org_id uuid not null,
    grant_id uuid not null,
    token_hash bytea not null unique check (length(token_hash) = 32),
    parent_hash bytea,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null check (expires_at <= created_at + interval '30 days'),
    -- When the answer that holds its successor was ready: until then nobody can have it.
    rotated_at timestamptz,
    primary key (org_id, token_hash),
    -- A family never forks, however many present one token at once.
    unique (org_id, parent_hash),
    foreign key (org_id, grant_id) references oauth.grants (org_id, id) on delete cascade
);
create index refresh_tokens_by_grant on oauth.refresh_tokens (org_id, grant_id);

create table oauth.access_tokens (
    org_id uuid not null,
    -- The token's `jti`.
    id uuid not null,
    grant_id uuid not null,
    scopes text[] not null check (cardinality(scopes) between 1 and 50),
    -- Which refresh token this answer rotates.
    rotates bytea,
    -- The front's right to have the broker sign it; then, of the whole signed token.
    ticket_hash bytea unique check (length(ticket_hash) = 32),
    token_hash bytea unique check (length(token_hash) = 32),
    created_at timestamptz not null default now(),
    expires_at timestamptz not null check (expires_at <= created_at + interval '15 minutes'),
    primary key (org_id, id),
    check ((ticket_hash is null) <> (token_hash is null)),
    foreign key (org_id, grant_id) references oauth.grants (org_id, id) on delete cascade
);
create index access_tokens_by_grant on oauth.access_tokens (org_id, grant_id);
create index access_tokens_by_end on oauth.access_tokens (expires_at);

-- RFC 8628. Nobody's until somebody says yes.
create table oauth.device_codes (
    device_hash bytea primary key check (length(device_hash) = 32),
    user_code_hash bytea not null unique check (length(user_code_hash) = 32),
    org_id uuid,
    user_id uuid,
    client_id text not null references oauth.clients (id),
    scopes text[] not null check (cardinality(scopes) between 1 and 50),
    resource text not null check (length(resource) <= 500),
    state text not null default 'waiting' check (state in ('waiting', 'approved', 'denied', 'used')),
    interval_seconds int not null default 5,
    polled_at timestamptz,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null check (expires_at <= created_at + interval '10 minutes'),
    check ((org_id is null) = (state = 'waiting')),
    foreign key (org_id, user_id) references identity.memberships (org_id, user_id)
);

do $$
declare t text;
begin
    foreach t in array array['clients', 'grants', 'codes', 'refresh_tokens', 'access_tokens', 'device_codes'] loop
        execute format('alter table oauth.%I enable row level security', t);
        execute format('alter table oauth.%I force row level security', t);
        execute format('create policy %I on oauth.%I for all to countersign_definer using (true) with check (true)', t || '_definer', t);
        execute format('grant select, insert, update, delete on oauth.%I to countersign_definer', t);
    end loop;
end $$;

-- A person sees what they let in; whoever may, what anybody of the organisation did.
create policy grants_read on oauth.grants for select to countersign_front
    using (org_id = (select ctx.org())
           and ((user_id = (select ctx.person()) and (select ctx.kind()) = 'session')
                or org_id = (select ctx.org_for('grants.read'))));
create policy grants_end on oauth.grants for update to countersign_front
    using (org_id = (select ctx.org()) and (select ctx.kind()) = 'session' and ended_at is null
           and (user_id = (select ctx.person()) or org_id = (select ctx.org_for('grants.manage'))))
    -- Not in the past: what ended long ago is swept away.
    with check (org_id = (select ctx.org()) and ended_at = now() and ended_why = 'revoked');
grant select (id, org_id, user_id, client_id, scopes, resource, agent, address, created_at, expires_at, idle_at,
              last_used_at, ended_at, ended_why),
      update (ended_at, ended_why) on oauth.grants to countersign_front;
-- The clients of the grants that one sees.
create policy clients_of_grants on oauth.clients for select to countersign_front
    using (id = any (array(select client_id from oauth.grants)));
grant select (id, name, redirect_uris, verified) on oauth.clients to countersign_front;
-- Consent is a person's at a browser, who has proven lately who it is, and gives no more than they hold.
create policy codes_add on oauth.codes for insert to countersign_front
    with check (org_id = (select ctx.org()) and user_id = (select ctx.person())
                and (select ctx.kind()) = 'session' and (select ctx.is_recent())
                and ctx.can_give(scopes));
grant insert (org_id, user_id, code_hash, client_id, redirect_uri, challenge, scopes, resource, expires_at)
      on oauth.codes to countersign_front;

grant update (clients_may) on identity.organisations to countersign_definer;
grant select (clients_may) on identity.organisations to countersign_front;

-- The desktop app (RFC 8252): any port of the loopback interface.
create policy clients_owner on oauth.clients for insert to countersign_owner with check (true);
insert into oauth.clients (id, name, redirect_uris, verified)
values ('countersign-desktop', 'Countersign Desktop', array['http://127.0.0.1/callback', 'http://[::1]/callback'], true);
drop policy clients_owner on oauth.clients;

set local role countersign_definer;

-- RFC 7591, for anybody: the row is a name and addresses, and never verified.
create function oauth.register_client(new_id text, client_name text, uris text[]) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    insert into oauth.clients (id, name, redirect_uris) values (new_id, client_name, uris);
    perform audit.append_anonymous(null, null, 'oauth.client_registered', new_id);
end $$;

-- What a consent page shows of a client.
create function oauth.client(of_id text)
returns table (name text, redirect_uris text[], verified boolean, created_at timestamptz)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select c.name, c.redirect_uris, c.verified, c.created_at from oauth.clients c where c.id = of_id
$$;

-- HMAC-SHA256 (RFC 2104) with a key of 32 bytes.
create function oauth.hmac(key bytea, message bytea) returns bytea
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
    inner_pad bytea := decode(repeat('36', 64), 'hex');
    outer_pad bytea := decode(repeat('5c', 64), 'hex');
begin
    for i in 0..31 loop
        inner_pad := set_byte(inner_pad, i, get_byte(inner_pad, i) # get_byte(key, i));
        outer_pad := set_byte(outer_pad, i, get_byte(outer_pad, i) # get_byte(key, i));
    end loop;
    return sha256(outer_pad || sha256(inner_pad || message));
end $$;

-- An access token to be signed.
create function oauth.add_access(of_org uuid, of_grant uuid, token_scopes text[], rotates bytea, ticket bytea) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
    insert into oauth.access_tokens (org_id, id, grant_id, scopes, rotates, ticket_hash, expires_at)
    values (of_org, gen_random_uuid(), of_grant, token_scopes, rotates, ticket, now() + interval '15 minutes')
$$;

create function oauth.end_grant(of_org uuid, of_grant uuid, why text, told text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    ended oauth.grants;
begin
    update oauth.grants g set ended_at = now(), ended_why = why
     where g.org_id = of_org and g.id = of_grant and g.ended_at is null
    returning g.* into ended;
    if not found then
        return;
    end if;
    perform audit.append_anonymous(of_org, ended.user_id, told, audit.text_id('grt', of_grant));
    if why in ('refresh_replayed', 'code_replayed') then
        perform mail.queue(of_org, ended.user_id, ended.user_id, null, u.email, 'client_ended',
                           jsonb_build_object('client', c.name))
           from identity.users u, oauth.clients c where u.id = ended.user_id and c.id = ended.client_id;
    end if;
end $$;

-- A grant with its first refresh token and its first access token to be signed.
create function oauth.begin_grant(
    new_grant uuid, of_org uuid, of_person uuid, of_client text, granted text[], for_resource text,
    refresh_hash bytea, ticket bytea, seen_agent text, seen_address text
) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    insert into oauth.grants (id, org_id, user_id, client_id, scopes, resource, rotation_key, agent, address,
                              expires_at, idle_at, last_used_at)
    values (new_grant, of_org, of_person, of_client, granted, for_resource,
            sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())),
            seen_agent, seen_address, now() + interval '90 days', now() + interval '30 days', now());
    insert into oauth.refresh_tokens (org_id, grant_id, token_hash, expires_at)
    values (of_org, new_grant, refresh_hash, now() + interval '30 days');
    perform oauth.add_access(of_org, new_grant, granted, null, ticket);
    update oauth.clients c set used_at = now() where c.id = of_client;
    perform audit.append_anonymous(of_org, of_person, 'oauth.grant_begun', audit.text_id('grt', new_grant));
end $$;

-- Trades a code for a grant: once, by the client that asked, with its redirect, verifier and resource.
-- A wrong try uses the code up; a second use ends what the first one gave (RFC 6749 4.1.2).
create function oauth.redeem_code(
    presented bytea, of_client text, at_uri text, verifier_hash bytea, for_resource text,
    new_grant uuid, refresh_hash bytea, ticket bytea, seen_agent text, seen_address text
) returns table (granted text[])
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    -- First, as those do who end a membership or set a password, and then come to the codes.
    is_member boolean := (select identity.hold_member(c.org_id, c.user_id) from oauth.codes c where c.code_hash = presented);
    code oauth.codes;
begin
    select * into code from oauth.codes c where c.code_hash = presented for update;
    if not found then
        return;
    end if;
    if code.used_at is not null then
        if code.grant_id is not null then
            perform oauth.end_grant(code.org_id, code.grant_id, 'code_replayed', 'oauth.code_replayed');
        end if;
        return;
    end if;
    update oauth.codes c set used_at = now() where c.org_id = code.org_id and c.code_hash = presented;
    if not is_member or code.expires_at <= clock_timestamp() or code.client_id <> of_client or code.redirect_uri <> at_uri
       or code.challenge <> verifier_hash or code.resource <> coalesce(for_resource, code.resource)
    then
        perform audit.append_anonymous(code.org_id, code.user_id, 'oauth.code_refused', code.client_id);
        return;
    end if;
    update oauth.codes c set grant_id = new_grant where c.org_id = code.org_id and c.code_hash = presented;
    perform oauth.begin_grant(new_grant, code.org_id, code.user_id, code.client_id, code.scopes, code.resource,
                              refresh_hash, ticket, seen_agent, seen_address);
    return query select code.scopes;
end $$;

-- Rotates a refresh token. `proof` is a keyed digest of the token that only its holder can make; with
-- the grant's own key it gives the successor, so that everybody who presents one token within the
-- grace gets the same one, and none is kept here in clear. Past the grace it is a replay: whoever of
-- the two is the thief, the family ends.
--
-- The grace counts from when an answer was ready to be given: a broker that could not sign costs
-- nobody their grant.
create function oauth.refresh(
    presented bytea, proof bytea, of_client text, for_resource text, wanted text[],
    ticket bytea, seen_agent text, seen_address text
) returns table (outcome text, granted text[], successor bytea)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    token oauth.refresh_tokens;
    held oauth.grants;
    next_part bytea;
begin
    select r.org_id, r.grant_id into token.org_id, token.grant_id
      from oauth.refresh_tokens r where r.token_hash = presented;
    if not found then
        return query select 'refused', null::text[], null::bytea;
        return;
    end if;
    -- One at a time for each family; whoever waited sees what was done before.
    select * into held from oauth.grants g where g.org_id = token.org_id and g.id = token.grant_id for update;
    select * into token from oauth.refresh_tokens r where r.org_id = held.org_id and r.token_hash = presented;
    if token.token_hash is null or held.client_id <> of_client or held.ended_at is not null
       or least(held.expires_at, token.expires_at) <= clock_timestamp()
       or held.resource <> coalesce(for_resource, held.resource)
       or not exists (select from identity.memberships m
                       where m.org_id = held.org_id and m.user_id = held.user_id and m.removed_at is null)
    then
        return query select 'refused', null::text[], null::bytea;
        return;
    end if;
    if token.rotated_at < clock_timestamp() - interval '10 seconds' then
        perform oauth.end_grant(held.org_id, held.id, 'refresh_replayed', 'oauth.refresh_token_replayed');
        return query select 'replayed', null::text[], null::bytea;
        return;
    end if;
    if not coalesce(wanted, held.scopes) <@ held.scopes then
        return query select 'scope', null::text[], null::bytea;
        return;
    end if;
    next_part := oauth.hmac(held.rotation_key, proof);
    insert into oauth.refresh_tokens (org_id, grant_id, token_hash, parent_hash, expires_at)
    values (held.org_id, held.id, sha256(next_part), presented, now() + interval '30 days')
    on conflict (org_id, parent_hash) do nothing;
    perform oauth.add_access(held.org_id, held.id, coalesce(wanted, held.scopes), presented, ticket);
    update oauth.grants g
       set last_used_at = now(), idle_at = now() + interval '30 days', agent = seen_agent, address = seen_address
     where g.org_id = held.org_id and g.id = held.id;
    return query select 'granted', coalesce(wanted, held.scopes), next_part;
end $$;

-- For the broker: what an access token says. Only who holds the ticket has it signed.
create function oauth.to_issue(ticket bytea)
returns table (id uuid, person uuid, client_id text, scopes text[], resource text, created_at timestamptz, expires_at timestamptz)
language sql security definer set search_path = pg_catalog, pg_temp as $$
    select a.id, g.user_id, g.client_id, a.scopes, g.resource, a.created_at, a.expires_at
      from oauth.access_tokens a join oauth.grants g on g.org_id = a.org_id and g.id = a.grant_id
     where a.ticket_hash = ticket and a.expires_at > clock_timestamp() and g.ended_at is null
       for update of a
$$;

-- For the broker: it was signed, and this is its hash. From here on its refresh token is rotated.
create function oauth.issued(ticket bytea, signed_hash bytea) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
    with signed as (
        update oauth.access_tokens a set token_hash = signed_hash, ticket_hash = null
         where a.ticket_hash = ticket returning a.org_id, a.rotates
    )
    update oauth.refresh_tokens r set rotated_at = clock_timestamp()
      from signed where r.org_id = signed.org_id and r.token_hash = signed.rotates and r.rotated_at is null
$$;

-- RFC 8628 3.1.
create function oauth.start_device(
    new_device bytea, new_user_code bytea, of_client text, wanted text[], for_resource text
) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if not exists (select from oauth.clients c where c.id = of_client) then
        return false;
    end if;
    insert into oauth.device_codes (device_hash, user_code_hash, client_id, scopes, resource, expires_at)
    values (new_device, new_user_code, of_client, wanted, for_resource, now() + interval '10 minutes');
    return true;
end $$;

-- What a person is asked who typed a user code.
create function oauth.device_request(typed bytea)
returns table (client_id text, scopes text[], resource text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select d.client_id, d.scopes, d.resource from oauth.device_codes d
     where d.user_code_hash = typed and d.state = 'waiting' and d.expires_at > clock_timestamp()
       and ctx.kind() = 'session'
$$;

-- The answer of the bound person, who gives no more than was asked and than they hold.
create function oauth.decide_device(typed bytea, verdict boolean, granted text[]) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if ctx.kind() is distinct from 'session'
       or verdict and not ctx.can_give(granted)
    then
        raise exception using errcode = '42501', message = 'a person grants what they hold, and what programs may';
    end if;
    if verdict then
        perform ctx.require_recent();
    end if;
    update oauth.device_codes d
       set state = case when verdict then 'approved' else 'denied' end,
           scopes = case when verdict then granted else d.scopes end,
           org_id = ctx.org(), user_id = ctx.person()
     where d.user_code_hash = typed and d.state = 'waiting' and d.expires_at > clock_timestamp()
       and (not verdict or granted <@ d.scopes);
    return found;
end $$;

-- RFC 8628 3.4: one poll. Whoever polls faster than told waits longer.
create function oauth.poll_device(
    presented bytea, of_client text, new_grant uuid, refresh_hash bytea, ticket bytea,
    seen_agent text, seen_address text
) returns table (outcome text, granted text[])
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    seen oauth.device_codes;
    is_member boolean;
    device oauth.device_codes;
begin
    -- First the person, as in oauth.redeem_code.
    select * into seen from oauth.device_codes d where d.device_hash = presented;
    is_member := identity.hold_member(seen.org_id, seen.user_id);
    select * into device from oauth.device_codes d where d.device_hash = presented for update;
    if not found or device.client_id <> of_client or device.state = 'used' then
        return query select 'refused', null::text[];
    elsif device.expires_at <= clock_timestamp() then
        return query select 'expired', null::text[];
    elsif device.state = 'denied' or seen.state = 'approved' and not is_member then
        return query select 'denied', null::text[];
    elsif device.state = 'approved' and is_member then
        update oauth.device_codes d set state = 'used' where d.device_hash = presented;
        perform oauth.begin_grant(new_grant, device.org_id, device.user_id, device.client_id, device.scopes,
                                  device.resource, refresh_hash, ticket, seen_agent, seen_address);
        return query select 'granted', device.scopes;
    elsif device.polled_at + make_interval(secs => device.interval_seconds) > clock_timestamp() then
        update oauth.device_codes d set interval_seconds = least(device.interval_seconds + 5, 60), polled_at = clock_timestamp()
         where d.device_hash = presented;
        return query select 'slow_down', null::text[];
    else
        update oauth.device_codes d set polled_at = clock_timestamp() where d.device_hash = presented;
        return query select 'pending', null::text[];
    end if;
end $$;

-- RFC 7009: a client gives its grant back, by its refresh token or an access token.
create function oauth.give_back(refresh_hash bytea, access_hash bytea, of_client text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    held record;
begin
    select g.org_id, g.id into held from oauth.grants g
     where g.client_id = of_client and (g.org_id, g.id) = coalesce(
           (select (r.org_id, r.grant_id) from oauth.refresh_tokens r where r.token_hash = refresh_hash),
           (select (a.org_id, a.grant_id) from oauth.access_tokens a where a.token_hash = access_hash));
    if found then
        perform oauth.end_grant(held.org_id, held.id, 'client', 'oauth.grant_given_back');
    end if;
end $$;

-- The grant of an access token, found by the hash of all of it. What it may do is what the grant says
-- and what the person and the organisation allow at this moment, whichever is least (access.held).
create function ctx.bind_access_token(presented bytea) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    held record;
begin
    select g.id, g.org_id, g.user_id, identity.level_now(m.level, u.email_verified_at) as level,
           array_to_string(a.scopes, ',') as scopes into held
      from oauth.access_tokens a
      join oauth.grants g on g.org_id = a.org_id and g.id = a.grant_id
      join identity.memberships m on m.org_id = g.org_id and m.user_id = g.user_id and m.removed_at is null
      join identity.users u on u.id = g.user_id
     where a.token_hash = presented and a.expires_at > clock_timestamp() and a.scopes <@ g.scopes
       and g.ended_at is null and g.expires_at > clock_timestamp();
    if not found then
        raise exception using errcode = 'CS001', message = 'the access token is unknown, expired or revoked';
    end if;
    perform ctx.bind('access_token', held.id, held.org_id, held.user_id, held.level, held.scopes);
end $$;

-- What AI clients do at most in the bound organisation, from their next request on, whatever people let them:
-- null for as people say. Returns what it is from now on: of `most`, what programs may at all.
create function oauth.limit_clients(most text[]) returns text[]
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    org uuid := identity.recent_manager();
begin
    update identity.organisations o
       set clients_may = case when most is not null then array(
               select p.name from access.permissions p
                where p.for_programs and p.name = any (most) order by p.name) end
     where o.id = org returning o.clients_may into most;
    return most;
end $$;

-- Called now and then by a front, so that a read does not cost a write.
create function oauth.note_use(presented bytea[]) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
    update oauth.grants g set last_used_at = now()
      from oauth.access_tokens a
     where a.token_hash = any (presented) and g.org_id = a.org_id and g.id = a.grant_id and g.ended_at is null
$$;

-- What is over goes: tokens at once, grants after they could be looked at for a month, and clients that
-- registered and were never let in.
create function oauth.sweep() returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
    delete from oauth.access_tokens where expires_at < now();
    delete from oauth.device_codes where expires_at < now() - interval '1 hour';
    -- A code that comes again still ends its grant for a day.
    delete from oauth.codes where expires_at < now() - interval '1 day';
    delete from oauth.refresh_tokens where expires_at < now();
    delete from oauth.grants where least(ended_at, expires_at, idle_at) < now() - interval '30 days';
    -- What the running controls made.
    delete from oauth.codes c using identity.organisations o
     where o.id = c.org_id and o.kind = 'control' and c.expires_at < now();
    delete from oauth.grants g using identity.organisations o
     where o.id = g.org_id and o.kind = 'control' and g.created_at < now() - interval '10 minutes';
    delete from oauth.clients c
     where not c.verified and c.used_at is null and c.created_at < now() - interval '7 days'
       and not exists (select from oauth.codes o where o.client_id = c.id)
       and not exists (select from oauth.device_codes d where d.client_id = c.id);
$$;

-- Lets the grace of the running controls' rotated tokens pass, which they need not wait for.
create function trust.age_control_tokens() returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
    update oauth.refresh_tokens r set rotated_at = r.rotated_at - interval '11 seconds'
      from identity.organisations o where o.id = r.org_id and o.kind = 'control'
$$;
revoke all on function trust.age_control_tokens() from public;
grant execute on function trust.age_control_tokens() to countersign_verifier;

do $$
declare f text;
begin
    for f in select p.oid::regprocedure::text from pg_proc p where p.pronamespace = 'oauth'::regnamespace loop
        execute format('revoke all on function %s from public', f);
    end loop;
end $$;
revoke all on function ctx.bind_access_token(bytea) from public;
grant execute on function oauth.register_client(text, text, text[]), oauth.client(text),
    oauth.redeem_code(bytea, text, text, bytea, text, uuid, bytea, bytea, text, text),
    oauth.refresh(bytea, bytea, text, text, text[], bytea, text, text),
    oauth.start_device(bytea, bytea, text, text[], text), oauth.device_request(bytea),
    oauth.decide_device(bytea, boolean, text[]),
    oauth.poll_device(bytea, text, uuid, bytea, bytea, text, text),
    oauth.give_back(bytea, bytea, text), oauth.limit_clients(text[]), oauth.note_use(bytea[]), oauth.sweep() to countersign_front;
grant execute on function oauth.to_issue(bytea), oauth.issued(bytea, bytea) to countersign_broker;
grant execute on function ctx.bind_access_token(bytea) to countersign_front, countersign_broker, countersign_verifier;
