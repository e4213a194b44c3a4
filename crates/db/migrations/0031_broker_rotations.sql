-- Rotation of keys: what whoever runs the server asked for, and how far the broker is with it.
--
-- The broker alone holds keys, so it does the work, in small transactions while everything goes on. It sees keys
-- and sealed values of every tenant by the functions below alone, and while a rotation of that kind is under way. It
-- cannot begin one by itself: the verifier's login asks, which sees no key.

create table broker.rotations (
    id uuid primary key,
    -- Another master key for all data keys, or another data key for each with all that it sealed.
    kind text not null check (kind in ('master_key', 'data_keys')),
    -- The master key that wraps every data key when it is done.
    master_key text check (length(master_key) <= 300),
    keys_total bigint not null default 0 check (keys_total >= 0),
    keys_done bigint not null default 0 check (keys_done >= 0),
    values_done bigint not null default 0 check (values_done >= 0),
    -- Data keys that do not open, or that a value does not open by. They stay as they are.
    keys_left text[] not null default '{}',
    -- Where values stand that do not open, of the data keys at hand.
    values_left text[] not null default '{}',
    asked_at timestamptz not null default now(),
    -- Null until a broker has begun.
    begun_at timestamptz,
    ended_at timestamptz,
    -- Why it ended before it was done, for whoever asked.
    failure text check (length(failure) <= 1000)
);
-- One at a time.
create unique index rotations_under_way on broker.rotations ((true)) where ended_at is null;

alter table broker.rotations enable row level security;
alter table broker.rotations force row level security;
create policy rotations_broker on broker.rotations for all to countersign_broker using (true) with check (true);
create policy rotations_definer on broker.rotations for select to countersign_definer using (true);
grant select,
      update (begun_at, master_key, keys_total, keys_done, values_done, keys_left, values_left, ended_at, failure)
    on broker.rotations to countersign_broker;
create policy rotations_ask on broker.rotations for insert to countersign_definer with check (true);
grant select, insert on broker.rotations to countersign_definer;

grant insert, update on broker.data_keys, broker.server_keys to countersign_definer;
grant delete on broker.server_keys to countersign_definer;
create policy data_keys_rotate on broker.data_keys for update to countersign_definer using (true) with check (true);
create policy data_keys_succeed on broker.data_keys for insert to countersign_definer with check (true);
create policy server_keys_rotate on broker.server_keys for update to countersign_definer using (true) with check (true);
create policy server_keys_succeed on broker.server_keys for insert to countersign_definer with check (true);
create policy server_keys_destroy on broker.server_keys for delete to countersign_definer using (true);
grant update (key_id, sealed) on broker.secrets, broker.signing_keys, broker.token_keys to countersign_definer;
create policy secrets_reseal on broker.secrets for update to countersign_definer using (true) with check (true);
create policy signing_keys_reseal on broker.signing_keys for update to countersign_definer using (true) with check (true);
create policy token_keys_reseal on broker.token_keys for update to countersign_definer using (true) with check (true);
grant select on broker.signing_keys, broker.token_keys to countersign_definer;
create index secrets_by_key on broker.secrets (org_id, key_id);
create index proposals_by_key on approvals.proposals (org_id, payload_key_id);

set local role countersign_definer;

-- Asks for a rotation. Returns the one that is under way then, which may be another. For the verifier's login.
create function broker.ask_rotation(new_id uuid, of_kind text) returns uuid
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
begin
    insert into broker.rotations (id, kind) values (new_id, of_kind) on conflict do nothing;
    -- The other may have ended since: then it is that one still.
    return coalesce((select r.id from broker.rotations r where r.ended_at is null), new_id);
end $$;

-- What was asked for, and by which key it began, stays; so does how it ended.
create function broker.hold_rotation() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if old.ended_at is not null
       or (new.id, new.kind, new.asked_at) is distinct from (old.id, old.kind, old.asked_at)
       or old.begun_at is not null and (new.begun_at, new.master_key) is distinct from (old.begun_at, old.master_key) then
        raise exception using errcode = '23514', message = 'what is told of a rotation stays';
    end if;
    if old.begun_at is null and new.begun_at is not null then
        new.begun_at := now();
    end if;
    return new;
end $$;

-- The log tells that a rotation was asked for, began and ended, whoever wrote it.
create function broker.tell_rotation() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    subject text := audit.text_id('rot', new.id);
begin
    if tg_op = 'INSERT' then
        perform audit.append_system(null, 'broker.rotation_asked', subject, jsonb_build_object('of', new.kind));
        return null;
    end if;
    if old.begun_at is null and new.begun_at is not null then
        perform audit.append_system(null, 'broker.rotation_begun', subject, jsonb_strip_nulls(jsonb_build_object(
            'of', new.kind, 'keys', new.keys_total, 'master_key', new.master_key)));
    end if;
    if old.ended_at is null and new.ended_at is not null then
        if new.failure is null then
            perform audit.append_system(null, 'broker.rotation_ended', subject, jsonb_build_object(
                'keys', new.keys_done, 'values', new.values_done, 'keys_left', cardinality(new.keys_left)));
        else
            perform audit.append_system(null, 'broker.rotation_failed', subject, '{}');
        end if;
    end if;
    return null;
end $$;

-- How many data keys each master key wraps, and how many of them are retired. For the broker's login.
create function broker.master_key_uses()
returns table (master_key text, tenants_keys bigint, servers_keys bigint, retired_keys bigint)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select k.wrapped_by, count(*) filter (where not k.is_servers), count(*) filter (where k.is_servers),
           count(k.retired_at)
      from (select wrapped_by, retired_at, false as is_servers from broker.data_keys
            union all select wrapped_by, retired_at, true from broker.server_keys) as k
     group by k.wrapped_by order by k.wrapped_by
$$;

-- The next data keys that the rotation under way has to wrap anew; no organisation where one is the server's own.
-- For the broker.
create function broker.keys_to_rewrap(at_most int) returns table (org_id uuid, id text, wrapped_by text, wrapped bytea)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select k.org_id, k.id, k.wrapped_by, k.wrapped
      from broker.rotations r,
           (select d.org_id, d.id, d.wrapped_by, d.wrapped from broker.data_keys d
            union all select null, s.id, s.wrapped_by, s.wrapped from broker.server_keys s) as k
     where r.ended_at is null and r.kind = 'master_key' and k.wrapped_by <> r.master_key and k.id <> all (r.keys_left)
     limit at_most
$$;

-- Puts the new form of data keys in the place of the old, where that still stands there. Returns how many. For the
-- broker.
create function broker.rewrap(orgs uuid[], ids text[], old_forms bytea[], new_forms bytea[]) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    target text := (select r.master_key from broker.rotations r where r.ended_at is null and r.kind = 'master_key');
    tenants_keys bigint;
    servers_keys bigint;
begin
    if target is null then
        raise exception using errcode = '42501', message = 'no rotation is under way';
    end if;
    update broker.data_keys k
       set wrapped_by = target, wrapped = n.new_form, wrapped_before = array_append(k.wrapped_before, k.wrapped_by)
      from unnest(orgs, ids, old_forms, new_forms) as n (org, id, old_form, new_form)
     where k.org_id = n.org and k.id = n.id and k.wrapped = n.old_form;
    get diagnostics tenants_keys = row_count;
    update broker.server_keys k set wrapped_by = target, wrapped = n.new_form
      from unnest(orgs, ids, old_forms, new_forms) as n (org, id, old_form, new_form)
     where n.org is null and k.id = n.id and k.wrapped = n.old_form;
    get diagnostics servers_keys = row_count;
    return tenants_keys + servers_keys;
end $$;

-- The data key of the bound organisation that seals for a purpose, and the server's. It is not retired before the
-- transaction ends, so that nothing is sealed by a key whose values were counted. For the broker.
create function broker.sealing_key(of_purpose text) returns table (id text, wrapped_by text, wrapped bytea)
language sql volatile security definer set search_path = pg_catalog, pg_temp as $$
    select k.id, k.wrapped_by, k.wrapped from broker.data_keys k
     where k.org_id = ctx.org() and k.purpose = of_purpose and k.retired_at is null for share
$$;
create function broker.sealing_server_key() returns table (id text, wrapped_by text, wrapped bytea)
language sql volatile security definer set search_path = pg_catalog, pg_temp as $$
    select k.id, k.wrapped_by, k.wrapped from broker.server_keys k where k.retired_at is null for share
$$;

-- A retired key opens, and never seals: whoever asks.
create function broker.hold_sealing() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    it jsonb := to_jsonb(new);
    is_retired boolean;
begin
    if tg_argv[0] = 'server' then
        is_retired := exists (select from broker.server_keys k where k.id = it ->> 'key_id' and k.retired_at is not null);
    else
        is_retired := exists (select from broker.data_keys k
                               where k.org_id = (it ->> 'org_id')::uuid and k.id = it ->> tg_argv[0]
                                 and k.retired_at is not null);
    end if;
    if is_retired then
        raise exception using errcode = '23514', message = 'a retired key seals nothing';
    end if;
    return new;
end $$;

-- The rotation of data keys that is under way; refused where there is none. For definer functions alone.
create function broker.rotating_data_keys() returns broker.rotations
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
    it broker.rotations;
begin
    select * into it from broker.rotations r where r.ended_at is null and r.kind = 'data_keys';
    if not found then
        raise exception using errcode = '42501', message = 'no rotation is under way';
    end if;
    return it;
end $$;

-- Whether anything is sealed by a data key; the server's own where there is no organisation. For definer functions
-- alone.
create function broker.seals(of_org uuid, key text) returns boolean
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select case when of_org is null then
               exists (select from broker.signing_keys k where k.key_id = key)
               or exists (select from broker.token_keys k where k.key_id = key)
               or exists (select from identity.authenticators a where a.key_id = key)
           else
               exists (select from broker.secrets s where s.org_id = of_org and s.key_id = key)
               or exists (select from approvals.proposals p where p.org_id = of_org and p.payload_key_id = key)
           end
$$;

-- The next data key to replace: one that seals and is older than the rotation, or one that is retired and by which
-- something is sealed still; then with its successor. For the broker.
create function broker.key_to_replace()
returns table (org_id uuid, id text, wrapped_by text, wrapped bytea,
               successor text, successor_wrapped_by text, successor_wrapped bytea)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select o.org_id, o.id, o.wrapped_by, o.wrapped, n.id, n.wrapped_by, n.wrapped
      from broker.rotations r,
           (select d.org_id, d.id, d.purpose, d.wrapped_by, d.wrapped, d.created_at, d.retired_at from broker.data_keys d
            union all select null, s.id, null, s.wrapped_by, s.wrapped, s.created_at, s.retired_at
                        from broker.server_keys s) as o
      left join lateral (
            select d.id, d.wrapped_by, d.wrapped from broker.data_keys d
             where o.retired_at is not null and d.org_id = o.org_id and d.purpose = o.purpose and d.retired_at is null
            union all select s.id, s.wrapped_by, s.wrapped from broker.server_keys s
             where o.retired_at is not null and o.org_id is null and s.retired_at is null) as n on true
     where r.ended_at is null and r.kind = 'data_keys' and o.id <> all (r.keys_left)
       and case when o.retired_at is null then o.created_at < r.begun_at else broker.seals(o.org_id, o.id) end
     limit 1
$$;

-- Retires a data key in favour of a new one, which seals from then on; refused where another one does. For the
-- broker.
create function broker.retire(of_org uuid, old_key text, new_key text, new_wrapped_by text, new_wrapped bytea)
returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    of_purpose text;
begin
    perform broker.rotating_data_keys();
    if of_org is null then
        update broker.server_keys k set retired_at = coalesce(k.retired_at, now()) where k.id = old_key;
        insert into broker.server_keys (id, wrapped_by, wrapped) values (new_key, new_wrapped_by, new_wrapped);
    else
        update broker.data_keys k set retired_at = coalesce(k.retired_at, now())
         where k.org_id = of_org and k.id = old_key
        returning k.purpose into of_purpose;
        insert into broker.data_keys (org_id, id, purpose, wrapped_by, wrapped)
        values (of_org, new_key, of_purpose, new_wrapped_by, new_wrapped);
    end if;
end $$;

-- What a retired data key sealed, each with what tells its place, but for what the rotation leaves. Nobody seals by
-- its successor until the transaction ends: whoever did would wait for values here, and be waited for. For the broker.
create function broker.values_under(of_org uuid, retired text, at_most int)
returns table (in_table text, of_row uuid, of_text text, version int, sealed bytea, place text)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
    rotation broker.rotations := broker.rotating_data_keys();
begin
    if of_org is null then
        perform from broker.server_keys n where n.retired_at is null for no key update;
        return query
            select v.*, p.place from (
                select 'broker.signing_keys', null::uuid, k.purpose, 1, k.sealed from broker.signing_keys k
                 where k.key_id = retired
                union all select 'broker.token_keys', null, k.kid, 1, k.sealed from broker.token_keys k
                 where k.key_id = retired
                union all select 'identity.authenticators', a.user_id, null, 1, a.sealed from identity.authenticators a
                 where a.key_id = retired) as v (in_table, of_row, of_text, version, sealed)
              join broker.server_keys k on k.id = retired and k.retired_at is not null
             cross join lateral (select concat_ws(' ', v.in_table, v.of_row, v.of_text)) as p (place)
             where p.place <> all (rotation.values_left) limit at_most;
    else
        perform from broker.data_keys n
          where n.org_id = of_org and n.retired_at is null
            and n.purpose = (select k.purpose from broker.data_keys k where k.org_id = of_org and k.id = retired)
            for no key update;
        return query
            select v.*, p.place from (
                select 'broker.secrets', s.owner_id, s.field, s.version, s.sealed from broker.secrets s
                 where s.org_id = of_org and s.key_id = retired
                union all select 'approvals.proposals', p.id, null, 1, p.payload_sealed from approvals.proposals p
                 where p.org_id = of_org and p.payload_key_id = retired) as v (in_table, of_row, of_text, version, sealed)
              join broker.data_keys k on k.org_id = of_org and k.id = retired and k.retired_at is not null
             cross join lateral (select concat_ws(' ', v.in_table, v.of_row, v.of_text)) as p (place)
             where p.place <> all (rotation.values_left) limit at_most;
    end if;
end $$;

-- Whether nothing is sealed by a retired data key any more. The time until it is destroyed begins there. For the
-- broker.
create function broker.emptied(of_org uuid, retired text) returns boolean
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
begin
    perform broker.rotating_data_keys();
    if broker.seals(of_org, retired) then
        return false;
    end if;
    if of_org is null then
        update broker.server_keys k set retired_at = clock_timestamp() where k.id = retired and k.retired_at is not null;
    else
        update broker.data_keys k set retired_at = clock_timestamp()
         where k.org_id = of_org and k.id = retired and k.retired_at is not null;
    end if;
    return true;
end $$;

-- Puts a value's new form in the place of the old, where that still stands there. Returns whether it did. For the
-- broker.
create function broker.reseal(
    in_table text, of_org uuid, of_row uuid, of_text text, old_form bytea, new_key text, new_form bytea
) returns boolean language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    perform broker.rotating_data_keys();
    case in_table
        when 'broker.secrets' then
            update broker.secrets s set key_id = new_key, sealed = new_form
             where s.org_id = of_org and s.owner_id = of_row and s.field = of_text and s.sealed = old_form
               and broker.succeeds(of_org, s.key_id, new_key);
        when 'approvals.proposals' then
            update approvals.proposals p set payload_key_id = new_key, payload_sealed = new_form
             where p.org_id = of_org and p.id = of_row and p.payload_sealed = old_form
               and broker.succeeds(of_org, p.payload_key_id, new_key);
        when 'broker.signing_keys' then
            update broker.signing_keys k set key_id = new_key, sealed = new_form
             where k.purpose = of_text and k.sealed = old_form;
        when 'broker.token_keys' then
            update broker.token_keys k set key_id = new_key, sealed = new_form
             where k.kid = of_text and k.sealed = old_form;
        when 'identity.authenticators' then
            update identity.authenticators a set key_id = new_key, sealed = new_form
             where a.user_id = of_row and a.sealed = old_form;
    end case;
    return found;
end $$;

-- Destroys retired data keys by which nothing is sealed any more, ten seconds later: whoever read a value before it
-- was sealed anew still finds its key. The log of each organisation tells. Returns how many are retired after that,
-- but for those that the rotation leaves. For the broker.
create function broker.destroy_retired() returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    rotation broker.rotations := broker.rotating_data_keys();
    long_ago timestamptz := clock_timestamp() - interval '10 seconds';
    gone record;
begin
    for gone in
        with tenants as (delete from broker.data_keys k where k.retired_at < long_ago and not broker.seals(k.org_id, k.id)
                         returning k.org_id, k.id),
             servers as (delete from broker.server_keys k where k.retired_at < long_ago and not broker.seals(null, k.id)
                         returning k.id)
        select t.org_id, t.id from tenants t union all select null, s.id from servers s
    loop
        perform audit.append_system(gone.org_id, 'broker.data_key_destroyed', gone.id, '{}');
    end loop;
    return (select count(*) from broker.data_keys k where k.retired_at is not null and k.id <> all (rotation.keys_left))
         + (select count(*) from broker.server_keys k where k.retired_at is not null and k.id <> all (rotation.keys_left));
end $$;

revoke all on function broker.ask_rotation(uuid, text), broker.hold_rotation(), broker.tell_rotation(),
    broker.master_key_uses(), broker.keys_to_rewrap(int), broker.rewrap(uuid[], text[], bytea[], bytea[]),
    broker.sealing_key(text), broker.sealing_server_key(), broker.hold_sealing(), broker.rotating_data_keys(),
    broker.key_to_replace(), broker.retire(uuid, text, text, text, bytea), broker.values_under(uuid, text, int),
    broker.emptied(uuid, text), broker.reseal(text, uuid, uuid, text, bytea, text, bytea), broker.destroy_retired(),
    broker.seals(uuid, text) from public;
grant execute on function broker.master_key_uses(), broker.keys_to_rewrap(int),
    broker.rewrap(uuid[], text[], bytea[], bytea[]), broker.sealing_key(text), broker.sealing_server_key(),
    broker.key_to_replace(), broker.retire(uuid, text, text, text, bytea), broker.values_under(uuid, text, int),
    broker.emptied(uuid, text), broker.reseal(text, uuid, uuid, text, bytea, text, bytea), broker.destroy_retired() to countersign_broker;
grant execute on function broker.ask_rotation(uuid, text) to countersign_verifier;
grant execute on function broker.hold_sealing(), broker.hold_rotation(), broker.tell_rotation() to countersign_owner;

set local role countersign_owner;
create trigger rotations_hold before update on broker.rotations
    for each row execute function broker.hold_rotation();
create trigger rotations_tell after insert or update on broker.rotations
    for each row execute function broker.tell_rotation();
create trigger secrets_sealing before insert or update of key_id, sealed on broker.secrets
    for each row execute function broker.hold_sealing('key_id');
create trigger proposals_sealing before insert or update of payload_key_id, payload_sealed on approvals.proposals
    for each row execute function broker.hold_sealing('payload_key_id');
create trigger signing_keys_sealing before insert or update of key_id, sealed on broker.signing_keys
    for each row execute function broker.hold_sealing('server');
create trigger token_keys_sealing before insert or update of key_id, sealed on broker.token_keys
    for each row execute function broker.hold_sealing('server');
create trigger authenticators_sealing before insert or update of key_id, sealed on identity.authenticators
    for each row execute function broker.hold_sealing('server');
