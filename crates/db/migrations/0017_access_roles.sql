-- Roles that an organisation makes for itself: a name, a level and exactly these permissions.
--
-- Whoever has one holds its permissions and no other; its level says who may change whom, and nothing
-- else. Nobody makes, changes or gives a role with what they do not hold themselves. What changes in one
-- holds at each holder's next request: access.held asks at every binding.

create table access.roles (
    org_id uuid not null references identity.organisations (id),
    id uuid not null,
    name text not null check (length(name) between 1 and 60),
    name_folded text not null generated always as (lower(name)) stored,
    -- 100 is an owner's, and comes with that role alone.
    level int not null check (level in (80, 60, 40, 30, 20)),
    permissions text[] not null check (cardinality(permissions) between 1 and 100),
    made_by uuid not null,
    created_at timestamptz not null default now(),
    removed_at timestamptz,
    primary key (org_id, id),
    foreign key (org_id, made_by) references identity.memberships (org_id, user_id)
);
-- One role of a name.
create unique index roles_in_use on access.roles (org_id, name_folded) where removed_at is null;
alter table identity.memberships
    add foreign key (org_id, role_id) references access.roles (org_id, id);
alter table identity.invitations
    add foreign key (org_id, role_id) references access.roles (org_id, id);
create index memberships_by_role on identity.memberships (org_id, role_id) where role_id is not null;
create index invitations_by_role on identity.invitations (org_id, role_id) where role_id is not null;

alter table access.roles enable row level security;
alter table access.roles force row level security;
create policy roles_definer on access.roles for all to countersign_definer using (true) with check (true);
-- Whoever sees people sees their roles, and everybody their own.
create policy roles_read on access.roles for select to countersign_front
    using (org_id = (select ctx.org())
           and ((select ctx.can('people.read')) or (select ctx.can('roles.manage'))
                or id = any (array(select role_id from identity.memberships))));
grant select, insert, update (name, level, permissions, removed_at) on access.roles to countersign_definer;
grant select on access.roles to countersign_front;
grant update (role_id) on identity.memberships, identity.invitations to countersign_definer;

set local role countersign_definer;

-- Whether the bound person may give all of this: 'yes', or 'beyond' what they hold themselves. Whoever waited for
-- somebody who changed them holds what that left: their membership is asked once more, and held.
create function access.may_give(of_level int, permissions text[]) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    own_level int;
    own_held text[];
begin
    perform ctx.org_at_browser('roles.manage');
    perform ctx.require_recent();
    select identity.level_now(m.level, u.email_verified_at) into own_level
      from identity.memberships m join identity.users u on u.id = m.user_id
     where m.org_id = ctx.org() and m.user_id = ctx.person() and m.removed_at is null for update of m;
    own_held := access.held('session', ctx.org(), ctx.person(), own_level, '*');
    if not 'roles.manage' = any (own_held) then
        raise exception using errcode = '42501', message = 'roles.manage is needed, at a browser';
    end if;
    return case when of_level <= own_level and permissions <@ own_held then 'yes' else 'beyond' end;
end $$;

-- A new role: 'made', or why not: 'beyond', 'taken' where there is one of that name, 'many'.
create function access.make_role(new_role uuid, new_name text, new_level int, new_permissions text[]) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    verdict text := access.may_give(new_level, new_permissions);
begin
    if verdict <> 'yes' then
        return verdict;
    end if;
    if (select count(*) from access.roles r where r.org_id = ctx.org() and r.removed_at is null) >= 100 then
        return 'many';
    end if;
    insert into access.roles (org_id, id, name, level, permissions, made_by)
    values (ctx.org(), new_role, new_name, new_level, new_permissions, ctx.person())
    on conflict do nothing;
    return case when found then 'made' else 'taken' end;
end $$;

-- Whether the bound person may change or remove the role: 'yes', 'gone', or 'beyond' what they hold.
-- Whoever takes from a role what they could not give it would decide about people above them. Holds the
-- row.
create function access.may_change_role(of_role uuid) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    found_role access.roles;
begin
    perform ctx.require_recent();
    select * into found_role from access.roles r
     where r.org_id = ctx.org_for('roles.manage') and r.id = of_role and r.removed_at is null for update;
    if not found then
        return 'gone';
    end if;
    return access.may_give(found_role.level, array(
        select p.name from access.permissions p where p.name = any (found_role.permissions)));
end $$;

-- Changes a role: 'changed', or why not: 'gone', 'beyond', 'taken'.
create function access.change_role(of_role uuid, new_name text, new_level int, new_permissions text[]) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    verdict text := access.may_change_role(of_role);
begin
    if verdict = 'yes' then
        verdict := access.may_give(new_level, new_permissions);
    end if;
    if verdict <> 'yes' then
        return verdict;
    end if;
    update access.roles r set name = new_name, level = new_level, permissions = new_permissions
     where r.org_id = ctx.org() and r.id = of_role;
    update identity.memberships m set level = new_level where m.org_id = ctx.org() and m.role_id = of_role;
    update identity.invitations i set level = new_level where i.org_id = ctx.org() and i.role_id = of_role;
    return 'changed';
exception when unique_violation then
    return 'taken';
end $$;

-- Removes a role: 'removed', or why not: 'gone', 'beyond'. Its holders look around from then on, as
-- participants of level 20, and invitations to it are revoked.
create function access.remove_role(of_role uuid) returns table (verdict text, holders int)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    org uuid := ctx.org();
    answer text := access.may_change_role(of_role);
    moved int;
begin
    if answer = 'yes' then
        answer := access.may_give(20, access.standing(org, 'PARTICIPANT', 20, null));
    end if;
    if answer <> 'yes' then
        return query select answer, 0;
        return;
    end if;
    update access.roles r set removed_at = now() where r.org_id = org and r.id = of_role;
    update identity.memberships m set role_id = null, level = 20
     where m.org_id = org and m.role_id = of_role and m.removed_at is null;
    get diagnostics moved = row_count;
    update identity.invitations i set revoked_at = now()
     where i.org_id = org and i.role_id = of_role and i.accepted_at is null and i.revoked_at is null;
    update identity.links l set ended_at = now()
      from identity.invitations i
     where i.org_id = org and i.role_id = of_role and l.org_id = org and l.invitation_id = i.id
       and l.used_at is null and l.ended_at is null;
    return query select 'removed', moved;
end $$;

revoke all on function access.may_give(int, text[]), access.may_change_role(uuid),
    access.make_role(uuid, text, int, text[]), access.change_role(uuid, text, int, text[]),
    access.remove_role(uuid) from public;
grant execute on function access.make_role(uuid, text, int, text[]), access.change_role(uuid, text, int, text[]),
    access.remove_role(uuid) to countersign_front;
