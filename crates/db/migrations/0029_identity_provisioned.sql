-- Provisioning by an organisation's directory (SCIM 2.0, RFC 7643 and 7644): who the directory says belongs
-- to the organisation, and which teams it says they are in (docs/decisions/0017-provisioning.md).
--
-- A directory asks with a service key that holds people.provision, and with no person behind it. Everything
-- that it may change it changes by the functions below, which ask the bound key; the policies give it nothing.
-- Suspending somebody ends their membership, as removing them does, so that whatever refuses somebody who was
-- removed refuses them; what is kept here is that they may come back without being asked.

create table identity.provisioned (
    org_id uuid not null references identity.organisations (id),
    -- Not necessarily a member: whoever has an account of their own is invited, and may never come.
    user_id uuid not null references identity.users (id),
    user_name text not null check (length(user_name) between 1 and 254),
    -- RFC 7643 4.1.1: unique, whatever its case.
    user_name_folded text not null generated always as (lower(user_name)) stored,
    external_id text check (length(external_id) between 1 and 254),
    -- name, displayName and emails, as the directory set them.
    attributes jsonb not null check (jsonb_typeof(attributes) = 'object' and length(attributes::text) <= 16000),
    created_at timestamptz not null default now(),
    changed_at timestamptz not null default now(),
    -- Since when the directory says that they are not active; their membership has ended meanwhile.
    suspended_at timestamptz,
    -- When the directory, the organisation or the person ended it. A row comes back to life with the person.
    ended_at timestamptz,
    primary key (org_id, user_id)
);
create unique index provisioned_names on identity.provisioned (org_id, user_name_folded) where ended_at is null;
create index provisioned_external on identity.provisioned (org_id, external_id) where ended_at is null;
create index provisioned_by_person on identity.provisioned (user_id);

alter table identity.provisioned enable row level security;
alter table identity.provisioned force row level security;
create policy provisioned_definer on identity.provisioned for all to countersign_definer using (true) with check (true);
grant select, insert, update, delete on identity.provisioned to countersign_definer;
-- Who sees people sees which of them a directory looks after; not what it says of them.
create policy provisioned_read on identity.provisioned for select to countersign_front
    using (org_id = (select ctx.org_for('people.read')));
grant select (org_id, user_id, created_at, suspended_at, ended_at) on identity.provisioned to countersign_front;

set local role countersign_definer;

-- The organisation whose directory asks. Refuses whoever else does: a session whose person holds the permission
-- gives it to a key, and uses it not. For definer functions alone.
create function identity.provisions() returns uuid
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
    org uuid := ctx.org_for('people.provision');
begin
    if org is null or ctx.kind() is distinct from 'service_key' then
        raise exception using errcode = '42501', message = 'a service key that holds people.provision is needed';
    end if;
    return org;
end $$;

-- Whether an account is there because this organisation made it, and nobody but its directory speaks for it:
-- there is no way in to it, and it is in no other organisation. For definer functions alone.
create function identity.is_directorys(of_org uuid, of_person uuid) returns boolean
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select exists (select from identity.users u where u.id = of_person and u.provisioned_by = of_org)
       and identity.ways_in(of_person) = 0
       and not exists (select from identity.memberships m
                        where m.user_id = of_person and m.org_id <> of_org and m.removed_at is null)
$$;

-- Who answers for an invitation that a key asks for: whoever made the key while they may invite, else the owner
-- who has been there longest. Nobody where neither may. For definer functions alone.
create function identity.answers_for_key(of_org uuid) returns uuid
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select m.user_id
      from identity.memberships m
      join identity.users u on u.id = m.user_id
      left join access.service_keys k on k.org_id = m.org_id and k.id = ctx.principal() and k.made_by = m.user_id
     where m.org_id = of_org and m.removed_at is null and (k.id is not null or m.role = 'OWNER')
       and access.standing(of_org, 'PARTICIPANT', 40, null) || 'people.invite'::text
           <@ access.held('session', m.org_id, m.user_id, identity.level_now(m.level, u.email_verified_at), '*')
     order by k.id is null, m.created_at
     limit 1
$$;

-- Has somebody with an account of their own asked whether they join: 'invited', or 'waits' where they were asked
-- already; 'many' after too many invitations in a day; 'silence' where their address got too many mails, or
-- nobody may invite. For definer functions alone.
create function identity.invite_provisioned(of_org uuid, of_person uuid) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    address text := (select u.email from identity.users u where u.id = of_person);
    inviter uuid := identity.answers_for_key(of_org);
    new_invitation uuid := audit.new_id();
begin
    if exists (select from identity.invitations i
                cross join lateral identity.open_invitation(i.org_id, i.id)
                where i.org_id = of_org and i.email = address and i.accepted_at is null and i.revoked_at is null)
    then
        return 'waits';
    end if;
    if (select count(*) from identity.invitations i
         where i.org_id = of_org and i.created_at > now() - interval '1 day') >= 200 then
        return 'many';
    end if;
    -- One whose inviter may not give it any more is in the way, and opens nothing.
    perform identity.drop_invitations(of_org, address);
    if inviter is null then
        return 'silence';
    end if;
    insert into identity.invitations (org_id, id, email, role, level, invited_by)
    values (of_org, new_invitation, address, 'PARTICIPANT', 40, inviter);
    if mail.queue(of_org, inviter, null, new_invitation, address, 'invitation', '{}') is null then
        delete from identity.invitations i where i.org_id = of_org and i.id = new_invitation;
        return 'silence';
    end if;
    return 'invited';
end $$;

-- Takes back what an address is invited to. For definer functions alone.
create function identity.drop_invitations(of_org uuid, address text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    update identity.links l set ended_at = now()
      from identity.invitations i
     where i.org_id = of_org and i.email = address and i.accepted_at is null and i.revoked_at is null
       and l.org_id = of_org and l.invitation_id = i.id and l.used_at is null and l.ended_at is null;
    update identity.invitations i set revoked_at = now()
     where i.org_id = of_org and i.email = address and i.accepted_at is null and i.revoked_at is null;
end $$;

-- Whether somebody is a member now. Holds the membership. For definer functions alone.
create function identity.standing_held(of_org uuid, of_person uuid) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    held_role text;
begin
    select m.role into held_role from identity.memberships m
     where m.org_id = of_org and m.user_id = of_person and m.removed_at is null for update;
    return held_role;
end $$;

-- Whom the directory names belongs to the organisation from here on:
--   'made'      an account, with an address that is verified since the domain is, and no way in of its own
--   'rejoined'  the account that this organisation made earlier, and that nobody has made their own since
--   'adopted'   a member, who is looked after by the directory from here on; their role stays
--   'invited'   somebody with an account of their own, who is asked by mail; 'waits' where they were before
--   'taken'     nobody: the directory has named them already, or somebody else so
--   'foreign'   nobody: the address is of no domain of the organisation's
--   'many', 'silence'  nobody: as identity.invite_provisioned
create function identity.provision(
    new_user uuid, address text, person_name text, new_name text, new_external text, new_attributes jsonb
) returns table (outcome text, person uuid)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    org uuid := identity.provisions();
    known uuid;
    became text;
begin
    if not identity.is_own_address(org, address) then
        return query select 'foreign', null::uuid;
        return;
    end if;
    perform identity.displace(org, address, new_user);
    became := case when identity.add_account(org, new_user, address, person_name) then 'made' end;
    -- One after the other.
    select u.id into known from identity.users u where u.email = lower(address) for no key update;
    if exists (select from identity.provisioned p where p.org_id = org and p.user_id = known and p.ended_at is null) then
        return query select 'taken', known;
        return;
    end if;
    if became is null then
        became := case when identity.standing_held(org, known) is not null then 'adopted'
                       when identity.is_directorys(org, known) then 'rejoined'
                       else identity.invite_provisioned(org, known) end;
    end if;
    if became in ('many', 'silence') then
        return query select became, known;
        return;
    end if;
    insert into identity.provisioned (org_id, user_id, user_name, external_id, attributes)
    values (org, known, new_name, new_external, new_attributes)
    on conflict (org_id, user_id) do update
       set user_name = excluded.user_name, external_id = excluded.external_id, attributes = excluded.attributes,
           created_at = now(), changed_at = now(), suspended_at = null, ended_at = null;
    if became in ('made', 'rejoined') then
        insert into identity.memberships (org_id, user_id, role, level) values (org, known, 'PARTICIPANT', 40)
        on conflict (org_id, user_id) do update
           set role = 'PARTICIPANT', level = least(memberships.level, 40), role_id = null, removed_at = null, created_at = now()
         where memberships.removed_at is not null;
    end if;
    return query select became, known;
exception when unique_violation then
    return query select 'taken', null::uuid;
end $$;

-- Takes away whom a round of controls had named, and who is left of earlier rounds, with their teams. Younger ones may be
-- what another round works with at this moment.
create function identity.sweep_provisioning_controls(made uuid[]) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    long_ago timestamptz := now() - interval '10 minutes';
    named record;
    team record;
begin
    for team in
        select t.org_id, t.id from access.teams t join identity.organisations o on o.id = t.org_id and o.kind = 'control'
         where t.provisioned_at < long_ago for update of t skip locked
    loop
        delete from access.provisioned_members m where m.org_id = team.org_id and m.team_id = team.id;
        delete from access.team_members m where m.org_id = team.org_id and m.team_id = team.id;
        delete from access.teams t where t.org_id = team.org_id and t.id = team.id;
    end loop;
    for named in
        select u.id, u.email from identity.users u
          join identity.organisations o on o.id = u.provisioned_by and o.kind = 'control'
         where identity.is_reserved(u.email) and (u.id = any (made) or u.created_at < long_ago) for update of u skip locked
    loop
        perform identity.forget_person(named.id, named.email);
        delete from access.team_members m where m.user_id = named.id;
        delete from identity.memberships m where m.user_id = named.id;
        delete from identity.users u where u.id = named.id;
    end loop;
end $$;

-- Holds somebody whom the directory has named, until the transaction ends. False where there is no such person.
create function identity.hold_provisioned(of_person uuid) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    org uuid := identity.provisions();
begin
    perform from identity.provisioned p
      where p.org_id = org and p.user_id = of_person and p.ended_at is null for update;
    return found;
end $$;

-- Moves the account of somebody to another address of the organisation's own: 'moved'; 'same' where it is there;
-- 'own' where anybody but the directory speaks for the account, which its person moves then; 'taken' where somebody
-- else's account is there. For definer functions alone.
create function identity.move_provisioned(of_org uuid, of_person uuid, address text) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    old_email text;
begin
    select u.email into old_email from identity.users u where u.id = of_person for no key update;
    if old_email = lower(address) then
        return 'same';
    elsif not identity.is_directorys(of_org, of_person) then
        return 'own';
    end if;
    perform identity.displace(of_org, address, of_person);
    update identity.users u set email = lower(address), email_verified_at = now() where u.id = of_person;
    perform identity.email_was_changed(of_person, old_email, null);
    return 'moved';
exception when unique_violation then
    return 'taken';
end $$;

-- What the directory says of somebody: 'changed', 'gone', 'taken' where somebody else is called so or has the address,
-- 'foreign' where it is of no domain of the organisation's, or 'own' where it is another one than their account's,
-- which the directory does not speak for. `address`: null where it said no other one. Where nobody but the directory
-- speaks for the account, it takes the address and the name.
create function identity.change_provisioned(
    of_person uuid, address text, person_name text, new_name text, new_external text, new_attributes jsonb
) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    org uuid := identity.provisions();
    moved text;
begin
    if not identity.hold_provisioned(of_person) then
        return 'gone';
    end if;
    if address is not null then
        if not identity.is_own_address(org, address) then
            return 'foreign';
        end if;
        moved := identity.move_provisioned(org, of_person, address);
        if moved in ('own', 'taken') then
            return moved;
        end if;
    end if;
    update identity.provisioned p
       set user_name = new_name, external_id = new_external, attributes = new_attributes, changed_at = now()
     where p.org_id = org and p.user_id = of_person and p.ended_at is null;
    if identity.is_directorys(org, of_person) then
        update identity.users u set name = person_name where u.id = of_person;
    end if;
    return 'changed';
exception when unique_violation then
    return 'taken';
end $$;

-- Ends all that somebody can do in the organisation, until they are reinstated: 'suspended', or 'withdrawn' where
-- they were only invited; 'was' where there was nothing to end, 'gone', or 'owner': an organisation is its
-- owners', whatever its directory says.
create function identity.suspend_provisioned(of_person uuid) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    org uuid := identity.provisions();
    held_role text;
begin
    if not identity.hold_provisioned(of_person) then
        return 'gone';
    end if;
    held_role := identity.standing_held(org, of_person);
    if held_role = 'OWNER' then
        return 'owner';
    end if;
    if held_role is null then
        perform identity.drop_invitations(org, u.email) from identity.users u where u.id = of_person
            and exists (select from identity.invitations i where i.org_id = org and i.email = u.email
                           and i.accepted_at is null and i.revoked_at is null);
        return case when found then 'withdrawn' else 'was' end;
    end if;
    update identity.provisioned p set suspended_at = now(), changed_at = now()
     where p.org_id = org and p.user_id = of_person;
    perform identity.end_membership(org, of_person, null);
    return 'suspended';
end $$;

-- Lets somebody come back as what they were: 'reinstated'; 'was' where they are there; 'gone'. Whoever was never
-- a member is asked, as identity.invite_provisioned says. Keys, sessions and grants of theirs stay ended.
create function identity.reinstate_provisioned(of_person uuid) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    org uuid := identity.provisions();
    is_suspended boolean;
begin
    if not identity.hold_provisioned(of_person) then
        return 'gone';
    end if;
    if identity.standing_held(org, of_person) is not null then
        return 'was';
    end if;
    select p.suspended_at is not null into is_suspended from identity.provisioned p
     where p.org_id = org and p.user_id = of_person;
    if not is_suspended then
        return identity.invite_provisioned(org, of_person);
    end if;
    -- A role that was removed meanwhile leaves its holders as participants who look around (access.remove_role).
    update identity.memberships m
       set removed_at = null, role_id = case when gone.is_gone then null else m.role_id end,
           level = case when gone.is_gone then 20 else m.level end
      from (select exists (select from access.roles r join identity.memberships own on own.org_id = r.org_id and own.role_id = r.id
                            where own.org_id = org and own.user_id = of_person and r.removed_at is not null) as is_gone) gone
     where m.org_id = org and m.user_id = of_person and m.role <> 'OWNER';
    return 'reinstated';
end $$;

-- The directory says nothing of somebody any more, nor in which teams they are. For definer functions alone.
create function identity.forget_provisioned(of_org uuid, of_person uuid) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    update identity.provisioned p set ended_at = now(), changed_at = now(), suspended_at = null
     where p.org_id = of_org and p.user_id = of_person;
    perform access.forget_provisioned_member(of_org, of_person);
end $$;

-- Ends what the directory says of somebody, with their membership: 'ended', 'gone', or 'owner'. The account
-- stays its person's.
create function identity.end_provisioned(of_person uuid) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    org uuid := identity.provisions();
    verdict text := identity.suspend_provisioned(of_person);
begin
    if verdict in ('gone', 'owner') then
        return verdict;
    end if;
    perform identity.forget_provisioned(org, of_person);
    return 'ended';
end $$;

-- People end what the directory says of somebody whom it suspended, so that it does not bring them back. Whoever holds
-- what they would come back as may. For identity.remove_member, which has looked whether the bound person may at all,
-- and for definer functions alone.
create function identity.end_suspended(of_person uuid) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    org uuid := ctx.org_at_browser('people.manage');
begin
    perform from identity.provisioned p join identity.memberships m on m.org_id = p.org_id and m.user_id = p.user_id
      where p.org_id = org and p.user_id = of_person and p.ended_at is null and p.suspended_at is not null
        and m.level <= (ctx.bound())[6]::int and access.standing(org, m.role, m.level, m.role_id) <@ ctx.permissions()
        for update of p;
    if not found then
        return false;
    end if;
    perform identity.forget_provisioned(org, of_person);
    return true;
end $$;

-- Whom the directory has named, in the order of naming, with how many they are; all of them, or those that are
-- so: their identifier, what they are called, whatever its case, or what the directory itself calls them.
create function identity.provisioned_people(
    of_person uuid, of_name text, of_external text, skipped bigint, most int
) returns table (user_id uuid, user_name text, external_id text, attributes jsonb, is_active boolean,
                 created_at timestamptz, changed_at timestamptz, total bigint)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select p.user_id, p.user_name, p.external_id, p.attributes,
           exists (select from identity.memberships m
                    where m.org_id = p.org_id and m.user_id = p.user_id and m.removed_at is null),
           p.created_at, p.changed_at, count(*) over ()
      from identity.provisioned p
     where p.org_id = (select identity.provisions()) and p.ended_at is null
       and case when of_person is null then true else p.user_id = of_person end
       and case when of_name is null then true else p.user_name_folded = lower(of_name) end
       and case when of_external is null then true else p.external_id = of_external end
     order by p.created_at, p.user_id
    offset skipped limit most
$$;

-- Follows a membership wherever it begins and ends. Whoever is removed or leaves is the directory's no more; whoever
-- begins, or comes back, is in the teams that the directory says.
create function identity.follow_membership() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if new.removed_at is null then
        update identity.provisioned p set suspended_at = null, changed_at = now()
         where p.org_id = new.org_id and p.user_id = new.user_id and p.ended_at is null;
        insert into access.team_members (org_id, team_id, user_id)
        select m.org_id, m.team_id, m.user_id from access.provisioned_members m
         where m.org_id = new.org_id and m.user_id = new.user_id
        on conflict do nothing;
        return null;
    end if;
    perform from identity.provisioned p
      where p.org_id = new.org_id and p.user_id = new.user_id and p.ended_at is null and p.suspended_at is null for update;
    if found then
        perform identity.forget_provisioned(new.org_id, new.user_id);
    end if;
    return null;
end $$;

revoke all on function identity.provisions(), identity.is_directorys(uuid, uuid), identity.answers_for_key(uuid),
    identity.invite_provisioned(uuid, uuid), identity.drop_invitations(uuid, text),
    identity.standing_held(uuid, uuid), identity.sweep_provisioning_controls(uuid[]),
    identity.provision(uuid, text, text, text, text, jsonb), identity.hold_provisioned(uuid),
    identity.move_provisioned(uuid, uuid, text), identity.change_provisioned(uuid, text, text, text, text, jsonb),
    identity.suspend_provisioned(uuid), identity.reinstate_provisioned(uuid), identity.end_provisioned(uuid),
    identity.forget_provisioned(uuid, uuid), identity.end_suspended(uuid), identity.provisioned_people(uuid, text, text, bigint, int),
    identity.follow_membership() from public;
grant execute on function identity.provision(uuid, text, text, text, text, jsonb), identity.hold_provisioned(uuid),
    identity.change_provisioned(uuid, text, text, text, text, jsonb), identity.suspend_provisioned(uuid),
    identity.reinstate_provisioned(uuid), identity.end_provisioned(uuid),
    identity.provisioned_people(uuid, text, text, bigint, int) to countersign_front;
grant execute on function identity.sweep_provisioning_controls(uuid[]) to countersign_verifier;
grant execute on function identity.follow_membership() to countersign_owner;

set local role countersign_owner;
create trigger memberships_followed_new after insert on identity.memberships
    for each row when (new.removed_at is null) execute function identity.follow_membership();
create trigger memberships_followed after update of removed_at on identity.memberships
    for each row when ((old.removed_at is null) <> (new.removed_at is null))
    execute function identity.follow_membership();
