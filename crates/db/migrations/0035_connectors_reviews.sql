-- Connections that nobody used for a month are raised for review: whoever made them is told, and says that they are
-- still needed, or ends them. They are raised again after another month without use.

grant update (kept_at, raised_at) on connectors.connections to countersign_definer;
grant select (org_id, connection_id, at) on broker.calls to countersign_definer;

set local role countersign_definer;

-- When somebody last connected or used it, or said that it is needed. For definer functions alone.
create function connectors.needed_at(c connectors.connections) returns timestamptz
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select greatest(c.created_at, c.connected_at, c.kept_at,
                    (select max(k.at) from broker.calls k where k.org_id = c.org_id and k.connection_id = c.id))
$$;

-- Raises what nobody needed for a month, and was not raised in the last one. Who made it gets one mail about all that
-- is theirs; the owners do where that is nobody any more. Returns how many connections.
create function connectors.raise_unused() returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    theirs record;
    named text;
    total int := 0;
begin
    for theirs in
        with unused as (
            select c.org_id, c.id from connectors.connections c
             where c.state <> 'disconnected' and coalesce(c.raised_at, '-infinity') < now() - interval '30 days'
               and connectors.needed_at(c) < now() - interval '30 days'
             order by c.org_id, c.user_id limit 1000
               for update skip locked
        ), raised as (
            update connectors.connections c set raised_at = now()
              from unused u where c.org_id = u.org_id and c.id = u.id
            returning c.org_id, c.user_id, c.id, c.name
        )
        select r.org_id, array_agg(r.id) as ids, array_agg(left(r.name, 40) order by r.name) as names,
               (select u.email from identity.memberships m join identity.users u on u.id = m.user_id
                 where m.org_id = r.org_id and m.user_id = r.user_id and m.removed_at is null
                   and u.email_verified_at is not null) as email,
               r.user_id
          from raised r group by r.org_id, r.user_id
    loop
        perform audit.append_system(theirs.org_id, 'connectors.unused', audit.text_id('con', id), '{}')
           from unnest(theirs.ids) id;
        named := array_to_string(theirs.names[1:5], ', ')
                 || case when cardinality(theirs.names) > 5
                         then ' and ' || cardinality(theirs.names) - 5 || ' more' else '' end;
        if theirs.email is null then
            perform identity.tell_owners(theirs.org_id, 'connections_unused', named, now());
        else
            perform mail.queue(theirs.org_id, theirs.user_id, theirs.user_id, null, theirs.email, 'connections_unused',
                               jsonb_build_object('what', named));
        end if;
        total := total + cardinality(theirs.ids);
    end loop;
    return total;
end $$;

-- Says that a connection of the bound organisation is still needed: a person does, no program. False where it is not
-- there, or has ended.
create function connectors.keep(of_connection uuid) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    org uuid := ctx.org_for('connectors.manage');
begin
    if org is null or ctx.kind() <> 'session' then
        raise exception using errcode = '42501', message = 'a person with connectors.manage is needed';
    end if;
    update connectors.connections c set kept_at = now(), raised_at = null
     where c.org_id = org and c.id = of_connection and c.state <> 'disconnected';
    return found;
end $$;

-- Of all organisations: connections, those that wait for review, and those that nobody needed for longer and that were
-- not raised. For the running controls.
create function connectors.reviewed() returns table (present bigint, raised bigint, overdue bigint)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select count(*), count(*) filter (where c.raised_at > connectors.needed_at(c)),
           count(*) filter (where connectors.needed_at(c) < now() - interval '31 days'
                                  and coalesce(c.raised_at, '-infinity') < now() - interval '31 days')
      from connectors.connections c where c.state <> 'disconnected'
$$;

revoke all on function connectors.needed_at(connectors.connections), connectors.raise_unused(), connectors.keep(uuid),
    connectors.reviewed() from public;
grant execute on function connectors.raise_unused() to countersign_broker;
grant execute on function connectors.keep(uuid) to countersign_front;
grant execute on function connectors.reviewed() to countersign_verifier;
