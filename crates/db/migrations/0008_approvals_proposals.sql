-- Proposed writes and the decisions about them.
--
-- The state machine is held here: whatever the web process sends, a proposal becomes approved only
-- by enough distinct people's decisions about exactly its payload hash, only before it expires, and
-- only the broker moves it on from there.

create schema approvals;
grant usage on schema approvals to countersign_definer, countersign_front, countersign_broker, countersign_verifier;
grant create on schema approvals to countersign_definer;

create table approvals.proposals (
    id uuid not null,
    org_id uuid not null,
    connection_id uuid not null,
    app text not null,
    operation text not null check (length(operation) <= 100),
    -- The one argument that the manifest names for lists, such as an issue's title. In clear: whoever
    -- may read this row may have the broker show the whole request, and a list of sealed lines would
    -- have the broker open a page of payloads for each look at the inbox.
    subject text check (length(subject) between 1 and 200),
    -- The credential that asked, and the person behind it.
    requester_kind text not null check (requester_kind in ('session', 'api_key', 'access_token', 'job')),
    requester_id uuid not null,
    requester_person uuid not null,
    -- SHA-256 of the canonical request (RFC 8785), and that request sealed by the broker.
    payload_hash bytea not null check (length(payload_hash) = 32),
    payload_key_id text not null,
    payload_sealed bytea not null,
    approvals_needed int not null default 1 check (approvals_needed between 1 and 5),
    four_eyes boolean not null default false,
    state text not null default 'waiting' check (state in
        ('waiting', 'approved', 'rejected', 'expired', 'revoked', 'executing', 'executed', 'failed', 'unknown_outcome')),
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    state_changed_at timestamptz not null default now(),
    -- Who revoked it, ended its connection, or said what an unknown outcome was. The trigger sets it.
    ended_by uuid,
    -- What came of it: identifiers and numbers of the answer, no content.
    outcome_status int,
    outcome_code text check (length(outcome_code) <= 100),
    outcome_digest bytea check (length(outcome_digest) = 32),
    outcome_url text check (length(outcome_url) <= 2000),
    outcome_reference text check (length(outcome_reference) <= 200),
    duration_ms int,
    primary key (org_id, id),
    foreign key (org_id, connection_id) references connectors.connections (org_id, id),
    foreign key (org_id, payload_key_id) references broker.data_keys (org_id, id),
    foreign key (org_id, requester_person) references identity.memberships (org_id, user_id),
    foreign key (org_id, ended_by) references identity.memberships (org_id, user_id)
);
create index proposals_for_people on approvals.proposals (org_id, expires_at, id)
    where state in ('waiting', 'unknown_outcome');
create index proposals_settled on approvals.proposals (org_id, created_at desc, id desc);
create index proposals_by_connection on approvals.proposals (org_id, connection_id)
    where state in ('waiting', 'approved');
-- For approvals.people.
create index proposals_by_person on approvals.proposals (org_id, requester_person);
create index proposals_by_end on approvals.proposals (org_id, ended_by) where ended_by is not null;
create index proposals_open on approvals.proposals (expires_at) where state in ('waiting', 'approved', 'executing');

create table approvals.decisions (
    org_id uuid not null,
    proposal_id uuid not null,
    user_id uuid not null,
    session_id uuid not null,
    verdict text not null check (verdict in ('approve', 'reject')),
    note text not null default '' check (length(note) <= 1000),
    -- The payload hash that the page or API showed. It must be the proposal's.
    payload_hash bytea not null check (length(payload_hash) = 32), -- of what the person was shown
    address text not null check (length(address) <= 64),
    client text not null check (length(client) <= 300),
    at timestamptz not null default now(),
    primary key (org_id, proposal_id, user_id),
    foreign key (org_id, proposal_id) references approvals.proposals (org_id, id),
    foreign key (org_id, user_id) references identity.memberships (org_id, user_id)
);
create index decisions_by_person on approvals.decisions (org_id, user_id);

do $$
declare t text;
begin
    foreach t in array array['proposals', 'decisions'] loop
        execute format('alter table approvals.%I enable row level security', t);
        execute format('alter table approvals.%I force row level security', t);
        execute format('create policy %I on approvals.%I for all to countersign_definer using (true) with check (true)', t || '_definer', t);
    end loop;
end $$;
grant select, update on approvals.proposals to countersign_definer;
grant select on approvals.decisions to countersign_definer;

create policy proposals_read on approvals.proposals for select to countersign_front
    using (org_id = (select ctx.org_for('approvals.read')));
create policy proposals_broker on approvals.proposals for select to countersign_broker
    using (org_id = (select ctx.org()));
create policy proposals_propose on approvals.proposals for insert to countersign_broker
    with check (org_id = (select ctx.org_for('approvals.propose')) and requester_person = (select ctx.person())
                and requester_id = (select ctx.principal()) and requester_kind = (select ctx.kind())
                and state = 'waiting');
create policy proposals_move_front on approvals.proposals for update to countersign_front
    using (org_id = (select ctx.org()) and state in ('waiting', 'approved', 'unknown_outcome'))
    with check (org_id = (select ctx.org()));
create policy proposals_move_broker on approvals.proposals for update to countersign_broker
    using (org_id = (select ctx.org()) and state in ('approved', 'executing'))
    with check (org_id = (select ctx.org()));
-- No payload for the front: it asks the broker to show a proposal to a person who may see it.
grant select (id, org_id, connection_id, app, operation, subject, requester_kind, requester_id, requester_person,
              payload_hash, approvals_needed, four_eyes, state, created_at, expires_at, state_changed_at, ended_by,
              outcome_status, outcome_code, outcome_digest, outcome_url, outcome_reference, duration_ms),
      update (state) on approvals.proposals to countersign_front;
grant select, insert,
      update (state, outcome_status, outcome_code, outcome_digest, outcome_url, outcome_reference, duration_ms)
      on approvals.proposals to countersign_broker;

create policy decisions_read on approvals.decisions for select to countersign_front
    using (org_id = (select ctx.org_for('approvals.read')));
-- A decision is a person's: a session, never an API key or a job (AG-01).
create policy decisions_decide on approvals.decisions for insert to countersign_front
    with check (org_id = (select ctx.org_for('approvals.decide')) and user_id = (select ctx.person())
                and session_id = (select ctx.principal()) and (select ctx.kind()) = 'session');
grant select, insert on approvals.decisions to countersign_front;

set local role countersign_definer;

-- Whom somebody meets who may see proposals: who asked, decided and ended. By member, not by proposal:
-- there are few of the one and many of the other.
create function approvals.people() returns setof uuid
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select m.user_id from identity.memberships m
     where m.org_id = ctx.org_for('approvals.read')
       and (exists (select from approvals.proposals p where p.org_id = m.org_id and p.requester_person = m.user_id)
            or exists (select from approvals.proposals p where p.org_id = m.org_id and p.ended_by = m.user_id)
            or exists (select from approvals.decisions d where d.org_id = m.org_id and d.user_id = m.user_id))
$$;
revoke all on function approvals.people() from public;
grant execute on function approvals.people() to countersign_front, countersign_broker;

-- Whether a data key has taken the place of another one, while data keys rotate (0031).
create function broker.succeeds(org uuid, retired text, successor text) returns boolean
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select exists (select from broker.data_keys o join broker.data_keys n on n.org_id = o.org_id and n.purpose = o.purpose
                    where o.org_id = org and o.id = retired and o.retired_at is not null
                      and n.id = successor and n.retired_at is null)
$$;
revoke all on function broker.succeeds(uuid, text, text) from public;

-- Holds for every role: what an update of a proposal may change, and on what grounds.
create function approvals.hold_transition() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    approvers int;
    acting name := session_user;
    frozen_old jsonb := to_jsonb(old) - array['state', 'state_changed_at', 'outcome_status', 'outcome_code',
                                              'outcome_digest', 'outcome_url', 'outcome_reference', 'duration_ms'];
    frozen_new jsonb := to_jsonb(new) - array['state', 'state_changed_at', 'outcome_status', 'outcome_code',
                                              'outcome_digest', 'outcome_url', 'outcome_reference', 'duration_ms'];
begin
    -- The broker sealed the same request by another key. What it opens, it compares with the hash.
    if acting = 'countersign_broker' and new.payload_key_id <> old.payload_key_id and new.state = old.state
       and broker.succeeds(old.org_id, old.payload_key_id, new.payload_key_id) then
        frozen_old := frozen_old - array['payload_key_id', 'payload_sealed'];
        frozen_new := frozen_new - array['payload_key_id', 'payload_sealed'];
    end if;
    if frozen_old <> frozen_new then
        raise exception using errcode = 'CS003', message = 'a proposal never changes: make a new one';
    end if;
    if new.state = old.state then
        return new;
    end if;
    new.state_changed_at := now();
    if (old.state, new.state) = ('waiting', 'approved') then
        select count(distinct d.user_id) into approvers
          from approvals.decisions d
         where d.org_id = old.org_id and d.proposal_id = old.id and d.verdict = 'approve'
           and d.payload_hash = old.payload_hash
           and not (old.four_eyes and d.user_id = old.requester_person);
        if approvers < old.approvals_needed then
            raise exception using errcode = 'CS003', message = 'not enough approvals of this payload';
        end if;
        if old.expires_at <= clock_timestamp() then
            raise exception using errcode = 'CS003', message = 'the proposal has expired';
        end if;
    elsif (old.state, new.state) = ('waiting', 'rejected') then
        if not exists (select from approvals.decisions d where d.org_id = old.org_id
                          and d.proposal_id = old.id and d.verdict = 'reject') then
            raise exception using errcode = 'CS003', message = 'nobody rejected the proposal';
        end if;
    elsif (old.state, new.state) in (('waiting', 'expired'), ('approved', 'expired')) then
        if old.expires_at > clock_timestamp() then
            raise exception using errcode = 'CS003', message = 'the proposal has not expired';
        end if;
    elsif (old.state, new.state) in (('waiting', 'revoked'), ('approved', 'revoked')) then
        -- Whoever ends a connection ends what waits for it: the broker alone says that it has ended.
        if not (ctx.can('approvals.propose') and old.requester_person = ctx.person()
                or ctx.can('approvals.decide') and ctx.kind() = 'session'
                or acting = 'countersign_broker' and old.org_id = ctx.org() and ctx.can('connectors.manage')
                   and exists (select from connectors.connections c
                                where c.org_id = old.org_id and c.id = old.connection_id
                                  and c.state = 'disconnected')) then
            raise exception using errcode = '42501', message = 'only who proposed it or may decide revokes it';
        end if;
        new.ended_by := ctx.person();
    elsif (old.state, new.state) = ('approved', 'executing') then
        if acting = 'countersign_front' then
            raise exception using errcode = 'CS003', message = 'only the broker executes';
        end if;
        if old.expires_at <= clock_timestamp() then
            raise exception using errcode = 'CS003', message = 'the proposal has expired';
        end if;
    elsif (old.state, new.state) in (('executing', 'executed'), ('executing', 'failed'), ('executing', 'unknown_outcome')) then
        if acting = 'countersign_front' then
            raise exception using errcode = 'CS003', message = 'only the broker executes';
        end if;
    elsif (old.state, new.state) in (('unknown_outcome', 'executed'), ('unknown_outcome', 'failed')) then
        -- A person looked and says what happened. It is never sent again by itself.
        if ctx.kind() is distinct from 'session' or not ctx.can('approvals.decide') then
            raise exception using errcode = 'CS003', message = 'a person must resolve an unknown outcome';
        end if;
        new.ended_by := ctx.person();
    else
        raise exception using errcode = 'CS003',
            message = 'no way from ' || old.state || ' to ' || new.state;
    end if;
    return new;
end $$;
revoke all on function approvals.hold_transition() from public;

-- Decisions are only about a proposal that waits, shown as it is, by somebody allowed to approve it.
create function approvals.hold_decision() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    about approvals.proposals;
begin
    select * into about from approvals.proposals p
     where p.org_id = new.org_id and p.id = new.proposal_id for update;
    if not found or about.state <> 'waiting' then
        raise exception using errcode = 'CS004', message = 'the proposal is not waiting any more';
    end if;
    if about.expires_at <= clock_timestamp() then
        raise exception using errcode = 'CS004', message = 'the proposal has expired';
    end if;
    if about.payload_hash <> new.payload_hash then
        raise exception using errcode = 'CS005', message = 'what was shown is not what is proposed';
    end if;
    if new.verdict = 'approve' and about.four_eyes and about.requester_person = new.user_id then
        raise exception using errcode = 'CS006', message = 'four eyes are asked for: somebody else must approve';
    end if;
    return new;
end $$;
revoke all on function approvals.hold_decision() from public;

-- Proposals that time moves on: waiting or approved past their expiry, and executing past the lease
-- of the broker that died over them. Returns how many moved.
create function approvals.sweep(lease_seconds int) returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    moved record;
    total int := 0;
begin
    for moved in
        update approvals.proposals p
           set state = case p.state when 'executing' then 'unknown_outcome' else 'expired' end,
               outcome_code = case p.state when 'executing' then 'broker.interrupted' else p.outcome_code end
         where (p.state in ('waiting', 'approved') and p.expires_at <= now())
            or (p.state = 'executing' and p.state_changed_at < now() - make_interval(secs => lease_seconds))
        returning p.org_id, p.id, p.state
    loop
        perform audit.append_system(moved.org_id,
            case moved.state when 'expired' then 'approvals.expired' else 'approvals.outcome_unknown' end,
            audit.text_id('apr', moved.id), '{}');
        total := total + 1;
    end loop;
    return total;
end $$;
revoke all on function approvals.sweep(int) from public;
grant execute on function approvals.sweep(int) to countersign_broker;

-- Revokes what waits, or is approved and not claimed, for a connection of the bound organisation that
-- has ended in this transaction. The trigger says whether it may. Returns how many.
create function approvals.revoke_disconnected(of_connection uuid) returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    moved record;
    total int := 0;
begin
    for moved in
        update approvals.proposals p
           set state = 'revoked', outcome_code = 'connectors.disconnected'
         where p.org_id = ctx.org() and p.connection_id = of_connection and p.state in ('waiting', 'approved')
        returning p.id
    loop
        perform audit.append(audit.new_id(), 'approvals.revoked', audit.text_id('apr', moved.id),
                             '{"reason": "connectors.disconnected"}');
        total := total + 1;
    end loop;
    return total;
end $$;
revoke all on function approvals.revoke_disconnected(uuid) from public;

-- Tells open pages that something moved: the organisation and nothing more.
create function approvals.tell() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    perform pg_notify('countersign_approvals', new.org_id::text);
    return null;
end $$;

grant execute on function approvals.hold_transition(), approvals.hold_decision() to countersign_owner;

set local role countersign_owner;
create trigger proposals_transition before update on approvals.proposals
    for each row execute function approvals.hold_transition();
create trigger decisions_hold before insert on approvals.decisions
    for each row execute function approvals.hold_decision();
create trigger proposals_tell after insert or update on approvals.proposals
    for each row execute function approvals.tell();

-- Whoever may not see who is there knows themselves, and whom they meet in what they may see.
create policy memberships_own_org on identity.memberships for select to countersign_front, countersign_broker
    using (org_id = (select ctx.org())
           and ((select ctx.can('people.read')) or user_id = (select ctx.person())
                or user_id = any (array(select approvals.people()))));
