-- What a new database needs before the first migration: nobody but our roles connects, nothing is
-- open to everybody, and the tables' owner may make its schemas.
do $$
begin
    execute format('revoke all on database %I from public', current_database());
    execute format('grant create, connect, temporary on database %I to countersign_owner', current_database());
    execute format('grant connect on database %I to countersign_migrator, countersign_front, countersign_broker, countersign_anon, countersign_verifier', current_database());
end $$;
revoke all on schema public from public;
-- Large objects have no row level security, and no owner but whoever made them.
do $$
declare
    large record;
begin
    for large in
        select p.oid::regprocedure as name from pg_proc p
         where p.pronamespace = 'pg_catalog'::regnamespace and p.proacl is null
           and (p.proname like 'lo\_%' or p.proname in ('loread', 'lowrite'))
    loop
        execute format('revoke all on function %s from public', large.name);
    end loop;
end $$;
