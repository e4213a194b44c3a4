-- What all files of this server take together, before they are sealed: for a server whose operator sets an end to it.
-- One number, and nobody's.

set local role countersign_definer;

create function broker.all_stored_bytes() returns bigint
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select coalesce(sum(f.size_bytes), 0)::bigint from broker.files f
$$;

revoke all on function broker.all_stored_bytes() from public;
grant execute on function broker.all_stored_bytes() to countersign_broker;
