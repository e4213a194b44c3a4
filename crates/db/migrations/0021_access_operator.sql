-- Operator access: whoever runs this server looks into an organisation, for a stated reason and a bounded
-- time. The organisation is told by mail, sees it on a page and in its audit log, and ends it when it likes.
--
-- It is opened at the server's own command line, by the broker's login: no request to the web process, and
-- nothing that its login can do, opens one. It reads as a service key reads: nobody stands behind it, so that
-- no row of a person's own, no payload and no secret is in its reach (docs/decisions/0014-operator-access.md).

create table access.operator_access (
    org_id uuid not null references identity.organisations (id),
    id uuid not null,
    -- Who looks, as they said at the command line.
    operator text not null check (length(btrim(operator)) between 2 and 100),
    reason text not null check (length(btrim(reason)) between 10 and 500),
    token_hash bytea not null unique check (length(token_hash) = 32),
    opened_at timestamptz not null default now(),
    expires_at timestamptz not null check (expires_at > opened_at and expires_at <= opened_at + interval '8 hours'),
    -- Ended before its time: by somebody of the organisation, or at the command line.
    ended_at timestamptz,
    ended_by uuid,
    last_used_at timestamptz,
    primary key (org_id, id),
    foreign key (org_id, ended_by) references identity.memberships (org_id, user_id)
);
create index operator_access_by_time on access.operator_access (org_id, opened_at desc);

alter table access.operator_access enable row level security;
alter table access.operator_access force row level security;
create policy operator_access_definer on access.operator_access for all to countersign_definer using (true) with check (true);
-- Who reads the organisation's log sees who looked into it.
create policy operator_access_read on access.operator_access for select to countersign_front
    using (org_id = (select ctx.org_for('audit.read')));
grant select, insert, update (ended_at, ended_by, last_used_at), delete on access.operator_access to countersign_definer;
grant select (org_id, id, operator, reason, opened_at, expires_at, ended_at, ended_by, last_used_at)
   on access.operator_access to countersign_front;

set local role countersign_definer;

-- What an operator may do: read, and no more than a service key may (0020).
create function access.operator_scopes() returns text language sql immutable
return 'api_keys.read,approvals.read,audit.read,connectors.read,grants.read,insight.read,people.read,teams.read';

-- Opens the organisation of that identifier, or of that name where one alone has it: 'open', or why not:
-- 'gone', 'many'. Who says no reason, or asks for more than eight hours, is stopped by the table. Its owners
-- are told by mail, each member who reads the log by that: where there is no owner, nobody would be told, and
-- nothing is opened. The verifier opens control organisations alone.
create function access.open_operator(
    new_access uuid, of_org uuid, of_name text, operator_name text, why text, new_token_hash bytea, seconds int
) returns table (verdict text, org uuid, org_name text, expires_at timestamptz)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    chosen identity.organisations[] := array(
        select o from identity.organisations o
         where o.kind = case session_user when 'countersign_verifier' then 'control' else 'customer' end
           and exists (select from identity.memberships m
                        where m.org_id = o.id and m.role = 'OWNER' and m.removed_at is null)
           and case when of_org is null then o.name = of_name else o.id = of_org end limit 2);
    until timestamptz := now() + make_interval(secs => seconds);
begin
    if cardinality(chosen) <> 1 then
        return query select case cardinality(chosen) when 0 then 'gone' else 'many' end, null::uuid, null::text, null::timestamptz;
        return;
    end if;
    insert into access.operator_access (org_id, id, operator, reason, token_hash, expires_at)
    values (chosen[1].id, new_access, btrim(operator_name), btrim(why), new_token_hash, until);
    perform audit.append_system(chosen[1].id, 'access.operator_opened', audit.text_id('opa', new_access),
        jsonb_build_object('operator', btrim(operator_name), 'reason', btrim(why), 'minutes', seconds / 60));
    perform mail.queue(m.org_id, m.user_id, m.user_id, null, u.email, 'operator_access',
                       jsonb_build_object('client', btrim(operator_name), 'what', btrim(why), 'at', until))
       from identity.memberships m join identity.users u on u.id = m.user_id
      where m.org_id = chosen[1].id and m.role = 'OWNER' and m.removed_at is null;
    return query select 'open', chosen[1].id, chosen[1].name, until;
end $$;

-- Every access of the last so many days, the newest first, for the command line.
create function access.operator_accesses(days int)
returns table (id uuid, org_name text, operator text, reason text, opened_at timestamptz, expires_at timestamptz,
               ended_at timestamptz, ended_by_tenant boolean, last_used_at timestamptz)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select a.id, o.name, a.operator, a.reason, a.opened_at, a.expires_at, a.ended_at, a.ended_by is not null, a.last_used_at
      from access.operator_access a join identity.organisations o on o.id = a.org_id and o.kind = 'customer'
     where a.opened_at > now() - make_interval(days => days)
     order by a.opened_at desc, a.id
$$;

-- Ends one at the command line: false where there is none of that identifier in force.
create function access.close_operator(of_access uuid) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    of_org uuid;
begin
    update access.operator_access a set ended_at = now()
     where a.id = of_access and a.ended_at is null and a.expires_at > now()
    returning a.org_id into of_org;
    if of_org is null then
        return false;
    end if;
    perform audit.append_system(of_org, 'access.operator_closed', audit.text_id('opa', of_access), '{}');
    return true;
end $$;

-- Ends one from inside, at once: whoever manages the organisation may, at a browser. False where none is in force.
create function access.end_operator(of_access uuid) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    org uuid := ctx.org_at_browser('organisation.manage');
begin
    update access.operator_access a set ended_at = now(), ended_by = ctx.person()
     where a.org_id = org and a.id = of_access and a.ended_at is null and a.expires_at > now();
    return found;
end $$;

-- As in 0020; and an operator, who is nobody of the organisation either.
create or replace function ctx.bind_service_key(presented bytea) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    found_key record;
begin
    select 'service_key' as kind, k.id, k.org_id, array_to_string(k.scopes, ',') as scopes into found_key
      from access.service_keys k
     where k.token_hash = presented and k.revoked_at is null and k.expires_at > clock_timestamp();
    if not found then
        select 'operator' as kind, a.id, a.org_id, access.operator_scopes() as scopes into found_key
          from access.operator_access a
         where a.token_hash = presented and a.ended_at is null and a.expires_at > clock_timestamp();
    end if;
    if not found then
        raise exception using errcode = 'CS001', message = 'the service key is unknown, expired or revoked';
    end if;
    perform ctx.bind(found_key.kind, found_key.id, found_key.org_id, null, 100, found_key.scopes);
end $$;

-- As in 0020. That an operator looked is told in the organisation's log, once.
create or replace function access.note_use(presented bytea[]) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
    update access.api_keys set last_used_at = now() where token_hash = any (presented);
    update access.service_keys set last_used_at = now() where token_hash = any (presented);
    update access.anonymous_keys set last_used_at = now() where token_hash = any (presented);
    select audit.append_system(a.org_id, 'access.operator_used', audit.text_id('opa', a.id), '{}')
      from access.operator_access a where a.token_hash = any (presented) and a.last_used_at is null;
    update access.operator_access set last_used_at = now() where token_hash = any (presented);
$$;

-- Takes away what a round of controls opened, and what earlier ones left.
create function access.sweep_operator_controls(made uuid[]) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
    delete from access.operator_access a using identity.organisations o
     where o.id = a.org_id and o.kind = 'control' and (a.id = any (made) or a.opened_at < now() - interval '10 minutes')
$$;

revoke all on function access.operator_scopes(), access.open_operator(uuid, uuid, text, text, text, bytea, int),
    access.operator_accesses(int), access.close_operator(uuid), access.end_operator(uuid),
    access.sweep_operator_controls(uuid[]) from public;
grant execute on function access.open_operator(uuid, uuid, text, text, text, bytea, int),
    access.operator_accesses(int), access.close_operator(uuid) to countersign_broker;
grant execute on function access.open_operator(uuid, uuid, text, text, text, bytea, int),
    access.sweep_operator_controls(uuid[]) to countersign_verifier;
grant execute on function access.end_operator(uuid) to countersign_front;
