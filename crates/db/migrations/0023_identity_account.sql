-- An account, which is its person's and no organisation's: where its session is, the organisations that it is
-- in, and its address.

-- Another address for an account, until both mailboxes have said yes.
create table identity.email_changes (
    user_id uuid not null references identity.users (id),
    id uuid not null,
    new_email text not null check (new_email = lower(new_email) and length(new_email) between 3 and 254),
    created_at timestamptz not null default now(),
    expires_at timestamptz not null check (expires_at <= created_at + interval '1 day'),
    confirmed_new_at timestamptz,
    confirmed_old_at timestamptz,
    ended_at timestamptz,
    ended_why text check (ended_why in ('done', 'stopped', 'replaced', 'taken')),
    primary key (user_id, id),
    check ((ended_at is null) = (ended_why is null))
);
-- One at a time.
create unique index email_changes_open on identity.email_changes (user_id) where ended_at is null;
alter table identity.email_changes enable row level security;
alter table identity.email_changes force row level security;
create policy email_changes_definer on identity.email_changes for all to countersign_definer using (true) with check (true);
grant select, insert, update, delete on identity.email_changes to countersign_definer;

-- What the definer's functions below change.
grant update (org_id) on identity.sessions to countersign_definer;
grant update (email) on identity.users to countersign_definer;

set local role countersign_definer;

-- A session of somebody in no organisation: it reaches what is the person's own by definer functions, and
-- no row of anybody's.
create function ctx.bind_lone_session(presented bytea) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    found_session record;
begin
    select s.id, s.user_id,
           -- As ctx.bind_session asks.
           case when has.factor then s.second_factor_at else s.authenticated_at end
               > clock_timestamp() - interval '10 minutes' as is_recent
      into found_session
      from identity.sessions s
      cross join lateral (select identity.has_factor(s.user_id) as factor) has
     where s.token_hash = presented and (s.org_id = identity.nowhere() or identity.owes_sso(s))
       and s.ended_at is null and s.expires_at > clock_timestamp()
       and (s.second_factor_at is not null or not has.factor);
    if not found then
        raise exception using errcode = 'CS001', message = 'the session has ended, or is in an organisation';
    end if;
    -- No organisation and no level, as of a half session.
    perform ctx.bind('lone_session', found_session.id, null, found_session.user_id, 0, '', found_session.is_recent);
end $$;

-- The bound person at a browser, in an organisation or in none; refuses whoever else is bound. For definer
-- functions alone.
create function identity.account_holder() returns uuid
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
    if coalesce(ctx.kind(), '') not in ('session', 'lone_session')
       or not exists (select from identity.sessions s where s.id = ctx.principal() and s.ended_at is null)
    then
        raise exception using errcode = '42501', message = 'a person at a browser is needed';
    end if;
    return ctx.person();
end $$;

-- The same, by a session of the account's own.
create function identity.account_keeper() returns uuid
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
    perform identity.check_own();
    return identity.account_holder();
end $$;

-- The same, who has just shown who they are.
create function identity.recent_account_holder() returns uuid
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
    who uuid := identity.account_keeper();
begin
    perform ctx.require_recent();
    return who;
end $$;

-- Who the bound person is.
create function identity.own_account()
returns table (user_id uuid, name text, email text, is_verified boolean, is_recent boolean, session_id uuid)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select u.id, u.name, u.email, u.email_verified_at is not null, ctx.is_recent(), ctx.principal()
      from identity.users u where u.id = identity.account_holder()
$$;

-- The address of the bound person; null where nobody is bound.
create function identity.own_address() returns text
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select u.email from identity.users u where u.id = ctx.person()
$$;

-- The addresses of those whom the bound principal sees, as identity.memberships shows them, while they are members.
create function identity.addresses() returns table (user_id uuid, email text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select m.user_id, u.email
      from identity.memberships m join identity.users u on u.id = m.user_id
     where m.org_id = (select ctx.org()) and m.removed_at is null
       and ((select ctx.can('people.read')) or m.user_id = (select ctx.person())
            or m.user_id = any (array(select approvals.people())))
$$;

-- Where the bound person is signed in, newest first, with the organisation that each session is in, if any; to a
-- session that an organisation's provider began, in that organisation alone.
create function identity.own_sessions()
returns table (id uuid, client text, address text, created_at timestamptz, expires_at timestamptz,
               org_id uuid, org_name text)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
    who uuid := identity.account_holder();
    here uuid := ctx.org();
    is_own boolean := identity.is_own();
begin
    return query
    select s.id, s.client, s.address, s.created_at, s.expires_at, o.id, o.name
      from identity.sessions s
      left join identity.organisations o on o.id = s.org_id and o.id <> identity.nowhere()
     where s.user_id = who and s.ended_at is null and s.expires_at > clock_timestamp() and (is_own or s.org_id = here)
     order by s.created_at desc, s.id;
end $$;

-- Ends one of those, and tells of it in the log of the organisation that it was in. Whether there was one.
create function identity.end_own_session(of_session uuid) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    was_in uuid;
begin
    update identity.sessions s set ended_at = now()
     where s.id = of_session and s.id = any (array(select own.id from identity.own_sessions() own))
    returning s.org_id into was_in;
    if was_in is null then
        return false;
    end if;
    perform audit.append_in(was_in, 'identity.session_ended', audit.text_id('ses', of_session));
    return true;
end $$;

-- The organisations that the bound person is in, in the order of joining; to a session that an organisation's
-- provider began, that organisation alone: the others are no business of whoever runs the provider.
create function identity.own_organisations()
returns table (org_id uuid, name text, role text, custom_role text, joined_at timestamptz, mfa_required boolean,
               sign_on_by uuid, is_linked boolean, is_current boolean, is_last_owner boolean, others int)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
begin
    return query
    select o.id, o.name, m.role, access.role_name(m.org_id, m.role_id), m.created_at, o.mfa_required,
           -- The provider that they come by, where they must.
           case when o.requires_sso and m.role <> 'OWNER' then (
               select p.id from identity.providers p where p.org_id = o.id and p.turned_on_at is not null) end,
           exists (select from identity.provider_identities i
                     join identity.providers p on p.org_id = i.org_id and p.id = i.provider_id and p.turned_on_at is not null
                    where i.org_id = o.id and i.user_id = m.user_id),
           o.id is not distinct from ctx.org(),
           m.role = 'OWNER' and not exists (select from identity.memberships other
                where other.org_id = m.org_id and other.user_id <> m.user_id and other.role = 'OWNER'
                  and other.removed_at is null),
           (select count(*)::int from identity.memberships other
             where other.org_id = m.org_id and other.user_id <> m.user_id and other.removed_at is null)
      from identity.memberships m join identity.organisations o on o.id = m.org_id
     where m.user_id = identity.account_holder() and m.removed_at is null
       and (m.org_id is not distinct from ctx.org() or identity.is_own())
     order by m.created_at, m.org_id;
end $$;

-- Moves the bound session to another place and binds it there, with what is owed there. For definer
-- functions alone.
create function identity.move_session(to_org uuid) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    hash bytea;
begin
    update identity.sessions s set org_id = to_org
     where s.id = ctx.principal() and s.user_id = ctx.person() and s.ended_at is null
    returning s.token_hash into hash;
    perform identity.bind_new(hash);
end $$;

-- Has the bound session act in another organisation of its person's, from here on: false where they are not
-- in it, or there is none. Where the session was hears that it left, and not where it went.
create function identity.switch_organisation(to_org uuid) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    who uuid := identity.account_keeper();
begin
    if not exists (select from identity.memberships m
                    where m.org_id = to_org and m.user_id = who and m.removed_at is null) then
        return false;
    end if;
    if to_org is distinct from ctx.org() then
        perform audit.append(audit.new_id(), 'identity.session_left', audit.text_id('ses', ctx.principal()), '{}');
        perform identity.move_session(to_org);
    end if;
    return true;
end $$;

-- A further organisation, of which the bound person is the owner; the session goes on there. 'made'; or why
-- not: 'many', or 'unverified' where they look around in one already by an address that nobody verified.
create function identity.make_organisation(new_org uuid, org_name text) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    who uuid := identity.account_keeper();
    is_verified boolean;
begin
    -- One after the other, so that the limit holds.
    select u.email_verified_at is not null into is_verified from identity.users u where u.id = who for no key update;
    if not is_verified and identity.first_org(who) is not null then
        return 'unverified';
    end if;
    if (select count(*) from identity.memberships m
         where m.user_id = who and m.role = 'OWNER' and m.removed_at is null) >= 20 then
        return 'many';
    end if;
    insert into identity.organisations (id, name) values (new_org, org_name);
    insert into identity.memberships (org_id, user_id, role, level) values (new_org, who, 'OWNER', 100);
    perform identity.switch_organisation(new_org);
    return 'made';
end $$;

-- The bound person leaves the organisation that the session acts in, with all that acts by them there; the
-- session goes on in another one, or in none. 'left', or 'last_owner'.
create function identity.leave_organisation() returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    who uuid := identity.recent_account_holder();
    org uuid := ctx.org();
    owners uuid[];
begin
    if org is null then
        raise exception using errcode = '42501', message = 'there is no organisation to leave';
    end if;
    -- Held, so that two owners who leave at once do not both succeed.
    owners := array(select m.user_id from identity.memberships m
                     where m.org_id = org and m.role = 'OWNER' and m.removed_at is null
                     order by m.user_id for update);
    if owners = array[who] then
        return 'last_owner';
    end if;
    perform audit.append(audit.new_id(), 'identity.organisation_left', audit.text_id('usr', who), '{}');
    perform identity.end_membership(org, who, ctx.principal());
    perform identity.move_session(identity.place_of(who));
    return 'left';
end $$;

-- The change that waits, if one does. For definer functions alone.
create function identity.open_email_change(of_person uuid) returns setof identity.email_changes
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select c.* from identity.email_changes c
     where c.user_id = of_person and c.ended_at is null and c.expires_at > clock_timestamp()
$$;

-- Ends the change that waits, with its links. Whether there was one. For definer functions alone.
create function identity.end_email_change(of_person uuid, why text) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    update identity.email_changes c set ended_at = now(), ended_why = why
     where c.user_id = of_person and c.ended_at is null;
    if not found then
        return false;
    end if;
    update identity.links l set ended_at = now()
     where l.user_id = of_person and l.kind in ('change_email_new', 'change_email_old')
       and l.used_at is null and l.ended_at is null;
    return true;
end $$;

-- Begins a change of address, and mails both. 'asked', whoever may have the new address; 'same' where it is
-- the account's; 'reserved' where nobody has mail; 'soon' after too many. An address that nobody ever verified is
-- nobody's to hold on to: its end may stop the change, and need not confirm it.
create function identity.ask_email_change(new_change uuid, address text) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    who uuid := identity.recent_account_holder();
    org uuid := coalesce(ctx.org(), identity.place_of(who));
    person record;
begin
    select u.email, u.email_verified_at into person from identity.users u where u.id = who for no key update;
    if person.email = lower(address) then
        return 'same';
    end if;
    if identity.is_reserved(address) then
        return 'reserved';
    end if;
    if (select count(*) from identity.email_changes c
         where c.user_id = who and c.created_at > now() - interval '1 hour') >= 5 then
        return 'soon';
    end if;
    perform identity.end_email_change(who, 'replaced');
    insert into identity.email_changes (user_id, id, new_email, expires_at, confirmed_old_at)
    values (who, new_change, lower(address), now() + interval '1 day',
            case when person.email_verified_at is null then now() end);
    perform mail.queue(org, who, who, null, person.email, 'change_email_old',
                       jsonb_build_object('address', lower(address)));
    perform mail.queue(org, who, who, null, lower(address), 'change_email_new', '{}');
    return 'asked';
end $$;

-- The bound person's own change that waits, to a session of the account's own.
create function identity.own_email_change()
returns table (new_email text, is_confirmed_new boolean, is_confirmed_old boolean, expires_at timestamptz)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select c.new_email, c.confirmed_new_at is not null, c.confirmed_old_at is not null, c.expires_at
      from identity.open_email_change(identity.account_holder()) c
     where identity.is_own()
$$;

-- The bound person takes their own change back.
create function identity.cancel_email_change() returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    return identity.end_email_change(identity.account_keeper(), 'stopped');
end $$;

-- What a link of a change that waits is about, without using it up. Only to the old mailbox does it tell
-- where the account would go, and to neither whose it is.
create function identity.email_change_face(link_hash bytea)
returns table (user_id uuid, is_old boolean, recipient text, new_email text, expires_at timestamptz)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select l.user_id, l.kind = 'change_email_old', o.recipient, c.new_email, least(l.expires_at, c.expires_at)
      from identity.links l
      join mail.outbox o on o.org_id = l.org_id and o.id = l.mail_id
      join identity.users u on u.id = l.user_id
      cross join lateral identity.open_email_change(l.user_id) c
     where l.token_hash = link_hash and l.kind in ('change_email_new', 'change_email_old')
       and l.used_at is null and l.ended_at is null and l.expires_at > clock_timestamp()
       and o.recipient = case l.kind when 'change_email_old' then u.email else c.new_email end
$$;

-- Stops a change: whoever has a link of it has one of the mailboxes, and need not be signed in. False
-- where none waits.
create function identity.stop_email_change(link_hash bytea) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    whose uuid := (select f.user_id from identity.email_change_face(link_hash) f);
begin
    if whose is null or not identity.end_email_change(whose, 'stopped') then
        return false;
    end if;
    perform audit.append_anonymous(identity.first_org(whose), whose, 'identity.email_change_stopped',
                                   audit.text_id('usr', whose));
    return true;
end $$;

-- What follows another address: the other sessions end, and whatever link could still open the account; both
-- mailboxes are told, and each organisation. For definer functions alone.
create function identity.email_was_changed(of_person uuid, old_email text, but_session uuid) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    org uuid := identity.place_of(of_person);
begin
    update identity.sessions s set ended_at = now()
     where s.user_id = of_person and s.ended_at is null and s.id is distinct from but_session;
    update identity.links l set ended_at = now()
     where l.user_id = of_person and l.used_at is null and l.ended_at is null;
    perform mail.queue(org, of_person, of_person, null, told.address, 'email_changed',
                       jsonb_build_object('address', u.email))
       from identity.users u, lateral (values (old_email), (u.email)) told (address) where u.id = of_person;
    perform audit.append_anonymous(m.org_id, of_person, 'identity.email_changed', audit.text_id('usr', of_person))
       from identity.memberships m where m.user_id = of_person and m.removed_at is null;
end $$;

-- One of the mailboxes says yes, by its link and by whoever is signed in to the account: with the link alone,
-- whoever asks for somebody else's address could have its owner confirm it. 'waits' for the other one,
-- 'changed', 'taken' where the address became somebody's, or 'dead'.
create function identity.confirm_email_change(link_hash bytea) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    who uuid := identity.account_keeper();
    face record;
    change identity.email_changes;
    old_email text;
begin
    -- Both ends at once come one after the other.
    select u.email into old_email from identity.users u where u.id = who for no key update;
    select * into face from identity.email_change_face(link_hash) f where f.user_id = who;
    if not found then
        return 'dead';
    end if;
    update identity.links l set used_at = now() where l.user_id = who and l.token_hash = link_hash;
    update identity.email_changes c
       set confirmed_old_at = case when face.is_old then now() else c.confirmed_old_at end,
           confirmed_new_at = case when face.is_old then c.confirmed_new_at else now() end
     where c.user_id = who and c.ended_at is null
    returning * into change;
    if change.confirmed_old_at is null or change.confirmed_new_at is null then
        return 'waits';
    end if;
    begin
        update identity.users u set email = change.new_email, email_verified_at = now() where u.id = who;
    exception when unique_violation then
        perform identity.end_email_change(who, 'taken');
        return 'taken';
    end;
    perform identity.end_email_change(who, 'done');
    perform identity.email_was_changed(who, old_email, ctx.principal());
    return 'changed';
end $$;

-- The operator's word that an account is another address's, where its own mailbox is lost: 'moved', 'gone'
-- where nobody has it, 'taken', or 'reserved' where nobody has mail. It verifies the new address, as identity.vouch
-- does where nobody moves. The account's password and factors stay; whoever moves in has those, or a reset by the new
-- mailbox.
create function identity.move_account(from_address text, to_address text) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    whose uuid;
begin
    if identity.is_reserved(to_address) then
        return 'reserved';
    end if;
    select u.id into whose from identity.users u where u.email = lower(from_address) for no key update;
    if not found then
        return 'gone';
    end if;
    perform identity.end_email_change(whose, 'replaced');
    update identity.users u set email = lower(to_address), email_verified_at = now() where u.id = whose;
    perform identity.email_was_changed(whose, lower(from_address), null);
    perform audit.append_system(m.org_id, 'identity.account_moved', audit.text_id('usr', whose), '{}', whose)
       from identity.memberships m where m.user_id = whose and m.removed_at is null;
    return 'moved';
exception when unique_violation then
    return 'taken';
end $$;

revoke all on function identity.open_email_change(uuid), identity.end_email_change(uuid, text),
    identity.ask_email_change(uuid, text), identity.own_email_change(), identity.cancel_email_change(),
    identity.email_change_face(bytea), identity.stop_email_change(bytea),
    identity.email_was_changed(uuid, text, uuid), identity.confirm_email_change(bytea),
    identity.move_account(text, text) from public;
grant execute on function identity.ask_email_change(uuid, text), identity.own_email_change(),
    identity.cancel_email_change(), identity.email_change_face(bytea), identity.stop_email_change(bytea),
    identity.confirm_email_change(bytea) to countersign_front;
-- To the one login whose process has no door to the outside: it takes an account over.
grant execute on function identity.move_account(text, text) to countersign_verifier;

revoke all on function ctx.bind_lone_session(bytea), identity.account_holder(), identity.account_keeper(), identity.recent_account_holder(),
    identity.own_account(), identity.own_address(), identity.addresses(), identity.own_sessions(),
    identity.end_own_session(uuid), identity.own_organisations(), identity.move_session(uuid),
    identity.switch_organisation(uuid), identity.make_organisation(uuid, text), identity.leave_organisation()
    from public;
grant execute on function ctx.bind_lone_session(bytea) to countersign_front, countersign_broker, countersign_verifier;
grant execute on function identity.own_account(), identity.own_address(), identity.addresses(),
    identity.own_sessions(), identity.end_own_session(uuid),
    identity.own_organisations(), identity.switch_organisation(uuid),
    identity.make_organisation(uuid, text), identity.leave_organisation() to countersign_front;

set local role countersign_owner;
