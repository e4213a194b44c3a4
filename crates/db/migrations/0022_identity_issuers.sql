-- Signing in by an account elsewhere: what other issuers (OpenID Connect, GitHub) say of people.
--
-- The broker alone talks to issuers, verifies what they sign, and says here what they said: a stolen login of
-- the web process can neither begin nor answer an attempt, nor give anybody an identity. An identity is the
-- issuer's word for a person, never an address: an address that matches signs nobody in and links nothing.

create table identity.identities (
    user_id uuid not null references identity.users (id),
    id uuid not null,
    -- Who says it, as the issuer names itself, and whom it means (OpenID Connect Core 2: iss and sub).
    issuer text not null check (length(issuer) between 1 and 500),
    subject text not null check (length(subject) between 1 and 255),
    -- What the issuer calls them, to be shown.
    label text not null check (length(label) between 1 and 254),
    created_at timestamptz not null default now(),
    last_used_at timestamptz,
    primary key (user_id, id),
    unique (issuer, subject)
);

-- Round trips to an issuer that have begun.
create table identity.issuer_attempts (
    state_hash bytea primary key check (length(state_hash) = 32),
    purpose text not null check (purpose in ('sign_in', 'link', 'prove')),
    issuer text not null check (length(issuer) between 1 and 500),
    -- A digest of what only the browser that began it keeps.
    browser_hash bytea not null check (length(browser_hash) = 32),
    -- Whose it is, in which session; nobody's yet where it is to sign in.
    user_id uuid references identity.users (id),
    session_id uuid,
    -- Where to go on to, on this server.
    next text not null check (length(next) <= 2000),
    created_at timestamptz not null default now(),
    -- When somebody came back with it: nobody does a second time.
    taken_at timestamptz,
    -- What the issuer said of somebody who has no account here, until they make one.
    answered_at timestamptz check (answered_at is null or purpose = 'sign_in'),
    subject text,
    label text,
    email text check (email = lower(email) and length(email) between 3 and 254),
    -- Whether the issuer's word for the address is as good as a mail to it.
    is_authoritative boolean,
    check ((user_id is null) = (purpose = 'sign_in') and (session_id is null) = (purpose = 'sign_in')),
    check ((answered_at is null) = (subject is null) and (subject is null) = (label is null)
           and (label is null) = (email is null) and (email is null) = (is_authoritative is null))
);
create index issuer_attempts_by_age on identity.issuer_attempts (created_at);

do $$
declare t text;
begin
    foreach t in array array['identities', 'issuer_attempts'] loop
        execute format('alter table identity.%I enable row level security', t);
        execute format('alter table identity.%I force row level security', t);
        execute format('create policy %I on identity.%I for all to countersign_definer using (true) with check (true)', t || '_definer', t);
        execute format('grant select, insert, update, delete on identity.%I to countersign_definer', t);
    end loop;
end $$;

-- A person sees their own, at a browser.
create policy identities_own on identity.identities for select to countersign_front
    using (user_id = (select ctx.person()) and (select ctx.kind()) in ('session', 'lone_session')
           and (select identity.is_own()));
-- Whatever other policies come to let in, the row is the person's own (AC-06): access::private.
create policy private on identity.identities as restrictive for all to countersign_front
    using (user_id = (select ctx.person()));
grant select (user_id, id, issuer, label, created_at, last_used_at) on identity.identities to countersign_front;

-- Whoever signed up by an issuer has no password until they set one.
alter table identity.users add column has_password boolean not null default true;
-- Nobody but definer functions has a right to it: who has a password is not for colleagues to know.

set local role countersign_definer;

create function identity.note_password() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    new.has_password := true;
    return new;
end $$;

-- What lets a person in on its own. A link mailed to reset a password does too, and is not counted: an issuer
-- may be all that somebody has whose mail is gone.
create function identity.ways_in(of_user uuid) returns int
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select (select u.has_password::int from identity.users u where u.id = of_user)
         + (select count(*)::int from identity.passkeys p where p.user_id = of_user)
         + (select count(*)::int from identity.identities i where i.user_id = of_user)
$$;

-- Whether an organisation made the account, and its person never made it their own: by a password, or an account
-- elsewhere. For definer functions alone.
create function identity.is_unclaimed(of_user uuid) returns boolean
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select exists (select from identity.users u
                    where u.id = of_user and u.provisioned_by is not null and not u.has_password
                      and not exists (select from identity.identities i where i.user_id = u.id))
$$;

-- Whether the bound person has a password.
create function identity.has_password() returns boolean
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
    return (select u.has_password from identity.users u where u.id = ctx.person());
end $$;

-- The PKCE verifier (RFC 7636) and the nonce (OpenID Connect Core 3.1.2.1) of an attempt: made from its state
-- by the database's own key, so that neither is kept anywhere. For definer functions alone.
create function identity.attempt_secret(of_kind text, state bytea) returns text
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select ctx.mac('issuer ' || of_kind || ' ' || encode(state, 'hex'))
$$;

-- Takes old attempts away, some at a time. For definer functions alone.
create function identity.forget_attempts() returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
    delete from identity.issuer_attempts a
     where a.state_hash in (select old.state_hash from identity.issuer_attempts old
                             where old.created_at < now() - interval '30 minutes' limit 100 for update skip locked)
$$;

-- Refuses a round trip whose end would be of no use, or of too much, to whoever is bound. For definer functions alone.
create function identity.check_attempt(of_purpose text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if of_purpose = 'link' then
        perform ctx.require_recent();
        perform identity.check_own();
    elsif of_purpose = 'prove' and identity.has_factor(ctx.person()) then
        raise exception using errcode = 'CS010', message = 'the second factor is the proof';
    end if;
end $$;

-- Begins a round trip, to an issuer or to the provider of that number. For definer functions alone, which have looked
-- who is bound (identity.check_attempt).
create function identity.begin_attempt(
    of_purpose text, of_issuer text, of_provider uuid, state bytea, browser bytea, go_on text
) returns table (verifier text, nonce text)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    who uuid := ctx.person();
begin
    perform identity.forget_attempts();
    insert into identity.issuer_attempts (state_hash, purpose, issuer, browser_hash, user_id, session_id, next, provider_id)
    values (state, of_purpose, of_issuer, browser, who, case when who is null then null else ctx.principal() end, go_on,
            of_provider);
    return query select identity.attempt_secret('verifier', state), identity.attempt_secret('nonce', state);
end $$;

-- Begins a round trip for whoever is bound; for nobody, to sign in with. For the broker.
create function identity.begin_issuer_attempt(
    of_purpose text, of_issuer text, state bytea, browser bytea, go_on text
) returns table (verifier text, nonce text)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if (of_purpose = 'sign_in') <> (ctx.bound() is null) or of_purpose <> 'sign_in' and ctx.kind() not in ('session', 'lone_session') then
        raise exception using errcode = '42501', message = 'a person at a browser, or nobody, begins this';
    end if;
    perform identity.check_attempt(of_purpose);
    return query select b.verifier, b.nonce from identity.begin_attempt(of_purpose, of_issuer, null, state, browser, go_on) b;
end $$;

-- Somebody came back with a state. 'taken', once and within ten minutes; 'foreign' where another browser, another
-- session or another issuer's address has it, which uses nothing up; else 'gone'. `presented` is the hash of the
-- session's token, where the browser has one: nothing is bound yet. For the broker.
create function identity.take_issuer_attempt(state bytea, browser bytea, of_issuer text, presented bytea)
returns table (outcome text, purpose text, verifier text, nonce text, next text)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    attempt identity.issuer_attempts;
begin
    select a.* into attempt from identity.issuer_attempts a where a.state_hash = state for update;
    if not found or attempt.taken_at is not null or attempt.created_at < clock_timestamp() - interval '10 minutes' then
        return query select 'gone', null::text, null::text, null::text, null::text;
        return;
    end if;
    if attempt.browser_hash <> browser or attempt.issuer <> of_issuer
       or attempt.session_id is not null and not exists (
            select from identity.sessions s
             where s.id = attempt.session_id and s.user_id = attempt.user_id and s.token_hash = presented
               and s.ended_at is null and s.expires_at > clock_timestamp())
    then
        return query select 'foreign', null::text, null::text, null::text, null::text;
        return;
    end if;
    update identity.issuer_attempts a set taken_at = clock_timestamp() where a.state_hash = state;
    return query select 'taken', attempt.purpose,
        identity.attempt_secret('verifier', state), identity.attempt_secret('nonce', state), attempt.next;
end $$;

-- The attempt that an issuer's answer belongs to: taken a moment ago, and not answered yet. Nothing otherwise.
-- For definer functions alone.
create function identity.attempt_to_answer(state bytea, of_purpose text) returns identity.issuer_attempts
language sql security definer set search_path = pg_catalog, pg_temp as $$
    select a.* from identity.issuer_attempts a
     where a.state_hash = state and a.purpose = of_purpose and a.answered_at is null
       and a.taken_at > clock_timestamp() - interval '3 minutes'
       and a.user_id is not distinct from ctx.person()
       and a.session_id is not distinct from (case when ctx.bound() is null then null else ctx.principal() end)
       for update
$$;

-- Uses up the attempt that an answer belongs to: one at an organisation's provider, or at an issuer of the server's own.
-- Nothing where there is none. For definer functions alone.
create function identity.use_attempt(state bytea, of_purpose text, by_provider boolean) returns identity.issuer_attempts
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    attempt identity.issuer_attempts := identity.attempt_to_answer(state, of_purpose);
begin
    if attempt.state_hash is null or (attempt.provider_id is not null) <> by_provider then
        return null;
    end if;
    delete from identity.issuer_attempts a where a.state_hash = state;
    return attempt;
end $$;

-- Whether the issuer asked the person for their credentials in this very round trip. For definer functions alone.
create function identity.is_fresh(attempt identity.issuer_attempts, asked_at timestamptz) returns boolean
language sql immutable
return coalesce(asked_at >= attempt.created_at - interval '5 seconds', false);

-- An issuer says who signs in: starts a session for whom it is known to mean, and binds it.
--   'signed_in'   the session has begun, whole or owing its second factor
--   'unverified'  nobody is known by it, and the issuer does not vouch for an address
--   'exists'      nobody is known by it, and the address that it vouches for has an account: which it neither
--                 opens nor joins. Told to its organisation.
--   'new'         nobody is known by it, and the address is free: an account may be made
--   'gone'        there is no such attempt to answer
-- For the broker.
create function identity.sign_in_by_issuer(
    state bytea, of_subject text, called text, address text, has_authority boolean, asked_at timestamptz,
    session identity.new_session
) returns table (outcome text, person uuid)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    attempt identity.issuer_attempts;
    known record;
begin
    if ctx.bound() is not null then
        raise exception using errcode = '42501', message = 'somebody is signed in';
    end if;
    attempt := identity.attempt_to_answer(state, 'sign_in');
    if attempt.state_hash is null or attempt.provider_id is not null then
        return query select 'gone', null::uuid;
        return;
    end if;
    perform identity.hold_person(i.user_id) from identity.identities i
      where i.issuer = attempt.issuer and i.subject = of_subject;
    update identity.identities i set last_used_at = now(), label = called
     where i.issuer = attempt.issuer and i.subject = of_subject
    returning i.user_id into known;
    if found then
        delete from identity.issuer_attempts a where a.state_hash = state;
        perform identity.begin_session(identity.place_of(known.user_id), known.user_id, session, identity.is_fresh(attempt, asked_at));
        return query select 'signed_in', known.user_id;
        return;
    end if;
    if address is null then
        delete from identity.issuer_attempts a where a.state_hash = state;
        return query select 'unverified', null::uuid;
        return;
    end if;
    select u.id into known from identity.users u where u.email = lower(address);
    if found then
        delete from identity.issuer_attempts a where a.state_hash = state;
        perform audit.append_anonymous(identity.first_org(known.id), known.id, 'identity.issuer_not_linked',
                                       audit.text_id('usr', known.id));
        return query select 'exists', null::uuid;
        return;
    elsif identity.is_reserved(address) then
        delete from identity.issuer_attempts a where a.state_hash = state;
        return query select 'unverified', null::uuid;
        return;
    end if;
    update identity.issuer_attempts a
       set answered_at = clock_timestamp(), subject = of_subject, label = called, email = lower(address),
           is_authoritative = has_authority
     where a.state_hash = state;
    return query select 'new', null::uuid;
end $$;

-- Who may make an account by an attempt: whose browser has its state, ten minutes after the issuer's answer.
create function identity.issuer_newcomer(state bytea, browser bytea)
returns table (issuer text, email text, is_authoritative boolean, next text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select a.issuer, a.email, a.is_authoritative, a.next from identity.issuer_attempts a
     where a.state_hash = state and a.browser_hash = browser
       and a.answered_at > clock_timestamp() - interval '10 minutes'
$$;

-- An account with its first organisation and the identity that an issuer gave: 'signed_up', and its first session
-- has begun and is bound; 'exists' where the address got an account meanwhile, or the identity a person; 'gone'.
-- The session is as fresh as the account. The address counts as verified where the issuer's word is as good as a
-- mail; else the usual mail goes out.
create function identity.sign_up_by_issuer(
    state bytea, browser bytea, new_user uuid, person_name text, new_org uuid, org_name text, new_identity uuid,
    session identity.new_session
) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    attempt identity.issuer_attempts;
begin
    delete from identity.issuer_attempts a
     where a.state_hash = state and a.browser_hash = browser
       and a.answered_at > clock_timestamp() - interval '10 minutes'
    returning a.* into attempt;
    if not found then
        return 'gone';
    end if;
    if identity.is_reserved(attempt.email)
       or exists (select from identity.identities i where i.issuer = attempt.issuer and i.subject = attempt.subject)
    then
        return 'exists';
    end if;
    insert into identity.users (id, email, name, password_parameters, password_verifier, has_password, email_verified_at)
    values (new_user, attempt.email, person_name, identity.password_challenge(attempt.email),
            identity.no_password(), false, case when attempt.is_authoritative then now() end)
    on conflict (email) do nothing;
    if not found then
        return 'exists';
    end if;
    insert into identity.organisations (id, name) values (new_org, org_name);
    insert into identity.memberships (org_id, user_id, role, level) values (new_org, new_user, 'OWNER', 100);
    insert into identity.identities (user_id, id, issuer, subject, label, last_used_at)
    values (new_user, new_identity, attempt.issuer, attempt.subject, attempt.label, now());
    perform audit.append_anonymous(new_org, new_user, 'identity.signed_up', audit.text_id('usr', new_user));
    if not attempt.is_authoritative then
        perform mail.queue(new_org, new_user, new_user, null, attempt.email, 'verify_address', '{}');
    end if;
    perform identity.begin_session(new_org, new_user, session, true);
    return 'signed_up';
end $$;

-- An issuer says who the bound person is there: 'linked', 'yours' where it was already, 'taken' where it is
-- somebody else's, 'full', or 'gone'. That they are who they are here they proved before they left. For the broker.
create function identity.link_identity(state bytea, new_identity uuid, of_subject text, called text) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    who uuid := ctx.person();
    attempt identity.issuer_attempts := identity.use_attempt(state, 'link', false);
    holder uuid;
begin
    if attempt.state_hash is null then
        return 'gone';
    end if;
    perform from identity.users u where u.id = who for no key update;
    if (select count(*) from identity.identities i where i.user_id = who) >= 20 then
        return 'full';
    end if;
    insert into identity.identities (user_id, id, issuer, subject, label)
    values (who, new_identity, attempt.issuer, of_subject, called)
    on conflict (issuer, subject) do nothing;
    if found then
        perform identity.tell_of('identity_linked');
        return 'linked';
    end if;
    select i.user_id into holder from identity.identities i
     where i.issuer = attempt.issuer and i.subject = of_subject;
    return case when holder = who then 'yours' else 'taken' end;
end $$;

-- An issuer has just asked the bound person for their credentials: proof for their session, as by the password,
-- which is none where there is a second factor (ctx.bind_session).
-- 'proved'; 'stale' where it did not ask; 'other' where it means somebody else; 'gone'. For the broker.
create function identity.prove_by_issuer(state bytea, of_subject text, asked_at timestamptz) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    who uuid := ctx.person();
    attempt identity.issuer_attempts := identity.use_attempt(state, 'prove', false);
begin
    if attempt.state_hash is null then
        return 'gone';
    end if;
    if not exists (select from identity.identities i
                    where i.user_id = who and i.issuer = attempt.issuer and i.subject = of_subject) then
        return 'other';
    end if;
    if not identity.is_fresh(attempt, asked_at) then
        return 'stale';
    end if;
    update identity.sessions s set authenticated_at = now() where s.id = ctx.principal() and s.user_id = who;
    return 'proved';
end $$;

-- Takes an identity of the bound person away: 'removed', 'gone', or 'last' where nothing else lets them in.
create function identity.unlink_identity(of_identity uuid) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    who uuid := ctx.person();
begin
    if coalesce(ctx.kind(), '') not in ('session', 'lone_session') or not ctx.is_recent() then
        raise exception using errcode = 'CS008', message = 'this needs a recent proof of who it is';
    end if;
    perform identity.check_own();
    -- Two removals at once must not both leave the other's way in behind.
    perform from identity.users u where u.id = who for no key update;
    if not exists (select from identity.identities i where i.user_id = who and i.id = of_identity) then
        return 'gone';
    end if;
    if identity.ways_in(who) <= 1 then
        return 'last';
    end if;
    delete from identity.identities i where i.user_id = who and i.id = of_identity;
    perform identity.tell_of('identity_unlinked');
    return 'removed';
end $$;

revoke all on function identity.note_password(), identity.ways_in(uuid), identity.is_unclaimed(uuid), identity.has_password(),
    identity.attempt_secret(text, bytea), identity.forget_attempts(),
    identity.check_attempt(text), identity.begin_attempt(text, text, uuid, bytea, bytea, text), identity.begin_issuer_attempt(text, text, bytea, bytea, text),
    identity.use_attempt(bytea, text, boolean), identity.take_issuer_attempt(bytea, bytea, text, bytea), identity.attempt_to_answer(bytea, text),
    identity.is_fresh(identity.issuer_attempts, timestamptz),
    identity.sign_in_by_issuer(bytea, text, text, text, boolean, timestamptz, identity.new_session),
    identity.issuer_newcomer(bytea, bytea),
    identity.sign_up_by_issuer(bytea, bytea, uuid, text, uuid, text, uuid, identity.new_session),
    identity.link_identity(bytea, uuid, text, text), identity.prove_by_issuer(bytea, text, timestamptz),
    identity.unlink_identity(uuid) from public;
grant execute on function identity.begin_issuer_attempt(text, text, bytea, bytea, text),
    identity.take_issuer_attempt(bytea, bytea, text, bytea),
    identity.sign_in_by_issuer(bytea, text, text, text, boolean, timestamptz, identity.new_session),
    identity.link_identity(bytea, uuid, text, text), identity.prove_by_issuer(bytea, text, timestamptz)
    to countersign_broker;
grant execute on function identity.has_password(), identity.issuer_newcomer(bytea, bytea),
    identity.sign_up_by_issuer(bytea, bytea, uuid, text, uuid, text, uuid, identity.new_session),
    identity.unlink_identity(uuid) to countersign_front;
grant execute on function identity.note_password() to countersign_owner;

set local role countersign_owner;
create trigger note_password before update of password_verifier on identity.users
    for each row execute function identity.note_password();
