-- Event logs: who did what, when, in narrow columns; and their statistics.

create schema insight;
grant create on schema insight to countersign_definer;
grant usage on schema insight to countersign_definer, countersign_front, countersign_broker, countersign_verifier;

create table insight.logs (
    id uuid not null,
    org_id uuid not null,
    user_id uuid not null,
    name text not null check (length(name) between 1 and 200),
    -- 'import' of a file, or 'scan' of a connection.
    source text not null check (source in ('import', 'scan')),
    connection_id uuid,
    state text not null default 'reading' check (state in ('reading', 'ready', 'failed')),
    bytes_read bigint not null default 0,
    cases bigint not null default 0,
    events bigint not null default 0,
    -- Events that are stored for it, shown or not.
    stored bigint not null default 0,
    -- A stable code and a sentence without content, where reading failed.
    error_code text check (length(error_code) <= 100),
    error_text text check (length(error_text) <= 500),
    statistics jsonb,
    created_at timestamptz not null default now(),
    finished_at timestamptz,
    -- While it is being read: when whoever reads it was last heard of.
    alive_at timestamptz not null default now(),
    primary key (org_id, id),
    foreign key (org_id, user_id) references identity.memberships (org_id, user_id),
    foreign key (org_id, connection_id) references connectors.connections (org_id, id)
);
create index logs_reading on insight.logs (alive_at) where state = 'reading';
create index logs_by_org on insight.logs (org_id, created_at desc);

create table insight.names (
    org_id uuid not null,
    log_id uuid not null,
    kind text not null check (kind in ('activity', 'resource', 'case')),
    number int not null check (number >= 0),
    name text not null check (length(name) <= 1000),
    primary key (org_id, log_id, kind, number),
    foreign key (org_id, log_id) references insight.logs (org_id, id) on delete cascade
);

-- In the order of the file within each case, or of their arrival from an app.
create table insight.events (
    org_id uuid not null,
    log_id uuid not null,
    number int not null check (number >= 0),
    case_number int not null,
    activity_number int not null,
    resource_number int,
    at timestamptz not null,
    -- What identifies it in the app, as a digest: an event that is read again counts once.
    key bytea check (length(key) = 16),
    primary key (org_id, log_id, number),
    foreign key (org_id, log_id) references insight.logs (org_id, id) on delete cascade
);

create unique index events_by_key on insight.events (org_id, log_id, key) where key is not null;

do $$
declare t text;
begin
    foreach t in array array['logs', 'names', 'events'] loop
        execute format('alter table insight.%I enable row level security', t);
        execute format('alter table insight.%I force row level security', t);
        execute format('create policy %I on insight.%I for select to countersign_front using (org_id = (select ctx.org_for(''insight.read'')))', t || '_read', t);
        execute format('create policy %I on insight.%I for insert to countersign_front with check (org_id = (select ctx.org_for(''insight.import'')))', t || '_add', t);
        execute format('create policy %I on insight.%I for delete to countersign_front using (org_id = (select ctx.org_for(''insight.import'')))', t || '_remove', t);
    end loop;
end $$;
-- Whoever brings a log in does it in their own name.
alter policy logs_add on insight.logs
    with check (org_id = (select ctx.org_for('insight.import')) and user_id = (select ctx.person()));
create policy logs_progress on insight.logs for update to countersign_front
    using (org_id = (select ctx.org_for('insight.import')))
    with check (org_id = (select ctx.org()));
-- How far it was read, and no more: whose connection it came from says who sees it.
grant select, insert, delete,
      update (state, bytes_read, cases, events, stored, error_code, error_text, statistics, finished_at, alive_at)
   on insight.logs to countersign_front;
-- What an app tells of an event anew, such as when it is planned for: an event of a file has no key.
create policy events_retell on insight.events for update to countersign_front
    using (org_id = (select ctx.org_for('insight.import')) and key is not null)
    with check (org_id = (select ctx.org()));
grant select, insert, delete on insight.names, insight.events to countersign_front;
grant update (case_number, activity_number, resource_number, at) on insight.events to countersign_front;
create policy logs_definer_read on insight.logs for select to countersign_definer using (true);
create policy logs_definer_end on insight.logs for update to countersign_definer
    using (state = 'reading') with check (state = 'failed');
grant select, update (state, error_code, error_text, cases, events, finished_at) on insight.logs to countersign_definer;

set local role countersign_definer;

-- Ends the reading of files whose reader died: not heard of for so long. Nothing of them was kept. Scans go on.
-- Returns how many.
create function insight.sweep(silent_seconds int) returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    ended record;
    total int := 0;
begin
    for ended in
        update insight.logs l
           set state = 'failed', error_code = 'insight.interrupted', cases = 0, events = 0, finished_at = now(),
               error_text = 'The reading stopped, since the server did. Nothing was kept: import it again.'
         where l.state = 'reading' and l.source = 'import' and l.alive_at < now() - make_interval(secs => greatest(silent_seconds, 60))
        returning l.org_id, l.id
    loop
        perform audit.append_system(ended.org_id, 'insight.log_failed', audit.text_id('log', ended.id),
                                    jsonb_build_object('code', 'insight.interrupted'));
        total := total + 1;
    end loop;
    return total;
end $$;

-- Events that the bound organisation stores in other logs than this, whoever may see them.
create function insight.stored_elsewhere(but uuid) returns bigint
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select coalesce(sum(l.stored), 0)::bigint from insight.logs l where l.org_id = ctx.org() and l.id <> but
$$;
revoke all on function insight.sweep(int), insight.stored_elsewhere(uuid) from public;
grant execute on function insight.sweep(int), insight.stored_elsewhere(uuid) to countersign_front;
