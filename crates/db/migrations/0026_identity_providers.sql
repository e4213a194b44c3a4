-- Single sign-on of an organisation: its mail domains, and its own identity providers (OpenID Connect, SAML 2.0).
--
-- Whoever runs a provider says who its people are: in that organisation, and nowhere else. What it knows people
-- by stands apart from the identities of the server's own issuers (0022), and a session that it began is of no
-- use to the account (identity.check_own). The broker alone asks providers, and reads DNS.

-- Mail domains that an organisation says are its own. One that it has shown by a TXT record is routed to its
-- provider, and gets accounts made.
create table identity.domains (
    org_id uuid not null references identity.organisations (id),
    id uuid not null,
    domain text not null check (domain = lower(domain) and length(domain) between 4 and 253),
    -- What the record says, for whoever may manage the organisation.
    challenge text not null check (challenge ~ '^[0-9a-f]{32}$'),
    created_at timestamptz not null default now(),
    checked_at timestamptz,
    verified_at timestamptz,
    -- When DNS is asked next without anybody asking (identity.next_domain).
    next_check_at timestamptz not null default now() + interval '1 day',
    -- Since when DNS has said that the record is gone, and how often: once a day, and never where it said nothing.
    missing_since timestamptz check (missing_since is null or verified_at is not null),
    missing_days int not null default 0 check ((missing_days = 0) = (missing_since is null)),
    primary key (org_id, id),
    unique (org_id, domain)
);
create index domains_due on identity.domains (next_check_at) where verified_at is not null;
-- One organisation has it at a time: whoever can write into its zone now.
create unique index domains_verified on identity.domains (domain) where verified_at is not null;

create table identity.providers (
    org_id uuid not null references identity.organisations (id),
    id uuid not null unique,
    kind text not null check (kind in ('oidc', 'saml')),
    -- What the organisation calls it.
    name text not null check (length(name) between 1 and 100),
    -- As it names itself: `iss` of OpenID Connect, the entity id of SAML.
    issuer text not null check (length(issuer) between 1 and 500),
    -- OpenID Connect: this server, as the provider knows it. Its secret is in broker.secrets.
    client_id text check (length(client_id) between 1 and 300),
    secret_kept_at timestamptz,
    -- SAML: where people are sent (HTTP-Redirect), and what it signs with (X.509, DER).
    sso_url text check (length(sso_url) <= 1000),
    certificates bytea[] not null default '{}' check (cardinality(certificates) <= 4),
    -- Whether it makes accounts for people of the organisation's domains, and of which level.
    makes_accounts boolean not null default true,
    level int not null default 40 check (level in (40, 30, 20)),
    created_at timestamptz not null default now(),
    -- When somebody last came back from it as they should.
    tested_at timestamptz,
    turned_on_at timestamptz check (turned_on_at is null or tested_at is not null),
    primary key (org_id, id),
    check ((kind = 'oidc') = (client_id is not null) and (kind = 'saml') = (sso_url is not null)
           and (kind = 'saml') = (cardinality(certificates) > 0))
);
create unique index providers_on on identity.providers (org_id) where turned_on_at is not null;

-- What the next provider is called in addresses. Its admin makes an application there before there is one here, and
-- needs them for it.
alter table identity.organisations add column next_provider uuid not null default gen_random_uuid();

-- Whom a provider means by a subject.
create table identity.provider_identities (
    org_id uuid not null,
    provider_id uuid not null,
    id uuid not null,
    user_id uuid not null,
    subject text not null check (length(subject) between 1 and 255),
    label text not null check (length(label) between 1 and 254),
    created_at timestamptz not null default now(),
    last_used_at timestamptz,
    primary key (org_id, provider_id, id),
    unique (org_id, provider_id, subject),
    unique (org_id, provider_id, user_id),
    foreign key (org_id, provider_id) references identity.providers (org_id, id) on delete cascade,
    foreign key (org_id, user_id) references identity.memberships (org_id, user_id)
);

-- Round trips to a provider are attempts like those to an issuer; the issuer of one is a name for the provider
-- that no issuer has (identity.provider_urn).
alter table identity.issuer_attempts
    add column provider_id uuid references identity.providers (id) on delete cascade,
    drop constraint issuer_attempts_purpose_check,
    add constraint issuer_attempts_purpose_check
        check (purpose in ('sign_in', 'link', 'prove') or purpose = 'test' and provider_id is not null);

alter table identity.sessions
    add foreign key (org_id, provider_id) references identity.providers (org_id, id) on delete set null (provider_id);

do $$
declare t text;
begin
    foreach t in array array['domains', 'providers', 'provider_identities'] loop
        execute format('alter table identity.%I enable row level security', t);
        execute format('alter table identity.%I force row level security', t);
        execute format('create policy %I on identity.%I for all to countersign_definer using (true) with check (true)', t || '_definer', t);
        execute format('grant select, insert, update, delete on identity.%I to countersign_definer', t);
        -- identity.erase_organisation.
        execute format('create policy erase_find on identity.%I for select to countersign_definer using (true)', t);
        execute format('create policy erase on identity.%I for delete to countersign_definer using (true)', t);
    end loop;
end $$;
create policy domains_read on identity.domains for select to countersign_front, countersign_broker
    using (org_id = (select ctx.org_for('organisation.manage')));
create policy providers_read on identity.providers for select to countersign_front, countersign_broker
    using (org_id = (select ctx.org_for('organisation.manage')));
-- A person sees their own; whatever other policies come to let in, the row is theirs (AC-06): access::private.
create policy provider_identities_own on identity.provider_identities for select to countersign_front
    using (org_id = (select ctx.org()) and user_id = (select ctx.person()));
create policy private on identity.provider_identities as restrictive for all to countersign_front
    using (user_id = (select ctx.person()));
grant select on identity.domains, identity.providers to countersign_front, countersign_broker;
grant select (org_id, provider_id, id, user_id, label, created_at, last_used_at) on identity.provider_identities to countersign_front;
grant select (requires_sso, next_provider) on identity.organisations to countersign_front;
grant update (requires_sso, next_provider) on identity.organisations to countersign_definer;
grant delete on broker.secrets to countersign_definer;
create policy secrets_definer_remove on broker.secrets for delete to countersign_definer using (true);

set local role countersign_definer;

-- What an attempt at a provider has in place of an issuer. No issuer is a URN: they are addresses.
create function identity.provider_urn(provider uuid) returns text language sql immutable
return 'urn:uuid:' || provider::text;

-- The organisation of whoever is bound, where they may set its single sign-on up, and have just shown who they
-- are. For definer functions alone.
create function identity.recent_manager() returns uuid
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
    org uuid := ctx.org_for('organisation.manage');
begin
    if org is null or ctx.kind() <> 'session' then
        raise exception using errcode = '42501', message = 'this needs organisation.manage, at a browser';
    end if;
    perform ctx.require_recent();
    return org;
end $$;

-- Says that a domain is the organisation's: 'added', 'exists', or 'many'.
create function identity.add_domain(new_domain uuid, of_domain text) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    org uuid := identity.recent_manager();
begin
    if identity.is_reserved('@' || of_domain) then
        raise exception using errcode = '42501', message = 'nobody has mail at that domain';
    end if;
    perform from identity.organisations o where o.id = org for no key update;
    if (select count(*) from identity.domains d where d.org_id = org) >= 50 then
        return 'many';
    end if;
    insert into identity.domains (org_id, id, domain, challenge)
    values (org, new_domain, lower(of_domain), replace(gen_random_uuid()::text, '-', ''))
    on conflict do nothing;
    return case when found then 'added' else 'exists' end;
end $$;

-- The domain, whether or not it is verified, that its organisation has no more.
create function identity.remove_domain(of_domain uuid) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    org uuid := identity.recent_manager();
    removed text;
begin
    delete from identity.domains d where d.org_id = org and d.id = of_domain returning d.domain into removed;
    return removed;
end $$;

-- What DNS is asked for: the domain, its challenge, and that of another organisation that has shown it before.
-- For the broker.
create function identity.domain_to_check(of_domain uuid)
returns table (domain text, challenge text, rival_challenge text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select d.domain, d.challenge,
           (select r.challenge from identity.domains r
             where r.domain = d.domain and r.org_id <> d.org_id and r.verified_at is not null)
      from identity.domains d
     where d.org_id = ctx.org_for('organisation.manage') and d.id = of_domain
$$;

-- Whether DNS has said for long enough that the record of a domain is gone: on seven days and more, the first of them
-- seven days ago (identity::DOMAIN_GRACE). For definer functions alone.
create function identity.is_lost(it identity.domains) returns boolean language sql stable
return it.missing_days >= 7 and it.missing_since <= now() - interval '7 days';

-- Tells the owners of an organisation by mail of a domain of theirs. For definer functions alone.
create function identity.tell_owners(of_org uuid, of_template text, of_domain text, at timestamptz) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    perform mail.queue(m.org_id, u.id, u.id, null, u.email, of_template, jsonb_build_object('what', of_domain, 'at', at))
       from identity.memberships m join identity.users u on u.id = m.user_id
      where m.org_id = of_org and m.role = 'OWNER' and m.removed_at is null and u.email_verified_at is not null;
end $$;

-- DNS says that the record of a verified domain is gone. The first time, the organisation is told until when it has to
-- be back. For definer functions alone.
create function identity.domain_is_missing(it identity.domains) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    update identity.domains d
       set checked_at = now(), missing_since = coalesce(d.missing_since, now()), missing_days = d.missing_days + 1
     where d.org_id = it.org_id and d.id = it.id;
    if it.missing_days = 0 then
        perform audit.append_system(it.org_id, 'identity.domain_failing', audit.text_id('dom', it.id), '{}');
        perform identity.tell_owners(it.org_id, 'domain_failing', it.domain, now() + interval '7 days');
    end if;
end $$;

-- Takes a domain from an organisation that had it: nobody is sent to its provider by it any more, no account is made
-- for it. Sessions and accounts stay. For definer functions alone.
create function identity.end_domain(it identity.domains) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    update identity.domains d
       set checked_at = now(), verified_at = null, missing_since = null, missing_days = 0
     where d.org_id = it.org_id and d.id = it.id;
    perform audit.append_system(it.org_id, 'identity.domain_lost', audit.text_id('dom', it.id), '{}');
    perform identity.tell_owners(it.org_id, 'domain_lost', it.domain, now());
end $$;

-- What DNS said to somebody who asked: 'verified'; 'missing' where the record is not there; 'failing' where it was,
-- and the domain is the organisation's for some days yet; 'held' where another organisation's record still is. One
-- whose record is gone loses the domain to one whose record is there, and is told. For the broker.
create function identity.domain_checked(of_domain uuid, is_found boolean, is_rival_found boolean) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    org uuid := ctx.org_for('organisation.manage');
    it identity.domains;
    rival identity.domains;
begin
    select d.* into it from identity.domains d where d.org_id = org and d.id = of_domain for update;
    if it.id is null then
        return 'missing';
    end if;
    if not is_found and it.verified_at is not null then
        -- Days are counted by who asks unasked: whoever asks often loses nothing by it.
        if it.missing_days = 0 then
            perform identity.domain_is_missing(it);
        end if;
        update identity.domains d set checked_at = now() where d.org_id = org and d.id = it.id;
        return 'failing';
    end if;
    update identity.domains d set checked_at = now(), missing_since = null, missing_days = 0
     where d.org_id = org and d.id = it.id;
    if not is_found then
        return 'missing';
    elsif it.verified_at is not null then
        return 'verified';
    end if;
    select r.* into rival from identity.domains r
     where r.domain = it.domain and r.org_id <> org and r.verified_at is not null for update;
    if rival.id is not null then
        if is_rival_found is not false then
            return 'held';
        end if;
        perform identity.end_domain(rival);
    end if;
    update identity.domains d set verified_at = now(), next_check_at = now() + interval '1 day'
     where d.org_id = org and d.id = it.id;
    return 'verified';
exception when unique_violation then
    return 'held';
end $$;

-- The next domain to ask DNS about without anybody asking: each that is verified, once a day. Whoever takes it has an
-- hour, and no other process takes it meanwhile; where DNS gives no answer, it is asked again then. Nobody is bound.
-- For the broker.
create function identity.next_domain() returns table (org_id uuid, domain_id uuid, domain text, challenge text)
language sql security definer set search_path = pg_catalog, pg_temp as $$
    update identity.domains d set next_check_at = now() + interval '1 hour'
     where (d.org_id, d.id) = (
        select due.org_id, due.id from identity.domains due
         where due.verified_at is not null and due.next_check_at <= now() and not identity.is_reserved('@' || due.domain)
         order by due.next_check_at limit 1 for update skip locked)
    returning d.org_id, d.id, d.domain, d.challenge
$$;

-- What DNS said of it: 'kept', 'failing', 'lost' where it has said so for long enough, or 'gone' where nobody has just
-- taken it: a day is counted once. For the broker.
create function identity.domain_rechecked(of_org uuid, of_domain uuid, is_found boolean) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    it identity.domains;
begin
    update identity.domains d set next_check_at = now() + interval '1 day'
     where d.org_id = of_org and d.id = of_domain and d.verified_at is not null
       and d.next_check_at between now() and now() + interval '1 hour'
    returning d.* into it;
    if it.id is null then
        return 'gone';
    elsif is_found then
        update identity.domains d set checked_at = now(), missing_since = null, missing_days = 0
         where d.org_id = of_org and d.id = of_domain;
        return 'kept';
    elsif identity.is_lost(it) then
        perform identity.end_domain(it);
        return 'lost';
    end if;
    perform identity.domain_is_missing(it);
    return 'failing';
end $$;

-- A provider, which lets nobody in yet: its identifier, which was waiting for it; null where there are too many.
create function identity.add_provider(
    of_kind text, called text, of_issuer text, of_client text, of_sso_url text, of_certificates bytea[],
    does_make_accounts boolean, of_level int
) returns uuid
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    org uuid := identity.recent_manager();
    new_provider uuid;
begin
    select o.next_provider into new_provider from identity.organisations o where o.id = org for no key update;
    if (select count(*) from identity.providers p where p.org_id = org) >= 10 then
        return null;
    end if;
    update identity.organisations o set next_provider = gen_random_uuid() where o.id = org;
    insert into identity.providers (org_id, id, kind, name, issuer, client_id, sso_url, certificates, makes_accounts, level)
    values (org, new_provider, of_kind, called, of_issuer, of_client, of_sso_url, coalesce(of_certificates, '{}'),
            does_make_accounts, of_level);
    return new_provider;
end $$;

-- One more certificate whose key a provider of SAML signs with, beside those that it has: 'added', 'there', 'many' or
-- 'gone'. While it changes from one to another it has both.
create function identity.add_certificate(of_provider uuid, new_certificate bytea) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    org uuid := identity.recent_manager();
    present bytea[];
begin
    select p.certificates into present from identity.providers p
     where p.org_id = org and p.id = of_provider and p.kind = 'saml' for no key update;
    if present is null then
        return 'gone';
    elsif new_certificate = any (present) then
        return 'there';
    elsif cardinality(present) >= 4 then
        return 'many';
    end if;
    update identity.providers p set certificates = present || new_certificate where p.org_id = org and p.id = of_provider;
    return 'added';
end $$;

-- Takes a certificate away, by its SHA-256: what it signed counts no more. 'removed', 'last' where there would be none,
-- or 'gone'.
create function identity.remove_certificate(of_provider uuid, fingerprint bytea) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    org uuid := identity.recent_manager();
    present bytea[];
    others bytea[];
begin
    select p.certificates into present from identity.providers p
     where p.org_id = org and p.id = of_provider and p.kind = 'saml' for no key update;
    others := array(select c from unnest(present) c where sha256(c) <> fingerprint);
    if present is null or cardinality(others) = cardinality(present) then
        return 'gone';
    elsif cardinality(others) = 0 then
        return 'last';
    end if;
    update identity.providers p set certificates = others where p.org_id = org and p.id = of_provider;
    return 'removed';
end $$;

-- The organisation whose provider's secret the bound person may keep: broker.secrets takes it in the same
-- transaction. What was tested was tested with the old one. For the broker.
create function identity.provider_secret_kept(of_provider uuid) returns uuid
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    org uuid := identity.recent_manager();
begin
    update identity.providers p set secret_kept_at = now()
     where p.org_id = org and p.id = of_provider and p.kind = 'oidc';
    return case when found then org end;
end $$;

-- Ends what people do by a provider at once. For definer functions alone.
create function identity.end_provider_sessions(of_org uuid, of_provider uuid) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
    update identity.sessions s set ended_at = now()
     where s.org_id = of_org and s.provider_id = of_provider and s.ended_at is null;
$$;

-- Lets people in by a provider that was tested, and by no other one of the organisation: 'on', 'untested', or
-- 'gone'. Identities of another one stay, for when it is turned on again.
create function identity.turn_on_provider(of_provider uuid) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    org uuid := identity.recent_manager();
    it identity.providers;
begin
    perform from identity.organisations o where o.id = org for no key update;
    select p.* into it from identity.providers p where p.org_id = org and p.id = of_provider;
    if it.id is null then
        return 'gone';
    end if;
    if it.tested_at is null then
        return 'untested';
    end if;
    perform identity.end_provider_sessions(org, p.id)
       from identity.providers p where p.org_id = org and p.id <> of_provider and p.turned_on_at is not null;
    update identity.providers p set turned_on_at = null where p.org_id = org and p.id <> of_provider;
    update identity.providers p set turned_on_at = coalesce(p.turned_on_at, now()) where p.org_id = org and p.id = of_provider;
    return 'on';
end $$;

-- Lets nobody in by a provider any more, and asks nobody to come by it. Whether it was on.
create function identity.turn_off_provider(of_provider uuid) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    org uuid := identity.recent_manager();
begin
    update identity.providers p set turned_on_at = null
     where p.org_id = org and p.id = of_provider and p.turned_on_at is not null;
    if not found then
        return false;
    end if;
    update identity.organisations o set requires_sso = false where o.id = org;
    perform identity.end_provider_sessions(org, of_provider);
    return true;
end $$;

-- Takes a provider away with its secret and whom it meant: 'removed', 'on' where it lets people in, or 'gone'.
create function identity.remove_provider(of_provider uuid) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    org uuid := identity.recent_manager();
    was_on boolean;
begin
    select p.turned_on_at is not null into was_on from identity.providers p
     where p.org_id = org and p.id = of_provider for update;
    if was_on is null then
        return 'gone';
    elsif was_on then
        return 'on';
    end if;
    perform identity.end_provider_sessions(org, of_provider);
    delete from broker.secrets s where s.org_id = org and s.owner_id = of_provider;
    delete from identity.providers p where p.org_id = org and p.id = of_provider;
    return 'removed';
end $$;

-- Whether other sessions than the provider's act in the organisation. Its owners' always do: whoever is shut out
-- by a broken provider could mend nothing. 'set', or 'off' where no provider lets anybody in.
create function identity.require_sso(is_required boolean) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    org uuid := identity.recent_manager();
begin
    if is_required and not exists (select from identity.providers p where p.org_id = org and p.turned_on_at is not null) then
        return 'off';
    end if;
    update identity.organisations o set requires_sso = is_required where o.id = org;
    return 'set';
end $$;

-- The provider that people of a mail domain come by, as everybody may ask: none says nothing of the domain.
create function identity.provider_of_domain(of_domain text) returns uuid
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select p.id from identity.domains d
      join identity.providers p on p.org_id = d.org_id and p.turned_on_at is not null
     where d.domain = lower(of_domain) and d.verified_at is not null
$$;

-- What everybody may see of a provider whose address they have: what anybody may have named it, where it is, and
-- whether its organisation has shown that a mail domain is its own.
create function identity.provider_face(of_provider uuid)
returns table (name text, kind text, address text, has_domain boolean)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select p.name, p.kind, coalesce(p.sso_url, p.issuer),
           exists (select from identity.domains d where d.org_id = p.org_id and d.verified_at is not null)
      from identity.providers p where p.id = of_provider
$$;

-- The provider that lets people into the bound organisation, as its members may see it.
create function identity.own_provider() returns table (provider uuid, name text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select p.id, p.name from identity.providers p
     where p.org_id = ctx.org() and p.turned_on_at is not null and ctx.kind() = 'session'
$$;

-- All that it takes to ask a provider: its secret as sealed. For the broker.
create function identity.provider_to_ask(of_provider uuid)
returns table (org_id uuid, kind text, issuer text, client_id text, sso_url text, certificates bytea[], domains text[],
               sealed bytea, version int, key_id text, wrapped_by text, wrapped bytea)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select p.org_id, p.kind, p.issuer, p.client_id, p.sso_url, p.certificates,
           array(select d.domain from identity.domains d where d.org_id = p.org_id and d.verified_at is not null),
           s.sealed, s.version, k.id, k.wrapped_by, k.wrapped
      from identity.providers p
      left join broker.secrets s on s.org_id = p.org_id and s.owner_id = p.id and s.field = 'client_secret'
      left join broker.data_keys k on k.org_id = s.org_id and k.id = s.key_id
     where p.id = of_provider
$$;

-- Begins a round trip to a provider: to sign in for nobody, else for a person at a browser. No row where it may
-- not begin: no such provider, or not on. For the broker.
create function identity.begin_provider_attempt(
    of_purpose text, of_provider uuid, state bytea, browser bytea, go_on text
) returns table (verifier text, nonce text, request_id text)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    who uuid := ctx.person();
    it identity.providers;
begin
    if (of_purpose = 'sign_in') <> (ctx.bound() is null) or of_purpose <> 'sign_in' and ctx.kind() <> 'session' then
        raise exception using errcode = '42501', message = 'a person at a browser, or nobody, begins this';
    end if;
    if of_purpose = 'link' then
        perform identity.check_own();
        perform ctx.require_recent();
    elsif of_purpose = 'prove' and identity.has_factor(who) then
        raise exception using errcode = 'CS010', message = 'the second factor is the proof';
    elsif of_purpose = 'test' then
        perform identity.recent_manager();
    end if;
    select p.* into it from identity.providers p
     where p.id = of_provider and (of_purpose = 'sign_in' or p.org_id = ctx.org())
       and (of_purpose = 'test' or p.turned_on_at is not null);
    if it.id is null then
        return;
    end if;
    perform identity.forget_attempts();
    insert into identity.issuer_attempts (state_hash, purpose, issuer, browser_hash, user_id, session_id, next, provider_id)
    values (state, of_purpose, identity.provider_urn(it.id), browser, who,
            case when who is null then null else ctx.principal() end, go_on, it.id);
    return query select identity.attempt_secret('verifier', state), identity.attempt_secret('nonce', state),
                        identity.request_id(state);
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

-- A provider says who signs in, and a session in its organisation begins, bound:
--   'signed_in'   it is known whom it means, or an account was made
--   'off'         it lets nobody in any more
--   'removed'     whom it means is a member no more
--   'no_address'  nobody is known by it, and it names no address
--   'outside'     the address is of no domain that the organisation has shown to be its own
--   'unknown'     it makes no accounts
--   'exists'      an account has the address: which it neither opens nor joins, but one that this organisation
--                 made and that nobody has another way into. One that never showed that the address is its own
--                 loses it (identity.displace)
--   'gone'        there is no such attempt to answer
-- For the broker.
create function identity.sign_in_by_provider(
    state bytea, of_subject text, called text, person_name text, address text, asked_at timestamptz,
    new_user uuid, new_identity uuid, session identity.new_session
) returns table (outcome text, person uuid, is_new boolean)
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
    attempt := identity.attempt_to_answer(state, 'sign_in');
    if attempt.provider_id is null then
        return query select 'gone', null::uuid, false;
        return;
    end if;
    delete from identity.issuer_attempts a where a.state_hash = state;
    select p.* into it from identity.providers p
     where p.id = attempt.provider_id and p.turned_on_at is not null for share;
    if it.id is null then
        return query select 'off', null::uuid, false;
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
            insert into identity.users (id, email, name, password_parameters, password_verifier, has_password,
                                        email_verified_at, provisioned_by)
            values (new_user, lower(address), person_name, identity.password_challenge(address),
                    sha256(decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex')),
                    false, now(), it.org_id)
            on conflict (email) do nothing;
            if not found then
                return query select 'exists', null::uuid, false;
                return;
            end if;
            insert into identity.memberships (org_id, user_id, role, level)
            values (it.org_id, new_user, 'PARTICIPANT', it.level);
            perform audit.append_anonymous(it.org_id, new_user, 'identity.made_by_provider', audit.text_id('usr', new_user));
            who := new_user;
            made := true;
        elsif why <> 'own' then
            return query select why, null::uuid, false;
            return;
        end if;
        insert into identity.provider_identities (org_id, provider_id, id, user_id, subject, label, last_used_at)
        values (it.org_id, it.id, new_identity, who, of_subject, called, now())
        on conflict do nothing;
        if not found then
            return query select 'exists', null::uuid, false;
            return;
        end if;
    end if;
    if not exists (select from identity.memberships m
                    where m.org_id = it.org_id and m.user_id = who and m.removed_at is null) then
        return query select 'removed', null::uuid, false;
        return;
    end if;
    perform identity.begin_session(it.org_id, who, session, identity.is_fresh(attempt, asked_at), it.id);
    return query select 'signed_in', who, made;
end $$;

-- Whether an address is of a domain that the organisation has shown to be its own, and somebody can have mail at it.
-- For definer functions alone.
create function identity.is_own_address(of_org uuid, address text) returns boolean
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select address ~ '^[^@[:space:]]+@[^@[:space:]]+$' and exists (
        select from identity.domains d
         where d.org_id = of_org and d.verified_at is not null and d.domain = lower(split_part(address, '@', 2)))
       and (not identity.is_reserved(address) or identity.is_control(of_org))
$$;

-- Takes an address of the organisation's own domain away from an account that has never shown that mail to it reaches
-- its person: false where there is no such account, or it has ever belonged to the organisation. The account keeps all
-- that it has, under no address, and may be given another one; whoever comes as `newcomer` gets nothing of it. Without
-- that, anybody could shut somebody out of their own organisation by signing up as them first. For definer functions
-- alone.
create function identity.displace(of_org uuid, address text, newcomer uuid) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    holder uuid;
begin
    -- Held: whoever verifies it at this moment was first, or is asked again (identity.verify_address).
    select u.id into holder from identity.users u
     where u.email = lower(address) and u.email_verified_at is null and u.provisioned_by is distinct from of_org
       and not exists (select from identity.memberships m where m.org_id = of_org and m.user_id = u.id)
       for no key update;
    if not found or not identity.is_own_address(of_org, address) then
        return false;
    end if;
    update identity.users u set email = 'displaced-' || holder::text || '@displaced.invalid' where u.id = holder;
    -- What the mailbox was sent opens the other account no more. A change to an address of its holder's goes on.
    update identity.links l set ended_at = now()
     where l.user_id = holder and l.kind <> 'change_email_new' and l.used_at is null and l.ended_at is null;
    perform audit.append_system(m.org_id, 'identity.address_lost', audit.text_id('usr', holder), '{}', holder)
       from identity.memberships m where m.user_id = holder and m.removed_at is null;
    perform audit.append_system(of_org, 'identity.address_claimed', audit.text_id('usr', newcomer), '{}');
    return true;
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
        if account.provisioned_by is not distinct from it.org_id and identity.ways_in(account.id) = 0 then
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
    attempt identity.issuer_attempts := identity.attempt_to_answer(state, 'link');
    org uuid := (select p.org_id from identity.providers p
                  where p.id = attempt.provider_id and p.org_id = ctx.org() and p.turned_on_at is not null);
    holder uuid;
begin
    if org is null then
        return 'gone';
    end if;
    perform identity.check_own();
    delete from identity.issuer_attempts a where a.state_hash = state;
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
    attempt identity.issuer_attempts := identity.attempt_to_answer(state, 'prove');
begin
    if attempt.provider_id is null then
        return 'gone';
    end if;
    delete from identity.issuer_attempts a where a.state_hash = state;
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
    attempt identity.issuer_attempts := identity.attempt_to_answer(state, 'test');
begin
    delete from identity.issuer_attempts a where a.state_hash = attempt.state_hash;
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

revoke all on function identity.provider_urn(uuid), identity.recent_manager(), identity.add_domain(uuid, text),
    identity.remove_domain(uuid), identity.domain_to_check(uuid), identity.domain_checked(uuid, boolean, boolean),
    identity.is_lost(identity.domains), identity.tell_owners(uuid, text, text, timestamptz),
    identity.domain_is_missing(identity.domains), identity.end_domain(identity.domains), identity.next_domain(),
    identity.domain_rechecked(uuid, uuid, boolean),
    identity.add_provider(text, text, text, text, text, bytea[], boolean, int), identity.add_certificate(uuid, bytea),
    identity.remove_certificate(uuid, bytea),
    identity.provider_secret_kept(uuid), identity.end_provider_sessions(uuid, uuid), identity.turn_on_provider(uuid),
    identity.turn_off_provider(uuid), identity.remove_provider(uuid), identity.require_sso(boolean),
    identity.provider_of_domain(text), identity.provider_face(uuid), identity.own_provider(), identity.provider_to_ask(uuid),
    identity.begin_provider_attempt(text, uuid, bytea, bytea, text), identity.request_id(bytea),
    identity.request_of_attempt(bytea),
    identity.sign_in_by_provider(bytea, text, text, text, text, timestamptz, uuid, uuid, identity.new_session),
    identity.is_own_address(uuid, text), identity.displace(uuid, text, uuid),
    identity.provider_newcomer(identity.providers, text, uuid),
    identity.link_provider_identity(bytea, uuid, text, text), identity.prove_by_provider(bytea, text, timestamptz),
    identity.provider_tested(bytea), identity.unlink_provider_identity(uuid) from public;
grant execute on function identity.domain_to_check(uuid), identity.domain_checked(uuid, boolean, boolean),
    identity.next_domain(), identity.domain_rechecked(uuid, uuid, boolean),
    identity.provider_secret_kept(uuid), identity.provider_to_ask(uuid),
    identity.begin_provider_attempt(text, uuid, bytea, bytea, text), identity.request_of_attempt(bytea),
    identity.sign_in_by_provider(bytea, text, text, text, text, timestamptz, uuid, uuid, identity.new_session),
    identity.link_provider_identity(bytea, uuid, text, text), identity.prove_by_provider(bytea, text, timestamptz),
    identity.provider_tested(bytea) to countersign_broker;
grant execute on function identity.add_domain(uuid, text), identity.remove_domain(uuid),
    identity.add_provider(text, text, text, text, text, bytea[], boolean, int), identity.add_certificate(uuid, bytea),
    identity.remove_certificate(uuid, bytea), identity.turn_on_provider(uuid),
    identity.turn_off_provider(uuid), identity.remove_provider(uuid), identity.require_sso(boolean),
    identity.provider_of_domain(text), identity.provider_face(uuid), identity.own_provider(), identity.unlink_provider_identity(uuid)
    to countersign_front;

set local role countersign_owner;
