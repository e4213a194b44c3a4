-- Invitations, and who belongs to an organisation.

create table identity.invitations (
    org_id uuid not null references identity.organisations (id),
    id uuid not null,
    email text not null check (email = lower(email) and length(email) between 3 and 254),
    role text not null check (role in ('OWNER', 'ADMIN', 'PARTICIPANT', 'REVIEWER')),
    level int not null check (level in (100, 80, 60, 40, 30, 20)),
    -- A role of the organisation's own (access.roles, 0017).
    role_id uuid check (role_id is null or role = 'PARTICIPANT'),
    invited_by uuid not null,
    created_at timestamptz not null default now(),
    accepted_at timestamptz,
    accepted_by uuid check ((accepted_by is null) = (accepted_at is null)),
    revoked_at timestamptz check (revoked_at is null or accepted_at is null),
    check ((role = 'OWNER') = (level = 100)),
    primary key (org_id, id),
    foreign key (org_id, invited_by) references identity.memberships (org_id, user_id),
    foreign key (org_id, accepted_by) references identity.memberships (org_id, user_id)
);
-- One open invitation for an address.
create unique index invitations_open on identity.invitations (org_id, email)
    where accepted_at is null and revoked_at is null;
alter table identity.links
    add foreign key (org_id, invitation_id) references identity.invitations (org_id, id) on delete cascade;
alter table mail.outbox
    add foreign key (org_id, invitation_id) references identity.invitations (org_id, id);
alter table identity.invitations enable row level security;
alter table identity.invitations force row level security;
create policy invitations_definer on identity.invitations for all to countersign_definer using (true) with check (true);
create policy invitations_read on identity.invitations for select to countersign_front
    using (org_id = (select ctx.org_for('people.invite')));
grant select, insert, update, delete on identity.invitations to countersign_definer;
grant select on identity.invitations to countersign_front;
create policy links_read on identity.links for select to countersign_front
    using (kind = 'invitation' and org_id = (select ctx.org_for('people.invite')));
grant select (org_id, kind, invitation_id, created_at, expires_at, used_at, ended_at) on identity.links to countersign_front;

-- What the definer's functions below change.
create policy memberships_definer_change on identity.memberships for update to countersign_definer using (true) with check (true);
grant update (role, level, role_id, removed_at, created_at) on identity.memberships to countersign_definer;
grant update (revoked_at) on access.api_keys to countersign_definer;

set local role countersign_definer;

-- An invitation that may still be accepted: not revoked, not accepted, and no more than whoever
-- invited could give today. For definer functions alone.
create function identity.open_invitation(of_org uuid, of_invitation uuid) returns setof identity.invitations
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select i.* from identity.invitations i
      join identity.memberships m on m.org_id = i.org_id and m.user_id = i.invited_by and m.removed_at is null
      join identity.users u on u.id = m.user_id
     where i.org_id = of_org and i.id = of_invitation and i.accepted_at is null and i.revoked_at is null
       and i.level <= identity.level_now(m.level, u.email_verified_at)
       and access.standing(i.org_id, i.role, i.level, i.role_id) || 'people.invite'::text
           <@ access.held('session', m.org_id, m.user_id, m.level, '*')
$$;

-- The standing that is meant: `custom`, where one is named, says role and level. No row where the bound
-- organisation has no such role. Holds the role as it is. For definer functions alone.
create function identity.meant(of_role text, of_level int, custom uuid)
returns table (role text, level int, held text[])
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if custom is null then
        return query select of_role, of_level, access.standing(ctx.org(), of_role, of_level, null);
        return;
    end if;
    return query
        select 'PARTICIPANT'::text, r.level, access.standing(r.org_id, 'PARTICIPANT', r.level, r.id)
          from access.roles r where r.org_id = ctx.org() and r.id = custom and r.removed_at is null
           for share;
end $$;

-- Invites an address: 'invited'; or why not: 'beyond' what the inviter holds, 'member' already, 'open'
-- already, 'many' invitations, 'silence' where the address has got too many.
create function identity.invite(new_invitation uuid, address text, of_role text, of_level int, custom uuid) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    org uuid := ctx.org_at_browser('people.invite');
    standing record;
begin
    perform ctx.require_recent();
    select * into standing from identity.meant(of_role, of_level, custom);
    if not found or standing.level > (ctx.bound())[6]::int or not standing.held <@ ctx.permissions() then
        return 'beyond';
    end if;
    if exists (select from identity.memberships m join identity.users u on u.id = m.user_id
                where m.org_id = org and m.removed_at is null and u.email = lower(address)) then
        return 'member';
    end if;
    if (select count(*) from identity.invitations i
         where i.org_id = org and i.created_at > now() - interval '1 day') >= 200 then
        return 'many';
    end if;
    insert into identity.invitations (org_id, id, email, role, level, role_id, invited_by)
    values (org, new_invitation, lower(address), standing.role, standing.level, custom, ctx.person())
    on conflict do nothing;
    if not found then
        return 'open';
    end if;
    if mail.queue(org, ctx.person(), null, new_invitation, lower(address), 'invitation', '{}') is null then
        delete from identity.invitations i where i.org_id = org and i.id = new_invitation;
        return 'silence';
    end if;
    return 'invited';
end $$;

-- Takes an open invitation back, with its links.
create function identity.revoke_invitation(of_invitation uuid) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    org uuid := ctx.org_for('people.invite');
begin
    update identity.invitations i set revoked_at = now()
     where i.org_id = org and i.id = of_invitation and i.accepted_at is null and i.revoked_at is null
       and ctx.kind() = 'session' and i.level <= (ctx.bound())[6]::int;
    if not found then
        return false;
    end if;
    update identity.links l set ended_at = now()
     where l.org_id = org and l.invitation_id = of_invitation and l.used_at is null and l.ended_at is null;
    return true;
end $$;

-- Has an invitation sent again, with a new link: 'again', 'soon', or 'gone'.
create function identity.send_invitation_again(of_invitation uuid) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    org uuid := ctx.org_for('people.invite');
    earlier uuid;
begin
    select o.id into earlier
      from identity.open_invitation(org, of_invitation) i
      join mail.outbox o on o.org_id = i.org_id and o.invitation_id = i.id
     where ctx.kind() = 'session';
    return case when found then mail.requeue(org, ctx.person(), earlier) else 'gone' end;
end $$;

-- What an invitation's link that still works would do, without using it up.
create function identity.invitation_face(link_hash bytea)
returns table (email text, role text, level int, custom_role text, org_name text, inviter_name text, expires_at timestamptz, has_account boolean)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select i.email, i.role, i.level, access.role_name(i.org_id, i.role_id), o.name, u.name, l.expires_at,
           exists (select from identity.users known where known.email = i.email)
      from identity.links l
      cross join lateral identity.open_invitation(l.org_id, l.invitation_id) i
      join identity.organisations o on o.id = i.org_id
      join identity.users u on u.id = i.invited_by
     where l.token_hash = link_hash and l.kind = 'invitation'
       and l.used_at is null and l.ended_at is null and l.expires_at > clock_timestamp()
$$;

-- Uses an invitation's link up. Holds the role that is given as it is: whoever changes it meanwhile changes the
-- new member too, and where it is removed, the link goes with it. For definer functions alone.
create function identity.use_invitation(link_hash bytea) returns identity.links
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    perform from access.roles r
      join identity.invitations i on i.org_id = r.org_id and i.role_id = r.id
      join identity.links l on l.org_id = i.org_id and l.invitation_id = i.id
     where l.token_hash = link_hash and l.kind = 'invitation'
       for share of r;
    return identity.use_link('invitation', link_hash);
end $$;

-- Makes a person a member as a used link says. For definer functions alone.
create function identity.join_by(link identity.links, person uuid) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    invitation identity.invitations;
begin
    select * into invitation from identity.invitations i where i.org_id = link.org_id and i.id = link.invitation_id;
    insert into identity.memberships (org_id, user_id, role, level, role_id)
    values (invitation.org_id, person, invitation.role, invitation.level, invitation.role_id)
    on conflict (org_id, user_id) do update
       set role = excluded.role, level = excluded.level, role_id = excluded.role_id,
           removed_at = null, created_at = now()
     where memberships.removed_at is not null;
    update identity.invitations i set accepted_at = now(), accepted_by = person
     where i.org_id = invitation.org_id and i.id = invitation.id;
    update identity.users u set email_verified_at = coalesce(u.email_verified_at, now()) where u.id = person;
end $$;

-- The bound person accepts; only whoever's address was invited can. The session goes on in the
-- organisation that was joined, as a new one.
create function identity.accept_invitation(link_hash bytea, session identity.new_session)
returns table (user_id uuid, org_id uuid, invitation_id uuid)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
    link identity.links;
    person uuid := ctx.person();
    was_recent boolean := ctx.is_recent();
begin
    perform identity.check_own();
    if coalesce(ctx.kind(), '') not in ('session', 'lone_session')
       or not exists (select from identity.invitation_face(link_hash) f
                        join identity.users u on u.id = person and u.email = f.email)
    then
        return;
    end if;
    -- Whoever sets the password meanwhile ends this session, and must not find another one begun by it.
    perform from identity.users u where u.id = person for no key update;
    if not exists (select from identity.sessions s
                    where s.id = ctx.principal() and s.user_id = person and s.ended_at is null
                      and s.expires_at > clock_timestamp()) then
        raise exception using errcode = 'CS001', message = 'the session has ended';
    end if;
    link := identity.use_invitation(link_hash);
    if link.org_id is null then
        return;
    end if;
    perform identity.join_by(link, person);
    update identity.sessions s set ended_at = now() where s.id = ctx.principal() and s.user_id = person;
    perform identity.begin_session(link.org_id, person, session, was_recent);
    return query select person, link.org_id, link.invitation_id;
end $$;

-- Somebody without an account accepts by making one under the invited address, which the link
-- verifies.
create function identity.sign_up_by_invitation(
    link_hash bytea, new_user uuid, person_name text, parameters text, proof bytea, session identity.new_session
) returns table (user_id uuid, org_id uuid, invitation_id uuid)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
    face record;
    link identity.links;
begin
    select * into face from identity.invitation_face(link_hash) f where not f.has_account;
    if not found then
        return;
    end if;
    link := identity.use_invitation(link_hash);
    if link.org_id is null then
        return;
    end if;
    insert into identity.users (id, email, name, password_parameters, password_verifier, email_verified_at)
    values (new_user, face.email, person_name, parameters, sha256(proof), now());
    perform identity.join_by(link, new_user);
    perform identity.begin_session(link.org_id, new_user, session, true);
    return query select new_user, link.org_id, link.invitation_id;
end $$;

-- Whether the bound person may change this membership, to a standing that gives `new_held` at `new_level`:
-- 'yes', 'gone' where there is no such member, 'beyond' what they hold themselves, 'last_owner'. Holds the owners' rows, so that two
-- owners who remove each other do not both succeed. For definer functions alone.
create function identity.may_change_member(of_person uuid, stays_owner boolean, new_level int, new_held text[]) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    org uuid := ctx.org_at_browser('people.manage');
    own_level int;
    own_held text[];
    owners uuid[];
    target record;
begin
    perform ctx.require_recent();
    owners := array(select m.user_id from identity.memberships m
                     where m.org_id = org and m.role = 'OWNER' and m.removed_at is null
                     order by m.user_id for update);
    -- Whoever waited for another owner may be one no longer: what counts is what they hold now.
    select m.level into own_level from identity.memberships m
     where m.org_id = org and m.user_id = ctx.person() and m.removed_at is null for update;
    own_held := access.held('session', org, ctx.person(), own_level, '*');
    if own_level is null or not 'people.manage' = any (own_held) then
        raise exception using errcode = '42501', message = 'people.manage is needed, at a browser';
    end if;
    select m.level into target from identity.memberships m
     where m.org_id = org and m.user_id = of_person and m.removed_at is null for update;
    if not found then
        return 'gone';
    end if;
    -- Nobody decides about who holds what they do not, whatever the levels say.
    if target.level > own_level or new_level > own_level or not new_held <@ own_held
       or not access.held('session', org, of_person, target.level, '*') <@ own_held
    then
        return 'beyond';
    end if;
    if owners = array[of_person] and not stays_owner then
        return 'last_owner';
    end if;
    return 'yes';
end $$;

-- Gives a member another standing: 'changed', or why not (identity.may_change_member).
create function identity.change_member(of_person uuid, new_role text, new_level int, custom uuid) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    standing record;
    verdict text;
begin
    select * into standing from identity.meant(new_role, new_level, custom);
    if not found then
        return 'gone';
    end if;
    verdict := identity.may_change_member(of_person, standing.role = 'OWNER', standing.level, standing.held);
    if verdict <> 'yes' then
        return verdict;
    end if;
    update identity.memberships m set role = standing.role, level = standing.level, role_id = custom
     where m.org_id = ctx.org() and m.user_id = of_person;
    return 'changed';
end $$;

-- Ends a membership with all that acts by it there: sessions, keys, links, jobs. For definer functions alone.
create function identity.end_membership(of_org uuid, of_person uuid, but_session uuid) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    update identity.memberships m set removed_at = now() where m.org_id = of_org and m.user_id = of_person;
    update identity.sessions s set ended_at = now()
     where s.org_id = of_org and s.user_id = of_person and s.ended_at is null and s.id is distinct from but_session;
    update access.api_keys k set revoked_at = now()
     where k.org_id = of_org and k.user_id = of_person and k.revoked_at is null;
    update identity.links l set ended_at = now()
     where l.org_id = of_org and l.user_id = of_person and l.used_at is null and l.ended_at is null;
    perform oauth.end_grant(g.org_id, g.id, 'member_removed', 'oauth.grant_ended')
       from oauth.grants g where g.org_id = of_org and g.user_id = of_person and g.ended_at is null;
    -- And what was let in, and has not come for its tokens yet.
    update oauth.codes c set expires_at = least(c.expires_at, now())
     where c.org_id = of_org and c.user_id = of_person and c.used_at is null;
    update oauth.device_codes d set state = 'denied'
     where d.org_id = of_org and d.user_id = of_person and d.state = 'approved';
    update jobs.jobs j
       set state = 'failed', error_code = 'identity.removed', token_hash = null, lease_until = null, finished_at = now()
     where j.org_id = of_org and j.user_id = of_person and j.state in ('ready', 'running');
end $$;
revoke all on function identity.end_membership(uuid, uuid, uuid) from public;

-- Ends somebody's membership. 'removed', or why not.
create function identity.remove_member(of_person uuid) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    verdict text := identity.may_change_member(of_person, false, 0, '{}');
begin
    if verdict = 'gone' and identity.end_suspended(of_person) then
        return 'removed';
    elsif verdict <> 'yes' then
        return verdict;
    end if;
    perform identity.end_membership(ctx.org(), of_person, null);
    return 'removed';
end $$;

-- A link of the running controls, as if its mail had gone out: for a person of theirs to set a password, or for
-- an invitation of that address into the attacker's organisation.
create function trust.add_control_link(of_kind text, whom text, link_hash bytea, seconds int) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    address text := 'control-' || whom || '@controls.invalid';
    is_invitation boolean := of_kind = 'invitation';
    sender record;
    new_mail uuid := audit.new_id();
    new_invitation uuid := case when is_invitation then audit.new_id() end;
begin
    select m.org_id, m.user_id into strict sender
      from identity.users u join identity.memberships m on m.user_id = u.id
      join identity.organisations o on o.id = m.org_id and o.kind = 'control'
     where u.email = case when is_invitation then 'control-a@controls.invalid' else address end;
    if is_invitation then
        update identity.invitations i set revoked_at = now()
         where i.org_id = sender.org_id and i.email = address and i.accepted_at is null and i.revoked_at is null;
        insert into identity.invitations (org_id, id, email, role, level, invited_by)
        values (sender.org_id, new_invitation, address, 'PARTICIPANT', 40, sender.user_id);
    end if;
    insert into mail.outbox (org_id, id, user_id, invitation_id, recipient, template, state)
    values (sender.org_id, new_mail, case when not is_invitation then sender.user_id end, new_invitation, address,
            of_kind, 'sent');
    insert into identity.links (org_id, kind, user_id, invitation_id, mail_id, token_hash, created_at, expires_at)
    values (sender.org_id, of_kind, case when not is_invitation then sender.user_id end, new_invitation,
            new_mail, link_hash, now() - interval '1 minute', now() + make_interval(secs => seconds));
end $$;
revoke all on function trust.add_control_link(text, text, bytea, int) from public;
grant execute on function trust.add_control_link(text, text, bytea, int) to countersign_verifier;

revoke all on function identity.open_invitation(uuid, uuid), identity.meant(text, int, uuid),
    identity.invite(uuid, text, text, int, uuid), identity.revoke_invitation(uuid),
    identity.send_invitation_again(uuid), identity.invitation_face(bytea),
    identity.use_invitation(bytea), identity.join_by(identity.links, uuid), identity.accept_invitation(bytea, identity.new_session),
    identity.sign_up_by_invitation(bytea, uuid, text, text, bytea, identity.new_session),
    identity.may_change_member(uuid, boolean, int, text[]), identity.change_member(uuid, text, int, uuid), identity.remove_member(uuid)
    from public;
grant execute on function identity.invite(uuid, text, text, int, uuid), identity.revoke_invitation(uuid),
    identity.send_invitation_again(uuid), identity.invitation_face(bytea),
    identity.accept_invitation(bytea, identity.new_session),
    identity.sign_up_by_invitation(bytea, uuid, text, text, bytea, identity.new_session),
    identity.change_member(uuid, text, int, uuid), identity.remove_member(uuid) to countersign_front;
