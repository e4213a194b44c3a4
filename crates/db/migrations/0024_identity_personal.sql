-- What is a person's own: to take along, to see, and to delete (PR-01). identity::PERSONAL lists the tables.

-- What the definer's functions below change.
grant update (name, deleted_at) on identity.users to countersign_definer;
grant update (address, client) on approvals.decisions to countersign_definer;
grant select on connectors.connections, broker.authorizations to countersign_definer;
grant delete on identity.factor_tries to countersign_definer;

-- What the control of exports and deletions makes and takes away.
create policy users_controls on identity.users for delete to countersign_definer using (deleted_at is not null);
grant delete on identity.users to countersign_definer;
create policy api_keys_controls on access.api_keys for insert to countersign_definer
    with check (org_id = any (array(select o.id from identity.organisations o where o.kind = 'control')));
grant insert on access.api_keys to countersign_definer;

-- A person's own lines of the log, for identity.own_events.
create index entries_by_person on audit.entries (person_id, id) where person_id is not null;

-- The tables whose rows identity.erase_organisation takes away: those with an organisation, but for the log, and
-- for those where each row goes with another of the organisation by its foreign key.
create function identity.tables_to_erase() returns setof regclass
language sql stable set search_path = pg_catalog, pg_temp as $$
    select c.oid::regclass from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'org_id'
     where c.relkind in ('r', 'p') and not c.relispartition and c.relnamespace <> 'audit'::regnamespace
       and not exists (
           select from pg_constraint k
            where k.conrelid = c.oid and k.contype = 'f' and k.confdeltype = 'c' and a.attnum = any (k.conkey)
              and not exists (select from pg_attribute n
                               where n.attrelid = c.oid and n.attnum = any (k.conkey) and not n.attnotnull))
$$;
revoke all on function identity.tables_to_erase() from public;
grant execute on function identity.tables_to_erase() to countersign_definer;

-- With the last member goes the organisation: identity.erase_organisation takes away whatever is its own.
do $$
declare
    t regclass;
    reached text[];
begin
    for t in select identity.tables_to_erase() loop
        reached := array(select p.polcmd::text from pg_policy p
                          where p.polrelid = t and p.polpermissive and 'countersign_definer'::regrole = any (p.polroles)
                            and pg_get_expr(p.polqual, t) = 'true');
        -- Where functions find or change every row anyway, they need no more.
        if not 'r' = any (reached) and not '*' = any (reached) then
            execute format('create policy erase_find on %s for select to countersign_definer using (true)', t);
        end if;
        if not 'd' = any (reached) and not '*' = any (reached) then
            execute format('create policy erase on %s for delete to countersign_definer using (true)', t);
        end if;
        execute format('grant select (org_id), delete on %s to countersign_definer', t);
    end loop;
end $$;
grant update (name) on identity.organisations to countersign_definer;

set local role countersign_definer;

-- Everything that is the bound person's own, as one document: identity::PERSONAL says which table is in which
-- part of it. What they did in an organisation is the organisation's, and in here while they are in it.
create function identity.export_account() returns jsonb
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
    who uuid := identity.recent_account_holder();
    orgs uuid[] := array(select m.org_id from identity.memberships m where m.user_id = who and m.removed_at is null);
    -- Null until it is verified: whose it is nobody has shown.
    own_email text := (select u.email from identity.users u where u.id = who and u.email_verified_at is not null);
begin
    return jsonb_build_object(
        'format', 'countersign.account/1',
        'made_at', now(),
        'account', (select jsonb_build_object('id', audit.text_id('usr', u.id), 'email', u.email, 'name', u.name,
                        'created_at', u.created_at, 'email_verified_at', u.email_verified_at)
                      from identity.users u where u.id = who),
        'organisations', identity.rows_of($q$
            select audit.text_id('org', o.id) as id, o.name, m.role, access.role_name(m.org_id, m.role_id) as custom_role,
                   m.created_at as joined_at, m.removed_at as left_at
              from identity.memberships m join identity.organisations o on o.id = m.org_id
             where m.user_id = $1 and o.kind <> 'nowhere' order by m.created_at$q$, who, orgs, own_email),
        'sessions', identity.rows_of($q$
            select audit.text_id('ses', s.id) as id, s.client, s.address, s.created_at, s.expires_at, s.ended_at,
                   s.authenticated_at, s.second_factor_at
              from identity.sessions s where s.user_id = $1 order by s.created_at$q$, who, orgs, own_email),
        'devices', identity.rows_of($q$
            select d.first_seen_at, d.last_seen_at from identity.devices d
             where d.user_id = $1 order by d.first_seen_at$q$, who, orgs, own_email),
        'passkeys', identity.rows_of($q$
            select audit.text_id('pky', p.id) as id, p.name, p.transports, p.is_synced, p.created_at, p.last_used_at, p.doubted_at
              from identity.passkeys p where p.user_id = $1 order by p.created_at$q$, who, orgs, own_email),
        'identities', identity.rows_of($q$
            select audit.text_id('idn', i.id) as id, i.issuer, i.subject, i.label, i.created_at, i.last_used_at
              from identity.identities i where i.user_id = $1 order by i.created_at$q$, who, orgs, own_email),
        'provider_identities', identity.rows_of($q$
            select audit.text_id('pid', i.id) as id, audit.text_id('org', i.org_id) as organisation, p.name as provider,
                   i.subject, i.label, i.created_at, i.last_used_at
              from identity.provider_identities i join identity.providers p on p.org_id = i.org_id and p.id = i.provider_id
             where i.user_id = $1 order by i.created_at$q$, who, orgs, own_email),
        'authenticators', identity.rows_of($q$
            select a.created_at, a.confirmed_at from identity.authenticators a
             where a.user_id = $1$q$, who, orgs, own_email),
        'recovery_codes', identity.rows_of($q$
            select c.created_at, c.used_at from identity.recovery_codes c
             where c.user_id = $1 order by c.created_at$q$, who, orgs, own_email),
        'wrong_tries', identity.rows_of($q$
            select t.is_half, nullif(t.provider_id, '00000000-0000-0000-0000-000000000000') as provider_id, t.failures, t.locked_until from identity.factor_tries t where t.user_id = $1$q$, who, orgs, own_email),
        'address_changes', identity.rows_of($q$
            select c.new_email, c.created_at, c.confirmed_new_at, c.confirmed_old_at, c.ended_at, c.ended_why
              from identity.email_changes c where c.user_id = $1 order by c.created_at$q$, who, orgs, own_email),
        'links', identity.rows_of($q$
            select l.kind, l.created_at, l.expires_at, l.used_at, l.ended_at from identity.links l
             where l.user_id = $1 order by l.created_at$q$, who, orgs, own_email),
        'mail', identity.rows_of($q$
            select o.template, o.recipient, o.data, o.state, o.created_at, o.sent_at from mail.outbox o
             where o.user_id = $1 order by o.created_at$q$, who, orgs, own_email),
        'invitations', identity.rows_of($q$
            select audit.text_id('inv', i.id) as id, i.email, i.role, i.created_at, i.accepted_at, i.revoked_at,
                   i.invited_by = $1 as is_by_me
              from identity.invitations i
             where i.email = $3 and i.accepted_at is null or i.accepted_by = $1 or (i.invited_by = $1 and i.org_id = any ($2))
             order by i.created_at$q$, who, orgs, own_email),
        'ai_clients', identity.rows_of($q$
            select audit.text_id('grt', g.id) as id, audit.text_id('org', g.org_id) as organisation, c.name as client,
                   g.scopes, g.resource, g.agent, g.address, g.created_at, g.expires_at,
                   g.last_used_at, g.ended_at, g.ended_why
              from oauth.grants g join oauth.clients c on c.id = g.client_id
             where g.user_id = $1 order by g.created_at$q$, who, orgs, own_email),
        'api_keys', identity.rows_of($q$
            select audit.text_id('key', k.id) as id, k.name, k.face, k.scopes, k.created_at, k.expires_at, k.revoked_at,
                   k.last_used_at
              from access.api_keys k where k.user_id = $1 order by k.created_at$q$, who, orgs, own_email),
        'teams', identity.rows_of($q$
            select audit.text_id('tea', t.id) as id, audit.text_id('org', t.org_id) as organisation, t.name, m.joined_at
              from access.team_members m join access.teams t on t.org_id = m.org_id and t.id = m.team_id
             where m.user_id = $1 and m.org_id = any ($2) order by m.joined_at$q$, who, orgs, own_email),
        'asset_grants', identity.rows_of($q$
            select audit.text_id('org', g.org_id) as organisation, audit.text_id('con', g.connection_id) as connection,
                   g.access, coalesce(g.user_id = $1, false) as is_to_me, g.given_by = $1 as is_by_me, g.given_at
              from access.asset_grants g
             where (g.user_id = $1 or g.given_by = $1) and g.org_id = any ($2) order by g.given_at$q$, who, orgs, own_email),
        'provisioned', identity.rows_of($q$
            select audit.text_id('org', p.org_id) as organisation, p.user_name, p.external_id, p.attributes, p.created_at,
                   p.changed_at, p.suspended_at, p.ended_at
              from identity.provisioned p where p.user_id = $1 order by p.created_at$q$, who, orgs, own_email),
        'keys_made', identity.rows_of($q$
            select audit.text_id('svk', k.id) as id, k.name, k.created_at from access.service_keys k
             where k.made_by = $1 and k.org_id = any ($2)
            union all
            select audit.text_id('ank', k.id), k.name, k.created_at from access.anonymous_keys k
             where k.made_by = $1 and k.org_id = any ($2)$q$, who, orgs, own_email),
        'roles_made', identity.rows_of($q$
            select audit.text_id('rol', r.id) as id, r.name, r.created_at from access.roles r
             where r.made_by = $1 and r.org_id = any ($2) order by r.created_at$q$, who, orgs, own_email),
        'connections', identity.rows_of($q$
            select audit.text_id('con', c.id) as id, c.app, c.name, c.purpose, c.state, c.created_at from connectors.connections c
             where c.user_id = $1 and c.org_id = any ($2) order by c.created_at$q$, who, orgs, own_email),
        'logs', identity.rows_of($q$
            select audit.text_id('log', l.id) as id, l.name, l.source, l.state, l.created_at from insight.logs l
             where l.user_id = $1 and l.org_id = any ($2) order by l.created_at$q$, who, orgs, own_email),
        'proposals', identity.rows_of($q$
            select audit.text_id('apr', p.id) as id, p.app, p.operation, p.subject, p.state, p.created_at,
                   p.requester_person = $1 as is_asked_by_me, coalesce(p.ended_by = $1, false) as is_ended_by_me
              from approvals.proposals p
             where (p.requester_person = $1 or p.ended_by = $1) and p.org_id = any ($2) order by p.created_at$q$, who, orgs, own_email),
        'decisions', identity.rows_of($q$
            select audit.text_id('apr', d.proposal_id) as proposal, d.verdict, d.note, d.address, d.client, d.at
              from approvals.decisions d
             where d.user_id = $1 and d.org_id = any ($2) order by d.at$q$, who, orgs, own_email),
        'jobs', identity.rows_of($q$
            select audit.text_id('job', j.id) as id, j.kind, j.state, j.created_at, j.finished_at from jobs.jobs j
             where j.user_id = $1 order by j.created_at$q$, who, orgs, own_email),
        'events', identity.rows_of($q$
            select audit.text_id('aud', e.id) as id, e.at, e.actor_kind, e.action, e.subject, e.details from audit.entries e
             where e.person_id = $1
               and (e.org_id = any ($2) or e.action like 'identity.%' or e.action like 'oauth.%')
             order by e.id$q$, who, orgs, own_email));
end $$;

-- The rows of a statement of the function above as one array. For definer functions alone.
create function identity.rows_of(statement text, who uuid, orgs uuid[], own_email text) returns jsonb
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
    found_rows jsonb;
begin
    execute format('select coalesce(jsonb_agg(to_jsonb(one)), ''[]'') from (%s) one', statement)
       into found_rows using who, orgs, own_email;
    return found_rows;
end $$;

-- Whether anything is sealed for an organisation that an app would take: it goes once the app was told.
create function identity.is_connected(of_org uuid) returns boolean
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select exists (select from broker.secrets s
                    where s.org_id = of_org and s.field not in ('client_secret', 'pkce_verifier'))
$$;

-- What goes with the data keys of an organisation, for the line of the log that tells of it: how much they sealed, and
-- which master keys ever wrapped them. For definer functions alone.
create function identity.shredded(of_org uuid) returns jsonb
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select jsonb_build_object(
        'secrets', (select count(*) from broker.secrets s where s.org_id = of_org),
        'payloads', (select count(*) from approvals.proposals p where p.org_id = of_org and p.payload_key_id is not null),
        'data_keys', left(coalesce((select string_agg(k.id, ' ' order by k.id) from broker.data_keys k where k.org_id = of_org), ''), 1000),
        'master_keys', left(coalesce((select string_agg(distinct name, ' ' order by name)
            from broker.data_keys k, unnest(k.wrapped_before || k.wrapped_by) as name where k.org_id = of_org), ''), 1000))
$$;

-- Takes away all that is an organisation's own, in the order that foreign keys allow. The organisation stays as
-- a name that says so, for the lines of the log that are about it. For definer functions alone.
create function identity.erase_organisation(of_org uuid) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    tables regclass[] := array(select identity.tables_to_erase());
    waiting regclass[];
    t regclass;
begin
    -- Roles and memberships name each other.
    update identity.memberships m set role_id = null where m.org_id = of_org and m.role_id is not null;
    while cardinality(tables) > 0 loop
        waiting := '{}';
        foreach t in array tables loop
            begin
                execute format('delete from %s where org_id = $1', t) using of_org;
            exception when foreign_key_violation then
                waiting := waiting || t;
            end;
        end loop;
        if waiting = tables then
            raise exception 'the organisation cannot be taken apart';
        end if;
        tables := waiting;
    end loop;
    update identity.organisations o set name = 'Deleted organisation' where o.id = of_org;
end $$;

-- Takes away what is a person's own wherever it stands, as identity::PERSONAL says. What others sent to their
-- address goes with it where they had verified it: anybody signs up under anybody's. For definer functions alone.
create function identity.forget_person(who uuid, own_email text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    nobody text := 'deleted-' || who::text || '@deleted.invalid';
    is_theirs boolean := exists (select from identity.users u where u.id = who and u.email_verified_at is not null);
begin
    perform identity.open_doors(who);
    delete from identity.links l where l.user_id = who;
    delete from mail.outbox o where o.user_id = who;
    delete from jobs.jobs j where j.user_id = who;
    delete from oauth.codes c where c.user_id = who;
    delete from oauth.device_codes d where d.user_id = who;
    delete from oauth.grants g where g.user_id = who;
    delete from access.api_keys k where k.user_id = who;
    delete from identity.passkey_challenges c where c.user_id = who;
    delete from identity.passkeys p where p.user_id = who;
    delete from identity.issuer_attempts a where a.user_id = who or is_theirs and a.email = own_email;
    delete from identity.identities i where i.user_id = who;
    delete from identity.provider_identities i where i.user_id = who;
    delete from identity.provisioned p where p.user_id = who;
    delete from identity.authenticators a where a.user_id = who;
    delete from identity.recovery_codes c where c.user_id = who;
    delete from identity.factor_tries t where t.user_id = who;
    delete from identity.devices d where d.user_id = who;
    delete from identity.email_changes c where c.user_id = who;
    delete from identity.sessions s where s.user_id = who;
    perform audit.append_system(i.org_id, 'identity.invitation_revoked', audit.text_id('inv', i.id),
                                jsonb_build_object('why', 'account_deleted'))
       from identity.invitations i
      where is_theirs and i.email = own_email and i.accepted_at is null and i.revoked_at is null;
    update identity.invitations i
       set email = nobody, revoked_at = case when i.accepted_at is null then coalesce(i.revoked_at, now()) end
     where i.accepted_by = who or is_theirs and i.email = own_email;
    -- Links go with their mail.
    delete from mail.outbox o using identity.invitations i
     where i.email = nobody and o.org_id = i.org_id and o.invitation_id = i.id;
    update approvals.decisions d set address = '', client = '' where d.user_id = who;
    update identity.users u
       set email_verified_at = null, email = nobody, name = 'Deleted person', deleted_at = now(),
           password_parameters = '', password_verifier = identity.no_password()
     where u.id = who;
end $$;

-- Deletes the bound person's account: 'deleted'; 'typed' where what they typed is not their address; 'last_owner'
-- where somebody would be left without an owner; 'connected' where an app is connected to what would go. Organisations
-- where they are alone go with them.
create function identity.delete_account(typed text) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    who uuid := identity.recent_account_holder();
    own_email text;
    orgs uuid[];
    org uuid;
    others boolean;
    destroyed jsonb;
begin
    select u.email into own_email from identity.users u where u.id = who for update;
    if lower(btrim(typed)) is distinct from own_email then
        return 'typed';
    end if;
    orgs := array(select m.org_id from identity.memberships m where m.user_id = who and m.removed_at is null order by m.org_id);
    -- Held, so that the last two owners do not both go, and nobody joins what is about to be gone.
    perform from identity.organisations o where o.id = any (orgs) order by o.id for update;
    perform from identity.memberships m
      where m.org_id = any (orgs) and m.removed_at is null order by m.org_id, m.user_id for update;
    if exists (select from identity.own_organisations() o where o.is_last_owner and o.others > 0) then
        return 'last_owner';
    end if;
    -- Their tokens would go, and the apps would hear nothing of it.
    if exists (select from unnest(orgs) as o (id)
                where identity.is_connected(o.id)
                  and not exists (select from identity.memberships m
                                   where m.org_id = o.id and m.user_id <> who and m.removed_at is null)) then
        return 'connected';
    end if;
    foreach org in array orgs loop
        others := exists (select from identity.memberships m
                           where m.org_id = org and m.user_id <> who and m.removed_at is null);
        perform audit.append_anonymous(org, who, 'identity.account_deleted', audit.text_id('usr', who));
        perform identity.end_membership(org, who, null);
        if not others then
            perform audit.append_anonymous(org, who, 'identity.organisation_deleted', audit.text_id('org', org));
            destroyed := identity.shredded(org);
            perform identity.erase_organisation(org);
            perform audit.append_system(org, 'broker.data_keys_destroyed', audit.text_id('org', org), destroyed, who);
        end if;
    end loop;
    perform identity.forget_person(who, own_email);
    org := identity.place_of(who);
    if cardinality(orgs) = 0 then
        perform audit.append_anonymous(org, who, 'identity.account_deleted', audit.text_id('usr', who));
    end if;
    perform mail.queue(org, who, who, null, own_email, 'account_deleted', '{}');
    return 'deleted';
end $$;

-- What happened to the bound person's account, the newest first: their sign-ins, factors, AI clients and what they
-- did about people, wherever they were; and what they did about access where they are. To a session that an
-- organisation's provider began, what happened in that organisation alone.
create function identity.own_events(before uuid, most int)
returns table (id uuid, at timestamptz, actor_kind text, action text, subject text, details jsonb)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select e.id, e.at, e.actor_kind, e.action, e.subject, e.details
      from audit.entries e
     where e.person_id = identity.account_holder()
       and case when before is null then true else e.id < before end
       and (e.action like 'identity.%' or e.action like 'oauth.%'
            or e.action like 'access.%' and e.org_id = any (array(
                select m.org_id from identity.memberships m
                 where m.user_id = identity.account_holder() and m.removed_at is null)))
       and (e.org_id = ctx.org() or identity.is_own())
     order by e.id desc limit least(most, 200)
$$;

-- What the controls put into rows to find it again: a text that is nobody's, so that looking for it tells nothing
-- of what else a row holds. For definer functions alone.
create function trust.check_canary(canary text) returns void
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
    if canary is null or canary !~ '^canary[0-9a-f]{32}$' then
        raise exception using errcode = '42501', message = 'no canary of the controls';
    end if;
end $$;

-- Refuses whoever the controls did not make: their people live in control organisations, and nowhere else. For definer functions alone.
create function trust.check_control_person(of_person uuid) returns void
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
    if not exists (select from identity.users u
                    where u.id = of_person and (u.email like '%@controls.invalid' or u.email like '%@deleted.invalid'))
       or not exists (select from identity.memberships m join identity.organisations o on o.id = m.org_id
                       where m.user_id = of_person and o.kind = 'control')
       or exists (select from identity.memberships m join identity.organisations o on o.id = m.org_id
                   where m.user_id = of_person and o.kind = 'customer')
    then
        raise exception using errcode = '42501', message = 'nobody of the controls';
    end if;
end $$;

-- Somebody in the control organisation 'a' with `canary` in everything that is theirs, and a session of theirs.
create function trust.make_control_person(canary text, new_user uuid, new_session uuid, new_token_hash bytea) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    owner record;
    address text := lower(canary) || '@controls.invalid';
    new_mail uuid := audit.new_id();
    server_key text := (select k.id from broker.server_keys k where k.retired_at is null);
begin
    perform trust.check_canary(canary);
    select m.org_id, m.user_id into owner from identity.users u join identity.memberships m on m.user_id = u.id
     where u.email = 'control-a@controls.invalid';
    insert into identity.users (id, email, email_verified_at, name, password_parameters, password_verifier)
    values (new_user, address, now(), canary, '$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA',
            identity.no_password());
    insert into identity.memberships (org_id, user_id, role, level) values (owner.org_id, new_user, 'PARTICIPANT', 40);
    insert into identity.sessions (id, org_id, user_id, token_hash, client, address, expires_at, second_factor_at)
    values (new_session, owner.org_id, new_user, new_token_hash, canary, canary, now() + interval '5 minutes', now());
    insert into identity.devices (user_id, device_hash) values (new_user, sha256(convert_to(canary, 'UTF8')));
    insert into identity.passkeys (user_id, id, credential_id, public_key, name, transports, sign_count, is_syncable, is_synced)
    values (new_user, gen_random_uuid(), convert_to(canary, 'UTF8'), '', canary, array[canary], 0, false, false);
    insert into identity.passkey_challenges (challenge_hash, purpose, user_id, session_id, expires_at)
    values (sha256(uuid_send(gen_random_uuid())), 'prove', new_user, new_session, now() + interval '1 minute');
    if server_key is not null then
        -- Nothing is sealed there: what does not open would hold up the rotation of the server's key.
        insert into identity.authenticators (user_id, key_id, sealed) values (new_user, server_key, '');
    end if;
    insert into identity.identities (user_id, id, issuer, subject, label)
    values (new_user, gen_random_uuid(), 'https://controls.invalid', canary, canary);
    perform trust.make_control_provider();
    insert into identity.provider_identities (org_id, provider_id, id, user_id, subject, label)
    values (owner.org_id, owner.org_id, gen_random_uuid(), new_user, canary, canary);
    insert into identity.provisioned (org_id, user_id, user_name, external_id, attributes)
    values (owner.org_id, new_user, canary, canary, jsonb_build_object('displayName', canary));
    insert into identity.issuer_attempts (state_hash, purpose, issuer, browser_hash, user_id, session_id, next)
    values (sha256(uuid_send(gen_random_uuid())), 'link', 'https://controls.invalid', sha256('x'), new_user, new_session, '/' || canary);
    insert into identity.recovery_codes (user_id, code_hash) values (new_user, sha256(uuid_send(gen_random_uuid())));
    insert into identity.factor_tries (user_id) values (new_user);
    insert into identity.email_changes (user_id, id, new_email, expires_at)
    values (new_user, gen_random_uuid(), 'new-' || address, now() + interval '1 minute');
    insert into mail.outbox (org_id, id, user_id, recipient, template, data, state)
    values (owner.org_id, new_mail, new_user, address, 'reset_password', jsonb_build_object('client', canary), 'sent');
    insert into identity.links (org_id, kind, user_id, mail_id, token_hash, expires_at)
    values (owner.org_id, 'reset_password', new_user, new_mail, sha256(uuid_send(gen_random_uuid())), now() + interval '1 minute');
    insert into identity.invitations (org_id, id, email, role, level, invited_by, accepted_at, accepted_by)
    values (owner.org_id, gen_random_uuid(), address, 'PARTICIPANT', 40, owner.user_id, now(), new_user);
    insert into jobs.jobs (id, org_id, user_id, queue, kind, payload, state, finished_at)
    values (gen_random_uuid(), owner.org_id, new_user, 'broker', 'mail.send', jsonb_build_object('mail', canary), 'failed', now());
    insert into access.api_keys (id, org_id, user_id, name, face, token_hash, scopes, expires_at)
    values (gen_random_uuid(), owner.org_id, new_user, canary, 'csk', sha256(uuid_send(gen_random_uuid())), '{insight.read}',
            now() + interval '5 minutes');
    insert into oauth.grants (id, org_id, user_id, client_id, scopes, resource, rotation_key, agent, address, expires_at, idle_at)
    values (gen_random_uuid(), owner.org_id, new_user, 'countersign-desktop', '{insight.read}', canary,
            sha256(uuid_send(gen_random_uuid())), canary, canary, now() + interval '5 minutes', now() + interval '5 minutes');
    insert into oauth.codes (org_id, user_id, code_hash, client_id, redirect_uri, challenge, scopes, resource, expires_at)
    values (owner.org_id, new_user, sha256(uuid_send(gen_random_uuid())), 'countersign-desktop', canary, sha256('x'),
            '{insight.read}', canary, now() + interval '30 seconds');
    insert into oauth.device_codes (device_hash, user_code_hash, org_id, user_id, client_id, scopes, resource, state, expires_at)
    values (sha256(uuid_send(gen_random_uuid())), sha256(uuid_send(gen_random_uuid())), owner.org_id, new_user,
            'countersign-desktop', '{insight.read}', canary, 'approved', now() + interval '1 minute');
end $$;

-- How many rows of a table name somebody of the controls, and how many of all hold their canary. Whoever could
-- look for any text in any table would read it, character by character.
create function trust.traces_of(of_table text, of_person uuid, canary text) returns table (named bigint, held bigint)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
    names text := (
        select string_agg(format('t.%I = $1', a.attname), ' or ')
          from pg_attribute a
         where a.attrelid = of_table::regclass and a.attnum > 0 and not a.attisdropped
           and a.atttypid = 'uuid'::regtype and a.attname not in ('org_id')
           and (a.attname <> 'id' or of_table = 'identity.users'));
begin
    perform trust.check_canary(canary);
    perform trust.check_control_person(of_person);
    if (select c.relnamespace = 'ctx'::regnamespace or c.relkind not in ('r', 'p') from pg_class c
         where c.oid = of_table::regclass) then
        raise exception using errcode = '42501', message = 'no table of anybody''s data';
    end if;
    return query execute format(
        'select count(*) filter (where %s), count(*) filter (where strpos(lower(t::text), lower($2)) > 0) from %s t',
        coalesce(names, 'false'), of_table::regclass) using of_person, canary;
end $$;

-- Takes the rest of the person away: the organisation is one that controls live in.
create function trust.forget_control_person(of_person uuid) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    own_email text := (select u.email from identity.users u where u.id = of_person);
begin
    perform trust.check_control_person(of_person);
    perform identity.forget_person(of_person, own_email);
    delete from identity.invitations i where i.accepted_by = of_person;
    delete from identity.memberships m where m.user_id = of_person;
    delete from identity.users u where u.id = of_person;
    if not found then
        raise exception 'the control''s person is still there';
    end if;
end $$;
revoke all on function trust.check_canary(text), trust.check_control_person(uuid),
    trust.make_control_person(text, uuid, uuid, bytea), trust.traces_of(text, uuid, text),
    trust.forget_control_person(uuid) from public;
grant execute on function trust.make_control_person(text, uuid, uuid, bytea), trust.traces_of(text, uuid, text),
    trust.forget_control_person(uuid) to countersign_verifier;

revoke all on function identity.export_account(), identity.rows_of(text, uuid, uuid[], text),
    identity.is_connected(uuid), identity.shredded(uuid),
    identity.erase_organisation(uuid), identity.forget_person(uuid, text), identity.delete_account(text),
    identity.own_events(uuid, int) from public;
grant execute on function identity.export_account(), identity.delete_account(text), identity.own_events(uuid, int)
    to countersign_front;

set local role countersign_owner;
