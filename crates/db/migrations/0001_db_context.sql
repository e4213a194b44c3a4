-- The bound context: who this transaction acts for, made by the database from the hash of a
-- credential, and unforgeable by SQL.
--
-- A binder (ctx.bind_session and its siblings, in later migrations) looks a credential up and calls
-- ctx.bind, which sets a transaction-local setting that ends in a MAC over this backend and this
-- transaction. Policies read it through the wrappers below. set_config by injected SQL yields a
-- setting without a valid MAC, which reads as unbound: no rows.

create schema ctx;
grant usage on schema ctx to countersign_definer, countersign_front, countersign_broker, countersign_verifier;
grant create on schema ctx to countersign_definer;

create table ctx.mac_key (
    only_row boolean primary key default true check (only_row),
    inner_pad bytea not null,
    outer_pad bytea not null
);
alter table ctx.mac_key enable row level security;
alter table ctx.mac_key force row level security;
create policy mac_key_definer on ctx.mac_key for select to countersign_definer using (true);
create policy mac_key_owner on ctx.mac_key for insert to countersign_owner with check (true);
grant select on ctx.mac_key to countersign_definer;

-- HMAC-SHA256 (RFC 2104) with its two padded keys made once; core PostgreSQL has sha256 alone.
do $$
declare
    key bytea := sha256(decode(replace(gen_random_uuid()::text || gen_random_uuid()::text
                                       || gen_random_uuid()::text, '-', ''), 'hex'));
    inner_pad bytea := decode(repeat('36', 64), 'hex');
    outer_pad bytea := decode(repeat('5c', 64), 'hex');
begin
    for i in 0..31 loop
        inner_pad := set_byte(inner_pad, i, get_byte(inner_pad, i) # get_byte(key, i));
        outer_pad := set_byte(outer_pad, i, get_byte(outer_pad, i) # get_byte(key, i));
    end loop;
    insert into ctx.mac_key (inner_pad, outer_pad) values (inner_pad, outer_pad);
end $$;
drop policy mac_key_owner on ctx.mac_key;

set local role countersign_definer;

create function ctx.mac(message text) returns text
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
    return (select encode(sha256(outer_pad || sha256(inner_pad || convert_to(message, 'UTF8'))), 'hex')
              from ctx.mac_key);
end $$;
revoke all on function ctx.mac(text) from public;

-- Where and when a context holds: this backend, this transaction. Transactions of one message begin at one
-- moment, and a transaction may be held open: what is bound is over five minutes later (ctx.bound). Names are bound when it is made, so
-- that it can be written out where it is used: each policy of each query asks for it.
create function ctx.here() returns text language sql stable
return pg_catalog.pg_backend_pid()::text || '/'
       || (pg_catalog.date_part('epoch', pg_catalog.transaction_timestamp()) * 1000000)::bigint::text;
revoke all on function ctx.here() from public;

-- kind: session, half_session, lone_session, api_key, service_key, operator, anonymous_key, access_token, job.
-- principal: the credential's row, of an access token its grant's. person: null where nobody stands behind a key. scopes:
-- what a key or a grant is limited to; '*' for a session, whose person does whatever they may. What is bound
-- is what is held of it at this moment (access.held), as a list: no binder can forget to ask, and what a
-- policy asks is in the context. is_recent: whether the person has just shown who they are.
-- Who writes sees what was committed up to each statement: what functions ask once they hold a row would else be
-- answered from before, and what was taken from somebody be given on.
create function ctx.bind(
    kind text, principal uuid, org uuid, person uuid, level int, scopes text, is_recent boolean default false)
returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    message text := array_to_string(
        array[ctx.here(), kind, principal::text, org::text, person::text, level::text,
              array_to_string(access.held(kind, org, person, level, scopes), ','), is_recent::text,
              (date_part('epoch', clock_timestamp()) * 1000)::bigint::text], '|', '');
begin
    if current_setting('transaction_isolation') <> 'read committed' and current_setting('transaction_read_only') = 'off' then
        raise exception using errcode = '42501', message = 'whoever writes does it read committed';
    end if;
    perform set_config('countersign.context', message || '|' || ctx.mac(message), true);
end $$;
revoke all on function ctx.bind(text, uuid, uuid, uuid, int, text, boolean) from public;

-- The parts of the context, or null where nothing valid is bound. A setting that was local to an
-- earlier transaction reads as '', not as null. Written in one piece, since every query pays for it.
create function ctx.bound() returns text[]
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
    bound text := current_setting('countersign.context', true);
    message text;
    parts text[];
begin
    if bound is null or bound = '' or split_part(bound, '|', 1) <> ctx.here() then
        return null;
    end if;
    message := left(bound, -65);
    if right(bound, 65) <> '|' || (
        select encode(sha256(k.outer_pad || sha256(k.inner_pad || convert_to(message, 'UTF8'))), 'hex')
          from ctx.mac_key k)
    then
        return null;
    end if;
    parts := string_to_array(message, '|', '');
    -- Whoever holds a transaction open does not hold the session open.
    if parts[9]::bigint < date_part('epoch', clock_timestamp()) * 1000 - 300000 then
        return null;
    end if;
    return parts;
end $$;
revoke all on function ctx.bound() from public;

-- What policies ask for, next to ctx.org_for (access). Names are bound when they are made, so that they
-- need no search_path of their own and are written out as calls of ctx.bound.
create function ctx.kind() returns text language sql stable return (ctx.bound())[2];
create function ctx.principal() returns uuid language sql stable return (ctx.bound())[3]::uuid;
create function ctx.org() returns uuid language sql stable return (ctx.bound())[4]::uuid;
create function ctx.person() returns uuid language sql stable return (ctx.bound())[5]::uuid;
create function ctx.is_recent() returns boolean language sql stable return coalesce((ctx.bound())[8]::boolean, false);

-- Refuses where the person has not just shown who they are. For definer functions alone.
create function ctx.require_recent() returns void
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
    if not ctx.is_recent() then
        raise exception using errcode = 'CS008', message = 'this needs a recent proof of who it is';
    end if;
end $$;

-- The organisation in which the bound person holds a permission, at a browser; refuses whoever else is bound. For
-- definer functions alone.
create function ctx.org_at_browser(permission text) returns uuid
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
    org uuid := ctx.org_for(permission);
begin
    if org is null or ctx.kind() <> 'session' then
        raise exception using errcode = '42501', message = permission || ' is needed, at a browser';
    end if;
    return org;
end $$;
revoke all on function ctx.require_recent(), ctx.org_at_browser(text) from public;

revoke all on function ctx.kind(), ctx.principal(), ctx.org(), ctx.person(), ctx.is_recent() from public;
grant execute on function ctx.bound() to countersign_front, countersign_broker, countersign_verifier, countersign_owner;
grant execute on function ctx.kind(), ctx.principal(), ctx.org(), ctx.person(), ctx.is_recent()
   to countersign_front, countersign_broker, countersign_verifier, countersign_owner;
