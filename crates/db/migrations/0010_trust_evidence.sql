-- What each run of a control found. Anyone reads it; the verifier alone adds to it.

create schema trust;
grant usage on schema trust to countersign_definer, countersign_front, countersign_broker, countersign_verifier;
grant create on schema trust to countersign_definer;

create table trust.evidence (
    id uuid primary key,
    control text not null check (control ~ '^[a-z_]+\.[a-z_0-9]+$'),
    claim text not null check (claim ~ '^[A-Z]{2}-[0-9]{2}$'),
    status text not null check (status in ('pass', 'fail', 'error')),
    evidence text not null check (length(evidence) <= 2000),
    duration_ms int not null check (duration_ms >= 0),
    checked_at timestamptz not null default now()
);
create index evidence_latest on trust.evidence (control, checked_at desc);
alter table trust.evidence enable row level security;
alter table trust.evidence force row level security;
create policy evidence_read on trust.evidence for select to countersign_front, countersign_verifier, countersign_definer using (true);
create policy evidence_add on trust.evidence for insert to countersign_verifier with check (true);
create policy evidence_sweep on trust.evidence for delete to countersign_definer using (true);
grant select on trust.evidence to countersign_front, countersign_definer;
grant select, insert on trust.evidence to countersign_verifier;
grant delete on trust.evidence to countersign_definer;

-- What a round of controls makes is taken away after it, as an organisation is (0024).
grant select (id, org_id, created_at) on broker.authorizations to countersign_definer;

set local role countersign_definer;

-- A session for the owner of one of the organisations that the controls attack, made on first use: the
-- attacker 'a', the attacked 'b', and 'half', which asks for a second factor that nobody there has; and for
-- three colleagues of a's owner: a 'member', a 'reviewer', and a 'visitor', who signs in as people do. They hold
-- nothing but what controls put there.
-- 'stale' is one more session of the attacker's, whose last proof of who it is was an hour ago.
create function trust.control_session(
    which text, new_session uuid, new_token_hash bytea, lifetime_seconds int
) returns table (user_id uuid, org_id uuid)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    control_org uuid;
    control_user uuid;
    owner_of text := case which when 'stale' then 'a' else which end;
    address text := 'control-' || owner_of || '@controls.invalid';
begin
    if which not in ('a', 'b', 'half', 'stale', 'member', 'reviewer', 'visitor') then
        raise exception using errcode = '22023', message = 'nobody of that name is there for controls';
    end if;
    insert into identity.users (id, email, email_verified_at, name, password_parameters, password_verifier)
    values (gen_random_uuid(), address, now(), 'Control ' || upper(owner_of), '$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA',
            identity.no_password())
    on conflict (email) do nothing
    returning id into control_user;
    if found and which in ('member', 'reviewer', 'visitor') then
        insert into identity.memberships (org_id, user_id, role, level)
        select m.org_id, control_user, case which when 'reviewer' then 'REVIEWER' else 'PARTICIPANT' end,
               case which when 'reviewer' then 20 else 40 end
          from identity.memberships m join identity.users u on u.id = m.user_id
         where u.email = 'control-a@controls.invalid';
        -- Something private, for the owner to look for (access.private_rows).
        insert into identity.identities (user_id, id, issuer, subject, label)
        values (control_user, gen_random_uuid(), 'https://controls.invalid', address, address);
    elsif control_user is not null then
        control_org := gen_random_uuid();
        insert into identity.organisations (id, name, kind, mfa_required)
        values (control_org, 'Control ' || upper(owner_of), 'control', owner_of = 'half');
        insert into identity.memberships (org_id, user_id, role, level) values (control_org, control_user, 'OWNER', 100);
    end if;
    return query
        insert into identity.sessions (id, org_id, user_id, token_hash, client, address, expires_at, authenticated_at)
        select new_session, m.org_id, m.user_id, new_token_hash, 'countersign verify', 'local',
               now() + make_interval(secs => lifetime_seconds),
               now() - make_interval(hours => case which when 'stale' then 1 else 0 end)
          from identity.users u
          join identity.memberships m on m.user_id = u.id
          join identity.organisations o on o.id = m.org_id and o.kind = 'control'
         where u.email = address
        returning sessions.user_id, sessions.org_id;
end $$;

-- Takes away what a round made: `made` are its sessions, keys and passkeys; and what earlier rounds left behind, the
-- canary's round trips among it, which are never finished. What is younger may be what another round works with at this
-- moment. Proposals that were attacked expire after a day.
create function trust.sweep_controls(made uuid[]) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    controls uuid[] := array(select o.id from identity.organisations o where o.kind = 'control');
    long_ago timestamptz := now() - interval '10 minutes';
begin
    delete from identity.sessions s
     where s.org_id = any (controls) and (s.id = any (made) or s.ended_at < long_ago or s.expires_at < now());
    delete from access.api_keys k where k.org_id = any (controls) and (k.id = any (made) or k.expires_at < now());
    delete from identity.passkeys p using identity.memberships m
     where m.org_id = any (controls) and m.user_id = p.user_id
       and (p.id = any (made) or p.created_at < long_ago);
    delete from broker.secrets s using broker.authorizations a
     where s.org_id = any (controls) and a.org_id = s.org_id and s.owner_id = a.id and a.created_at < long_ago;
    delete from broker.authorizations a where a.org_id = any (controls) and a.created_at < long_ago;
    delete from approvals.proposals p where p.org_id = any (controls) and p.state = 'expired';
    -- Links go with their mail.
    delete from mail.outbox o where o.org_id = any (controls) and o.created_at < long_ago;
    delete from identity.invitations i where i.org_id = any (controls) and i.created_at < long_ago;
end $$;

create function trust.sweep() returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
    delete from trust.evidence e where e.checked_at < now() - interval '30 days'
$$;

revoke all on function trust.control_session(text, uuid, bytea, int), trust.sweep(), trust.sweep_controls(uuid[]) from public;
grant execute on function trust.control_session(text, uuid, bytea, int), trust.sweep(), trust.sweep_controls(uuid[]) to countersign_verifier;
