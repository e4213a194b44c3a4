-- Files at rest. The bytes are in a folder of the broker's, sealed in chunks by a key of each file's own;
-- here is that key, sealed by a data key of the organisation, and what the file is. Whoever destroys the row destroys
-- the file: what is left of it elsewhere opens by nothing.

alter table broker.data_keys drop constraint data_keys_purpose_check;
alter table broker.data_keys add constraint data_keys_purpose_check
    check (purpose in ('integration_tokens', 'approvals', 'files'));

create table broker.files (
    id uuid not null,
    org_id uuid not null,
    -- The log that was imported from it. It goes with that.
    log_id uuid not null,
    -- What it was called where it came from, without what a file system could misread.
    name text not null check (length(name) between 1 and 200),
    state text not null default 'writing' check (state in ('writing', 'stored')),
    -- Before it was sealed.
    size_bytes bigint not null default 0 check (size_bytes >= 0),
    key_id text not null,
    sealed_key bytea not null,
    created_at timestamptz not null default now(),
    -- While it is written: when whoever writes it was last heard of.
    alive_at timestamptz not null default now(),
    primary key (org_id, id),
    unique (org_id, log_id),
    foreign key (org_id, log_id) references insight.logs (org_id, id) on delete cascade,
    foreign key (org_id, key_id) references broker.data_keys (org_id, id)
);
create index files_by_key on broker.files (org_id, key_id);
create index files_writing on broker.files (alive_at) where state = 'writing';

-- Bytes whose row is gone, until they are gone as well. Nobody's: what they were is nowhere any more.
create table broker.file_remains (
    id uuid primary key,
    due_at timestamptz not null
);
create index file_remains_due on broker.file_remains (due_at);

alter table broker.files enable row level security;
alter table broker.files force row level security;
alter table broker.file_remains enable row level security;
alter table broker.file_remains force row level security;
create policy files_broker on broker.files for all to countersign_broker
    using (org_id = (select ctx.org())) with check (org_id = (select ctx.org()));
create policy files_read on broker.files for select to countersign_front
    using (org_id = (select ctx.org_for('insight.read')));
create policy files_definer_read on broker.files for select to countersign_definer using (true);
create policy files_reseal on broker.files for update to countersign_definer using (true) with check (true);
create policy files_end on broker.files for delete to countersign_definer using (true);
create policy file_remains_definer on broker.file_remains for all to countersign_definer using (true) with check (true);
grant select, insert (id, org_id, log_id, name, key_id, sealed_key), update (state, size_bytes, alive_at), delete
   on broker.files to countersign_broker;
grant select (id, org_id, log_id, name, state, size_bytes) on broker.files to countersign_front;
grant select, update (key_id, sealed_key), delete on broker.files to countersign_definer;
grant select, insert, delete on broker.file_remains to countersign_definer;

set local role countersign_definer;

-- The original of a log comes while the log is read from it.
create function broker.hold_file() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if not exists (select from insight.logs l where l.org_id = new.org_id and l.id = new.log_id
                                                and l.source = 'import' and l.state = 'reading') then
        raise exception using errcode = '23514', message = 'the log waits for no file';
    end if;
    return new;
end $$;

-- Of one that was being written, bytes may still come for a while: whoever writes looks at its row twice a minute.
create function broker.leave_bytes() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    insert into broker.file_remains (id, due_at)
    values (old.id, case old.state when 'stored' then now() else now() + interval '10 minutes' end)
    on conflict do nothing;
    return null;
end $$;

-- Of a log that could not be read, nothing is kept.
create function broker.drop_original() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    delete from broker.files f where f.org_id = new.org_id and f.log_id = new.id;
    return null;
end $$;

-- Takes away files whose writer died: not heard of for five minutes. Returns how many. For the broker.
create function broker.end_unfinished_files() returns bigint
language sql volatile security definer set search_path = pg_catalog, pg_temp as $$
    with gone as (delete from broker.files f
                   where f.state = 'writing' and f.alive_at < now() - interval '5 minutes' returning 1)
    select count(*) from gone
$$;

-- Files whose bytes are to be removed now. For the broker.
create function broker.files_to_remove(at_most int) returns setof uuid
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select r.id from broker.file_remains r where r.due_at <= now() order by r.due_at limit at_most
$$;

-- Says that their bytes are removed. For the broker.
create function broker.files_removed(ids uuid[]) returns void
language sql volatile security definer set search_path = pg_catalog, pg_temp as $$
    delete from broker.file_remains r where r.id = any (ids) and r.due_at <= now()
$$;

-- What stands below is as it was, with files.
create or replace function broker.seals(of_org uuid, key text) returns boolean
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select case when of_org is null then
               exists (select from broker.signing_keys k where k.key_id = key)
               or exists (select from broker.token_keys k where k.key_id = key)
               or exists (select from identity.authenticators a where a.key_id = key)
           else
               exists (select from broker.secrets s where s.org_id = of_org and s.key_id = key)
               or exists (select from approvals.proposals p where p.org_id = of_org and p.payload_key_id = key)
               or exists (select from broker.files f where f.org_id = of_org and f.key_id = key)
           end
$$;

create or replace function broker.values_under(of_org uuid, retired text, at_most int)
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
                 where p.org_id = of_org and p.payload_key_id = retired
                union all select 'broker.files', f.id, null, 1, f.sealed_key from broker.files f
                 where f.org_id = of_org and f.key_id = retired) as v (in_table, of_row, of_text, version, sealed)
              join broker.data_keys k on k.org_id = of_org and k.id = retired and k.retired_at is not null
             cross join lateral (select concat_ws(' ', v.in_table, v.of_row, v.of_text)) as p (place)
             where p.place <> all (rotation.values_left) limit at_most;
    end if;
end $$;

create or replace function broker.reseal(
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
        when 'broker.files' then
            update broker.files f set key_id = new_key, sealed_key = new_form
             where f.org_id = of_org and f.id = of_row and f.sealed_key = old_form
               and broker.succeeds(of_org, f.key_id, new_key);
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

create or replace function broker.nonces() returns table (sealed bigint, repeated bigint)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select count(*), count(*) - count(distinct (key_id, nonce)) from (
        select key_id, substring(s.sealed from 1 for 12) as nonce from broker.secrets s
        union all
        select p.payload_key_id, substring(p.payload_sealed from 1 for 12) from approvals.proposals p
         where p.payload_sealed <> ''
        union all
        select f.key_id, substring(f.sealed_key from 1 for 12) from broker.files f
        union all
        -- What a key management service wrapped has a form of its own.
        select k.wrapped_by, substring(k.wrapped from 1 for 12) from broker.data_keys k where k.wrapped_by like 'file:%'
        union all
        select k.wrapped_by, substring(k.wrapped from 1 for 12) from broker.server_keys k where k.wrapped_by like 'file:%'
        union all
        select k.key_id, substring(k.sealed from 1 for 12) from broker.signing_keys k
        union all
        select t.key_id, substring(t.sealed from 1 for 12) from broker.token_keys t
        union all
        select a.key_id, substring(a.sealed from 1 for 12) from identity.authenticators a
    ) as all_nonces
$$;

create or replace function broker.envelopes() returns table (organisations bigint, keys bigint, misplaced bigint, shared bigint)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select (select count(distinct k.org_id) from broker.data_keys k),
           (select count(*) from broker.data_keys k),
           (select count(*) from broker.secrets s
             where not exists (select from broker.data_keys k where k.org_id = s.org_id and k.id = s.key_id
                                                                and k.purpose = 'integration_tokens'))
         + (select count(*) from approvals.proposals p
             where p.payload_sealed <> ''
               and not exists (select from broker.data_keys k where k.org_id = p.org_id and k.id = p.payload_key_id
                                                                and k.purpose = 'approvals'))
         + (select count(*) from broker.files f
             where not exists (select from broker.data_keys k where k.org_id = f.org_id and k.id = f.key_id
                                                                and k.purpose = 'files')),
           (select count(*) - least(count(distinct k.id), count(distinct k.wrapped)) from broker.data_keys k)
$$;

create or replace function identity.shredded(of_org uuid) returns jsonb
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select jsonb_build_object(
        'secrets', (select count(*) from broker.secrets s where s.org_id = of_org),
        'payloads', (select count(*) from approvals.proposals p where p.org_id = of_org and p.payload_key_id is not null),
        'files', (select count(*) from broker.files f where f.org_id = of_org),
        'data_keys', left(coalesce((select string_agg(k.id, ' ' order by k.id) from broker.data_keys k where k.org_id = of_org), ''), 1000),
        'master_keys', left(coalesce((select string_agg(distinct name, ' ' order by name)
            from broker.data_keys k, unnest(k.wrapped_before || k.wrapped_by) as name where k.org_id = of_org), ''), 1000))
$$;

revoke all on function broker.hold_file(), broker.leave_bytes(), broker.drop_original(), broker.end_unfinished_files(),
    broker.files_to_remove(int), broker.files_removed(uuid[]) from public;
grant execute on function broker.end_unfinished_files(), broker.files_to_remove(int), broker.files_removed(uuid[])
    to countersign_broker;
grant execute on function broker.hold_file(), broker.leave_bytes(), broker.drop_original() to countersign_owner;

set local role countersign_owner;
create trigger files_sealing before insert or update of key_id, sealed_key on broker.files
    for each row execute function broker.hold_sealing('key_id');
create trigger files_hold before insert on broker.files
    for each row execute function broker.hold_file();
create trigger files_leave after delete on broker.files
    for each row execute function broker.leave_bytes();
create trigger logs_drop_original after update of state on insight.logs
    for each row when (new.state = 'failed' and old.state <> 'failed') execute function broker.drop_original();
