-- Teams of an organisation's directory (SCIM 2.0): who it says is in them. People: 0029.

-- Whom the directory says are in a team. Those of them who are members are in access.team_members.
create table access.provisioned_members (
    org_id uuid not null,
    team_id uuid not null,
    user_id uuid not null,
    primary key (org_id, team_id, user_id),
    foreign key (org_id, team_id) references access.teams (org_id, id),
    foreign key (org_id, user_id) references identity.provisioned (org_id, user_id) on delete cascade
);
create index provisioned_members_by_person on access.provisioned_members (org_id, user_id);

alter table access.provisioned_members enable row level security;
alter table access.provisioned_members force row level security;
create policy provisioned_members_definer on access.provisioned_members for all to countersign_definer
    using (true) with check (true);
grant select, insert, delete on access.provisioned_members to countersign_definer;

set local role countersign_definer;

-- The directory says no more in which teams somebody is. For definer functions alone.
create function access.forget_provisioned_member(of_org uuid, of_person uuid) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
    with gone as (
        delete from access.provisioned_members m where m.org_id = of_org and m.user_id = of_person returning m.team_id
    )
    update access.teams t set changed_at = now() from gone where t.org_id = of_org and t.id = gone.team_id;
$$;

-- A team that the directory looks after, of nobody: 'made', 'taken' where there is a team of that name, also one
-- that people made, or 'many'. It was given nothing: what it is given, people give who know whose it is.
create function access.provision_team(new_team uuid, new_name text, new_external text) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    org uuid := identity.provisions();
begin
    if (select count(*) from access.teams t where t.org_id = org and t.removed_at is null) >= 200 then
        return 'many';
    end if;
    insert into access.teams (org_id, id, name, external_id, provisioned_at)
    values (org, new_team, new_name, new_external, now())
    on conflict do nothing;
    return case when found then 'made' else 'taken' end;
end $$;

-- Holds a team of the directory's, until the transaction ends. False where there is none.
create function access.hold_provisioned_team(of_team uuid) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    org uuid := identity.provisions();
begin
    perform from access.teams t
      where t.org_id = org and t.id = of_team and t.removed_at is null and t.provisioned_at is not null for update;
    return found;
end $$;

-- 'changed', 'gone' or 'taken'.
create function access.change_provisioned_team(of_team uuid, new_name text, new_external text) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    org uuid := identity.provisions();
begin
    if not access.hold_provisioned_team(of_team) then
        return 'gone';
    end if;
    update access.teams t set name = new_name, external_id = new_external, changed_at = now()
     where t.org_id = org and t.id = of_team;
    return 'changed';
exception when unique_violation then
    return 'taken';
end $$;

-- Says who is in a team of the directory's, and who not: whom it names and nobody else. 'changed', with who
-- came and who went; 'gone'; or 'nobody' where somebody was never named by this directory, and nothing changes.
create function access.change_provisioned_members(of_team uuid, coming uuid[], going uuid[])
returns table (verdict text, came uuid[], went uuid[])
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    org uuid := identity.provisions();
    who_came uuid[];
    who_went uuid[];
begin
    if not access.hold_provisioned_team(of_team) then
        return query select 'gone', '{}'::uuid[], '{}'::uuid[];
        return;
    end if;
    if exists (select from unnest(coming) one where not exists (
            select from identity.provisioned p
             where p.org_id = org and p.user_id = one and p.ended_at is null))
    then
        return query select 'nobody', '{}'::uuid[], '{}'::uuid[];
        return;
    end if;
    with gone as (
        delete from access.provisioned_members m
         where m.org_id = org and m.team_id = of_team and m.user_id = any (going) returning m.user_id
    )
    select coalesce(array_agg(gone.user_id), '{}') into who_went from gone;
    with new as (
        insert into access.provisioned_members (org_id, team_id, user_id)
        select distinct org, of_team, one from unnest(coming) one
        on conflict do nothing returning provisioned_members.user_id
    )
    select coalesce(array_agg(new.user_id), '{}') into who_came from new;
    delete from access.team_members m where m.org_id = org and m.team_id = of_team and m.user_id = any (who_went);
    insert into access.team_members (org_id, team_id, user_id)
    select m.org_id, of_team, m.user_id from identity.memberships m
     where m.org_id = org and m.user_id = any (who_came) and m.removed_at is null
    on conflict do nothing;
    if cardinality(who_came || who_went) > 0 then
        update access.teams t set changed_at = now() where t.org_id = org and t.id = of_team;
    end if;
    return query select 'changed', who_came, who_went;
end $$;

-- Ends a team of the directory's, as access.end_team says.
create function access.remove_provisioned_team(of_team uuid) returns table (verdict text, members int)
language sql security definer set search_path = pg_catalog, pg_temp as $$
    select e.verdict, e.members
      from access.end_team(identity.provisions(), case when access.hold_provisioned_team(of_team) then of_team end) e
$$;

-- The teams of the directory's, in the order of making, with how many they are, and who it says is in each;
-- all, or those that are so.
create function access.provisioned_teams(
    of_team uuid, of_name text, of_external text, of_member uuid, with_members boolean, skipped bigint, most int
) returns table (team_id uuid, name text, external_id text, members uuid[], created_at timestamptz,
                 changed_at timestamptz, total bigint)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select t.id, t.name, t.external_id,
           case when with_members then array(
               select m.user_id from access.provisioned_members m
                where m.org_id = t.org_id and m.team_id = t.id order by m.user_id) end,
           t.created_at, t.changed_at, count(*) over ()
      from access.teams t
     where t.org_id = (select identity.provisions()) and t.removed_at is null and t.provisioned_at is not null
       and case when of_team is null then true else t.id = of_team end
       and case when of_name is null then true else t.name_folded = lower(of_name) end
       and case when of_external is null then true else t.external_id = of_external end
       and case when of_member is null then true else exists (
               select from access.provisioned_members m
                where m.org_id = t.org_id and m.team_id = t.id and m.user_id = of_member) end
     order by t.created_at, t.id
    offset skipped limit most
$$;

-- Takes a team over from the directory: people say who is in it from here on, beginning with who is. 'released',
-- 'gone', or 'beyond' where the team was given what the bound person does not hold.
create function access.release_team(of_team uuid) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    org uuid := ctx.org_at_browser('teams.manage');
begin
    perform ctx.require_recent();
    perform from access.teams t
      where t.org_id = org and t.id = of_team and t.removed_at is null and t.provisioned_at is not null for update;
    if not found then
        return 'gone';
    end if;
    if access.is_beyond(of_team) then
        return 'beyond';
    end if;
    update access.teams t set provisioned_at = null, external_id = null, made_by = ctx.person(), changed_at = now()
     where t.org_id = org and t.id = of_team;
    return 'released';
end $$;

-- Of a team that ends, or is the directory's no more, it says nothing any more.
create function access.forget_provisioned() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    delete from access.provisioned_members m where m.org_id = new.org_id and m.team_id = new.id;
    return null;
end $$;

revoke all on function access.provision_team(uuid, text, text), access.hold_provisioned_team(uuid),
    access.change_provisioned_team(uuid, text, text), access.change_provisioned_members(uuid, uuid[], uuid[]),
    access.remove_provisioned_team(uuid), access.provisioned_teams(uuid, text, text, uuid, boolean, bigint, int),
    access.release_team(uuid), access.forget_provisioned(), access.forget_provisioned_member(uuid, uuid) from public;
grant execute on function access.provision_team(uuid, text, text), access.hold_provisioned_team(uuid),
    access.change_provisioned_team(uuid, text, text), access.change_provisioned_members(uuid, uuid[], uuid[]),
    access.remove_provisioned_team(uuid), access.provisioned_teams(uuid, text, text, uuid, boolean, bigint, int),
    access.release_team(uuid) to countersign_front;
grant execute on function access.forget_provisioned() to countersign_owner;

set local role countersign_owner;
create trigger teams_forgotten after update on access.teams
    for each row when ((old.removed_at is null and new.removed_at is not null)
                       or (old.provisioned_at is not null and new.provisioned_at is null))
    execute function access.forget_provisioned();
