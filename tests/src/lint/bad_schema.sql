create table s.accounts (id serial primary key, name text not null);
create table s.users (
    id uuid primary key default gen_random_uuid(),
    account_id int not null references s.accounts (id),
    email text not null unique,
    settings jsonb not null default '{}'
);
create table s.projects (
    id serial primary key,
    account_id int not null references s.accounts (id),
    owner_id uuid not null references s.users (id),
    slug text not null,
    budget numeric,
    unique (slug)
);
create index projects_by_budget on s.projects (account_id, budget);
create table s.invoices (
    id uuid,
    account_id int not null references s.accounts (id),
    project_id int references s.projects (id),
    issued date not null,
    primary key (id, issued)
) partition by range (issued);
create table s.invoices_2025 partition of s.invoices for values from ('2025-01-01') to ('2026-01-01');
create table s.countries (code text primary key);

create function s.current_account() returns int language sql stable as
    $$ select nullif(current_setting('app.account', true), '')::int $$;
create function s.accounts_of_user() returns setof int language sql stable security definer as
    $$ select account_id from s.users $$;

alter table s.users enable row level security;
alter table s.projects enable row level security;
alter table s.projects force row level security;
alter table s.invoices enable row level security;
alter table s.countries enable row level security;

create policy own on s.users using (account_id = s.current_account());
create policy support on s.users for select to GROUP using (true);
create policy member on s.projects using (account_id in (select s.accounts_of_user()));
create policy rename on s.projects for update using (owner_id = (select current_setting('app.user')::uuid));
create policy own on s.invoices using (account_id = (select s.current_account()));

create view s.project_budgets as select p.slug, p.budget, u.email from s.projects p join s.users u on u.id = p.owner_id;
create materialized view s.revenue as select account_id, count(*) from s.invoices group by 1;

grant GROUP to APP;
grant select, insert, update, delete on all tables in schema s to APP;
grant all on s.projects to APP;
grant select on s.countries to public;
grant create on schema s to public;
alter default privileges in schema s grant select on tables to public;
alter table s.users owner to OWNER;
alter table s.projects owner to OWNER;
grant OWNER to APP;
