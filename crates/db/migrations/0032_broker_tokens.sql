-- Tokens that are refreshed before they end, by one caller at a time whatever the number of brokers (RFC 6749 6;
-- RFC 9700 4.14.2: a refresh token that is used twice ends its grant).
--
-- Whoever finds a token due takes the turn: a row's ticket, for longer than a call may take. No transaction is held
-- while the app is asked. What came of it is kept under the ticket, not under the credential of whoever asked: their
-- session may end meanwhile, and with the answer the connection would be lost.

alter table broker.credentials
    -- How often tokens were kept. Whoever was refused with an older one than the newest has to look again.
    add column token_version bigint not null default 0,
    -- From then on whoever needs the token refreshes it first; null where nobody does.
    add column refresh_at timestamptz,
    -- SHA-256 of the ticket, and until when the turn is its holder's.
    add column refresh_ticket bytea unique check (length(refresh_ticket) = 32),
    add column refresh_until timestamptz,
    -- Who took the turn, for the audit log.
    add column refresh_kind text,
    add column refresh_principal uuid,
    add column refresh_person uuid,
    -- When the refresh token at hand was first sent. It stays where an answer was lost.
    add column refresh_sent_at timestamptz,
    -- Failures in a row, and until when nobody asks the app again.
    add column refresh_failures int not null default 0 check (refresh_failures >= 0),
    add column refresh_not_before timestamptz,
    add check ((refresh_ticket is null) = (refresh_until is null)),
    add check (refresh_ticket is null or refresh_kind is not null and refresh_principal is not null);

create policy credentials_definer on broker.credentials for update to countersign_definer using (true) with check (true);
grant select, update on broker.credentials to countersign_definer;
grant update (state, state_reason, scopes_granted) on connectors.connections to countersign_definer;

set local role countersign_definer;

-- The tokens of a connection were kept: of a new grant. Whatever was under way with the old one is void.
create function broker.keep_tokens(of_connection uuid, ends timestamptz, due timestamptz) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
    update broker.credentials c
       set token_version = c.token_version + 1, access_expires_at = ends, refresh_at = due,
           refresh_ticket = null, refresh_until = null, refresh_sent_at = null, refresh_failures = 0, refresh_not_before = null
     where c.org_id = ctx.org() and c.connection_id = of_connection
$$;

-- The app refused a token before its end was told: it is due now. False where it is not the newest any more, where
-- there is nothing to refresh it with, or where the app was asked for another since.
create function broker.refresh_now(of_connection uuid, of_version bigint) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    update broker.credentials c
       set refresh_at = now(), access_expires_at = least(c.access_expires_at, now())
     where c.org_id = ctx.org() and c.connection_id = of_connection and c.token_version = of_version
       and exists (select from broker.secrets s
                    where s.org_id = c.org_id and s.owner_id = c.connection_id and s.field = 'refresh_token');
    return found;
end $$;

-- Takes the turn to refresh the tokens of that version: how often it failed before, and whether the refresh token at
-- hand was sent before. Nothing where somebody else has the turn, where it is too early, or where others came since.
create function broker.take_refresh(of_connection uuid, of_version bigint, ticket bytea, lease_seconds int)
returns table (failures int, was_sent boolean)
language sql security definer set search_path = pg_catalog, pg_temp as $$
    with old as (
        select c.org_id, c.connection_id, c.refresh_sent_at is not null as was_sent
          from broker.credentials c
         where c.org_id = ctx.org() and c.connection_id = of_connection and c.token_version = of_version
           and coalesce(c.refresh_until, '-infinity') <= now() and coalesce(c.refresh_not_before, '-infinity') <= now()
           for update
    )
    update broker.credentials c
       set refresh_ticket = ticket, refresh_until = now() + make_interval(secs => lease_seconds),
           refresh_kind = ctx.kind(), refresh_principal = ctx.principal(), refresh_person = ctx.person(),
           refresh_sent_at = coalesce(c.refresh_sent_at, now())
      from old where c.org_id = old.org_id and c.connection_id = old.connection_id
    returning c.refresh_failures, old.was_sent
$$;

-- Binds the holder of a turn: the organisation, in the name of whoever took it, without any permission.
create function ctx.bind_refresh(presented bytea) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    turn record;
begin
    select c.org_id, c.refresh_kind as kind, c.refresh_principal as principal, c.refresh_person as person into turn
      from broker.credentials c where c.refresh_ticket = presented and c.refresh_until > clock_timestamp();
    if not found then
        raise exception using errcode = 'CS001', message = 'the turn to refresh is over';
    end if;
    perform ctx.bind(turn.kind, turn.principal, turn.org_id, turn.person, 0, '');
end $$;

-- Ends a turn with tokens. False where the connection has ended meanwhile: they are to be given back.
create function broker.end_refresh(ticket bytea, ends timestamptz, due timestamptz, granted text[]) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    kept record;
begin
    update broker.credentials c
       set token_version = c.token_version + 1, access_expires_at = ends, refresh_at = due,
           refresh_ticket = null, refresh_until = null, refresh_sent_at = null, refresh_failures = 0, refresh_not_before = null
     where c.refresh_ticket = ticket and c.refresh_until > clock_timestamp()
    returning c.org_id, c.connection_id into kept;
    update connectors.connections c set scopes_granted = coalesce(granted, c.scopes_granted)
     where c.org_id = kept.org_id and c.id = kept.connection_id and c.state = 'connected';
    return found;
end $$;

-- Ends a turn without tokens, and nobody asks the app again for so long.
create function broker.put_refresh_off(ticket bytea, seconds double precision) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
    update broker.credentials c
       set refresh_ticket = null, refresh_until = null, refresh_failures = c.refresh_failures + 1,
           refresh_not_before = now() + make_interval(secs => seconds)
     where c.refresh_ticket = ticket
$$;

-- Ends a turn with the app's word that the grant is over. False where the connection ended meanwhile, or where the
-- turn did.
create function broker.lose_refresh(ticket bytea, reason text) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    lost record;
begin
    update broker.credentials c set refresh_ticket = null, refresh_until = null
     where c.refresh_ticket = ticket and c.refresh_until > clock_timestamp()
    returning c.org_id, c.connection_id into lost;
    update connectors.connections c set state = 'reconnect', state_reason = reason
     where c.org_id = lost.org_id and c.id = lost.connection_id and c.state = 'connected';
    return found;
end $$;

revoke all on function broker.keep_tokens(uuid, timestamptz, timestamptz), broker.refresh_now(uuid, bigint),
    broker.take_refresh(uuid, bigint, bytea, int), ctx.bind_refresh(bytea),
    broker.end_refresh(bytea, timestamptz, timestamptz, text[]), broker.put_refresh_off(bytea, double precision),
    broker.lose_refresh(bytea, text) from public;
grant execute on function broker.keep_tokens(uuid, timestamptz, timestamptz), broker.refresh_now(uuid, bigint),
    broker.take_refresh(uuid, bigint, bytea, int), ctx.bind_refresh(bytea),
    broker.end_refresh(bytea, timestamptz, timestamptz, text[]), broker.put_refresh_off(bytea, double precision),
    broker.lose_refresh(bytea, text) to countersign_broker;
