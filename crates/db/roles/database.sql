-- What a new database needs before the first migration: nobody but our roles connects, nothing is
-- open to everybody, and the tables' owner may make its schemas.
do $$
begin
    execute format('revoke all on database %I from public', current_database());
    execute format('grant create, connect, temporary on database %I to countersign_owner', current_database());
    execute format('grant connect on database %I to countersign_migrator, countersign_front, countersign_broker, countersign_verifier', current_database());
end $$;
revoke all on schema public from public;
