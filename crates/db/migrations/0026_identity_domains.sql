-- Mail domains that an organisation has shown to be its own: DNS says so, each day anew. The broker alone reads it.

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

alter table identity.domains enable row level security;
alter table identity.domains force row level security;
create policy domains_definer on identity.domains for all to countersign_definer using (true) with check (true);
grant select, insert, update, delete on identity.domains to countersign_definer;
create policy domains_read on identity.domains for select to countersign_front, countersign_broker
    using (org_id = (select ctx.org_for('organisation.manage')));
grant select on identity.domains to countersign_front, countersign_broker;

set local role countersign_definer;

-- The organisation of whoever is bound, where they may set its single sign-on up, and have just shown who they
-- are. Held, so that one change comes after the other, and by nobody who lost the right meanwhile. For definer
-- functions alone.
create function identity.recent_manager() returns uuid
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    org uuid := ctx.org_at_browser('organisation.manage');
begin
    perform ctx.require_recent();
    perform from identity.organisations o where o.id = org for no key update;
    perform access.hold_own();
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

-- Tells the owners of an organisation by mail of `what` of its single sign-on, and `who` did it where somebody did, by
-- their identifier: their name and address are not kept here (mail.begin). For definer functions alone.
create function identity.tell_owners(of_org uuid, of_template text, what text, at timestamptz, who uuid default null)
returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    perform mail.queue(m.org_id, u.id, u.id, null, u.email, of_template,
                       jsonb_strip_nulls(jsonb_build_object('what', what, 'at', at, 'who', who)))
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
-- its person: false where there is no such account, or it has ever belonged to the organisation. The account keeps the
-- rest, under an address that nobody has mail at, until its person moves it to one of theirs; whoever comes as `newcomer`
-- gets nothing of it. Without that, anybody could shut somebody out of their own organisation by signing up as them
-- first. For definer functions alone.
create function identity.displace(of_org uuid, address text, newcomer uuid) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    holder uuid;
begin
    -- Held: whoever verifies it at this moment was first, or finds it gone (identity.verify_address).
    select u.id into holder from identity.users u
     where u.email = lower(address) and u.email_verified_at is null and u.provisioned_by is distinct from of_org
       and not exists (select from identity.memberships m where m.org_id = of_org and m.user_id = u.id)
       for no key update;
    if not found or not identity.is_own_address(of_org, address) then
        return false;
    end if;
    update identity.users u set email = 'displaced-' || holder::text || '@displaced.invalid' where u.id = holder;
    -- What the mailbox was sent is of no more use to the account. A change of address that its person asked for goes on:
    -- the mailbox of an address that was never verified is not asked (identity.ask_email_change).
    update identity.links l set ended_at = now()
     where l.user_id = holder and l.kind <> 'change_email_new' and l.used_at is null and l.ended_at is null;
    perform audit.append_system(m.org_id, 'identity.address_lost', audit.text_id('usr', holder), '{}', holder)
       from identity.memberships m where m.user_id = holder and m.removed_at is null;
    perform audit.append_system(of_org, 'identity.address_claimed', audit.text_id('usr', newcomer), '{}');
    return true;
end $$;

revoke all on function identity.recent_manager(), identity.add_domain(uuid, text), identity.remove_domain(uuid),
    identity.domain_to_check(uuid), identity.domain_checked(uuid, boolean, boolean),
    identity.is_lost(identity.domains), identity.tell_owners(uuid, text, text, timestamptz, uuid),
    identity.domain_is_missing(identity.domains), identity.end_domain(identity.domains), identity.next_domain(),
    identity.domain_rechecked(uuid, uuid, boolean), identity.is_own_address(uuid, text),
    identity.displace(uuid, text, uuid) from public;
grant execute on function identity.domain_to_check(uuid), identity.domain_checked(uuid, boolean, boolean),
    identity.next_domain(), identity.domain_rechecked(uuid, uuid, boolean) to countersign_broker;
grant execute on function identity.add_domain(uuid, text), identity.remove_domain(uuid) to countersign_front;

set local role countersign_owner;
