-- Users with passwords at servers of mail: a class of credential of its own, which nothing else is sent as.

alter table broker.secrets drop constraint secrets_field_check, add constraint secrets_field_check
    check (field in ('client_secret', 'access_token', 'refresh_token', 'pkce_verifier',
                     'api_key', 'basic', 'bot_token', 'mail'));
alter table broker.credentials drop constraint credentials_class_check, add constraint credentials_class_check
    check (class in ('oauth2', 'api_key', 'basic', 'bot_token', 'mail'));

create or replace function broker.class_of(field text) returns text
language sql immutable set search_path = pg_catalog, pg_temp as $$
    select case when field in ('access_token', 'refresh_token') then 'oauth2'
                when field in ('api_key', 'basic', 'bot_token', 'mail') then field end
$$;
