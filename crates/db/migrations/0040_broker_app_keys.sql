-- Credentials that say when they end; and keys of apps that sign for themselves: what is called with is a token that the
-- app's provider makes for an hour, of one installation, asked for by a statement under that key (RFC 7519).

-- As the app told it when the credential was given; null where it did not.
alter table connectors.connections add column credential_ends_at timestamptz;
grant update (credential_ends_at) on connectors.connections to countersign_broker;

alter table broker.secrets
    drop constraint secrets_field_check,
    add constraint secrets_field_check check (field in ('client_secret', 'access_token', 'refresh_token', 'pkce_verifier',
                                                        'api_key', 'basic', 'bot_token', 'mail', 'app_key', 'installation_token'));
alter table broker.credentials
    drop constraint credentials_class_check,
    add constraint credentials_class_check check (class in ('oauth2', 'api_key', 'basic', 'bot_token', 'mail', 'app_key')),
    drop constraint credentials_check,
    add constraint credentials_check check ((class in ('oauth2', 'app_key')) = (client_id is not null)),
    -- With a key: by which identifier the provider knows where the app is installed.
    add column installation text check (length(installation) between 1 and 100),
    add constraint credentials_installation check ((class = 'app_key') = (installation is not null));
grant select (installation), insert (installation), update (installation) on broker.credentials to countersign_broker;

create or replace function broker.class_of(field text) returns text
language sql immutable set search_path = pg_catalog, pg_temp as $$
    select case when field in ('access_token', 'refresh_token') then 'oauth2'
                when field in ('app_key', 'installation_token') then 'app_key'
                when field in ('api_key', 'basic', 'bot_token', 'mail') then field end
$$;

set local role countersign_definer;

-- A person is asked to connect again. For definer functions alone.
create function connectors.ask_to_reconnect(org uuid, of_connection uuid, reason text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    update connectors.connections c set state = 'reconnect', state_reason = reason
     where c.org_id = org and c.id = of_connection and c.state = 'connected';
    if found then
        perform audit.append_system(org, 'connectors.reconnect_needed', audit.text_id('con', of_connection),
                                    jsonb_build_object('reason', reason));
    end if;
end $$;

-- As 0032 has it; a key is there to ask for another token with, as a refresh token is.
create or replace function broker.token_refused(of_connection uuid, of_version bigint, is_tried boolean) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    org uuid := ctx.org();
    version bigint;
begin
    if not connectors.is_usable(of_connection) then
        return 'newer';
    end if;
    select c.token_version into version from broker.credentials c
     where c.org_id = org and c.connection_id = of_connection for update;
    if version is distinct from of_version then
        return 'newer';
    end if;
    if not is_tried and exists (select from broker.secrets s where s.org_id = org and s.owner_id = of_connection
                                                               and s.field in ('refresh_token', 'app_key')) then
        update broker.credentials c set refresh_at = now(), access_expires_at = now()
         where c.org_id = org and c.connection_id = of_connection;
        return 'due';
    end if;
    perform connectors.ask_to_reconnect(org, of_connection, 'connectors.token_refused');
    return 'reconnect';
end $$;

-- Why a provider gives no tokens for a key. For definer functions alone.
create function broker.is_key_reason(reason text) returns boolean
language sql immutable set search_path = pg_catalog, pg_temp as $$
    select reason in ('connectors.key_refused', 'connectors.installation_suspended', 'connectors.installation_gone',
                      'connectors.permissions_missing')
$$;

-- Ends a turn with the app's word that the grant, or the key, is over: a person is asked to connect again.
drop function broker.lose_refresh(bytea, boolean);
create function broker.lose_refresh(ticket bytea, reason text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    lost record;
begin
    if not (reason in ('connectors.grant_ended', 'connectors.refresh_lost') or broker.is_key_reason(reason)) then
        raise exception using errcode = '22023', message = 'no reason to connect again';
    end if;
    update broker.credentials c set refresh_ticket = null, refresh_until = null
     where c.refresh_ticket = ticket and c.refresh_until > clock_timestamp()
    returning c.org_id, c.connection_id into lost;
    if found then
        perform connectors.ask_to_reconnect(lost.org_id, lost.connection_id, reason);
    end if;
end $$;

-- The provider gave no token for a write, as the key or its installation is over: a person is asked to connect again.
create function broker.key_refused(of_connection uuid, of_version bigint, reason text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if broker.is_key_reason(reason) and connectors.is_usable(of_connection)
       and exists (select from broker.credentials c where c.org_id = ctx.org() and c.connection_id = of_connection
                                                      and c.class = 'app_key' and c.token_version = of_version) then
        perform connectors.ask_to_reconnect(ctx.org(), of_connection, reason);
    end if;
end $$;

revoke all on function connectors.ask_to_reconnect(uuid, uuid, text), broker.is_key_reason(text),
    broker.lose_refresh(bytea, text), broker.key_refused(uuid, bigint, text) from public;
grant execute on function broker.lose_refresh(bytea, text), broker.key_refused(uuid, bigint, text) to countersign_broker;
