-- What links in mails do: verify an address, reset a password.

-- What the definer's functions below change.
create policy users_definer_change on identity.users for update to countersign_definer using (true) with check (true);
grant update (password_parameters, password_verifier, email_verified_at) on identity.users to countersign_definer;

set local role countersign_definer;

-- Uses a link up, once, whoever else tries at the same moment. For definer functions alone.
create function identity.use_link(of_kind text, link_hash bytea) returns identity.links
language sql security definer set search_path = pg_catalog, pg_temp as $$
    update identity.links l set used_at = now()
     where l.token_hash = link_hash and l.kind = of_kind
       and l.used_at is null and l.ended_at is null and l.expires_at > clock_timestamp()
       -- The address may have changed hands since.
       and (l.user_id is null or exists (select from identity.users u join mail.outbox o on o.recipient = u.email
                                          where u.id = l.user_id and o.org_id = l.org_id and o.id = l.mail_id))
    returning l.*
$$;

-- Whom a link that still works is for, without using it up.
create function identity.link_face(of_kind text, link_hash bytea)
returns table (user_id uuid, person_name text, email text, expires_at timestamptz)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select u.id, u.name, u.email, l.expires_at
      from identity.links l
      join identity.users u on u.id = l.user_id
      join mail.outbox o on o.org_id = l.org_id and o.id = l.mail_id and o.recipient = u.email
     where l.token_hash = link_hash and l.kind = of_kind and of_kind in ('verify_address', 'reset_password')
       and l.used_at is null and l.ended_at is null and l.expires_at > clock_timestamp()
$$;

-- Verifies the address of the bound person. Being signed in shows that the account is theirs, the
-- link that the mailbox is: with the link alone, whoever signs up under somebody else's address
-- could have its owner verify it for them.
create function identity.verify_address(link_hash bytea) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    face record;
    link identity.links;
begin
    select * into face from identity.link_face('verify_address', link_hash) f where f.user_id = ctx.person();
    if coalesce(ctx.kind(), '') not in ('session', 'lone_session') or not found then
        return false;
    end if;
    link := identity.use_link('verify_address', link_hash);
    if link.user_id is null then
        return false;
    end if;
    -- identity.displace may have held the account, and taken its address: looked at again.
    update identity.users u set email_verified_at = coalesce(u.email_verified_at, now())
     where u.id = link.user_id and u.email = face.email;
    return found;
end $$;

-- Has the verification mail sent again: 'again', 'soon', or 'verified'.
create function identity.ask_verification() returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    person record;
    org uuid;
    earlier uuid;
begin
    select u.id, u.email into person from identity.users u
     where u.id = ctx.person() and u.email_verified_at is null and ctx.kind() in ('session', 'lone_session');
    if not found then
        return 'verified';
    end if;
    org := coalesce(ctx.org(), identity.place_of(person.id));
    select o.id into earlier from mail.outbox o
     where o.org_id = org and o.user_id = person.id and o.template = 'verify_address' and o.recipient = person.email
     order by o.queued_at desc limit 1;
    if found then
        return mail.requeue(org, person.id, earlier);
    end if;
    return case when mail.queue(org, person.id, person.id, null, person.email, 'verify_address', '{}') is null
                then 'soon' else 'again' end;
end $$;

-- Tells the bound person of a change to their ways in. `what` is a word that the letter knows. For definer
-- functions alone.
create function identity.tell_of(what text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    perform mail.queue(coalesce(ctx.org(), identity.place_of(u.id)), u.id, u.id, null, u.email, 'ways_in_changed',
                       jsonb_build_object('what', what, 'at', now()))
       from identity.users u where u.id = ctx.person();
end $$;

-- The operator's word for an address, where a server sends no mail. Whether there is such a person.
create function identity.vouch(address text) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    person record;
begin
    update identity.users u set email_verified_at = coalesce(u.email_verified_at, now())
     where u.email = lower(address) and not identity.is_reserved(address)
    returning u.id into person;
    if not found then
        return false;
    end if;
    perform audit.append_system(m.org_id, 'identity.address_vouched', audit.text_id('usr', person.id), '{}', person.id)
       from identity.memberships m where m.user_id = person.id and m.removed_at is null;
    return true;
end $$;

-- Mails a link to whoever's address it is. Says nothing of whether that is anybody.
create function identity.ask_reset(address text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    account record;
begin
    select u.id, u.email into account from identity.users u where u.email = lower(address);
    perform audit.append_anonymous(identity.first_org(account.id), account.id, 'identity.reset_asked',
                                   audit.text_id('usr', account.id));
    if account.id is not null then
        perform mail.queue(identity.place_of(account.id), account.id, account.id, null, account.email,
                           'reset_password', '{}');
    end if;
end $$;

-- What follows a new password: every other session ends, and whatever link could still open the
-- account, or move it; its owner is told. For definer functions alone.
create function identity.password_was_set(of_person uuid, but_session uuid) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    update identity.sessions s set ended_at = now()
     where s.user_id = of_person and s.ended_at is null and s.id is distinct from but_session;
    update identity.links l set ended_at = now()
     where l.user_id = of_person and l.kind in ('reset_password', 'sign_in') and l.used_at is null and l.ended_at is null;
    perform identity.end_email_change(of_person, 'stopped');
    perform oauth.end_grant(g.org_id, g.id, 'password_set', 'oauth.grant_ended')
       from oauth.grants g where g.user_id = of_person and g.ended_at is null;
    -- And what was let in, and has not come for its tokens yet.
    update oauth.codes c set expires_at = least(c.expires_at, now()) where c.user_id = of_person and c.used_at is null;
    update oauth.device_codes d set state = 'denied' where d.user_id = of_person and d.state = 'approved';
    perform identity.open_doors(of_person);
    -- A thief's browser is among those that sign in without its person being told.
    delete from identity.devices d
     where d.user_id = of_person and d.device_hash is distinct from (
           select s.device_hash from identity.sessions s where s.id = but_session and s.user_id = of_person);
    -- Whoever had no more than the old password guessed there.
    update identity.factor_tries t set failures = 0, locked_until = now() where t.user_id = of_person and t.is_half;
    perform mail.queue(identity.place_of(of_person), of_person, of_person, null, u.email, 'password_changed', '{}')
       from identity.users u where u.id = of_person;
end $$;

-- Sets a password by a link. Whoever has the link has the mailbox, which verifies the address.
create function identity.reset_password(link_hash bytea, parameters text, proof bytea) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    link identity.links := identity.use_link('reset_password', link_hash);
begin
    if link.user_id is null then
        return false;
    end if;
    -- Whoever signed up under an address that was not theirs set up ways in of their own, and so could whoever runs
    -- the provider of the organisation that made the account: they are not its owner's, who is here now for the
    -- first time.
    if (select u.email_verified_at is null from identity.users u where u.id = link.user_id)
       or identity.is_unclaimed(link.user_id) then
        delete from identity.passkeys p where p.user_id = link.user_id;
        delete from identity.identities i where i.user_id = link.user_id;
        delete from identity.authenticators a where a.user_id = link.user_id;
        delete from identity.recovery_codes c where c.user_id = link.user_id;
        delete from identity.devices d where d.user_id = link.user_id;
        update access.api_keys k set revoked_at = now() where k.user_id = link.user_id and k.revoked_at is null;
    end if;
    update identity.users u
       set password_parameters = parameters, password_verifier = sha256(proof),
           email_verified_at = coalesce(u.email_verified_at, now())
     where u.id = link.user_id;
    perform identity.password_was_set(link.user_id, null);
    perform audit.append_anonymous(link.org_id, link.user_id, 'identity.password_reset', audit.text_id('usr', link.user_id));
    return true;
end $$;

-- Changes the password of the bound person, who proves to know the current one: whether they do.
create function identity.change_password(current_proof bytea, parameters text, proof bytea) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    is_right boolean;
begin
    perform identity.check_own();
    if identity.has_factor(ctx.person()) then
        perform ctx.require_recent();
    end if;
    is_right := identity.try_password(current_proof);
    if is_right then
        update identity.users u set password_parameters = parameters, password_verifier = sha256(proof)
         where u.id = ctx.person();
        perform identity.password_was_set(ctx.person(), ctx.principal());
    end if;
    return is_right;
end $$;

revoke all on function identity.tell_of(text), identity.use_link(text, bytea), identity.link_face(text, bytea), identity.verify_address(bytea),
    identity.ask_verification(), identity.vouch(text), identity.ask_reset(text), identity.password_was_set(uuid, uuid),
    identity.reset_password(bytea, text, bytea), identity.change_password(bytea, text, bytea) from public;
grant execute on function identity.link_face(text, bytea), identity.verify_address(bytea), identity.ask_verification(),
    identity.ask_reset(text), identity.reset_password(bytea, text, bytea),
    identity.change_password(bytea, text, bytea) to countersign_front;
grant execute on function identity.vouch(text) to countersign_broker;
