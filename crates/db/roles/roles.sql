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
        -- What anonymous keys read by, from anybody's browser.
        ('countersign_anon', 'login'),
        ('countersign_verifier', 'login')) as roles (name, can_login)
    loop
        if not exists (select from pg_roles where rolname = spec.name) then
            execute format('create role %I %s nosuperuser nocreatedb nocreaterole noreplication nobypassrls',
                           spec.name, spec.can_login);
        end if;
    end loop;
end $$;
grant countersign_owner, countersign_definer to countersign_migrator;

-- What a login may not choose for itself. A role sets its own defaults, and they outlive whoever had
-- its password; and statements, with the hashes that bind them, are shown to others of the same role.
do $$
declare
    own record;
begin
    for own in
        select r.rolname, d.datname, s.setconfig
          from pg_roles r
          left join pg_db_role_setting s on s.setrole = r.oid
          left join pg_database d on d.oid = s.setdatabase
         where r.rolname in ('countersign_migrator', 'countersign_front', 'countersign_broker', 'countersign_anon', 'countersign_verifier')
    loop
        if own.datname is not null then
            execute format('alter role %I in database %I reset all', own.rolname, own.datname);
        elsif own.setconfig is distinct from array['track_activities=off'] then
            execute format('alter role %I reset all', own.rolname);
            execute format('alter role %I set track_activities = off', own.rolname);
        end if;
    end loop;
    -- A role with settings in a database alone has none of its own yet.
    for own in
        select r.rolname from pg_roles r
         where r.rolname in ('countersign_migrator', 'countersign_front', 'countersign_broker', 'countersign_anon', 'countersign_verifier')
           and not exists (select from pg_db_role_setting s where s.setrole = r.oid and s.setdatabase = 0)
    loop
        execute format('alter role %I set track_activities = off', own.rolname);
    end loop;
end $$;
