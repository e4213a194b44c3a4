-- Wrong passwords at the door, counted where every replica sees them and no restart forgets them (ID-10).
--
-- Anybody can have somebody else's address wait. So whoever comes from a device that the person signed in
-- from before has a count of their own: a stranger's guesses cost a person nothing on what they use every day.
-- An address that nobody has is counted like any other: the answers do not tell which it is.

create table identity.sign_in_tries (
    -- SHA-256 of the address, and of the device where it is known.
    door bytea primary key check (length(door) = 32),
    failures int not null default 0,
    last_at timestamptz not null default now(),
    locked_until timestamptz not null default now()
);
create index sign_in_tries_by_time on identity.sign_in_tries (last_at);
alter table identity.sign_in_tries enable row level security;
alter table identity.sign_in_tries force row level security;
create policy sign_in_tries_definer on identity.sign_in_tries for all to countersign_definer using (true) with check (true);
grant select, insert, update, delete on identity.sign_in_tries to countersign_definer;

-- Tries that were counted, until somebody looks at their password. Counted in a transaction that has ended: whoever
-- could see the answer and then roll back would guess without being counted.
create table identity.counted_tries (
    -- The session that would begin, or that proves again who it is.
    id uuid primary key,
    door bytea not null check (length(door) = 32),
    -- Of what was sent: the try is good for that and for nothing else.
    proof_hash bytea not null check (length(proof_hash) = 32),
    counted_in xid8 not null default pg_current_xact_id(),
    counted_at timestamptz not null default now()
);
create index counted_tries_by_time on identity.counted_tries (counted_at);
alter table identity.counted_tries enable row level security;
alter table identity.counted_tries force row level security;
create policy counted_tries_definer on identity.counted_tries for all to countersign_definer using (true) with check (true);
grant select, insert, update, delete on identity.counted_tries to countersign_definer;

set local role countersign_definer;

-- Where a try is counted; `device`: null where nobody knows it. For definer functions alone.
create function identity.sign_in_door(address text, device bytea) returns bytea
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select sha256(convert_to(lower(address), 'UTF8') || coalesce(
        (select d.device_hash from identity.devices d join identity.users u on u.id = d.user_id
          where u.email = lower(address) and d.device_hash = device), ''))
$$;

-- Takes the turn at a door: seconds to wait, or 0. Turns are taken one after the other, so that guesses at once
-- are no more than guesses in a row. What is a day old is forgotten. For definer functions alone.
create function identity.sign_in_turn(at_door bytea) returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    until_when timestamptz;
begin
    delete from identity.sign_in_tries t
     where t.door in (select old.door from identity.sign_in_tries old
                       where old.last_at < now() - interval '1 day' limit 100 for update skip locked);
    insert into identity.sign_in_tries (door) values (at_door) on conflict do nothing;
    select t.locked_until into until_when from identity.sign_in_tries t where t.door = at_door for update;
    return greatest(0, ceil(extract(epoch from until_when - clock_timestamp())))::int;
end $$;

-- Counts a try as a wrong one, before anybody looks: seconds to wait, or 0 where identity.sign_in may look once, in
-- another transaction, when this one has ended.
create function identity.count_sign_in(address text, proof bytea, session_id uuid, device bytea, is_kept boolean) returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    at_door bytea := identity.sign_in_door(address, case when is_kept then device end);
    wait int := identity.sign_in_turn(at_door);
begin
    if wait > 0 then
        return wait;
    end if;
    delete from identity.counted_tries t
     where t.id in (select old.id from identity.counted_tries old
                     where old.counted_at < now() - interval '1 minute' limit 100 for update skip locked);
    perform identity.sign_in_tried(at_door, false);
    insert into identity.counted_tries (id, door, proof_hash) values (session_id, at_door, sha256(proof));
    return 0;
end $$;

-- The same of whoever is bound. For definer functions alone.
create function identity.count_own(proof bytea) returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    wait int := identity.try_turn();
begin
    if wait > 0 then
        return wait;
    end if;
    perform identity.count_wrong();
    insert into identity.counted_tries (id, door, proof_hash) values (ctx.principal(), identity.own_door(), sha256(proof))
    on conflict (id) do update
       set door = excluded.door, proof_hash = excluded.proof_hash, counted_in = excluded.counted_in, counted_at = excluded.counted_at;
    return 0;
end $$;

-- The same of a password, by which whoever is bound proves again who they are (identity.prove_password), or which
-- they change (identity.change_password). What neither would look at is not counted.
create function identity.count_password(proof bytea, is_change boolean) returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if ctx.kind() not in ('session', 'lone_session') then
        raise exception using errcode = '42501', message = 'only a person at a browser proves who it is';
    elsif is_change then
        perform identity.check_own();
    end if;
    if identity.has_factor(ctx.person()) then
        if not is_change then
            raise exception using errcode = 'CS010', message = 'the second factor is the proof';
        end if;
        perform ctx.require_recent();
    end if;
    return identity.count_own(proof);
end $$;

-- The same of a recovery code: for identity.use_recovery_code.
create function identity.count_recovery_code(presented bytea) returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    return identity.count_own(presented);
end $$;

-- The door of a session that proves again who it is: nobody signs in at it. For definer functions alone.
create function identity.own_door() returns bytea
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select sha256(convert_to('session ' || ctx.principal()::text, 'UTF8'))
$$;

-- Uses a counted try up. For definer functions alone.
create function identity.use_counted_try(of_session uuid, at_door bytea, proof bytea) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    delete from identity.counted_tries t
     where t.id = of_session and t.door = at_door and t.proof_hash = sha256(proof)
       and t.counted_in <> pg_current_xact_id() and t.counted_at > clock_timestamp() - interval '1 minute';
    if not found then
        raise exception using errcode = '42501', message = 'nobody looks at a proof that was not counted before';
    end if;
end $$;

-- Counts how it ended. The next ones wait 2, 4, 8 … s after the tenth failure, a quarter of an hour at most. For
-- definer functions alone.
create function identity.sign_in_tried(at_door bytea, is_right boolean) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if is_right then
        delete from identity.sign_in_tries t where t.door = at_door;
        return;
    end if;
    update identity.sign_in_tries t
       set failures = t.failures + 1, last_at = now(),
           locked_until = case when t.failures < 9 then now()
                               else clock_timestamp() + make_interval(secs => least(900, 2 ^ least(t.failures - 8, 10))) end
     where t.door = at_door;
end $$;
-- Forgets the failures of before a person had another password. For definer functions alone.
create function identity.open_doors(of_person uuid) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
    delete from identity.sign_in_tries t using identity.users u
     where u.id = of_person
       and (t.door = identity.sign_in_door(u.email, null)
            or t.door in (select identity.sign_in_door(u.email, d.device_hash)
                            from identity.devices d where d.user_id = u.id))
$$;
revoke all on function identity.open_doors(uuid), identity.sign_in_door(text, bytea), identity.sign_in_turn(bytea),
    identity.sign_in_tried(bytea, boolean), identity.count_sign_in(text, bytea, uuid, bytea, boolean),
    identity.use_counted_try(uuid, bytea, bytea), identity.count_own(bytea), identity.count_password(bytea, boolean),
    identity.count_recovery_code(bytea), identity.own_door() from public;
grant execute on function identity.count_sign_in(text, bytea, uuid, bytea, boolean), identity.count_password(bytea, boolean),
    identity.count_recovery_code(bytea) to countersign_front;
