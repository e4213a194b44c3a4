-- Identity providers of an organisation's own (OpenID Connect, SAML 2.0), as its admins set them up.
--
-- Whoever runs a provider says who its people are: in that organisation, and nowhere else. What it knows people
-- by stands apart from the identities of the server's own issuers (0022), and a session that it began is of no
-- use to the account (identity.check_own). What they say: 0028.

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
    add foreign key (org_id, provider_id) references identity.providers (org_id, id) on delete cascade;

do $$
declare t text;
begin
    foreach t in array array['providers', 'provider_identities'] loop
        execute format('alter table identity.%I enable row level security', t);
        execute format('alter table identity.%I force row level security', t);
        execute format('create policy %I on identity.%I for all to countersign_definer using (true) with check (true)', t || '_definer', t);
        execute format('grant select, insert, update, delete on identity.%I to countersign_definer', t);
    end loop;
end $$;
create policy providers_read on identity.providers for select to countersign_front, countersign_broker
    using (org_id = (select ctx.org_for('organisation.manage')));
-- A person sees their own; whatever other policies come to let in, the row is theirs (AC-06): access::private.
create policy provider_identities_own on identity.provider_identities for select to countersign_front
    using (org_id = (select ctx.org()) and user_id = (select ctx.person()));
create policy private on identity.provider_identities as restrictive for all to countersign_front
    using (user_id = (select ctx.person()));
grant select on identity.providers to countersign_front, countersign_broker;
grant select (org_id, provider_id, id, user_id, label, created_at, last_used_at) on identity.provider_identities to countersign_front;
grant select (requires_sso, next_provider) on identity.organisations to countersign_front;
grant update (requires_sso, next_provider) on identity.organisations to countersign_definer;
grant delete on broker.secrets to countersign_definer;

set local role countersign_definer;

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
    select o.next_provider into new_provider from identity.organisations o where o.id = org;
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
    called text;
    is_on boolean;
begin
    select p.certificates, p.name, p.turned_on_at is not null into present, called, is_on from identity.providers p
     where p.org_id = org and p.id = of_provider and p.kind = 'saml' for no key update;
    if present is null then
        return 'gone';
    elsif new_certificate = any (present) then
        return 'there';
    elsif cardinality(present) >= 4 then
        return 'many';
    end if;
    update identity.providers p set certificates = present || new_certificate where p.org_id = org and p.id = of_provider;
    if is_on then
        perform identity.tell_owners(org, 'provider_certificate', called, now(), ctx.person());
    end if;
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
-- transaction. One that lets nobody in yet is to be tested anew: what was tested was tested with the old one. For
-- the broker.
create function identity.provider_secret_kept(of_provider uuid) returns uuid
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    org uuid := identity.recent_manager();
begin
    update identity.providers p
       set secret_kept_at = now(), tested_at = case when p.turned_on_at is not null then p.tested_at end
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
-- 'gone'. Identities of another one stay, for when it is turned on again. The owners are told: whoever has an admin's
-- session would else do it unseen.
create function identity.turn_on_provider(of_provider uuid) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    org uuid := identity.recent_manager();
    it identity.providers;
begin
    select p.* into it from identity.providers p where p.org_id = org and p.id = of_provider;
    if it.id is null then
        return 'gone';
    end if;
    if it.tested_at is null then
        return 'untested';
    end if;
    perform identity.tell_owners(org, 'provider_off', p.name, now(), ctx.person())
       from identity.providers p where p.org_id = org and p.id <> of_provider and p.turned_on_at is not null;
    update identity.providers p set turned_on_at = null where p.org_id = org and p.id <> of_provider;
    -- After that: a sign-in under way holds its provider, and its session is there to end.
    perform identity.end_provider_sessions(org, p.id)
       from identity.providers p where p.org_id = org and p.id <> of_provider;
    update identity.providers p set turned_on_at = now()
     where p.org_id = org and p.id = of_provider and p.turned_on_at is null;
    if found then
        perform identity.tell_owners(org, 'provider_on', it.name, now(), ctx.person());
    end if;
    return 'on';
end $$;

-- Lets nobody in by a provider any more, and asks nobody to come by it. Whether it was on.
create function identity.turn_off_provider(of_provider uuid) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    org uuid := identity.recent_manager();
    called text;
begin
    update identity.providers p set turned_on_at = null
     where p.org_id = org and p.id = of_provider and p.turned_on_at is not null
    returning p.name into called;
    if not found then
        return false;
    end if;
    update identity.organisations o set requires_sso = false where o.id = org;
    perform identity.end_provider_sessions(org, of_provider);
    perform identity.tell_owners(org, 'provider_off', called, now(), ctx.person());
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
-- by a broken provider could mend nothing. They are told of it. 'set', or 'off' where no provider lets anybody in.
create function identity.require_sso(is_required boolean) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    org uuid := identity.recent_manager();
    called text := (select p.name from identity.providers p where p.org_id = org and p.turned_on_at is not null);
begin
    if is_required and called is null then
        return 'off';
    end if;
    update identity.organisations o set requires_sso = is_required where o.id = org and o.requires_sso <> is_required;
    if found then
        perform identity.tell_owners(org, case when is_required then 'sso_required' else 'sso_lifted' end,
                                     called, now(), ctx.person());
    end if;
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
returns table (name text, address text, has_domain boolean)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select p.name, coalesce(p.sso_url, p.issuer),
           exists (select from identity.domains d where d.org_id = p.org_id and d.verified_at is not null)
      from identity.providers p where p.id = of_provider
$$;

-- The provider that lets people into the bound organisation, as its members may see it.
create function identity.own_provider() returns table (provider uuid, name text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select p.id, p.name from identity.providers p
     where p.org_id = ctx.org() and p.turned_on_at is not null and ctx.kind() = 'session'
$$;

revoke all on function identity.add_provider(text, text, text, text, text, bytea[], boolean, int),
    identity.add_certificate(uuid, bytea), identity.remove_certificate(uuid, bytea),
    identity.provider_secret_kept(uuid), identity.end_provider_sessions(uuid, uuid), identity.turn_on_provider(uuid),
    identity.turn_off_provider(uuid), identity.remove_provider(uuid), identity.require_sso(boolean),
    identity.provider_of_domain(text), identity.provider_face(uuid), identity.own_provider() from public;
grant execute on function identity.provider_secret_kept(uuid) to countersign_broker;
grant execute on function identity.add_provider(text, text, text, text, text, bytea[], boolean, int),
    identity.add_certificate(uuid, bytea), identity.remove_certificate(uuid, bytea), identity.turn_on_provider(uuid),
    identity.turn_off_provider(uuid), identity.remove_provider(uuid), identity.require_sso(boolean),
    identity.provider_of_domain(text), identity.provider_face(uuid), identity.own_provider() to countersign_front;

set local role countersign_owner;
