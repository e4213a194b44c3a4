-- Scans: what is read from a connection into a log, page by page. Each page is kept with the place where the next one
-- is, so that a scan goes on where it was interrupted. One that is done begins another round when somebody asks for what
-- is new, or by itself each hour, day or week.

create table connectors.scans (
    org_id uuid not null,
    log_id uuid not null,
    connection_id uuid not null,
    -- What the person chose, such as a repository: a JSON object in canonical form.
    asked text not null check (length(asked) <= 4000),
    state text not null default 'running' check (state in ('running', 'paused', 'done', 'failed')),
    -- The job that carries it: any other one that is left over does nothing.
    job_id uuid not null,
    -- How often it was begun; how often it begins by itself, and who asked for that: a person, a key or a grant.
    round int not null default 1 check (round >= 1),
    every text check (every in ('hour', 'day', 'week')),
    every_for text check (length(every_for) <= 100),
    -- Of this round; of them, those about what the app had no more.
    calls int not null default 0 check (calls >= 0),
    gone int not null default 0 check (gone >= 0),
    -- Of all rounds, made or not.
    known_calls int not null default 0 check (known_calls >= 0),
    -- Calls in a row that brought nothing, why the last one did not, and when the next one is made: also of a scan that
    -- is done, where another round begins by itself.
    failures int not null default 0 check (failures >= 0),
    code text check (length(code) <= 100),
    told text check (length(told) <= 500),
    next_at timestamptz,
    began_at timestamptz not null default now(),
    ended_at timestamptz,
    primary key (org_id, log_id),
    foreign key (org_id, log_id) references insight.logs (org_id, id) on delete cascade,
    foreign key (org_id, connection_id) references connectors.connections (org_id, id),
    check ((ended_at is not null) = (state in ('done', 'failed'))),
    check ((every is null) = (every_for is null))
);
create index scans_by_connection on connectors.scans (org_id, connection_id, began_at desc);
create index scans_carried on connectors.scans (began_at) where state = 'running' or every is not null;

-- Calls of a scan that were made or wait to be made, each with all its pages. Each is made once a round.
create table connectors.scan_calls (
    org_id uuid not null,
    log_id uuid not null,
    -- The step of the app's scan, from 0.
    step int not null check (step >= 0),
    -- Of the arguments that it was called with.
    digest bytea not null check (length(digest) = 32),
    -- These: a JSON object in canonical form.
    called text not null check (length(called) <= 20000),
    -- The last round that it was made in.
    round int not null check (round >= 1),
    -- When its first page of that round was asked for.
    begun_at timestamptz,
    -- Where what is new began in that round, and where it will in the next: a moment or a cursor of the app's.
    mark text check (length(mark) <= 10000),
    next_mark text check (length(next_mark) <= 10000),
    -- What asks for its next page, where it is not the first: the same operation, or one that goes on with it.
    next_operation text check (length(next_operation) <= 100),
    next_arguments text check (length(next_arguments) <= 20000),
    pages int not null default 0 check (pages >= 0),
    -- How often it was begun anew, as an app forgets where a page was.
    restarts int not null default 0 check (restarts >= 0),
    is_done boolean not null default false,
    check ((next_operation is null) = (next_arguments is null)),
    primary key (org_id, log_id, step, digest),
    foreign key (org_id, log_id) references connectors.scans (org_id, log_id) on delete cascade
);
create index scan_calls_open on connectors.scan_calls (org_id, log_id, step, digest) where not is_done;

alter table connectors.scans enable row level security;
alter table connectors.scans force row level security;
alter table connectors.scan_calls enable row level security;
alter table connectors.scan_calls force row level security;
create policy scans_read on connectors.scans for select to countersign_front
    using (org_id = (select ctx.org_for('connectors.read')));
create policy scans_begin on connectors.scans for insert to countersign_front
    with check (org_id = (select ctx.org_for('connectors.scan')));
create policy scans_go_on on connectors.scans for update to countersign_front
    using (org_id = (select ctx.org_for('connectors.scan'))) with check (org_id = (select ctx.org()));
create policy shared on connectors.scans as restrictive for select to countersign_front
    using (connection_id = any (array(select access.assets('connection', 'view'))));
create policy shared_begin on connectors.scans as restrictive for insert to countersign_front
    with check (connection_id = any (array(select access.assets('connection', 'edit'))));
create policy shared_go_on on connectors.scans as restrictive for update to countersign_front
    using (connection_id = any (array(select access.assets('connection', 'edit'))));
create policy scans_definer on connectors.scans for all to countersign_definer using (true) with check (true);
create policy scan_calls_front on connectors.scan_calls for all to countersign_front
    using (org_id = (select ctx.org_for('connectors.scan'))) with check (org_id = (select ctx.org()));
create policy shared on connectors.scan_calls as restrictive for all to countersign_front
    using (log_id = any (array(select s.log_id from connectors.scans s
                                where s.connection_id = any (array(select access.assets('connection', 'edit'))))));
grant select, insert (org_id, log_id, connection_id, asked, job_id),
      update (state, job_id, round, every, every_for, calls, gone, known_calls, failures, code, told, next_at, ended_at)
   on connectors.scans to countersign_front;
grant select, insert, update (round, mark, next_mark, next_operation, next_arguments, pages, restarts, is_done,
                             begun_at)
   on connectors.scan_calls to countersign_front;
grant select, update (state, every, every_for, code, told, next_at, ended_at) on connectors.scans to countersign_definer;

set local role countersign_definer;

-- Whoever acts, as what a repeated scan is asked for by. A job acts for whoever it was.
create function connectors.asking() returns text
language sql stable set search_path = pg_catalog, pg_temp as $$
    select case when ctx.kind() in ('api_key', 'access_token') then ctx.kind() || ' ' || ctx.principal()
                when ctx.kind() = 'session' then 'person ' || ctx.person() end
$$;

-- Ends a scan for good or until somebody goes on with it, with its log where nothing of that is shown yet; one that is
-- done begins no round by itself any more. Nothing where somebody has gone on with it meanwhile. For definer functions
-- alone.
create function connectors.stop_scan(it connectors.scans, why text, sentence text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    update connectors.scans s
       set state = case it.state when 'done' then 'done' else 'failed' end, code = why, told = sentence, next_at = null,
           ended_at = coalesce(case it.state when 'done' then s.ended_at end, now()),
           every = case it.state when 'done' then null else s.every end,
           every_for = case it.state when 'done' then null else s.every_for end
     where s.org_id = it.org_id and s.log_id = it.log_id and s.state = it.state and s.job_id = it.job_id;
    if not found then
        return;
    end if;
    update insight.logs l set state = 'failed', error_code = why, error_text = sentence, finished_at = now()
     where l.org_id = it.org_id and l.id = it.log_id and l.state = 'reading';
    perform audit.append_system(it.org_id, 'connectors.scan_stopped', audit.text_id('log', it.log_id),
                                jsonb_build_object('code', why));
end $$;

-- Stops scans that nobody carries any more. Returns how many.
create function connectors.sweep_scans() returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    stopped int;
begin
    perform connectors.stop_scan(s, 'connectors.scan_interrupted',
                'The scan stopped: the server did too often, or whoever began it may not any more. Go on with it: what was read is kept.')
       from connectors.scans s
      where (s.state = 'running' or (s.state = 'done' and s.every is not null)) and not exists (
                select from jobs.jobs j
                 where j.org_id = s.org_id and j.id = s.job_id and j.state in ('ready', 'running'));
    get diagnostics stopped = row_count;
    return stopped;
end $$;

-- With a connection end its scans.
create function connectors.end_scans() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    update connectors.scans s set every = null, every_for = null, next_at = null
     where s.org_id = new.org_id and s.connection_id = new.id and s.every is not null;
    perform connectors.stop_scan(s, 'connectors.not_connected', 'The connection has ended.')
       from connectors.scans s
      where s.org_id = new.org_id and s.connection_id = new.id and s.state in ('running', 'paused');
    return null;
end $$;

revoke all on function connectors.stop_scan(connectors.scans, text, text), connectors.sweep_scans(),
    connectors.end_scans(), connectors.asking() from public;
grant execute on function connectors.sweep_scans(), connectors.asking() to countersign_front;
grant execute on function connectors.end_scans() to countersign_owner;

set local role countersign_owner;
create trigger connections_ended_scans after update of state on connectors.connections
    for each row when (new.state = 'disconnected' and old.state <> 'disconnected')
    execute function connectors.end_scans();
