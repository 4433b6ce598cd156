-- Source documents: every version of every source object that was ever fetched.
-- The portal knows only the present; this schema is the only memory of the past.

-- A batch is one extraction over all entities. Its number, not the moment of
-- arrival, orders the versions of objects.
create table batch (
    number      bigint primary key,
    source      text not null,
    window_from timestamptz, -- null: complete walk
    window_to   timestamptz,
    opened_at   timestamptz not null default now(),
    closed_at   timestamptz,
    result      jsonb -- what CloseBatch answered; an asked-again close answers the same
);
create unique index batch_open on batch (source) where closed_at is null;

-- One row for each version of an object. A version that comes back in a later
-- batch after another one is a row again: the history of an object is its rows
-- ordered by batch, then changed_at, then fetched_at.
create table document (
    entity      text not null,
    id          text not null,
    batch       bigint not null, -- the first that saw the version
    hash        bytea not null,  -- SHA-256 of body
    process_key text not null,   -- '' for objects of no single process
    changed_at  timestamptz,     -- by the source's own dates
    fetched_at  timestamptz not null,
    url         text not null,
    body        text not null,   -- canonical JSON
    deleted     boolean not null,
    primary key (entity, id, batch, hash)
) partition by list (entity);
create index document_process on document (process_key, batch);

do $$
begin
    alter table document alter column body set compression lz4;
exception when feature_not_supported then
    null; -- a server built without lz4 keeps its own method
end $$;

-- The present state of each object that the source ever listed, unreadable ones
-- included (hash is null as long as no version could be read).
create table object (
    entity        text not null,
    id            text not null,
    process_key   text not null,
    hash          bytea,
    changed_at    timestamptz,
    version_batch bigint, -- batch of the present version
    first_batch   bigint not null,
    last_batch    bigint not null,
    first_seen    timestamptz not null,
    last_seen     timestamptz not null,
    deleted       boolean not null default false,
    live          boolean not null default false, -- children may still change
    reread_batch  bigint not null default 0,      -- when the children were read again last
    primary key (entity, id)
) partition by list (entity);
create index object_process on object (process_key);
create index object_version on object (version_batch);
create index object_reread on object (reread_batch, id) where live;

do $$
declare
    e text;
begin
    foreach e in array array['ref', 'subject', 'plan_point', 'trd_buy', 'lots', 'trd_app', 'contract'] loop
        execute format('create table %I partition of document for values in (%L)', 'document_' || e, e);
        execute format('create table %I partition of object for values in (%L) with (fillfactor = 85)', 'object_' || e, e);
    end loop;
end $$;

-- Contracting processes that the source named, and whether anything of them is
-- stored. Counting distinct keys over the documents would take minutes at
-- national size.
create table process (
    process_key text primary key,
    stored      boolean not null
);
create table process_count (
    one    boolean primary key default true check (one),
    listed bigint not null,
    stored bigint not null
);
insert into process_count values (true, 0, 0);

-- Objects per entity: with a stored version, and what the source said at the
-- last close of a batch.
create table count (
    entity text primary key,
    stored bigint not null default 0,
    source bigint not null default 0
);

-- How far the walk of an entity within a batch has come. Written in the same
-- transaction as what it brought.
create table crawl (
    batch         bigint not null references batch,
    entity        text not null,
    cursor        text not null,
    pages         bigint not null default 0,
    objects       bigint not null default 0,
    new_documents bigint not null default 0,
    quarantined   bigint not null default 0,
    total         bigint not null default 0,
    known_run     bigint not null default 0, -- unchanged objects in a row
    done          boolean not null default false,
    updated_at    timestamptz not null default now(),
    primary key (batch, entity)
);

-- Announcements whose bids a batch reads again.
create table reread (
    batch        bigint not null references batch,
    announcement bigint not null,
    primary key (batch, announcement)
);

-- Facts not published yet.
create table outbox (
    seq    bigint generated always as identity primary key,
    entity text not null,
    id     text not null,
    batch  bigint not null,
    hash   bytea not null
);

-- Records that could not be read.
create table quarantine (
    entity      text not null,
    id          text not null, -- '' when the record does not say
    digest      bytea not null, -- SHA-256 of the record
    process_key text not null,
    batch       bigint not null,
    rule        text not null,
    pointer     text not null,
    message     text not null,
    raw         bytea not null, -- the first 64 KiB
    raw_bytes   bigint not null,
    url         text not null,
    at          timestamptz not null,
    published   boolean not null default false,
    resolved    bigint, -- batch in which the object could be read
    primary key (entity, id, digest)
);
create index quarantine_unpublished on quarantine (entity) where not published;

create view document_v1 as
    select entity, id, hash, process_key, batch, changed_at, fetched_at, url, body, deleted from document;

create view batch_v1 as
    select number, source, window_from, window_to, opened_at, closed_at from batch;

create view count_v1 as
    select c.entity, c.source, c.stored,
        (select count(distinct (q.id, case when q.id = '' then q.digest end)) from quarantine q
         where q.entity = c.entity and q.resolved is null) as quarantined
    from count c;

create view quarantine_v1 as
    select entity, id, process_key, batch, rule, pointer, message, raw_bytes, url, at, resolved from quarantine;
