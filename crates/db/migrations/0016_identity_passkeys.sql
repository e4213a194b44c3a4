-- Passkeys (WebAuthn Level 3): as a second factor, as a fresh proof, and as the one thing to sign in with.
--
-- The broker alone makes the challenges, verifies what an authenticator answers, and says here that it was
-- right: a stolen login of the web process can neither ask for a challenge nor claim an answer.

create table identity.passkeys (
    user_id uuid not null references identity.users (id),
    id uuid not null,
    -- What the authenticator calls it. Nobody else's may be called the same (WebAuthn 7.1 step 26).
    credential_id bytea not null unique check (length(credential_id) between 1 and 1023),
    -- COSE_Key, as the authenticator wrote it.
    public_key bytea not null check (length(public_key) <= 600),
    name text not null check (length(name) between 1 and 60),
    -- How the browser reaches the authenticator, for it to ask the right one.
    transports text[] not null check (cardinality(transports) <= 10 and length(array_to_string(transports, '')) <= 200),
    -- How often it has signed; 0 where the authenticator does not count.
    sign_count bigint not null check (sign_count between 0 and 4294967295),
    -- Whether the authenticator may copy it to other devices, which never changes, and whether it has.
    is_syncable boolean not null,
    is_synced boolean not null check (is_syncable or not is_synced),
    created_at timestamptz not null default now(),
    last_used_at timestamptz,
    -- When its counter did not go up: somebody may hold a copy.
    doubted_at timestamptz,
    primary key (user_id, id)
);

-- Challenges that wait for their answer.
create table identity.passkey_challenges (
    challenge_hash bytea primary key check (length(challenge_hash) = 32),
    purpose text not null check (purpose in ('sign_in', 'prove', 'add')),
    -- Who may answer it, in which session; nobody is known yet where it is for signing in.
    user_id uuid references identity.users (id),
    session_id uuid,
    expires_at timestamptz not null check (expires_at <= created_at + interval '5 minutes'),
    created_at timestamptz not null default now(),
    check ((user_id is null) = (purpose = 'sign_in') and (session_id is null) = (purpose = 'sign_in'))
);
create index passkey_challenges_by_end on identity.passkey_challenges (expires_at);

do $$
declare t text;
begin
    foreach t in array array['passkeys', 'passkey_challenges'] loop
        execute format('alter table identity.%I enable row level security', t);
        execute format('alter table identity.%I force row level security', t);
        execute format('create policy %I on identity.%I for all to countersign_definer using (true) with check (true)', t || '_definer', t);
        execute format('grant select, insert, update, delete on identity.%I to countersign_definer', t);
    end loop;
end $$;

-- A person sees their own, at a browser; nobody reads a key.
create policy passkeys_own on identity.passkeys for select to countersign_front
    using (user_id = (select ctx.person()) and (select ctx.kind()) in ('session', 'lone_session')
           and (select identity.is_own()));
-- Whatever other policies come to let in, the row is the person's own (AC-06): access::private.
create policy private on identity.passkeys as restrictive for all to countersign_front
    using (user_id = (select ctx.person()));
grant select (user_id, id, name, is_synced, created_at, last_used_at, doubted_at) on identity.passkeys to countersign_front;

set local role countersign_definer;

-- What authenticators know a person by: always the same, and nothing to recognise them by (WebAuthn 14.6.1).
create function identity.passkey_handle(of_user uuid) returns bytea
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select decode(ctx.mac('passkey ' || of_user::text), 'hex')
$$;

-- Keeps a challenge for whoever is bound; for nobody, to sign in with. Who that is, for their authenticator,
-- and how many passkeys they have comes back: nulls and 0 where it is nobody. For the broker.
create function identity.begin_passkey(of_purpose text, hash bytea)
returns table (handle bytea, email text, owned int)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    who uuid := ctx.person();
begin
    if (of_purpose = 'sign_in') <> (ctx.bound() is null)
       or of_purpose <> 'sign_in' and ctx.kind() not in ('session', 'half_session', 'lone_session') then
        raise exception using errcode = '42501', message = 'a person at a browser, or nobody, begins this';
    end if;
    if of_purpose = 'add' and not identity.may_change_factors() then
        raise exception using errcode = 'CS008', message = 'this needs a recent proof of who it is';
    end if;
    delete from identity.passkey_challenges c
     where c.challenge_hash in (select old.challenge_hash from identity.passkey_challenges old
                                 where old.expires_at < now() limit 100 for update skip locked);
    insert into identity.passkey_challenges (challenge_hash, purpose, user_id, session_id, expires_at)
    values (hash, of_purpose, who, case when who is null then null else ctx.principal() end,
            now() + interval '5 minutes');
    return query
        select identity.passkey_handle(who), u.email,
               (select count(*)::int from identity.passkeys p where p.user_id = who)
          from (select 1) one left join identity.users u on u.id = who;
end $$;

-- The passkeys of whoever is bound, for a browser to look for. For the broker.
create function identity.passkeys_to_ask()
returns table (credential_id bytea, transports text[])
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select p.credential_id, p.transports from identity.passkeys p
     where p.user_id = ctx.person() order by p.created_at, p.id
$$;

-- Takes a challenge away, which answers it once; false where it is not, or no more, for whoever is bound to
-- answer. For the broker.
create function identity.take_passkey_challenge(of_purpose text, hash bytea) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    delete from identity.passkey_challenges c
     where c.challenge_hash = hash and c.purpose = of_purpose and c.expires_at > clock_timestamp()
       and c.user_id is not distinct from ctx.person()
       and c.session_id is not distinct from (case when of_purpose = 'sign_in' then null else ctx.principal() end);
    return found;
end $$;

-- Adds a passkey of whoever is bound: 'added', 'exists', or 'full'. For the broker.
create function identity.add_passkey(
    new_passkey uuid, credential bytea, key bytea, new_name text, ways text[], signed bigint,
    may_sync boolean, has_synced boolean
) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    who uuid := ctx.person();
begin
    if not identity.may_change_factors() then
        raise exception using errcode = 'CS008', message = 'this needs a recent proof of who it is';
    end if;
    perform from identity.users u where u.id = who for no key update;
    if (select count(*) from identity.passkeys p where p.user_id = who) >= 20 then
        return 'full';
    end if;
    insert into identity.passkeys (user_id, id, credential_id, public_key, name, transports, sign_count,
                                   is_syncable, is_synced)
    values (who, new_passkey, credential, key, new_name, ways, signed, may_sync, has_synced)
    on conflict (credential_id) do nothing;
    if not found then
        return 'exists';
    end if;
    -- Whoever makes a factor has it at hand: their session owes none.
    update identity.sessions s
       set authenticated_at = now(), second_factor_at = now()
     where s.id = ctx.principal() and s.user_id = who;
    perform identity.tell_of('passkey_added');
    return 'added';
end $$;

-- The passkey that an answer names: of whoever is bound, or, where nobody is, of whoever has it. Of an account that
-- an organisation made, and that its person never made their own, it is a second factor and no way in: whoever runs
-- the organisation's provider can have made it. One answer after the other, so that none is measured against an
-- older counter. For the broker.
create function identity.passkey_to_verify(credential bytea)
returns table (passkey uuid, person uuid, handle bytea, public_key bytea, is_syncable boolean)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
begin
    return query
    select p.id, p.user_id, identity.passkey_handle(p.user_id), p.public_key, p.is_syncable
      from identity.passkeys p
     where p.credential_id = credential
       and case when ctx.bound() is null then not identity.is_unclaimed(p.user_id) else p.user_id = ctx.person() end
       for no key update;
end $$;

-- Writes down that an answer was wrong. Nobody guesses a signature, so nobody waits for the next try. For
-- the broker.
create function identity.passkey_wrong(of_passkey uuid, of_person uuid) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    who uuid := coalesce(ctx.person(), of_person);
    org uuid := (select s.org_id from identity.sessions s where s.id = ctx.principal() and s.user_id = who);
begin
    perform audit.append_anonymous(coalesce(org, identity.first_org(who)), who, 'identity.passkey_wrong',
        coalesce(audit.text_id('pky', of_passkey), audit.text_id('usr', who)));
end $$;

-- Counts a use. False, and told in the audit log, where the counter did not go up (WebAuthn 7.2 step 22):
-- whoever answered may hold a copy. For definer functions alone.
create function identity.count_passkey(of_passkey uuid, of_person uuid, signed bigint, has_synced boolean) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    org uuid := (select s.org_id from identity.sessions s where s.id = ctx.principal() and s.user_id = of_person);
begin
    update identity.passkeys p
       set sign_count = signed, is_synced = has_synced, last_used_at = now()
     where p.user_id = of_person and p.id = of_passkey
       and (signed > p.sign_count or signed = 0 and p.sign_count = 0);
    if found then
        return true;
    end if;
    update identity.passkeys p set doubted_at = now() where p.user_id = of_person and p.id = of_passkey;
    perform audit.append_anonymous(coalesce(org, identity.first_org(of_person)), of_person,
        'identity.passkey_copied', audit.text_id('pky', of_passkey));
    return false;
end $$;

-- The bound person answered with their passkey: proof for the session, as by any second factor. For the
-- broker.
create function identity.passkey_given(of_passkey uuid, signed bigint, has_synced boolean) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    who uuid := ctx.person();
begin
    if not identity.count_passkey(of_passkey, who, signed, has_synced) then
        return false;
    end if;
    update identity.sessions s
       set authenticated_at = now(), second_factor_at = now()
     where s.id = ctx.principal() and s.user_id = who;
    return true;
end $$;

-- Starts a session for whoever answered with a passkey that asked who was there: both factors at once. Binds
-- it. 'signed_in', or 'copied'. For the broker.
create function identity.sign_in_by_passkey(
    of_passkey uuid, of_person uuid, signed bigint, has_synced boolean, session identity.new_session
) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    org uuid := identity.place_of(of_person);
begin
    if ctx.bound() is not null then
        raise exception using errcode = '42501', message = 'somebody is signed in';
    end if;
    perform identity.hold_person(of_person);
    if identity.is_unclaimed(of_person) then
        raise exception using errcode = '42501', message = 'the account is its organisation''s, and this is no way in';
    end if;
    if not identity.count_passkey(of_passkey, of_person, signed, has_synced) then
        return 'copied';
    end if;
    perform identity.begin_session(org, of_person, session, true);
    update identity.sessions s set second_factor_at = now() where s.org_id = org and s.id = session.id;
    perform identity.bind_new(session.token_hash);
    return 'signed_in';
end $$;

-- Gives a passkey of the bound person another name.
create function identity.rename_passkey(of_passkey uuid, new_name text) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    perform identity.check_own();
    perform ctx.require_recent();
    update identity.passkeys p set name = new_name where p.user_id = ctx.person() and p.id = of_passkey;
    return found;
end $$;

-- Removes a passkey of the bound person: 'removed'; 'gone' where there is none; 'kept' where it is the last
-- second factor of a person whose organisation asks for one; 'last' where nothing else lets them in. With the
-- last factor go the codes that stood in for it.
create function identity.remove_passkey(of_passkey uuid) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    who uuid := ctx.person();
begin
    perform identity.check_own();
    perform ctx.require_recent();
    -- Two removals at once must not both leave the other's factor behind.
    perform from identity.users u where u.id = who for no key update;
    if not exists (select from identity.passkeys p where p.user_id = who and p.id = of_passkey) then
        return 'gone';
    end if;
    if identity.owes_factor(who) and identity.factor_count(who) = 1 then
        return 'kept';
    end if;
    if identity.ways_in(who) = 1 then
        return 'last';
    end if;
    delete from identity.passkeys p where p.user_id = who and p.id = of_passkey;
    perform identity.drop_idle_codes(who);
    perform identity.tell_of('passkey_removed');
    return 'removed';
end $$;

revoke all on function identity.passkey_handle(uuid), identity.begin_passkey(text, bytea), identity.passkeys_to_ask(),
    identity.take_passkey_challenge(text, bytea),
    identity.add_passkey(uuid, bytea, bytea, text, text[], bigint, boolean, boolean),
    identity.passkey_to_verify(bytea), identity.passkey_wrong(uuid, uuid),
    identity.count_passkey(uuid, uuid, bigint, boolean), identity.passkey_given(uuid, bigint, boolean),
    identity.sign_in_by_passkey(uuid, uuid, bigint, boolean, identity.new_session),
    identity.rename_passkey(uuid, text), identity.remove_passkey(uuid) from public;
grant execute on function identity.begin_passkey(text, bytea), identity.passkeys_to_ask(),
    identity.take_passkey_challenge(text, bytea),
    identity.add_passkey(uuid, bytea, bytea, text, text[], bigint, boolean, boolean),
    identity.passkey_to_verify(bytea), identity.passkey_wrong(uuid, uuid),
    identity.passkey_given(uuid, bigint, boolean),
    identity.sign_in_by_passkey(uuid, uuid, bigint, boolean, identity.new_session) to countersign_broker;
grant usage on type identity.new_session to countersign_broker;
grant execute on function identity.rename_passkey(uuid, text), identity.remove_passkey(uuid) to countersign_front;
