-- The database roles, made once per PostgreSQL cluster by an administrator. `countersign up` runs
-- this on its embedded cluster; on a server of your own, run what `countersign migrate --print-roles`
-- prints.
do $$
declare
    spec record;
begin
    for spec in select * from (values
        -- Owns every table; FORCE ROW LEVEL SECURITY holds for it too.
        ('countersign_owner', 'nologin'),
        -- Owns the SECURITY DEFINER wrappers, and sees the few tables that they read.
        ('countersign_definer', 'nologin'),
        -- Runs migrations; member of the two above.
        ('countersign_migrator', 'login'),
        ('countersign_front', 'login'),
        ('countersign_broker', 'login'),
        ('countersign_verifier', 'login')) as roles (name, can_login)
    loop
        if not exists (select from pg_roles where rolname = spec.name) then
            execute format('create role %I %s nosuperuser nocreatedb nocreaterole noreplication nobypassrls',
                           spec.name, spec.can_login);
        end if;
    end loop;
end $$;
grant countersign_owner, countersign_definer to countersign_migrator;
