-- Tokens that are refreshed before they end, by one caller at a time whatever the number of brokers (RFC 6749 6;
-- RFC 9700 4.14.2: a refresh token that is used twice ends its grant).
--
-- Whoever finds a token due takes the turn: a ticket in its row, for longer than a call may take. No transaction is
-- held while the app is asked. What came of it is kept under the ticket, not under the credential of whoever asked:
-- their session may end meanwhile, and with the answer the connection would be lost (ctx.bind_turn, 0033). All times are
-- the database's.

alter table broker.credentials
    -- How often tokens were kept. Whoever was refused with an older one than the newest has to look again.
    add column token_version bigint not null default 0,
    -- From then on whoever needs the token refreshes it first; null where nobody does.
    add column refresh_at timestamptz,
    -- The ticket, which no login reads, and until when the turn is its holder's.
    add column refresh_ticket bytea unique check (length(refresh_ticket) = 32),
    add column refresh_until timestamptz,
    -- When the refresh token at hand was first sent, where no answer to it came.
    add column refresh_sent_at timestamptz,
    -- Failures in a row, and until when nobody asks the app again.
    add column refresh_failures int not null default 0 check (refresh_failures >= 0),
    add column refresh_not_before timestamptz,
    add check ((refresh_ticket is null) = (refresh_until is null));

create policy credentials_definer on broker.credentials for update to countersign_definer using (true) with check (true);
grant select, update on broker.credentials to countersign_definer;
grant select (token_version, refresh_at, refresh_until, refresh_not_before) on broker.credentials to countersign_broker;
grant select on connectors.connections to countersign_definer;
grant update (state, state_reason, scopes_granted) on connectors.connections to countersign_definer;
grant create on schema connectors to countersign_definer;

set local role countersign_definer;

-- Whether whoever is bound sees the connection at the broker, as connections_broker and shared_broker say, and it
-- works. For definer functions alone.
create function connectors.is_usable(of_connection uuid) returns boolean
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select exists (
        select from connectors.connections c
         where c.org_id = coalesce(ctx.org_for('connectors.read'), ctx.org_for('approvals.read'))
           and c.id = of_connection and c.state = 'connected'
           and (ctx.can('connectors.manage') or ctx.can('approvals.decide') or ctx.kind() = 'job'
                or c.id = any (array(select access.assets('connection', 'view')))))
$$;

-- The tokens of a connection were kept: of a new grant. Whatever was under way with the old one is void.
create function broker.keep_tokens(of_connection uuid, lifetime double precision, due double precision) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
    update broker.credentials c
       set token_version = c.token_version + 1, access_expires_at = now() + make_interval(secs => lifetime),
           refresh_at = now() + make_interval(secs => due), refresh_ticket = null, refresh_until = null,
           refresh_sent_at = null, refresh_failures = 0, refresh_not_before = null
     where c.org_id = ctx.org_for('connectors.manage') and c.connection_id = of_connection
       and c.connection_id = any (array(select access.assets('connection', 'edit')))
$$;

-- The app refused a token of that version: 'newer' where there is another by now; 'due' where it can be refreshed,
-- unless that was tried; else 'reconnect', a person is asked to connect again.
create function broker.token_refused(of_connection uuid, of_version bigint, is_tried boolean) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    org uuid := ctx.org();
    version bigint;
begin
    if not connectors.is_usable(of_connection) then
        return 'newer';
    end if;
    select c.token_version into version from broker.credentials c
     where c.org_id = org and c.connection_id = of_connection for update;
    if version is distinct from of_version then
        return 'newer';
    end if;
    if not is_tried and exists (select from broker.secrets s where s.org_id = org and s.owner_id = of_connection
                                                               and s.field = 'refresh_token') then
        update broker.credentials c set refresh_at = now(), access_expires_at = now()
         where c.org_id = org and c.connection_id = of_connection;
        return 'due';
    end if;
    update connectors.connections c set state = 'reconnect', state_reason = 'connectors.token_refused'
     where c.org_id = org and c.id = of_connection and c.state = 'connected';
    if found then
        perform audit.append_system(org, 'connectors.reconnect_needed', audit.text_id('con', of_connection),
                                    '{"reason": "connectors.token_refused"}');
    end if;
    return 'reconnect';
end $$;

-- Takes the turn to refresh the tokens of that version, for five minutes at most: how often it failed before, and
-- whether an answer was lost before. Nothing where somebody else has the turn, where it is too early, or where others
-- came since.
create function broker.take_refresh(of_connection uuid, of_version bigint, ticket bytea, lease_seconds int)
returns table (failures int, was_lost boolean)
language sql security definer set search_path = pg_catalog, pg_temp as $$
    with old as (
        select c.org_id, c.connection_id, c.refresh_sent_at is not null as was_lost
          from broker.credentials c
         where c.org_id = ctx.org() and c.connection_id = of_connection and c.token_version = of_version
           and coalesce(c.refresh_until, '-infinity') <= now() and coalesce(c.refresh_not_before, '-infinity') <= now()
           and connectors.is_usable(of_connection)
           for update
    )
    update broker.credentials c
       set refresh_ticket = ticket, refresh_until = now() + make_interval(secs => least(lease_seconds, 300)),
           refresh_sent_at = coalesce(c.refresh_sent_at, now())
      from old where c.org_id = old.org_id and c.connection_id = old.connection_id
    returning c.refresh_failures, old.was_lost
$$;

-- Ends a turn with tokens: 'kept'; 'ended' where the connection has ended meanwhile, and they are to be given back;
-- 'late' where the turn is over.
create function broker.end_refresh(ticket bytea, lifetime double precision, due double precision, granted text[])
returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    kept record;
begin
    update broker.credentials c
       set token_version = c.token_version + 1, access_expires_at = now() + make_interval(secs => lifetime),
           refresh_at = now() + make_interval(secs => due), refresh_ticket = null, refresh_until = null,
           refresh_sent_at = null, refresh_failures = 0, refresh_not_before = null
     where c.refresh_ticket = ticket and c.refresh_until > clock_timestamp()
    returning c.org_id, c.connection_id into kept;
    if not found then
        return 'late';
    end if;
    update connectors.connections c
       set state = 'connected', state_reason = null, scopes_granted = coalesce(granted, c.scopes_granted)
     where c.org_id = kept.org_id and c.id = kept.connection_id and c.state in ('connected', 'reconnect');
    if not found then
        return 'ended';
    end if;
    perform audit.append_system(kept.org_id, 'connectors.tokens_refreshed', audit.text_id('con', kept.connection_id),
                                jsonb_build_object('granted', array_to_string(granted, ' ')));
    return 'kept';
end $$;

-- Ends a turn without tokens, and nobody asks the app again for so long, an hour at most. is_lost: whether the app may
-- have given tokens that never came.
create function broker.put_refresh_off(ticket bytea, seconds double precision, is_lost boolean) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
    update broker.credentials c
       set refresh_ticket = null, refresh_until = null, refresh_failures = c.refresh_failures + 1,
           refresh_sent_at = case when is_lost then c.refresh_sent_at end,
           refresh_not_before = now() + make_interval(secs => least(seconds, 3600))
     where c.refresh_ticket = ticket
$$;

-- Ends a turn with the app's word that the grant is over: a person is asked to connect again. Where an answer was lost
-- before, that is the reason.
create function broker.lose_refresh(ticket bytea, was_lost boolean) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    lost record;
    reason text := case when was_lost then 'connectors.refresh_lost' else 'connectors.grant_ended' end;
begin
    update broker.credentials c set refresh_ticket = null, refresh_until = null
     where c.refresh_ticket = ticket and c.refresh_until > clock_timestamp()
    returning c.org_id, c.connection_id into lost;
    update connectors.connections c set state = 'reconnect', state_reason = reason
     where c.org_id = lost.org_id and c.id = lost.connection_id and c.state = 'connected';
    if found then
        perform audit.append_system(lost.org_id, 'connectors.reconnect_needed', audit.text_id('con', lost.connection_id),
                                    jsonb_build_object('reason', reason));
    end if;
end $$;

revoke all on function connectors.is_usable(uuid), broker.keep_tokens(uuid, double precision, double precision),
    broker.token_refused(uuid, bigint, boolean), broker.take_refresh(uuid, bigint, bytea, int),
    broker.end_refresh(bytea, double precision, double precision, text[]),
    broker.put_refresh_off(bytea, double precision, boolean), broker.lose_refresh(bytea, boolean) from public;
grant execute on function broker.keep_tokens(uuid, double precision, double precision),
    broker.token_refused(uuid, bigint, boolean), broker.take_refresh(uuid, bigint, bytea, int),
    broker.end_refresh(bytea, double precision, double precision, text[]),
    broker.put_refresh_off(bytea, double precision, boolean), broker.lose_refresh(bytea, boolean) to countersign_broker;
