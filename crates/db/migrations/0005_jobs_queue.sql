-- The outbox and job queue: a job is added in the transaction of what causes it, claimed with SKIP
-- LOCKED under a lease, and acts for the person who caused it by a token of its own.

create schema jobs;
grant usage on schema jobs to countersign_definer, countersign_front, countersign_broker, countersign_verifier;
grant create on schema jobs to countersign_definer;

create table jobs.jobs (
    id uuid not null,
    org_id uuid not null,
    user_id uuid not null,
    -- Which process claims it: 'front' or 'broker'.
    queue text not null check (queue in ('front', 'broker')),
    kind text not null check (kind ~ '^[a-z_]+\.[a-z_]+$'),
    payload jsonb not null check (jsonb_typeof(payload) = 'object' and length(payload::text) <= 8000),
    state text not null default 'ready' check (state in ('ready', 'running', 'done', 'failed')),
    run_at timestamptz not null default now(),
    attempts int not null default 0,
    most_attempts int not null default 5 check (most_attempts between 1 and 50),
    lease_until timestamptz,
    token_hash bytea unique check (length(token_hash) = 32),
    created_at timestamptz not null default now(),
    finished_at timestamptz,
    error_code text check (length(error_code) <= 100),
    -- What it was made by, and what that held then: an API key or an AI client's grant. Null where a person made it.
    made_kind text check (made_kind in ('api_key', 'access_token')),
    made_by uuid,
    made_with text[],
    check ((made_kind is null) = (made_by is null) and (made_kind is null) = (made_with is null)),
    primary key (org_id, id),
    foreign key (org_id, user_id) references identity.memberships (org_id, user_id)
);
create index jobs_ended on jobs.jobs (finished_at) where state in ('done', 'failed');
create index jobs_ready on jobs.jobs (queue, run_at) where state in ('ready', 'running');
alter table jobs.jobs enable row level security;
alter table jobs.jobs force row level security;
create policy jobs_read on jobs.jobs for select to countersign_front, countersign_broker
    using (org_id = (select ctx.org()));
create policy private on jobs.jobs as restrictive for all to countersign_front, countersign_broker
    using (user_id = (select ctx.person()));
-- Asked for each row, without a select around it: a statement that drops its context on the way would else add a row
-- of nobody's making (jobs.remember_maker).
create policy jobs_add on jobs.jobs for insert to countersign_front, countersign_broker
    with check (org_id = ctx.org() and user_id = ctx.person() and state = 'ready' and token_hash is null);
create policy jobs_definer on jobs.jobs for all to countersign_definer using (true) with check (true);
grant select (id, org_id, user_id, queue, kind, state, run_at, attempts, created_at, finished_at, error_code),
      insert (id, org_id, user_id, queue, kind, payload)
      on jobs.jobs to countersign_front, countersign_broker;
grant select, update, delete on jobs.jobs to countersign_definer;

-- Wakes the process that serves the queue.
create function jobs.wake() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    perform pg_notify('countersign_jobs', new.queue);
    return null;
end $$;
create trigger jobs_wake after insert on jobs.jobs for each row execute function jobs.wake();

set local role countersign_definer;

-- Which jobs a login claims: those of its own process.
create function jobs.own_queue() returns text
language sql stable set search_path = pg_catalog, pg_temp as $$
    select case session_user when 'countersign_front' then 'front' when 'countersign_broker' then 'broker' end
$$;

-- Nobody holds a job for longer without a sign of life.
create function jobs.lease_end(lease_seconds int) returns timestamptz
language sql stable set search_path = pg_catalog, pg_temp as $$
    select now() + make_interval(secs => least(lease_seconds, 300))
$$;

-- Claims up to as many jobs as tokens are given. A job whose lease ran out is claimed again until
-- its attempts are used up: what it does must bear running twice.
-- No organisation has more than `most_each` under way: one with a slow provider holds nobody up.
create function jobs.claim(token_hashes bytea[], lease_seconds int, most_each int)
returns table (id uuid, org_id uuid, kind text, payload jsonb, attempts int, token_hash bytea)
language sql security definer set search_path = pg_catalog, pg_temp as $$
    with busy as (
        select r.org_id, count(*) as running from jobs.jobs r
         where r.queue = jobs.own_queue() and r.state = 'running' and r.lease_until > now()
         group by r.org_id
    ), candidates as (
        select j.org_id, j.id, j.run_at, coalesce(busy.running, 0) as running
          from jobs.jobs j left join busy on busy.org_id = j.org_id
         where j.queue = jobs.own_queue() and j.run_at <= now() and j.attempts < j.most_attempts
           and (j.state = 'ready' or (j.state = 'running' and j.lease_until < now()))
           and coalesce(busy.running, 0) < most_each
         order by j.run_at limit 10 * cardinality(token_hashes)
         for update of j skip locked
    ), ranked as (
        select c.org_id, c.id, c.run_at,
               c.running + row_number() over (partition by c.org_id order by c.run_at) as turn
          from candidates c
    ), due as (
        select ranked.org_id, ranked.id, row_number() over (order by ranked.turn, ranked.run_at) as n
          from ranked where ranked.turn <= most_each
    )
    update jobs.jobs j
       set state = 'running', attempts = j.attempts + 1, token_hash = token_hashes[due.n],
           lease_until = jobs.lease_end(lease_seconds)
      from due
     where j.org_id = due.org_id and j.id = due.id and due.n <= cardinality(token_hashes)
    returning j.id, j.org_id, j.kind, j.payload, j.attempts, j.token_hash
$$;

-- Ends a claimed job. A failure with attempts left runs again after `retry_seconds`.
create function jobs.finish(of_token bytea, failure text, retry_seconds int) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
    update jobs.jobs
       set token_hash = null, lease_until = null, error_code = failure,
           state = case when failure is null then 'done'
                        when retry_seconds is not null and attempts < most_attempts then 'ready'
                        else 'failed' end,
           run_at = case when failure is null then run_at
                         else now() + make_interval(secs => coalesce(retry_seconds, 0)) end,
           finished_at = now()
     where token_hash = of_token and state = 'running'
$$;

-- Lets a claimed job rest, and run again as if for the first time: nothing failed.
create function jobs.put_off(of_token bytea, seconds int) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
    update jobs.jobs
       set state = 'ready', token_hash = null, lease_until = null, attempts = 0, error_code = null,
           run_at = now() + make_interval(secs => greatest(seconds, 0))
     where token_hash = of_token and state = 'running' and queue = jobs.own_queue()
$$;

-- A sign of life of whoever runs the job.
create function jobs.renew(of_token bytea, lease_seconds int) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
    update jobs.jobs set lease_until = jobs.lease_end(lease_seconds)
     where token_hash = of_token and state = 'running' and queue = jobs.own_queue()
$$;

-- Jobs whose last attempt was left over end here; finished ones are of no use after a week.
create function jobs.sweep() returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
    update jobs.jobs
       set state = 'failed', error_code = 'jobs.abandoned', token_hash = null, lease_until = null, finished_at = now()
     where state = 'running' and lease_until < now() and attempts >= most_attempts;
    delete from jobs.jobs where state in ('done', 'failed') and finished_at < now() - interval '7 days'
$$;

-- What a job's work takes of the permissions of the person whom it acts for. Mail takes none: whoever it is caused by,
-- it is sent by definer functions alone.
create function jobs.needs(of_queue text, of_kind text) returns text[]
language sql immutable set search_path = pg_catalog, pg_temp as $$
    select case when of_queue = 'front' and of_kind = 'connectors.scan'
                    then array['connectors.read', 'connectors.scan', 'insight.import', 'insight.read']
                when of_queue = 'broker' and of_kind = 'approvals.execute'
                    then array['approvals.read', 'connectors.read']
                else array[]::text[] end
$$;

-- A job remembers the program that made it, and one that a job makes the program that made that.
create function jobs.remember_maker() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    new.made_kind := null;
    new.made_by := null;
    new.made_with := null;
    if ctx.kind() in ('api_key', 'access_token') then
        new.made_kind := ctx.kind();
        new.made_by := ctx.principal();
        new.made_with := ctx.permissions();
    elsif ctx.kind() = 'job' then
        select j.made_kind, j.made_by, j.made_with into new.made_kind, new.made_by, new.made_with
          from jobs.jobs j where j.org_id = ctx.org() and j.id = ctx.principal();
    end if;
    return new;
end $$;

-- What is left to a job of what its work needs: what the program that made it held then, and would now.
create function jobs.reach(of_org uuid, made_kind text, made_by uuid, made_with text[], needed text[]) returns text[]
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
    given text[];
begin
    if made_kind is null then
        return needed;
    elsif made_kind = 'api_key' then
        given := (select k.scopes from access.api_keys k
                   where k.org_id = of_org and k.id = made_by and k.revoked_at is null and k.expires_at > clock_timestamp());
    else
        given := (select g.scopes from oauth.grants g
                   where g.org_id = of_org and g.id = made_by and g.ended_at is null and g.expires_at > clock_timestamp());
        given := array(select name from unnest(given) name
                        where name = any (coalesce((select o.clients_may from identity.organisations o where o.id = of_org), given)));
    end if;
    return array(select name from unnest(needed) name where name = any (made_with) and name = any (given));
end $$;

-- A job may do what its work needs, and no more than the person whom it acts for, nor than the program that
-- made it.
create function ctx.bind_job(presented bytea) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    found_job record;
begin
    select j.id, j.org_id, j.user_id, identity.level_now(m.level, u.email_verified_at) as level,
           array_to_string(jobs.reach(
               j.org_id, j.made_kind, j.made_by, j.made_with, jobs.needs(j.queue, j.kind)), ',') as scopes
      into found_job
      from jobs.jobs j
      join identity.memberships m on m.org_id = j.org_id and m.user_id = j.user_id
       -- Somebody in no organisation gets mail, and holds nothing (access.held).
       and (m.removed_at is null or m.org_id = identity.nowhere())
      join identity.users u on u.id = j.user_id
     where j.token_hash = presented and j.state = 'running' and j.lease_until > clock_timestamp();
    if not found then
        raise exception using errcode = 'CS001', message = 'the job is not running under this token';
    end if;
    perform ctx.bind('job', found_job.id, found_job.org_id, found_job.user_id, found_job.level, found_job.scopes);
end $$;

revoke all on function jobs.own_queue(), jobs.lease_end(int), jobs.claim(bytea[], int, int), jobs.renew(bytea, int), jobs.finish(bytea, text, int), jobs.put_off(bytea, int),
    jobs.sweep(), jobs.needs(text, text),
    jobs.remember_maker(), jobs.reach(uuid, text, uuid, text[], text[]), ctx.bind_job(bytea) from public;
grant execute on function jobs.claim(bytea[], int, int), jobs.renew(bytea, int), jobs.finish(bytea, text, int),
    jobs.put_off(bytea, int), jobs.sweep(), ctx.bind_job(bytea) to countersign_front, countersign_broker;
grant execute on function jobs.remember_maker() to countersign_owner;

set local role countersign_owner;
create trigger jobs_remember before insert on jobs.jobs for each row execute function jobs.remember_maker();
