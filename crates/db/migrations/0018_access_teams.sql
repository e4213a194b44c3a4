-- Teams: people of an organisation under a name, to whom single things are given at once (0019).
--
-- A team holds no permission: what its members may do is their own. It says of which things they may do
-- it, and so whoever adds somebody gives them what the team was given.

create table access.teams (
    org_id uuid not null references identity.organisations (id),
    id uuid not null,
    name text not null check (length(name) between 1 and 60),
    name_folded text not null generated always as (lower(name)) stored,
    -- Who made it, or took it over; nobody where a directory did (0030).
    made_by uuid,
    created_at timestamptz not null default now(),
    removed_at timestamptz,
    -- Since when a directory says who is in it, and what the directory calls it.
    provisioned_at timestamptz,
    external_id text check (length(external_id) between 1 and 254),
    changed_at timestamptz not null default now(),
    check (num_nonnulls(made_by, provisioned_at) = 1),
    primary key (org_id, id),
    foreign key (org_id, made_by) references identity.memberships (org_id, user_id)
);
-- One team of a name.
create unique index teams_in_use on access.teams (org_id, name_folded) where removed_at is null;

create table access.team_members (
    org_id uuid not null,
    team_id uuid not null,
    user_id uuid not null,
    joined_at timestamptz not null default now(),
    primary key (org_id, team_id, user_id),
    foreign key (org_id, team_id) references access.teams (org_id, id),
    foreign key (org_id, user_id) references identity.memberships (org_id, user_id)
);
create index team_members_by_person on access.team_members (org_id, user_id);

alter table access.teams enable row level security;
alter table access.teams force row level security;
alter table access.team_members enable row level security;
alter table access.team_members force row level security;
create policy teams_definer on access.teams for all to countersign_definer using (true) with check (true);
create policy team_members_definer on access.team_members for all to countersign_definer using (true) with check (true);
create policy teams_read on access.teams for select to countersign_front
    using (org_id = (select ctx.org_for('teams.read')));
create policy team_members_read on access.team_members for select to countersign_front
    using (org_id = (select ctx.org_for('teams.read')));
grant select, insert, update (name, removed_at, made_by, provisioned_at, external_id, changed_at) on access.teams
   to countersign_definer;
grant select, insert, delete on access.team_members to countersign_definer;
grant select on access.teams, access.team_members to countersign_front;

set local role countersign_definer;

-- Holds the bound person as they are, and refuses where their session has ended, or they hold less than when it was
-- bound: for whoever has waited for a lock since. For definer functions alone.
create function access.hold_own() returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if not identity.hold_member(ctx.org(), ctx.person()) then
        raise exception using errcode = '42501', message = 'whoever asks is no member any more';
    end if;
    -- A statement of its own: it sees what was committed while the one before waited.
    if ctx.kind() is distinct from 'session'
       or not exists (select from identity.sessions s
                       where s.id = ctx.principal() and s.user_id = ctx.person() and s.ended_at is null)
       or not ctx.permissions() <@ access.held('session', ctx.org(), ctx.person(), 100, '*')
    then
        raise exception using errcode = '42501', message = 'whoever asks is not there any more, or holds less';
    end if;
end $$;
revoke all on function access.hold_own() from public;

-- A new team, of nobody: 'made', or why not: 'taken' where there is one of that name, 'many'.
create function access.make_team(new_team uuid, new_name text) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    org uuid := ctx.org_at_browser('teams.manage');
begin
    if (select count(*) from access.teams t where t.org_id = org and t.removed_at is null) >= 200 then
        return 'many';
    end if;
    insert into access.teams (org_id, id, name, made_by) values (org, new_team, new_name, ctx.person())
    on conflict do nothing;
    return case when found then 'made' else 'taken' end;
end $$;

-- 'renamed', 'gone', 'taken', or 'provisioned' where a directory says what it is called.
create function access.rename_team(of_team uuid, new_name text) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    org uuid := ctx.org_at_browser('teams.manage');
begin
    if access.is_provisioned(org, of_team) then
        return 'provisioned';
    end if;
    update access.teams t set name = new_name, changed_at = now()
     where t.org_id = org and t.id = of_team and t.removed_at is null;
    return case when found then 'renamed' else 'gone' end;
exception when unique_violation then
    return 'taken';
end $$;

-- Whether a directory says who is in a team: people do not, then. For definer functions alone.
create function access.is_provisioned(of_org uuid, of_team uuid) returns boolean
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select exists (select from access.teams t
                    where t.org_id = of_org and t.id = of_team and t.removed_at is null and t.provisioned_at is not null)
$$;

-- Ends a team, with all that its members were given by it: 'removed', with how many they were, or 'gone'. For definer
-- functions alone.
create function access.end_team(of_org uuid, of_team uuid) returns table (verdict text, members int)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    left_it int;
begin
    update access.teams t set removed_at = now() where t.org_id = of_org and t.id = of_team and t.removed_at is null;
    if not found then
        return query select 'gone', 0;
        return;
    end if;
    delete from access.asset_grants g where g.org_id = of_org and g.team_id = of_team;
    delete from access.team_members m where m.org_id = of_org and m.team_id = of_team;
    get diagnostics left_it = row_count;
    return query select 'removed', left_it;
end $$;

-- Ends a team of the bound organisation, as access.end_team says.
create function access.remove_team(of_team uuid) returns table (verdict text, members int)
language sql security definer set search_path = pg_catalog, pg_temp as $$
    select e.verdict, e.members from access.end_team(ctx.org_at_browser('teams.manage'), of_team) e
$$;

-- Adds a member of the organisation to a team: 'joined', 'there' where they are in it already, 'gone',
-- 'nobody' where the organisation has no such member, 'provisioned' where a directory says who is in it, or
-- 'beyond' where the team was given what the bound person does not hold. Holds the team, so that nothing is given to it meanwhile (access.give).
create function access.join_team(of_team uuid, of_person uuid) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    org uuid := ctx.org_at_browser('teams.manage');
begin
    perform ctx.require_recent();
    perform from access.teams t where t.org_id = org and t.id = of_team and t.removed_at is null for update;
    if not found then
        return 'gone';
    end if;
    if access.is_provisioned(org, of_team) then
        return 'provisioned';
    end if;
    if not identity.hold_member(org, of_person) then
        return 'nobody';
    end if;
    perform access.hold_own();
    if access.is_beyond(of_team) then
        return 'beyond';
    end if;
    insert into access.team_members (org_id, team_id, user_id) values (org, of_team, of_person)
    on conflict do nothing;
    return case when found then 'joined' else 'there' end;
end $$;

-- Takes somebody out of a team, who loses at their next request what they had by it: 'left', 'gone', or 'provisioned'
-- where a directory says who is in it.
create function access.leave_team(of_team uuid, of_person uuid) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    org uuid := ctx.org_at_browser('teams.manage');
begin
    if access.is_provisioned(org, of_team) then
        return 'provisioned';
    end if;
    delete from access.team_members m where m.org_id = org and m.team_id = of_team and m.user_id = of_person;
    return case when found then 'left' else 'gone' end;
end $$;

-- However a membership ends: who comes back later is in no team, and holds nothing that was given.
create function access.forget_member() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    delete from access.team_members m where m.org_id = new.org_id and m.user_id = new.user_id;
    delete from access.asset_grants g where g.org_id = new.org_id and g.user_id = new.user_id;
    return null;
end $$;

revoke all on function access.is_provisioned(uuid, uuid), access.make_team(uuid, text), access.rename_team(uuid, text),
    access.end_team(uuid, uuid), access.remove_team(uuid), access.join_team(uuid, uuid), access.leave_team(uuid, uuid), access.forget_member()
    from public;
grant execute on function access.make_team(uuid, text), access.rename_team(uuid, text), access.remove_team(uuid),
    access.join_team(uuid, uuid), access.leave_team(uuid, uuid) to countersign_front;
grant execute on function access.forget_member() to countersign_owner;

set local role countersign_owner;
create trigger memberships_end after update of removed_at on identity.memberships
    for each row when (old.removed_at is null and new.removed_at is not null)
    execute function access.forget_member();
