-- Credentials that people paste beside tokens of OAuth 2: each is of one class, which it is sealed as and sent as.
--
-- A sealed value opens in its field alone, so that an API key cannot be moved to where a token is looked for. These
-- triggers hold that a connection has credentials of one class, the one that its row says: whoever writes.

-- The class of what is sealed in a field; null for what is no credential.
create function broker.class_of(field text) returns text
language sql immutable set search_path = pg_catalog, pg_temp as $$
    select case when field in ('access_token', 'refresh_token') then 'oauth2'
                when field in ('api_key', 'basic', 'bot_token') then field end
$$;

-- What is sealed for a connection is of its class. The row is held, so that the class stays until this commits.
create function broker.hold_class() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    if broker.class_of(new.field) is not null then
        perform from broker.credentials c
          where c.org_id = new.org_id and c.connection_id = new.owner_id and c.class = broker.class_of(new.field)
            for share;
        if not found then
            raise exception using errcode = '23514', message = 'a credential of another class';
        end if;
    end if;
    return new;
end $$;

-- A class changes only where nothing of another is sealed.
create function broker.hold_class_of_connection() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    if exists (select from broker.secrets s
                where s.org_id = new.org_id and s.owner_id = new.connection_id
                  and broker.class_of(s.field) <> new.class) then
        raise exception using errcode = '23514', message = 'a credential of another class';
    end if;
    return new;
end $$;

create trigger secrets_class before insert or update of org_id, owner_id, field on broker.secrets
    for each row execute function broker.hold_class();
create trigger credentials_class before insert or update of class on broker.credentials
    for each row execute function broker.hold_class_of_connection();

revoke all on function broker.class_of(text), broker.hold_class(), broker.hold_class_of_connection() from public;
grant execute on function broker.class_of(text) to countersign_broker;
