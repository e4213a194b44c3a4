-- An account, which is its person's and no organisation's: where its session is, and the organisations that
-- it is in.

-- What the definer's functions below change.
grant update (org_id) on identity.sessions to countersign_definer;

set local role countersign_definer;

-- A session of somebody in no organisation: it reaches what is the person's own by definer functions, and
-- no row of anybody's.
create function ctx.bind_lone_session(presented bytea) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    found_session record;
begin
    select s.id, s.user_id, s.authenticated_at > clock_timestamp() - interval '10 minutes' as is_recent
      into found_session
      from identity.sessions s
     where s.token_hash = presented and s.org_id = identity.nowhere()
       and s.ended_at is null and s.expires_at > clock_timestamp()
       and (s.second_factor_at is not null or not identity.has_factor(s.user_id));
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
    if coalesce(ctx.kind(), '') not in ('session', 'lone_session') then
        raise exception using errcode = '42501', message = 'a person at a browser is needed';
    end if;
    return ctx.person();
end $$;

-- The same, who has just shown who they are.
create function identity.recent_account_holder() returns uuid
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
    if not ctx.is_recent() then
        raise exception using errcode = 'CS008', message = 'this needs a recent proof of who it is';
    end if;
    return identity.account_holder();
end $$;

-- Who the bound person is.
create function identity.own_account()
returns table (user_id uuid, name text, email text, is_verified boolean, is_recent boolean, session_id uuid)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select u.id, u.name, u.email, u.email_verified_at is not null, ctx.is_recent(), ctx.principal()
      from identity.users u where u.id = identity.account_holder()
$$;

-- The organisations that the bound person is in, in the order of joining.
create function identity.own_organisations()
returns table (org_id uuid, name text, role text, custom_role text, joined_at timestamptz, mfa_required boolean,
               is_current boolean, is_last_owner boolean, others int)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select o.id, o.name, m.role, access.role_name(m.org_id, m.role_id), m.created_at, o.mfa_required,
           o.id is not distinct from ctx.org(),
           m.role = 'OWNER' and not exists (select from identity.memberships other
                where other.org_id = m.org_id and other.user_id <> m.user_id and other.role = 'OWNER'
                  and other.removed_at is null),
           (select count(*)::int from identity.memberships other
             where other.org_id = m.org_id and other.user_id <> m.user_id and other.removed_at is null)
      from identity.memberships m join identity.organisations o on o.id = m.org_id
     where m.user_id = identity.account_holder() and m.removed_at is null
     order by m.created_at, m.org_id
$$;

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
    who uuid := identity.account_holder();
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
    who uuid := identity.account_holder();
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

revoke all on function ctx.bind_lone_session(bytea), identity.account_holder(), identity.recent_account_holder(),
    identity.own_account(), identity.own_organisations(), identity.move_session(uuid),
    identity.switch_organisation(uuid), identity.make_organisation(uuid, text), identity.leave_organisation()
    from public;
grant execute on function ctx.bind_lone_session(bytea) to countersign_front, countersign_broker, countersign_verifier;
grant execute on function identity.own_account(), identity.own_organisations(), identity.switch_organisation(uuid),
    identity.make_organisation(uuid, text), identity.leave_organisation() to countersign_front;

set local role countersign_owner;
