-- Proposals are found by an exact value of what they would send. What is sent is sealed: the broker keeps an index of
-- each text in it beside, which the data key makes, and which equals that of an equal text of the organisation.

create table approvals.blind_indexes (
    org_id uuid not null,
    proposal_id uuid not null,
    -- The data key that it was made with, which is the one of the payload.
    key_id text not null check (length(key_id) between 1 and 100),
    index bytea not null check (octet_length(index) = 16),
    -- This is the order in which they are looked for.
    primary key (org_id, key_id, index, proposal_id),
    foreign key (org_id, proposal_id) references approvals.proposals (org_id, id) on delete cascade
);
create index blind_indexes_by_proposal on approvals.blind_indexes (org_id, proposal_id);

alter table approvals.blind_indexes enable row level security;
alter table approvals.blind_indexes force row level security;
create policy blind_indexes_definer on approvals.blind_indexes for all to countersign_definer
    using (true) with check (true);
create policy blind_indexes_broker on approvals.blind_indexes for select to countersign_broker
    using (org_id = (select ctx.org()));
create policy blind_indexes_propose on approvals.blind_indexes for insert to countersign_broker
    with check (org_id = (select ctx.org_for('approvals.propose')));
grant select, insert on approvals.blind_indexes to countersign_broker;
grant select, insert, delete on approvals.blind_indexes to countersign_definer;

set local role countersign_definer;

-- Puts the indexes that the successor of a proposal's data key makes in the place of the old ones. For the broker,
-- which has sealed its payload by that.
create function broker.reindex(of_org uuid, of_proposal uuid, new_key text, new_indexes bytea[]) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
begin
    perform broker.rotating_data_keys();
    perform from approvals.proposals p
      where p.org_id = of_org and p.id = of_proposal and p.payload_key_id = new_key for update;
    if not found then
        raise exception using errcode = '42501', message = 'the payload is not sealed by this key';
    end if;
    delete from approvals.blind_indexes i where i.org_id = of_org and i.proposal_id = of_proposal;
    insert into approvals.blind_indexes (org_id, proposal_id, key_id, index)
    select of_org, of_proposal, new_key, n.index from unnest(new_indexes) as n (index);
end $$;

-- Proposals of the bound organisation that have one of these indexes, the last first, where whoever is bound may see
-- their requests: who decides may see each, and everybody else those that went through a connection of theirs. For
-- the broker.
create function approvals.indexed(keys text[], indexes bytea[], at_most int) returns setof uuid
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select p.id from approvals.proposals p
     where p.org_id = ctx.org_for('approvals.read')
       and p.id in (select i.proposal_id from unnest(keys, indexes) as n (key_id, index)
                      join approvals.blind_indexes i
                        on i.org_id = ctx.org_for('approvals.read') and i.key_id = n.key_id and i.index = n.index)
       and (ctx.can('approvals.decide') or access.access_to('connection', p.connection_id) = 'edit')
     order by p.created_at desc, p.id desc limit at_most
$$;

-- How many payloads are indexed, and how many indexes two organisations share, or a payload has of another key than its
-- own. For the verifier.
create function approvals.blind_indexes() returns table (payloads bigint, shared bigint, stale bigint)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select (select count(distinct i.proposal_id) from approvals.blind_indexes i),
           (select count(*) from (select from approvals.blind_indexes i group by i.index
                                  having count(distinct i.org_id) > 1) as twice),
           (select count(*) from approvals.blind_indexes i
              join approvals.proposals p on p.org_id = i.org_id and p.id = i.proposal_id
             where p.payload_key_id <> i.key_id)
$$;
revoke all on function broker.reindex(uuid, uuid, text, bytea[]), approvals.indexed(text[], bytea[], int),
    approvals.blind_indexes() from public;
grant execute on function broker.reindex(uuid, uuid, text, bytea[]), approvals.indexed(text[], bytea[], int)
    to countersign_broker;
grant execute on function approvals.blind_indexes() to countersign_verifier;
