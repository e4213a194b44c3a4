-- Single sign-on: round trips to an organisation's provider, and what its word does. The broker alone asks providers.

set local role countersign_definer;

-- What an attempt at a provider has in place of an issuer. No issuer is a URN: they are addresses.
create function identity.provider_urn(provider uuid) returns text language sql immutable
return 'urn:uuid:' || provider::text;

-- All that it takes to ask a provider: its secret as sealed. For the broker.
create function identity.provider_to_ask(of_provider uuid)
returns table (org_id uuid, issuer text, client_id text, sso_url text, certificates bytea[], domains text[],
               sealed bytea, version int, key_id text, wrapped_by text, wrapped bytea)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select p.org_id, p.issuer, p.client_id, p.sso_url, p.certificates,
           array(select d.domain from identity.domains d where d.org_id = p.org_id and d.verified_at is not null),
           s.sealed, s.version, k.id, k.wrapped_by, k.wrapped
      from identity.providers p
      left join broker.secrets s on s.org_id = p.org_id and s.owner_id = p.id and s.field = 'client_secret'
      left join broker.data_keys k on k.org_id = s.org_id and k.id = s.key_id
     where p.id = of_provider
$$;

-- The organisations of the bound person that ask for their own sign-on, and let their own sessions in no more: what
-- links them to its provider begins outside of it. For definer functions alone.
create function identity.closed_orgs() returns setof uuid
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select m.org_id from identity.memberships m join identity.organisations o on o.id = m.org_id
     where m.user_id = ctx.person() and m.removed_at is null and o.requires_sso and m.role <> 'OWNER'
       and ctx.kind() in ('session', 'lone_session')
$$;

-- Begins a round trip to a provider: to sign in for nobody, else for a person at a browser. No row where it may
-- not begin: no such provider, or not on. For the broker.
create function identity.begin_provider_attempt(
    of_purpose text, of_provider uuid, state bytea, browser bytea, go_on text
) returns table (verifier text, nonce text, request_id text)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    it identity.providers;
begin
    if (of_purpose = 'sign_in') <> (ctx.bound() is null)
       or of_purpose <> 'sign_in' and ctx.kind() <> 'session' and not (of_purpose = 'link' and ctx.kind() = 'lone_session')
    then
        raise exception using errcode = '42501', message = 'a person at a browser, or nobody, begins this';
    end if;
    perform identity.check_attempt(of_purpose);
    if of_purpose = 'test' then
        perform identity.recent_manager();
    end if;
    select p.* into it from identity.providers p
     where p.id = of_provider and (of_purpose = 'sign_in' or p.org_id = ctx.org()
                                   or of_purpose = 'link' and p.org_id = any (array(select identity.closed_orgs())))
       and (of_purpose = 'test' or p.turned_on_at is not null);
    if it.id is null then
        return;
    end if;
    return query select b.verifier, b.nonce, identity.request_id(state)
      from identity.begin_attempt(of_purpose, identity.provider_urn(it.id), it.id, state, browser, go_on) b;
end $$;

-- The ID of a SAML request (SAML Core 1.3.4), made of its state as the nonce is. For definer functions alone.
create function identity.request_id(state bytea) returns text
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select '_' || identity.attempt_secret('request', state)
$$;

-- What the answer to an attempt must name. For the broker.
create function identity.request_of_attempt(state bytea) returns text
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select identity.request_id(a.state_hash) from identity.issuer_attempts a
     where a.state_hash = state and a.provider_id is not null and a.taken_at > clock_timestamp() - interval '3 minutes'
$$;

-- An account that an organisation makes for an address of a domain of its own, which counts as verified since the domain
-- is, and has no way in of its own. False where the address has one. For definer functions alone.
create function identity.add_account(of_org uuid, new_user uuid, address text, person_name text) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    insert into identity.users (id, email, name, password_parameters, password_verifier, has_password, email_verified_at,
                                provisioned_by)
    values (new_user, lower(address), person_name, identity.password_challenge(address), identity.no_password(), false,
            now(), of_org)
    on conflict (email) do nothing;
    return found;
end $$;

-- A provider says who signs in, and a session in its organisation begins, bound:
--   'signed_in'   it is known whom it means, or an account was made
--   'off'         it lets nobody in any more
--   'removed'     whom it means is a member no more
--   'no_address'  nobody is known by it, and it names no address
--   'outside'     the address is of no domain that the organisation has shown to be its own
--   'unknown'     it makes no accounts
--   'exists'      an account has the address: which it neither opens nor joins, but one that this organisation
--                 made, that nobody has another way into, and that holds no more than a newcomer may: else whoever
--                 sets a provider up would come as whoever is above them. One that never showed that the address is its own
--                 loses it (identity.displace)
--   'gone'        there is no such attempt to answer
-- For the broker.
create function identity.sign_in_by_provider(
    state bytea, of_subject text, called text, person_name text, address text, asked_at timestamptz,
    new_user uuid, new_identity uuid, session identity.new_session
) returns table (outcome text, person uuid)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    attempt identity.issuer_attempts;
    it identity.providers;
    who uuid;
    why text;
    made boolean := false;
begin
    if ctx.bound() is not null then
        raise exception using errcode = '42501', message = 'somebody is signed in';
    end if;
    attempt := identity.use_attempt(state, 'sign_in', true);
    if attempt.state_hash is null then
        return query select 'gone', null::uuid;
        return;
    end if;
    select p.* into it from identity.providers p
     where p.id = attempt.provider_id and p.turned_on_at is not null for share;
    if it.id is null then
        return query select 'off', null::uuid;
        return;
    end if;
    perform identity.hold_person(i.user_id) from identity.provider_identities i
      where i.org_id = it.org_id and i.provider_id = it.id and i.subject = of_subject;
    update identity.provider_identities i set last_used_at = now(), label = called
     where i.org_id = it.org_id and i.provider_id = it.id and i.subject = of_subject
    returning i.user_id into who;
    if who is null then
        select f.outcome, f.person into why, who from identity.provider_newcomer(it, lower(address), new_user) f;
        if why = 'new' then
            if not identity.add_account(it.org_id, new_user, address, person_name) then
                return query select 'exists', null::uuid;
                return;
            end if;
            insert into identity.memberships (org_id, user_id, role, level)
            values (it.org_id, new_user, 'PARTICIPANT', it.level);
            perform audit.append_anonymous(it.org_id, new_user, 'identity.made_by_provider', audit.text_id('usr', new_user));
            who := new_user;
            made := true;
        elsif why <> 'own' then
            return query select why, null::uuid;
            return;
        end if;
        insert into identity.provider_identities (org_id, provider_id, id, user_id, subject, label, last_used_at)
        values (it.org_id, it.id, new_identity, who, of_subject, called, now())
        on conflict do nothing;
        if not found and made then
            -- Two answers at once: the account that this one made goes with it.
            raise exception using errcode = '40001', message = 'the provider meant somebody else at the same moment';
        elsif not found then
            return query select 'exists', null::uuid;
            return;
        end if;
    end if;
    if not exists (select from identity.memberships m
                    where m.org_id = it.org_id and m.user_id = who and m.removed_at is null) then
        return query select 'removed', null::uuid;
        return;
    end if;
    perform identity.begin_session(it.org_id, who, session, identity.is_fresh(attempt, asked_at), it.id);
    return query select 'signed_in', who;
end $$;

-- What to make of an address that a provider names, of somebody whom it has not named before: 'new' where an
-- account is to be made, 'own' with the account that this organisation made and nobody has a way into, or why
-- not (identity.sign_in_by_provider). For definer functions alone.
create function identity.provider_newcomer(it identity.providers, address text, newcomer uuid)
returns table (outcome text, person uuid)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    account record;
begin
    if address is null then
        return query select 'no_address', null::uuid;
        return;
    end if;
    if not identity.is_own_address(it.org_id, address) then
        return query select 'outside', null::uuid;
        return;
    end if;
    select u.id, u.provisioned_by into account from identity.users u where u.email = address;
    if found and not (it.makes_accounts and identity.displace(it.org_id, address, newcomer)) then
        if account.provisioned_by is not distinct from it.org_id and identity.is_unclaimed(account.id)
           and not exists (select from identity.memberships m
                            where m.org_id = it.org_id and m.user_id = account.id
                              and (m.role not in ('PARTICIPANT', 'REVIEWER') or m.level > 40 or m.role_id is not null))
        then
            return query select 'own', account.id;
        else
            return query select 'exists', null::uuid;
        end if;
    elsif not it.makes_accounts then
        return query select 'unknown', null::uuid;
    else
        return query select 'new', null::uuid;
    end if;
end $$;

-- A provider says who the bound person is there: 'linked', 'yours' where it was already, 'taken' where it is
-- somebody else's, or 'gone'. Who they are here they proved before they left. For the broker.
create function identity.link_provider_identity(state bytea, new_identity uuid, of_subject text, called text) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    who uuid := ctx.person();
    attempt identity.issuer_attempts := identity.use_attempt(state, 'link', true);
    org uuid := (select p.org_id from identity.providers p
                  where p.id = attempt.provider_id and p.turned_on_at is not null
                    and (p.org_id = ctx.org() or p.org_id = any (array(select identity.closed_orgs()))));
    holder uuid;
begin
    if org is null then
        return 'gone';
    end if;
    perform identity.check_own();
    insert into identity.provider_identities (org_id, provider_id, id, user_id, subject, label)
    values (org, attempt.provider_id, new_identity, who, of_subject, called)
    on conflict do nothing;
    if found then
        perform identity.tell_of('identity_linked');
        return 'linked';
    end if;
    select i.user_id into holder from identity.provider_identities i
     where i.org_id = org and i.provider_id = attempt.provider_id and i.subject = of_subject;
    return case when holder is null then 'other' when holder = who then 'yours' else 'taken' end;
end $$;

-- A provider has just asked the person of the session that it began for their credentials: proof for it, as by
-- identity.prove_by_issuer. For the broker.
create function identity.prove_by_provider(state bytea, of_subject text, asked_at timestamptz) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    who uuid := ctx.person();
    attempt identity.issuer_attempts := identity.use_attempt(state, 'prove', true);
begin
    if attempt.state_hash is null then
        return 'gone';
    end if;
    if not exists (select from identity.provider_identities i join identity.providers p on p.org_id = i.org_id and p.id = i.provider_id
                    where i.org_id = ctx.org() and i.provider_id = attempt.provider_id and i.user_id = who
                      and i.subject = of_subject and p.turned_on_at is not null) then
        return 'other';
    end if;
    if not identity.is_fresh(attempt, asked_at) then
        return 'stale';
    end if;
    -- To an account's own session the organisation's word is no proof.
    update identity.sessions s set authenticated_at = now()
     where s.id = ctx.principal() and s.user_id = who and s.provider_id = attempt.provider_id;
    return case when found then 'proved' else 'other' end;
end $$;

-- Somebody came back from a provider that is being tried: 'tested', or 'gone'. It lets nobody in by that. For the
-- broker.
create function identity.provider_tested(state bytea) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    attempt identity.issuer_attempts := identity.use_attempt(state, 'test', true);
begin
    update identity.providers p set tested_at = now()
     where p.org_id = ctx.org_for('organisation.manage') and p.id = attempt.provider_id;
    return case when found then 'tested' else 'gone' end;
end $$;

-- Takes what a provider of the bound organisation knows the bound person by away. Whether there was such.
create function identity.unlink_provider_identity(of_identity uuid) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    who uuid := ctx.person();
begin
    if ctx.kind() is distinct from 'session' or not ctx.is_recent() then
        raise exception using errcode = 'CS008', message = 'this needs a recent proof of who it is';
    end if;
    perform identity.check_own();
    delete from identity.provider_identities i where i.org_id = ctx.org() and i.user_id = who and i.id = of_identity;
    if not found then
        return false;
    end if;
    update identity.sessions s set ended_at = now()
     where s.org_id = ctx.org() and s.user_id = who and s.provider_id is not null and s.ended_at is null;
    perform identity.tell_of('identity_unlinked');
    return true;
end $$;

-- The provider of the control organisation 'a', under that organisation's own number: it lets people in, for a
-- domain that nobody has mail at.
create function trust.make_control_provider() returns uuid
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    org uuid := (select m.org_id from identity.users u join identity.memberships m on m.user_id = u.id
                  where u.email = 'control-a@controls.invalid');
begin
    insert into identity.providers (org_id, id, kind, name, issuer, client_id, tested_at, turned_on_at)
    values (org, org, 'oidc', 'Control', 'https://controls.invalid', 'control', now(), now()) on conflict do nothing;
    insert into identity.domains (org_id, id, domain, challenge, verified_at)
    values (org, org, 'controls.invalid', repeat('0', 32), now()) on conflict do nothing;
    return org;
end $$;
revoke all on function trust.make_control_provider() from public;
grant execute on function trust.make_control_provider() to countersign_verifier;

revoke all on function identity.provider_urn(uuid), identity.provider_to_ask(uuid),
    identity.begin_provider_attempt(text, uuid, bytea, bytea, text), identity.request_id(bytea),
    identity.request_of_attempt(bytea), identity.add_account(uuid, uuid, text, text),
    identity.sign_in_by_provider(bytea, text, text, text, text, timestamptz, uuid, uuid, identity.new_session),
    identity.closed_orgs(), identity.provider_newcomer(identity.providers, text, uuid),
    identity.link_provider_identity(bytea, uuid, text, text), identity.prove_by_provider(bytea, text, timestamptz),
    identity.provider_tested(bytea), identity.unlink_provider_identity(uuid) from public;
grant execute on function identity.provider_to_ask(uuid),
    identity.begin_provider_attempt(text, uuid, bytea, bytea, text), identity.request_of_attempt(bytea),
    identity.sign_in_by_provider(bytea, text, text, text, text, timestamptz, uuid, uuid, identity.new_session),
    identity.link_provider_identity(bytea, uuid, text, text), identity.prove_by_provider(bytea, text, timestamptz),
    identity.provider_tested(bytea) to countersign_broker;
grant execute on function identity.unlink_provider_identity(uuid) to countersign_front;

set local role countersign_owner;
