-- The audit log: entries written in the transaction of what they tell, then sequenced into a Merkle
-- tree (RFC 6962) by the broker. Login roles can add and read, never change or remove.

create schema audit;
grant usage on schema audit to countersign_definer, countersign_front, countersign_broker, countersign_verifier;
grant create on schema audit to countersign_definer;

create table audit.entries (
    id uuid primary key,
    -- Null where nobody was bound yet: a sign-up, a failed sign-in.
    org_id uuid references identity.organisations (id),
    -- When it was told, at the end of its transaction, not when that began.
    at timestamptz not null default clock_timestamp(),
    actor_kind text not null check (actor_kind in
        ('anonymous', 'session', 'half_session', 'lone_session', 'api_key', 'service_key', 'operator', 'access_token',
         'job', 'system')),
    -- The credential's row and the person behind it.
    actor_id uuid,
    person_id uuid,
    action text not null check (action ~ '^[a-z_]+\.[a-z_]+$'),
    subject text check (length(subject) <= 200),
    -- Flat, and with numbers that every reader holds: nothing in here may stop the sequencer.
    details jsonb not null check (
        jsonb_typeof(details) = 'object' and length(details::text) <= 4000
        and not jsonb_path_exists(details, '$.* ? (@.type() == "object" || @.type() == "array")')
        and not jsonb_path_exists(details, '$.* ? (@.type() == "number" && (@ > 9007199254740991 || @ < -9007199254740991))')),
    -- Its place in the tree; null until it is sequenced.
    leaf_index bigint unique check (leaf_index >= 0)
);
create index entries_by_org on audit.entries (org_id, id);
create index entries_unsequenced on audit.entries (id) where leaf_index is null;

-- Complete nodes of the tree: level 0 holds leaf hashes.
create table audit.nodes (
    level int not null check (level between 0 and 62),
    index bigint not null check (index >= 0),
    hash bytea not null check (length(hash) = 32),
    primary key (level, index)
);

-- Signed tree heads (C2SP tlog-checkpoint).
create table audit.checkpoints (
    size bigint primary key check (size >= 0),
    root bytea not null check (length(root) = 32),
    note text not null,
    signed_at timestamptz not null default now()
);

-- Whoever holds its row sequences; nobody else may lock it. An advisory lock anybody can take.
create table audit.turn (only_row boolean primary key default true check (only_row));
alter table audit.turn enable row level security;
alter table audit.turn force row level security;
create policy turn_owner on audit.turn for insert to countersign_owner with check (true);
create policy turn_definer_read on audit.turn for select to countersign_definer using (true);
create policy turn_definer_lock on audit.turn for update to countersign_definer using (true);
grant select, update on audit.turn to countersign_definer;
insert into audit.turn default values;
drop policy turn_owner on audit.turn;

do $$
declare t text;
begin
    foreach t in array array['entries', 'nodes', 'checkpoints'] loop
        execute format('alter table audit.%I enable row level security', t);
        execute format('alter table audit.%I force row level security', t);
        execute format('create policy %I on audit.%I for select to countersign_definer using (true)', t || '_definer_read', t);
        execute format('create policy %I on audit.%I for insert to countersign_definer with check (true)', t || '_definer_add', t);
        execute format('grant select, insert on audit.%I to countersign_definer', t);
    end loop;
end $$;
create policy entries_definer_sequence on audit.entries for update to countersign_definer
    using (leaf_index is null) with check (leaf_index is not null);
grant update (leaf_index) on audit.entries to countersign_definer;

create policy entries_read on audit.entries for select to countersign_front
    using (org_id = (select ctx.org_for('audit.read')));
grant select on audit.entries to countersign_front;
-- Hashes and signed heads tell nothing about anybody: anyone may hold them to check the log.
create policy nodes_read on audit.nodes for select to countersign_front, countersign_broker, countersign_verifier using (true);
create policy checkpoints_read on audit.checkpoints for select to countersign_front, countersign_broker, countersign_verifier using (true);
grant select on audit.nodes to countersign_front, countersign_broker, countersign_verifier;
grant select on audit.checkpoints to countersign_front, countersign_broker, countersign_verifier;

set local role countersign_definer;

-- Adds an entry for whoever is bound.
create function audit.append(new_entry uuid, entry_action text, entry_subject text, entry_details jsonb) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    bound text[] := ctx.bound();
    org uuid := bound[4]::uuid;
begin
    -- A session that owes its second factor is bound to no organisation, and told about in its own; one
    -- that is in none, nowhere.
    if bound[2] in ('half_session', 'lone_session') then
        org := (select s.org_id from identity.sessions s where s.id = bound[3]::uuid);
    end if;
    insert into audit.entries (id, org_id, actor_kind, actor_id, person_id, action, subject, details)
    values (new_entry, org, coalesce(bound[2], 'anonymous'), bound[3]::uuid, bound[5]::uuid,
            entry_action, entry_subject, entry_details);
end $$;

-- A UUIDv7 (RFC 9562 5.7) where SQL makes an entry: 48 bits of milliseconds over a random UUID,
-- version 7 in place of 4.
create function audit.new_id() returns uuid
language sql volatile set search_path = pg_catalog, pg_temp as $$
    select encode(set_bit(set_bit(overlay(
               uuid_send(gen_random_uuid())
               placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3)
               from 1 for 6), 52, 1), 53, 1), 'hex')::uuid
$$;

-- An identifier as kernel::id writes it: its kind, and Crockford's base 32 of the UUID's 128 bits.
create function audit.text_id(prefix text, id uuid) returns text
language sql immutable set search_path = pg_catalog, pg_temp as $$
    select prefix || '_' || string_agg(
               substr('0123456789abcdefghjkmnpqrstvwxyz', 1 + substring(bits from 1 + 5 * n for 5)::bit(5)::int, 1),
               '' order by n)
      from (select (B'00' || ('x' || encode(uuid_send(id), 'hex'))::bit(128))::bit(130) as bits) as padded,
           generate_series(0, 25) as n
$$;

-- Adds an entry of whoever is bound to the log of the organisation that it is about: there without the session, which
-- is another organisation's. For definer functions alone.
create function audit.append_in(of_org uuid, entry_action text, entry_subject text) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
    insert into audit.entries (id, org_id, actor_kind, actor_id, person_id, action, subject, details)
    values (audit.new_id(), of_org, ctx.kind(), case when of_org = ctx.org() then ctx.principal() end, ctx.person(),
            entry_action, entry_subject, '{}')
$$;

-- Adds an entry about an organisation that the system itself acts on. For definer functions alone.
create function audit.append_system(
    of_org uuid, entry_action text, entry_subject text, entry_details jsonb, of_person uuid default null) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
    insert into audit.entries (id, org_id, actor_kind, person_id, action, subject, details)
    values (audit.new_id(), of_org, 'system', of_person, entry_action, entry_subject, entry_details)
$$;

-- Adds an entry about a person whom nobody has proven to be: an account made, a wrong password. Their
-- organisation sees it; without one, only the operator. For definer functions alone.
create function audit.append_anonymous(of_org uuid, of_person uuid, entry_action text, entry_subject text) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
    insert into audit.entries (id, org_id, actor_kind, person_id, action, subject, details)
    values (audit.new_id(), of_org, 'anonymous', of_person, entry_action, entry_subject, '{}')
$$;

-- One sequences at a time, until its transaction ends: who found no turn to take would sequence beside another.
create function audit.take_turn() returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    perform from audit.turn for update;
    if not found then
        raise exception 'there is no turn to take';
    end if;
end $$;

-- The next entries to sequence, under a lock that one sequencer holds until its transaction ends.
-- Sorted by id, which orders by time; an entry of a transaction that commits late gets a later place.
-- One that claims to be from long before the log's last entry (audit::offline::SETTLING) was put there
-- behind our back: it gets no place, and the verifier names it.
create function audit.unsequenced(most int) returns setof audit.entries
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    perform audit.take_turn();
    return query
        select * from audit.entries
         where leaf_index is null and at >= coalesce(
                   (select least(last.at, now()) - interval '10 minutes'
                      from audit.entries last where last.leaf_index is not null
                     order by last.leaf_index desc limit 1), '-infinity')
         order by id limit most;
end $$;

create function audit.sequence(
    first_index bigint, entry_ids uuid[],
    node_levels int[], node_indexes bigint[], node_hashes bytea[],
    new_root bytea, new_note text
) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    sequenced bigint;
begin
    perform audit.take_turn();
    if first_index <> (select coalesce(max(size), 0) from audit.checkpoints) then
        raise exception using errcode = 'CS002', message = 'another sequencer was faster';
    end if;
    update audit.entries e set leaf_index = first_index + n.ordinal - 1
      from unnest(entry_ids) with ordinality as n (id, ordinal)
     where e.id = n.id and e.leaf_index is null;
    get diagnostics sequenced = row_count;
    if sequenced <> cardinality(entry_ids) then
        raise exception using errcode = 'CS002', message = 'an entry was sequenced already';
    end if;
    insert into audit.nodes (level, index, hash)
    select * from unnest(node_levels, node_indexes, node_hashes);
    insert into audit.checkpoints (size, root, note)
    values (first_index + cardinality(entry_ids), new_root, new_note);
end $$;

-- The whole log in its order, for the operator's verifier.
create function audit.all_entries(after bigint, most int) returns setof audit.entries
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select * from audit.entries where leaf_index > after order by leaf_index limit most
$$;
-- The newest entry about a subject that tells of an action.
create function audit.newest_about(of_subject text, of_action text) returns setof audit.entries
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select * from audit.entries e
     where e.subject = of_subject and e.action = of_action and e.actor_kind = 'system' order by e.id desc limit 1
$$;
create function audit.not_sequenced() returns setof audit.entries
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select * from audit.entries where leaf_index is null order by id
$$;
create function audit.all_nodes(of_level int, after bigint, most int) returns setof audit.nodes
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select * from audit.nodes where level = of_level and index > after order by index limit most
$$;

revoke all on all functions in schema audit from public;
grant execute on function audit.append(uuid, text, text, jsonb) to countersign_front, countersign_broker, countersign_verifier;
grant execute on function audit.unsequenced(int),
    audit.sequence(bigint, uuid[], int[], bigint[], bytea[], bytea, text) to countersign_broker;
grant execute on function audit.all_entries(bigint, int), audit.not_sequenced(), audit.all_nodes(int, bigint, int),
    audit.newest_about(text, text) to countersign_verifier;
