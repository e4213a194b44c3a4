-- Second factors: authenticator apps (RFC 6238) and recovery codes; and recent authentication.
--
-- A session that still owes its second factor binds nothing but itself (ctx.bind_half_session): whoever
-- stole a password reads no row with it. Whether one is owed is asked anew at each binding, so that a
-- requirement that an organisation sets, and a factor that a person adds, hold from the next request.
--
-- The broker alone opens an authenticator's key and says whether a code was right: a stolen login of the
-- web process cannot pass a second factor that it has not seen.

create table identity.authenticators (
    user_id uuid primary key references identity.users (id),
    key_id text not null references broker.server_keys (id),
    sealed bytea not null check (length(sealed) <= 200),
    created_at timestamptz not null default now(),
    -- Null until a first code has shown that the app holds the key.
    confirmed_at timestamptz,
    -- The newest time step whose code was taken: none is taken twice (RFC 6238 5.2).
    last_step bigint not null default 0
);

create table identity.recovery_codes (
    user_id uuid not null references identity.users (id),
    code_hash bytea not null check (length(code_hash) = 32),
    created_at timestamptz not null default now(),
    used_at timestamptz,
    primary key (user_id, code_hash)
);

-- Wrong codes and passwords of people who are past the first factor, or signed in: apart, since whoever has no more
-- than the password would else have its person wait where they are signed in, and take the password away. And apart
-- for the sessions that an organisation's provider began: whoever runs it would have its people wait everywhere.
create table identity.factor_tries (
    user_id uuid not null references identity.users (id),
    is_half boolean not null default false,
    -- The provider of those sessions; for the account's own, none.
    provider_id uuid not null default '00000000-0000-0000-0000-000000000000',
    failures int not null default 0,
    locked_until timestamptz not null default now(),
    primary key (user_id, is_half, provider_id)
);

do $$
declare t text;
begin
    foreach t in array array['authenticators', 'recovery_codes', 'factor_tries'] loop
        execute format('alter table identity.%I enable row level security', t);
        execute format('alter table identity.%I force row level security', t);
        execute format('create policy %I on identity.%I for all to countersign_definer using (true) with check (true)', t || '_definer', t);
    end loop;
end $$;
grant select, insert, update, delete on identity.authenticators, identity.recovery_codes to countersign_definer;
grant select, insert, update on identity.factor_tries to countersign_definer;
create policy sessions_definer_prove on identity.sessions for update to countersign_definer using (true) with check (true);
grant update (authenticated_at, second_factor_at, ended_at) on identity.sessions to countersign_definer;
create policy organisations_definer_set on identity.organisations for update to countersign_definer using (true) with check (true);
grant update (mfa_required) on identity.organisations to countersign_definer;

set local role countersign_definer;

-- The functions here know of passkeys (migration 0016) too: what a person owes is asked in one place.
create function identity.has_factor(of_user uuid) returns boolean
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
    return exists (select from identity.authenticators a where a.user_id = of_user and a.confirmed_at is not null)
        or exists (select from identity.passkeys p where p.user_id = of_user);
end $$;

create function identity.factor_count(of_user uuid) returns int
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
    return (select count(*) from identity.authenticators a where a.user_id = of_user and a.confirmed_at is not null)
         + (select count(*) from identity.passkeys p where p.user_id = of_user);
end $$;

-- Whether any organisation of the person asks for a second factor.
create function identity.owes_factor(of_user uuid) returns boolean
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select exists (select from identity.memberships m join identity.organisations o on o.id = m.org_id
                    where m.user_id = of_user and m.removed_at is null and o.mfa_required)
$$;

-- Takes the recovery codes away that no factor is left for. For definer functions alone.
create function identity.drop_idle_codes(of_user uuid) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if not identity.has_factor(of_user) then
        delete from identity.recovery_codes c where c.user_id = of_user;
    end if;
end $$;

create function ctx.bind_half_session(presented bytea) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    found_session record;
begin
    select s.id, s.user_id into found_session
      from identity.sessions s
      join identity.organisations o on o.id = s.org_id
     where s.token_hash = presented and s.ended_at is null and s.expires_at > clock_timestamp()
       and s.second_factor_at is null and (o.mfa_required or identity.has_factor(s.user_id));
    if not found then
        raise exception using errcode = 'CS001', message = 'the session has ended, or owes no second factor';
    end if;
    -- No organisation and no level: no policy lets it see a row.
    perform ctx.bind('half_session', found_session.id, null, found_session.user_id, 0, '');
end $$;

-- Binds a session that has just begun, or moved, whether or not it owes a second factor and is in an
-- organisation.
create function identity.bind_new(new_token_hash bytea) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    perform ctx.bind_session(new_token_hash);
exception
    when sqlstate 'CS007' then perform ctx.bind_half_session(new_token_hash);
    when sqlstate 'CS023' then perform ctx.bind_lone_session(new_token_hash);
end $$;

-- What the bound person has, and owes.
create function identity.factor_state()
returns table (authenticator_since timestamptz, passkeys int, codes_left int, is_required boolean)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
    bound text[] := ctx.bound();
begin
    return query select
        (select a.confirmed_at from identity.authenticators a where a.user_id = bound[5]::uuid),
        (select count(*)::int from identity.passkeys p where p.user_id = bound[5]::uuid),
        (select count(*)::int from identity.recovery_codes c where c.user_id = bound[5]::uuid and c.used_at is null),
        coalesce((select o.mfa_required
                    from identity.sessions s join identity.organisations o on o.id = s.org_id
                   where s.id = bound[3]::uuid), false);
end $$;

-- The tries of the bound session. For definer functions alone.
create function identity.own_tries() returns identity.factor_tries
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select row(s.user_id, ctx.kind() = 'half_session',
               coalesce(s.provider_id, '00000000-0000-0000-0000-000000000000'), 0, now())::identity.factor_tries
      from identity.sessions s where s.id = ctx.principal() and s.user_id = ctx.person()
$$;

-- Takes the person's turn to try: seconds to wait, or 0. Turns are taken one after the other, so that
-- guesses at once are no more than guesses in a row. The next ones wait 2, 4, 8 … s after the fifth failure,
-- an hour at most.
create function identity.try_turn() returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    tries identity.factor_tries := identity.own_tries();
begin
    -- A key's holder could lock its owner out.
    if tries.user_id is null or ctx.kind() not in ('session', 'half_session', 'lone_session') then
        raise exception using errcode = '42501', message = 'no person at a browser is bound';
    end if;
    insert into identity.factor_tries (user_id, is_half, provider_id)
    values (tries.user_id, tries.is_half, tries.provider_id) on conflict do nothing;
    select * into tries from identity.factor_tries t
     where (t.user_id, t.is_half, t.provider_id) = (tries.user_id, tries.is_half, tries.provider_id) for update;
    return greatest(0, ceil(extract(epoch from tries.locked_until - clock_timestamp())))::int;
end $$;

-- Counts a wrong try of the bound person. For definer functions alone.
create function identity.count_wrong() returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
    update identity.factor_tries t
       set failures = t.failures + 1,
           locked_until = case when t.failures < 4 then now()
                               else clock_timestamp() + make_interval(secs => least(3600, 2 ^ least(t.failures - 3, 12))) end
      from identity.own_tries() own
     where (t.user_id, t.is_half, t.provider_id) = (own.user_id, own.is_half, own.provider_id)
$$;

-- Writes down how the try ended; what was right is proof for the session that is bound. `is_counted`: whether it was
-- counted as a wrong one before.
create function identity.tried(is_right boolean, what text, is_counted boolean default false) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    who uuid := ctx.person();
    session record;
begin
    select s.id, s.org_id into session from identity.sessions s where s.id = ctx.principal() and s.user_id = who;
    if not is_right then
        if not is_counted then
            perform identity.count_wrong();
        end if;
        perform audit.append_anonymous(session.org_id, who, 'identity.' || what || '_wrong', audit.text_id('usr', who));
        return;
    end if;
    update identity.factor_tries t set failures = 0, locked_until = now()
      from identity.own_tries() own
     where (t.user_id, t.is_half, t.provider_id) = (own.user_id, own.is_half, own.provider_id);
    update identity.sessions s
       set authenticated_at = now(),
           second_factor_at = case what when 'password' then s.second_factor_at else now() end
     where s.id = session.id;
end $$;

-- Whether the bound session may change the person's factors: authenticated lately, or about to set up
-- the first factor that its organisation asks for.
create function identity.may_change_factors() returns boolean
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
    -- Somebody whom an organisation made an account for, and who has no way in of their own, sets up the one that
    -- it asks for.
    if not (ctx.kind() = 'half_session' and identity.is_unclaimed(ctx.person())) then
        perform identity.check_own();
    end if;
    return ctx.is_recent() or ctx.kind() = 'half_session' and not identity.has_factor(ctx.person());
end $$;

-- Keeps a sealed key until a code confirms it. For the broker.
create function identity.begin_authenticator(by_key text, sealed_key bytea) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    who uuid := ctx.person();
begin
    if not identity.may_change_factors() then
        raise exception using errcode = 'CS008', message = 'this needs a recent proof of who it is';
    end if;
    insert into identity.authenticators as a (user_id, key_id, sealed) values (who, by_key, sealed_key)
    on conflict (user_id) do update set key_id = by_key, sealed = sealed_key, created_at = now()
     where a.confirmed_at is null;
    return found;
end $$;

-- The key that a code of the bound person is compared with, once it is their turn. For the broker.
create function identity.try_authenticator()
returns table (wait_seconds int, key_id text, sealed bytea, last_step bigint, is_confirmed boolean)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    wait int := identity.try_turn();
begin
    return query select wait, a.key_id, a.sealed, a.last_step, a.confirmed_at is not null
                   from identity.authenticators a
                  where a.user_id = ctx.person() and (a.confirmed_at is not null or identity.may_change_factors());
end $$;

-- How a code did: the time step that it was right for, or null. For the broker.
create function identity.authenticator_tried(step bigint) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    who uuid := ctx.person();
    is_right boolean;
    was_confirmed boolean := exists (select from identity.authenticators a
                                      where a.user_id = who and a.confirmed_at is not null);
begin
    update identity.authenticators a set last_step = step, confirmed_at = coalesce(a.confirmed_at, now())
     where a.user_id = who and a.last_step < step
       and (a.confirmed_at is not null or identity.may_change_factors());
    is_right := found;
    perform identity.tried(is_right, 'code');
    if is_right and not was_confirmed then
        perform identity.tell_of('authenticator_added');
    end if;
end $$;

-- Uses a recovery code of the bound person up, once it was counted as a wrong one (identity.count_recovery_code):
-- whether it is right.
create function identity.use_recovery_code(presented bytea) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    is_right boolean;
begin
    perform identity.use_counted_try(ctx.principal(), identity.own_door(), presented);
    update identity.recovery_codes c set used_at = now()
     where c.user_id = ctx.person() and c.code_hash = presented and c.used_at is null;
    is_right := found;
    perform identity.tried(is_right, 'recovery_code', true);
    if is_right then
        perform identity.tell_of('recovery_code_used');
    end if;
    return is_right;
end $$;

-- New recovery codes in place of all older ones.
create function identity.replace_recovery_codes(hashes bytea[]) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if not identity.is_unclaimed(ctx.person()) then
        perform identity.check_own();
    end if;
    perform ctx.require_recent();
    if not identity.has_factor(ctx.person()) or cardinality(hashes) <> 10 then
        raise exception using errcode = '42501', message = 'recovery codes go with a second factor';
    end if;
    delete from identity.recovery_codes c where c.user_id = ctx.person();
    if found then
        perform identity.tell_of('recovery_codes_made');
    end if;
    insert into identity.recovery_codes (user_id, code_hash) select ctx.person(), unnest(hashes);
end $$;

-- Removes the authenticator. False where it is the last second factor of a person whose organisation asks
-- for one. With the last factor go the codes that stood in for it.
create function identity.remove_authenticator() returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    who uuid := ctx.person();
begin
    perform identity.check_own();
    perform ctx.require_recent();
    -- Two removals at once must not both leave the other's factor behind.
    perform from identity.users u where u.id = who for no key update;
    if identity.owes_factor(who) and identity.factor_count(who) <= 1 then
        return false;
    end if;
    delete from identity.authenticators a where a.user_id = who;
    perform identity.drop_idle_codes(who);
    perform identity.tell_of('authenticator_removed');
    return true;
end $$;

-- The Argon2id parameters and salt of the bound person's own password.
create function identity.own_password_challenge() returns text
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
    return (select u.password_parameters from identity.users u where u.id = ctx.person());
end $$;

-- Looks at the password of the bound person, once it was counted as a wrong one (identity.count_password): whether it
-- is right. For definer functions alone.
create function identity.try_password(proof bytea) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    is_right boolean;
begin
    perform identity.use_counted_try(ctx.principal(), identity.own_door(), proof);
    is_right := exists (select from identity.users u where u.id = ctx.person() and u.password_verifier = sha256(proof));
    perform identity.tried(is_right, 'password', true);
    return is_right;
end $$;

-- Proves again who a session is by the password, for who has no second factor: identity.try_password.
create function identity.prove_password(proof bytea) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if identity.has_factor(ctx.person()) then
        raise exception using errcode = 'CS010', message = 'the second factor is the proof';
    end if;
    return identity.try_password(proof);
end $$;

-- Whether every member needs a second factor.
create function identity.require_second_factor(is_required boolean) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    org uuid := identity.recent_manager();
begin
    if is_required and not identity.has_factor(ctx.person()) then
        raise exception using errcode = 'CS009', message = 'whoever asks it of others has a second factor';
    end if;
    update identity.organisations o set mfa_required = is_required where o.id = org;
end $$;

-- Ends the session that is bound, whole or half.
create function identity.sign_out() returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    update identity.sessions s set ended_at = now()
     where s.id = ctx.principal() and s.user_id = ctx.person() and s.ended_at is null;
end $$;

-- A wrong or missing master key must stop the broker at start, whichever tenant's data key, or data key of the
-- server's own, it would fail on.
create function broker.master_keys_in_use() returns setof text
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select wrapped_by from broker.data_keys union select wrapped_by from broker.server_keys
$$;
-- How many ciphertexts there are, and how many nonces were used twice under one key. Nothing of
-- what they hold: the verifier's check of VA-01.
create function broker.nonces() returns table (sealed bigint, repeated bigint)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select count(*), count(*) - count(distinct (key_id, nonce)) from (
        select key_id, substring(s.sealed from 1 for 12) as nonce from broker.secrets s
        union all
        select p.payload_key_id, substring(p.payload_sealed from 1 for 12) from approvals.proposals p
         where p.payload_sealed <> ''
        union all
        -- What a key management service wrapped has a form of its own.
        select k.wrapped_by, substring(k.wrapped from 1 for 12) from broker.data_keys k where k.wrapped_by like 'file:%'
        union all
        select k.wrapped_by, substring(k.wrapped from 1 for 12) from broker.server_keys k where k.wrapped_by like 'file:%'
        union all
        select k.key_id, substring(k.sealed from 1 for 12) from broker.signing_keys k
        union all
        select t.key_id, substring(t.sealed from 1 for 12) from broker.token_keys t
        union all
        select a.key_id, substring(a.sealed from 1 for 12) from identity.authenticators a
    ) as all_nonces
$$;
-- How many data keys organisations have, for how many of them, and how much is not as it should be: values that the key
-- of another purpose seals, and data keys that two rows share. Nothing of what they hold: the verifier's check of VA-02.
create function broker.envelopes() returns table (organisations bigint, keys bigint, misplaced bigint, shared bigint)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select (select count(distinct k.org_id) from broker.data_keys k),
           (select count(*) from broker.data_keys k),
           (select count(*) from broker.secrets s
             where not exists (select from broker.data_keys k where k.org_id = s.org_id and k.id = s.key_id
                                                                and k.purpose = 'integration_tokens'))
         + (select count(*) from approvals.proposals p
             where p.payload_sealed <> ''
               and not exists (select from broker.data_keys k where k.org_id = p.org_id and k.id = p.payload_key_id
                                                                and k.purpose = 'approvals')),
           (select count(*) - least(count(distinct k.id), count(distinct k.wrapped)) from broker.data_keys k)
$$;
revoke all on function broker.master_keys_in_use(), broker.nonces(), broker.envelopes() from public;
grant execute on function broker.nonces(), broker.envelopes() to countersign_verifier;
grant execute on function broker.master_keys_in_use() to countersign_broker;

revoke all on function identity.has_factor(uuid), identity.factor_count(uuid), identity.owes_factor(uuid),
    identity.drop_idle_codes(uuid), ctx.bind_half_session(bytea), identity.bind_new(bytea),
    identity.factor_state(), identity.own_tries(), identity.try_turn(), identity.count_wrong(), identity.tried(boolean, text, boolean), identity.may_change_factors(),
    identity.begin_authenticator(text, bytea), identity.try_authenticator(), identity.authenticator_tried(bigint),
    identity.use_recovery_code(bytea), identity.replace_recovery_codes(bytea[]), identity.remove_authenticator(),
    identity.own_password_challenge(), identity.try_password(bytea), identity.prove_password(bytea),
    identity.require_second_factor(boolean), identity.sign_out() from public;
grant execute on function ctx.bind_half_session(bytea) to countersign_front, countersign_broker, countersign_verifier;
grant execute on function identity.begin_authenticator(text, bytea), identity.try_authenticator(),
    identity.authenticator_tried(bigint) to countersign_broker;
grant execute on function identity.factor_state(), identity.use_recovery_code(bytea),
    identity.replace_recovery_codes(bytea[]), identity.remove_authenticator(), identity.own_password_challenge(),
    identity.prove_password(bytea), identity.require_second_factor(boolean), identity.sign_out()
    to countersign_front;
