-- Who may do what with a single thing (AC-05): view it, or edit it, which is to use it as well.
--
-- A permission says what somebody does, a grant with which things: both are asked for. Whoever made a thing
-- may edit it; everybody else may do what it says of everybody, and what was given to them or to a team of
-- theirs. One table and one function (access.assets) for all kinds of things: a kind that comes gets a
-- column with its foreign key, and a branch there (docs/decisions/0013-grants-on-single-things.md).

alter table connectors.connections
    add column everybody text not null default 'edit' check (everybody in ('none', 'view', 'edit'));

create table access.asset_grants (
    org_id uuid not null,
    id uuid not null,
    -- What is given: one of these.
    connection_id uuid,
    -- To whom: one of these.
    user_id uuid,
    team_id uuid,
    access text not null check (access in ('view', 'edit')),
    given_by uuid not null,
    given_at timestamptz not null default now(),
    primary key (org_id, id),
    check (num_nonnulls(connection_id) = 1),
    check (num_nonnulls(user_id, team_id) = 1),
    unique (org_id, connection_id, user_id),
    unique (org_id, connection_id, team_id),
    foreign key (org_id, connection_id) references connectors.connections (org_id, id),
    foreign key (org_id, user_id) references identity.memberships (org_id, user_id),
    foreign key (org_id, team_id) references access.teams (org_id, id),
    foreign key (org_id, given_by) references identity.memberships (org_id, user_id)
);
create index asset_grants_by_person on access.asset_grants (org_id, user_id) where user_id is not null;
create index asset_grants_by_team on access.asset_grants (org_id, team_id) where team_id is not null;

alter table access.asset_grants enable row level security;
alter table access.asset_grants force row level security;
create policy asset_grants_definer on access.asset_grants for all to countersign_definer using (true) with check (true);
grant select, insert, update (access, given_by, given_at), delete on access.asset_grants to countersign_definer;
grant select on access.asset_grants to countersign_front;

grant select (user_id, everybody), update (everybody) on connectors.connections to countersign_definer;
create policy connections_definer_open on connectors.connections for update to countersign_definer using (true) with check (true);

set local role countersign_definer;

-- The things of a kind of which the bound person has at least this by what they made or were given.
create function access.given_assets(of_kind text, at_least text) returns setof uuid
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select c.id from connectors.connections c
     where of_kind = 'connection' and c.org_id = (select ctx.org()) and c.user_id = (select ctx.person())
    union
    select case of_kind when 'connection' then g.connection_id end
      from access.asset_grants g
     where g.org_id = (select ctx.org()) and (at_least = 'view' or g.access = 'edit')
       and case of_kind when 'connection' then g.connection_id is not null else false end
       and (g.user_id = (select ctx.person())
            or g.team_id = any (array(select m.team_id from access.team_members m
                                       where m.org_id = (select ctx.org()) and m.user_id = (select ctx.person()))))
$$;

-- The things of a kind with which the bound principal may do at least this, as far as its permissions go:
-- a key and an AI client what their person may, a key that no person stands behind what everybody may.
-- Policies ask for it as a set, once a statement.
create function access.assets(of_kind text, at_least text) returns setof uuid
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select c.id from connectors.connections c
     where of_kind = 'connection' and c.org_id = (select ctx.org())
       and (c.everybody = 'edit' or c.everybody = at_least)
    union
    select given from access.given_assets(of_kind, at_least) given
$$;

-- What the bound principal may do with one thing: 'edit', 'view' or 'none'.
create function access.access_to(of_kind text, asset uuid) returns text
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select case when asset = any (array(select access.assets(of_kind, 'edit'))) then 'edit'
                when asset = any (array(select access.assets(of_kind, 'view'))) then 'view'
                else 'none' end
$$;

-- Event logs that the bound principal may see as far as things go: imported ones, and what was read from a
-- connection that it may view.
create function insight.shown_logs() returns setof uuid
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select l.id from insight.logs l
     where l.org_id = (select ctx.org())
       and (l.connection_id is null or l.connection_id = any (array(select access.assets('connection', 'view'))))
$$;

-- Whether a team was given what the bound person does not hold; also of what is disconnected, whose logs are
-- still there to read. For definer functions alone.
create function access.is_beyond(of_team uuid) returns boolean
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select exists (
        select from access.asset_grants g
         where g.org_id = (select ctx.org()) and g.team_id = of_team
           and g.connection_id <> all (array(select access.assets('connection', g.access))))
$$;

-- Whether the bound person says who may do what with a thing: 'yes', 'gone' where it is not there for them,
-- 'beyond' where it is and they may not. Whoever made it or was given it to edit; and who manages things of
-- its kind and may edit it: what everybody may do with a thing does not let everybody shut others out.
create function access.may_share(of_kind text, asset uuid) returns text
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
    org uuid := ctx.org_for(case of_kind when 'connection' then 'connectors.read' end);
    is_manager boolean := ctx.can(case of_kind when 'connection' then 'connectors.manage' end);
    may text := access.access_to(of_kind, asset);
begin
    if org is null or (may = 'none' and not is_manager)
       or not exists (select from connectors.connections c
                       where of_kind = 'connection' and c.org_id = org and c.id = asset) then
        return 'gone';
    end if;
    if ctx.kind() <> 'session' or not ctx.can(case of_kind when 'connection' then 'connectors.share' end) then
        return 'beyond';
    end if;
    return case when (is_manager and may = 'edit') or asset = any (array(select access.given_assets(of_kind, 'edit')))
                then 'yes' else 'beyond' end;
end $$;

-- Holds a thing while it is decided who may do what with it, and says whether the bound person may
-- (access.may_share), as things are once it is held. For definer functions alone.
create function access.hold_to_share(of_kind text, asset uuid) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if of_kind = 'connection' then
        perform from connectors.connections c where c.org_id = ctx.org() and c.id = asset for update;
    end if;
    return access.may_share(of_kind, asset);
end $$;

-- Gives a thing to a member or a team of the organisation, or changes what was given: 'given', or why not:
-- 'gone', 'beyond', 'nobody' where there is no such member or team, 'many'. It outlives the session, which is
-- why it needs a recent proof.
create function access.give(of_kind text, asset uuid, to_person uuid, to_team uuid, new_access text)
returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    org uuid := ctx.org();
    verdict text;
begin
    if num_nonnulls(to_person, to_team) <> 1 then
        return 'nobody';
    end if;
    perform ctx.require_recent();
    verdict := access.hold_to_share(of_kind, asset);
    if verdict <> 'yes' then
        return verdict;
    end if;
    if to_person is null or not identity.hold_member(org, to_person) then
        perform from access.teams t where t.org_id = org and t.id = to_team and t.removed_at is null for update;
        if not found then
            return 'nobody';
        end if;
    end if;
    -- Each of these may have waited: who may say so now is asked now.
    perform access.hold_own();
    verdict := access.may_share(of_kind, asset);
    if verdict <> 'yes' then
        return verdict;
    end if;
    update access.asset_grants g set access = new_access, given_by = ctx.person(), given_at = now()
     where g.org_id = org and case of_kind when 'connection' then g.connection_id = asset end
       and (g.user_id = to_person or g.team_id = to_team);
    if found then
        return 'given';
    end if;
    if (select count(*) from access.asset_grants g
         where g.org_id = org and case of_kind when 'connection' then g.connection_id = asset end) >= 200 then
        return 'many';
    end if;
    insert into access.asset_grants (org_id, id, connection_id, user_id, team_id, access, given_by)
    values (org, audit.new_id(), case of_kind when 'connection' then asset end, to_person, to_team, new_access, ctx.person());
    return 'given';
end $$;

-- Takes back what was given: 'taken', 'gone' or 'beyond'. Whoever says who may do what, who manages things
-- of its kind, and whoever gives up what they were given themselves.
create function access.take_back(of_kind text, asset uuid, from_person uuid, from_team uuid) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    org uuid := ctx.org();
    verdict text;
begin
    -- With a team beside them, whoever gives up their own would take the team's.
    if num_nonnulls(from_person, from_team) <> 1 then
        return 'gone';
    end if;
    verdict := access.hold_to_share(of_kind, asset);
    if verdict = 'gone' then
        return verdict;
    end if;
    if ctx.kind() <> 'session'
       or (verdict <> 'yes' and from_person is distinct from ctx.person()
           and not ctx.can(case of_kind when 'connection' then 'connectors.manage' end)) then
        return 'beyond';
    end if;
    delete from access.asset_grants g
     where g.org_id = org and case of_kind when 'connection' then g.connection_id = asset end
       and (g.user_id = from_person or g.team_id = from_team);
    return case when found then 'taken' else 'gone' end;
end $$;

-- Says what everybody in the organisation may do with a thing: 'set', 'gone' or 'beyond'.
create function access.open_asset(of_kind text, asset uuid, new_access text) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    verdict text;
begin
    perform ctx.require_recent();
    verdict := access.hold_to_share(of_kind, asset);
    if verdict <> 'yes' then
        return verdict;
    end if;
    update connectors.connections c set everybody = new_access
     where of_kind = 'connection' and c.org_id = ctx.org() and c.id = asset;
    return case when found then 'set' else 'gone' end;
end $$;

-- As in 0008: whom somebody meets in the proposals that they may see, and in no others.
create or replace function approvals.people() returns setof uuid
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    with seen as not materialized (
        select p.org_id, p.id, p.requester_person, p.ended_by from approvals.proposals p
         where p.org_id = (select ctx.org_for('approvals.read'))
           and ((select ctx.can('approvals.decide')) or p.requester_person = (select ctx.person())
                or p.connection_id = any (array(select access.assets('connection', 'view'))))
    )
    select m.user_id from identity.memberships m
     where m.org_id = ctx.org_for('approvals.read')
       and (exists (select from seen p where p.requester_person = m.user_id)
            or exists (select from seen p where p.ended_by = m.user_id)
            or exists (select from approvals.decisions d join seen p on p.org_id = d.org_id and p.id = d.proposal_id
                        where d.org_id = m.org_id and d.user_id = m.user_id))
$$;

revoke all on function access.given_assets(text, text), access.assets(text, text), access.access_to(text, uuid),
    insight.shown_logs(), access.is_beyond(uuid), access.may_share(text, uuid), access.hold_to_share(text, uuid),
    access.give(text, uuid, uuid, uuid, text), access.take_back(text, uuid, uuid, uuid),
    access.open_asset(text, uuid, text) from public;
grant execute on function access.assets(text, text), access.access_to(text, uuid)
   to countersign_front, countersign_broker, countersign_owner;
grant execute on function insight.shown_logs(), access.may_share(text, uuid),
    access.give(text, uuid, uuid, uuid, text), access.take_back(text, uuid, uuid, uuid),
    access.open_asset(text, uuid, text) to countersign_front;

set local role countersign_owner;

-- Who manages connections sees that one is there, and can end it, whoever it is for: to see is not to use.
create policy shared on connectors.connections as restrictive for select to countersign_front
    using ((select ctx.can('connectors.manage')) or id = any (array(select access.assets('connection', 'view'))));
-- The broker shows a proposal to who decides about it, and sends it in a job of theirs: neither needs a
-- grant. What uses a connection asks for 'edit' first.
create policy shared_broker on connectors.connections as restrictive for select to countersign_broker
    using ((select ctx.can('connectors.manage')) or (select ctx.can('approvals.decide')) or (select ctx.kind()) = 'job'
           or id = any (array(select access.assets('connection', 'view'))));
create policy shared on broker.authorizations as restrictive for insert to countersign_broker
    with check (connection_id = any (array(select access.assets('connection', 'edit'))));
create policy shared on broker.calls as restrictive for select to countersign_front
    using (connection_id = any (array(select c.id from connectors.connections c)));
create policy shared_use on approvals.proposals as restrictive for insert to countersign_broker
    with check (connection_id = any (array(select access.assets('connection', 'edit'))));
-- Who decides sees what is up for review, and everybody what they asked for themselves.
create policy shared on approvals.proposals as restrictive for all to countersign_front
    using (requester_person = (select ctx.person()) or (select ctx.can('approvals.decide'))
           or connection_id = any (array(select access.assets('connection', 'view'))));
create policy shared on approvals.decisions as restrictive for select to countersign_front
    using (exists (select from approvals.proposals p where p.org_id = decisions.org_id and p.id = decisions.proposal_id));
-- What was read from a connection is for whom that is.
create policy shared on insight.logs as restrictive for all to countersign_front
    using (connection_id is null or connection_id = any (array(select access.assets('connection', 'view'))));
create policy shared on insight.names as restrictive for all to countersign_front
    using (log_id = any (array(select insight.shown_logs())));
create policy shared on insight.events as restrictive for all to countersign_front
    using (log_id = any (array(select insight.shown_logs())));

-- Whoever sees a thing sees for whom it is.
create policy asset_grants_read on access.asset_grants for select to countersign_front
    using (org_id = (select ctx.org_for('connectors.read'))
           and connection_id = any (array(select c.id from connectors.connections c)));
