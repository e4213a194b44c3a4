-- The outbox of mail.
--
-- Mail is queued by definer functions alone, in the transaction of what causes it, and sent by the
-- broker. A stolen login of the web process mails nobody by itself, and never sees a link's token.

create schema mail;
grant usage on schema mail to countersign_definer, countersign_front, countersign_broker;
grant create on schema mail to countersign_definer;

create table mail.outbox (
    org_id uuid not null references identity.organisations (id),
    id uuid not null,
    -- Whom it is for: a person, or somebody invited.
    user_id uuid,
    invitation_id uuid check ((invitation_id is null) <> (user_id is null)),
    recipient text not null check (recipient = lower(recipient) and length(recipient) between 3 and 254),
    template text not null check (template in ('verify_address', 'reset_password', 'password_changed', 'new_device',
                                             'ways_in_changed', 'client_ended', 'operator_access', 'invitation',
                                             'change_email_new', 'change_email_old', 'email_changed', 'account_deleted',
                                             'domain_failing', 'domain_lost', 'provider_on', 'provider_off',
                                             'provider_certificate', 'sso_required', 'sso_lifted',
                                             'connections_unused')),
    -- What the template says besides names: small, and no secret.
    data jsonb not null default '{}' check (jsonb_typeof(data) = 'object' and length(data::text) <= 1000),
    state text not null default 'queued' check (state in ('queued', 'sent', 'failed')),
    attempts int not null default 0,
    last_error text check (length(last_error) <= 300),
    created_at timestamptz not null default now(),
    -- Queued for the last time, and how often in all.
    queued_at timestamptz not null default now(),
    queuings int not null default 1,
    sent_at timestamptz,
    primary key (org_id, id),
    foreign key (org_id, user_id) references identity.memberships (org_id, user_id)
);
create index outbox_by_person on mail.outbox (org_id, user_id, template, queued_at);
create index outbox_by_recipient on mail.outbox (recipient, template, queued_at);
create index outbox_by_time on mail.outbox (org_id, queued_at desc);
alter table identity.links
    add foreign key (org_id, mail_id) references mail.outbox (org_id, id) on delete cascade;

alter table mail.outbox enable row level security;
alter table mail.outbox force row level security;
create policy outbox_definer on mail.outbox for all to countersign_definer using (true) with check (true);
grant select, insert, update, delete on mail.outbox to countersign_definer;
grant insert on jobs.jobs to countersign_definer;

-- Admins see the queue of their organisation, everybody the mails to themselves.
create policy outbox_read on mail.outbox for select to countersign_front
    using (org_id = (select ctx.org_for('mail.manage'))
           or (org_id = (select ctx.org()) and user_id = (select ctx.person())));
-- Not what a mail says: it may tell where somebody signed in.
grant select (org_id, id, user_id, invitation_id, recipient, template, state, attempts, last_error, created_at,
              queued_at, queuings, sent_at) on mail.outbox to countersign_front;

set local role countersign_definer;

-- How often one address gets one kind of mail from one organisation in an hour. Whoever asks for more gets
-- silence; but nobody silences what tells of an operator's look, or of who is let in, by doing it often.
create function mail.hourly_limit(of_template text) returns int language sql immutable
return case when of_template in ('password_changed', 'new_device', 'ways_in_changed', 'client_ended', 'email_changed',
                                 'domain_failing', 'domain_lost') then 50
            when of_template in ('operator_access', 'provider_on', 'provider_off', 'provider_certificate',
                                 'sso_required', 'sso_lifted') then 1000 else 5 end;

-- Whether that was too often in the last hour: mails, and mails sent again. One organisation silences no other's,
-- and all together flood nobody: ten times as many. For definer functions alone.
create function mail.is_too_often(of_org uuid, to_address text, of_template text) returns boolean
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select coalesce(sum(o.queuings) filter (where o.org_id = of_org), 0) >= mail.hourly_limit(of_template)
           or coalesce(sum(o.queuings), 0) >= 10 * mail.hourly_limit(of_template)
      from mail.outbox o
     where o.recipient = to_address and o.template = of_template and o.queued_at > now() - interval '1 hour'
$$;

create function mail.add_job(of_org uuid, caused_by uuid, of_mail uuid) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
    -- A day of growing delays (mail::backoff).
    insert into jobs.jobs (id, org_id, user_id, queue, kind, payload, most_attempts)
    values (audit.new_id(), of_org, caused_by, 'broker', 'mail.send', jsonb_build_object('mail', of_mail), 32)
$$;

-- Queues a mail and the job that sends it. For definer functions alone.
create function mail.queue(
    of_org uuid, caused_by uuid, for_person uuid, for_invitation uuid,
    to_address text, of_template text, with_data jsonb
) returns uuid
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    new_mail uuid := audit.new_id();
begin
    -- Nobody has mail where the running controls live.
    if identity.is_control(of_org) or identity.is_reserved(to_address) then
        return null;
    end if;
    if mail.is_too_often(of_org, to_address, of_template) then
        return null;
    end if;
    insert into mail.outbox (org_id, id, user_id, invitation_id, recipient, template, data)
    values (of_org, new_mail, for_person, for_invitation, to_address, of_template, with_data);
    perform mail.add_job(of_org, caused_by, new_mail);
    return new_mail;
end $$;

-- Queues a mail once more: 'again'; or 'soon' where it was queued a moment ago or all too often.
-- For definer functions alone.
create function mail.requeue(of_org uuid, caused_by uuid, of_mail uuid) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    update mail.outbox o set state = 'queued', queued_at = now(), queuings = queuings + 1, last_error = null
     where o.org_id = of_org and o.id = of_mail
       and o.queued_at < now() - interval '1 minute' and o.queuings < 20
       and not mail.is_too_often(o.org_id, o.recipient, o.template);
    if not found then
        return 'soon';
    end if;
    update jobs.jobs j set run_at = now()
     where j.org_id = of_org and j.kind = 'mail.send' and j.payload ->> 'mail' = of_mail::text and j.state = 'ready';
    if not found then
        perform mail.add_job(of_org, caused_by, of_mail);
    end if;
    return 'again';
end $$;

-- An admin has a mail of the own organisation sent again: 'again', 'soon', or 'gone' where there is
-- no such mail.
create function mail.send_again(of_mail uuid) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    org uuid := ctx.org_for('mail.manage');
begin
    if not exists (select from mail.outbox o where o.org_id = org and o.id = of_mail) then
        return 'gone';
    end if;
    return mail.requeue(org, ctx.person(), of_mail);
end $$;

-- The mail of the bound job.
create function mail.of_job() returns uuid
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select (j.payload ->> 'mail')::uuid from jobs.jobs j
     where j.org_id = ctx.org() and j.id = ctx.principal() and ctx.kind() = 'job'
       and j.queue = 'broker' and j.kind = 'mail.send'
$$;

-- What the mail of the bound job is about, which says what kind of token it needs.
create function mail.template_of_job() returns text
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select o.template from mail.outbox o where o.org_id = ctx.org() and o.id = mail.of_job()
$$;

-- Begins to send the mail of the bound job: what is in it, and for one with a link, the hash of the
-- token that the broker just made. Tokens of earlier attempts open nothing from here on. No row where
-- nothing is to be sent any more.
create function mail.begin(new_token_hash bytea)
returns table (mail_id uuid, recipient text, template text, data jsonb, person_name text, org_name text,
               inviter_name text, invited_as text, expires_at timestamptz)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
    it mail.outbox;
    until_when timestamptz;
    is_taken boolean;
begin
    update mail.outbox o set attempts = attempts + 1
     where o.org_id = ctx.org() and o.id = mail.of_job() and o.state = 'queued'
    returning o.* into it;
    if not found then
        return;
    end if;
    if not mail.is_wanted(it) then
        update mail.outbox o set state = 'failed', last_error = 'not needed any more'
         where o.org_id = it.org_id and o.id = it.id;
        return;
    end if;
    update identity.links l set ended_at = now()
     where l.org_id = it.org_id and l.mail_id = it.id and l.used_at is null and l.ended_at is null;
    -- Whoever asks for somebody's address learns nothing of it: the mail goes out, and its reader is told.
    is_taken := it.template = 'change_email_new' and exists (select from identity.users u where u.email = it.recipient);
    if it.template in ('verify_address', 'reset_password', 'invitation', 'change_email_new', 'change_email_old')
       and not is_taken
    then
        insert into identity.links (org_id, kind, user_id, invitation_id, mail_id, token_hash, expires_at)
        values (it.org_id, it.template, it.user_id, it.invitation_id, it.id, new_token_hash,
                now() + case it.template when 'reset_password' then interval '30 minutes'
                             when 'verify_address' then interval '3 days' when 'invitation' then interval '7 days'
                             else interval '1 day' end)
        returning links.expires_at into until_when;
    end if;
    return query
        select it.id, it.recipient, it.template,
               it.data || jsonb_build_object('taken', is_taken, 'who', coalesce(who.name || ' (' || who.email || ')', '')),
               u.name, o.name, inviter.name, i.role, until_when
          from identity.organisations o
          left join identity.users who on who.id = (it.data ->> 'who')::uuid
          left join identity.users u on u.id = it.user_id
          left join identity.invitations i on i.org_id = it.org_id and i.id = it.invitation_id
          left join identity.users inviter on inviter.id = i.invited_by
         where o.id = it.org_id;
end $$;

-- Whether a mail still has a purpose: the address is still whose it was, and what it asks for is not
-- done yet.
create function mail.is_wanted(it mail.outbox) returns boolean
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
    if it.template = 'invitation' then
        return exists (select from identity.open_invitation(it.org_id, it.invitation_id));
    end if;
    -- It tells of what has happened, also at the address that was left.
    if it.template in ('email_changed', 'account_deleted') then
        return true;
    end if;
    if it.template = 'change_email_new' then
        return exists (select from identity.open_email_change(it.user_id) c where c.new_email = it.recipient);
    end if;
    return exists (select from identity.users u
                     join identity.memberships m on m.org_id = it.org_id and m.user_id = u.id
                      and (m.removed_at is null or m.org_id = identity.nowhere())
                    where u.id = it.user_id and u.email = it.recipient
                      and (it.template <> 'verify_address' or u.email_verified_at is null)
                      and (it.template <> 'change_email_old'
                           or exists (select from identity.open_email_change(it.user_id))));
end $$;

-- Ends an attempt: 'sent', 'failed' for good, or 'queued' to be tried again.
create function mail.finish(new_state text, error text) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
    update mail.outbox o
       set state = new_state, last_error = left(error, 300),
           sent_at = case when new_state = 'sent' then now() else o.sent_at end
     where o.org_id = ctx.org() and o.id = mail.of_job() and o.state = 'queued';
    -- The last thing that knew the address.
    delete from mail.outbox o
     where o.org_id = ctx.org() and o.id = mail.of_job() and o.template = 'account_deleted' and o.state <> 'queued';
$$;

-- What nobody sends any more has failed; what is over is kept for 30 days, and an invitation for 90: it
-- holds the address of somebody who may never have come.
create function mail.sweep() returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    update mail.outbox set state = 'failed', last_error = coalesce(last_error, 'it was not sent within two days')
     where state = 'queued' and queued_at < now() - interval '2 days';
    delete from identity.links where expires_at < now() - interval '30 days';
    delete from identity.email_changes where created_at < now() - interval '30 days';
    delete from mail.outbox where template = 'account_deleted' and state <> 'queued';
    delete from mail.outbox where state in ('sent', 'failed') and queued_at < now() - interval '30 days';
    delete from identity.invitations i
     where coalesce(i.accepted_at, i.revoked_at, i.created_at) < now() - interval '90 days'
       and not exists (select from mail.outbox o where o.org_id = i.org_id and o.invitation_id = i.id);
end $$;

revoke all on all functions in schema mail from public;
grant execute on function mail.send_again(uuid) to countersign_front;
grant execute on function mail.template_of_job(), mail.begin(bytea), mail.finish(text, text), mail.sweep() to countersign_broker;
