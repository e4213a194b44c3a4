-- What comes of ending a connection: its calls stop at once, with the proposals that wait for it; then the app is told,
-- again where it does not answer; then what was sealed for it is destroyed. A receipt says what was and was not
-- confirmed.

create table connectors.receipts (
    org_id uuid not null,
    connection_id uuid not null,
    ended_at timestamptz not null default now(),
    -- Who ended it.
    ended_by uuid,
    proposals_revoked int not null check (proposals_revoked >= 0),
    -- How often the app was told, and when it is told next.
    tries int not null default 0 check (tries >= 0),
    next_try_at timestamptz not null default now(),
    -- What the app said, or why it was not asked: once it is known, or nobody asks any more.
    revocation text check (revocation in ('confirmed', 'not_confirmed', 'not_possible', 'nothing_to_revoke')),
    -- Why the app did not confirm the last time: a stable code.
    revocation_code text check (length(revocation_code) <= 100),
    secrets_destroyed int check (secrets_destroyed >= 0),
    closed_at timestamptz,
    -- The ticket of whoever has the turn to tell the app, which no login reads, and until when it is theirs.
    ticket bytea unique check (length(ticket) = 32),
    ticket_until timestamptz,
    primary key (org_id, connection_id),
    foreign key (org_id, connection_id) references connectors.connections (org_id, id) on delete cascade,
    foreign key (org_id, ended_by) references identity.memberships (org_id, user_id),
    check ((closed_at is null) = (revocation is null) and (closed_at is null) = (secrets_destroyed is null)),
    check ((ticket is null) = (ticket_until is null))
);
create index receipts_open on connectors.receipts (next_try_at) where closed_at is null;

alter table connectors.receipts enable row level security;
alter table connectors.receipts force row level security;
create policy receipts_definer on connectors.receipts for all to countersign_definer using (true) with check (true);
grant select, insert, update on connectors.receipts to countersign_definer;
create policy receipts_read on connectors.receipts for select to countersign_front, countersign_broker
    using (org_id = (select ctx.org_for('connectors.read'))
           and connection_id = any (array(select c.id from connectors.connections c)));
grant select (org_id, connection_id, ended_at, ended_by, proposals_revoked, tries, next_try_at, revocation,
              revocation_code, secrets_destroyed, closed_at)
    on connectors.receipts to countersign_front, countersign_broker;

grant select on broker.authorizations to countersign_definer;
grant update (state, state_reason, disconnected_at) on connectors.connections to countersign_definer;

set local role countersign_definer;

-- Whoever ends a connection ends what waits for it, and opens its receipt.
create function connectors.open_receipt() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    insert into connectors.receipts (org_id, connection_id, ended_by, proposals_revoked)
    values (new.org_id, new.id, ctx.person(), approvals.revoke_disconnected(new.id));
    return null;
end $$;

-- Ends every connection of the bound organisation, or of one app in it. Returns which.
create function connectors.disconnect_all(of_app text) returns setof uuid
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    org uuid := ctx.org_for('connectors.manage');
begin
    if org is null then
        raise exception using errcode = '42501', message = 'connectors.manage is needed';
    end if;
    return query
        update connectors.connections c set state = 'disconnected', state_reason = null, disconnected_at = now()
         where c.org_id = org and c.state <> 'disconnected' and (of_app is null or c.app = of_app)
        returning c.id;
end $$;

-- Takes the turn to tell an app that a connection has ended: that one of the bound organisation, or whichever is due
-- the longest of all.
create function connectors.take_closing(of_connection uuid, new_ticket bytea, lease_seconds int)
returns table (org_id uuid, connection_id uuid, app text, instance text, client_id text, tries int)
language sql security definer set search_path = pg_catalog, pg_temp as $$
    with due as (
        select r.org_id, r.connection_id from connectors.receipts r
         where r.closed_at is null and coalesce(r.ticket_until, '-infinity') <= now() and r.next_try_at <= now()
           and (of_connection is null or r.org_id = ctx.org() and r.connection_id = of_connection)
           -- One at a time: an organisation whose apps do not answer keeps nobody else waiting.
           and (of_connection is not null or not exists (
                    select from connectors.receipts o where o.org_id = r.org_id and o.ticket_until > now()))
           -- What a refresh under way brings is to be ended as well.
           and not exists (select from broker.credentials c
                            where c.org_id = r.org_id and c.connection_id = r.connection_id and c.refresh_until > now())
         order by r.next_try_at limit 1
           for update skip locked
    ), taken as (
        update connectors.receipts r
           set ticket = new_ticket, ticket_until = now() + make_interval(secs => least(lease_seconds, 300)), tries = r.tries + 1
          from due where r.org_id = due.org_id and r.connection_id = due.connection_id
        returning r.org_id, r.connection_id, r.tries
    )
    select t.org_id, t.connection_id, c.app, c.instance, k.client_id, t.tries
      from taken t join connectors.connections c on c.org_id = t.org_id and c.id = t.connection_id
      left join broker.credentials k on k.org_id = t.org_id and k.connection_id = t.connection_id
$$;

-- Binds the holder of a turn at a connection, to refresh its tokens or to end them, to its organisation, as nobody and
-- without any permission.
create function ctx.bind_turn(presented bytea) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    turn record;
begin
    select c.org_id, c.connection_id into turn from broker.credentials c
     where c.refresh_ticket = presented and c.refresh_until > clock_timestamp()
    union all
    select r.org_id, r.connection_id from connectors.receipts r
     where r.ticket = presented and r.ticket_until > clock_timestamp();
    if not found then
        raise exception using errcode = 'CS001', message = 'the turn is over';
    end if;
    perform ctx.bind('turn', turn.connection_id, turn.org_id, null, 0, '');
end $$;

-- Ends a turn without a word of the app, which is told again after so long.
create function connectors.put_closing_off(of_ticket bytea, code text, seconds int) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
    update connectors.receipts r
       set ticket = null, ticket_until = null, revocation_code = code, next_try_at = now() + make_interval(secs => least(seconds, 3600))
     where r.ticket = of_ticket
$$;

-- Ends a turn and the connection: destroys what was sealed for it. Returns how many secrets; nothing where the turn
-- is over.
create function connectors.close(of_ticket bytea, said text, code text) returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    ended record;
    destroyed int;
    sealed_by text[];
    opened_by text[];
begin
    select r.org_id, r.connection_id, r.ended_by, r.tries into ended from connectors.receipts r
     where r.ticket = of_ticket and r.ticket_until > clock_timestamp() for update;
    if not found then
        return null;
    end if;
    with gone as (
        delete from broker.secrets s
         where s.org_id = ended.org_id
           and (s.owner_id = ended.connection_id
                or s.owner_id in (select a.id from broker.authorizations a
                                   where a.org_id = ended.org_id and a.connection_id = ended.connection_id))
        returning s.key_id
    )
    select (select count(*) from gone), array(select distinct g.key_id from gone g order by 1) into destroyed, sealed_by;
    -- What stands between an older copy of the database and what was sealed.
    opened_by := array(select distinct name
                         from broker.data_keys k, unnest(k.wrapped_before || k.wrapped_by) as name
                        where k.org_id = ended.org_id and k.id = any (sealed_by) order by name);
    update connectors.receipts r
       set ticket = null, ticket_until = null, revocation = said, revocation_code = code, secrets_destroyed = destroyed,
           closed_at = now()
     where r.org_id = ended.org_id and r.connection_id = ended.connection_id;
    perform audit.append_system(
        ended.org_id, 'connectors.tokens_destroyed', audit.text_id('con', ended.connection_id),
        jsonb_build_object('secrets', destroyed, 'revocation', said, 'code', coalesce(code, ''), 'tries', ended.tries,
                           'data_keys', left(array_to_string(sealed_by, ' '), 1000),
                           'master_keys', left(array_to_string(opened_by, ' '), 1000)),
        ended.ended_by);
    return destroyed;
end $$;

-- Tokens came for a connection that had ended, and its app did not take them back: the receipt says so.
create function connectors.not_given_back(of_connection uuid, code text) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
    update connectors.receipts r set revocation = 'not_confirmed', revocation_code = code
     where r.org_id = ctx.org() and r.connection_id = of_connection and r.closed_at is not null
$$;

-- Nothing is sealed any more for a connection that has ended, but by a refresh that was under way, to end it with.
create function connectors.hold_ended() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    of_state text;
begin
    select c.state into of_state from connectors.connections c
     where c.org_id = new.org_id
       and c.id = coalesce((select a.connection_id from broker.authorizations a
                             where a.org_id = new.org_id and a.id = new.owner_id), new.owner_id)
       for no key update;
    if of_state = 'disconnected' and not (ctx.kind() = 'turn' and exists (
           select from connectors.receipts r
            where r.org_id = new.org_id and r.connection_id = new.owner_id and r.closed_at is null)) then
        raise exception using errcode = '23514', message = 'the connection has ended';
    end if;
    return new;
end $$;

revoke all on function connectors.open_receipt(), connectors.disconnect_all(text),
    connectors.take_closing(uuid, bytea, int), connectors.put_closing_off(bytea, text, int),
    connectors.close(bytea, text, text), connectors.not_given_back(uuid, text), connectors.hold_ended(),
    ctx.bind_turn(bytea) from public;
grant execute on function connectors.disconnect_all(text), connectors.take_closing(uuid, bytea, int),
    connectors.put_closing_off(bytea, text, int), connectors.close(bytea, text, text),
    connectors.not_given_back(uuid, text), ctx.bind_turn(bytea) to countersign_broker;
grant execute on function connectors.open_receipt(), connectors.hold_ended() to countersign_owner;

set local role countersign_owner;
create trigger connections_ended after update of state on connectors.connections
    for each row when (new.state = 'disconnected' and old.state <> 'disconnected')
    execute function connectors.open_receipt();
create trigger secrets_ended before insert or update of version on broker.secrets
    for each row execute function connectors.hold_ended();

-- Whoever has a turn reaches the secrets of its connection, and nothing else of the organisation.
create policy turn on broker.secrets as restrictive for all to countersign_broker
    using ((select ctx.kind()) is distinct from 'turn' or owner_id = (select ctx.principal()));
create policy turn on broker.credentials as restrictive for all to countersign_broker
    using ((select ctx.kind()) is distinct from 'turn' or connection_id = (select ctx.principal()));
create policy turn on broker.data_keys as restrictive for insert to countersign_broker
    with check ((select ctx.kind()) is distinct from 'turn');
create policy turn on connectors.connections as restrictive for all to countersign_broker
    using ((select ctx.kind()) is distinct from 'turn');
create policy turn on broker.calls as restrictive for all to countersign_broker
    using ((select ctx.kind()) is distinct from 'turn');
create policy turn on approvals.proposals as restrictive for all to countersign_broker
    using ((select ctx.kind()) is distinct from 'turn');
