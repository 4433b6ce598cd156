-- The whole portal, other sources, withdrawals, comparison with the source.

do $$
declare
    e text;
begin
    foreach e in array array['rnu', 'qualified_supplier', 'complaint', 'act', 'treasury_pay', 'waybill',
        'ob_plan_point', 'ob_trd_buy', 'ob_lots', 'ob_contract', 'ocds_release'] loop
        execute format('create table %I partition of document for values in (%L)', 'document_' || e, e);
        execute format('create table %I partition of object for values in (%L) with (fillfactor = 85)', 'object_' || e, e);
    end loop;
end $$;

-- Which adapter a document came through.
alter table document add column origin text not null default 'goszakup';

-- A withdrawal is a version with the last known body, so body and batch do not
-- tell it from the one before.
alter table document drop constraint document_pkey;
alter table document add primary key (entity, id, batch, hash, deleted);

-- gone: the source lists the object no more. (deleted may also be the source's own
-- mark on an object that it lists.) counted_at: the date that the source counts it
-- by.
alter table object add column gone boolean not null default false;
alter table object add column counted_at timestamptz;
create index object_counted on object (entity, counted_at) where not gone and hash is not null;

-- Ids of these can be compared only by walking down them.
create index object_plan_point_number on object_plan_point ((id::bigint));
create index object_ob_plan_point_number on object_ob_plan_point ((id::bigint));
create index object_act_number on object_act ((id::bigint));
create index object_waybill_number on object_waybill ((id::bigint));

-- One row for each set of facts not published yet. It is read only when the
-- process that stored the set died before it had published it.
drop table outbox;
create table outbox (
    seq     bigint generated always as identity primary key,
    entity  text not null,
    batch   bigint not null,
    ids     text[] not null,
    hashes  bytea[] not null,
    deleted boolean[] not null
);

-- Objects that a batch reads by their ids: the journal named them, or a
-- comparison found them to differ.
create table queue (
    batch      bigint not null,
    entity     text not null,
    id         text not null,
    deleted_at timestamptz, -- the journal says so
    tries      int not null default 0,
    primary key (batch, entity, id)
);

-- How far the comparison of an entity with its source has come, and its totals.
create table comparison (
    entity      text primary key,
    batch       bigint not null,
    compared_to timestamptz not null, -- end of the window, by the source's clock
    rotation    timestamptz,          -- oldest day whose count was told
    below       bigint not null,      -- lowest id compared by id; 0: from the highest
    source      bigint not null,
    stored      bigint not null,
    checked_at  timestamptz not null default now()
);
create table day_count (
    entity text not null,
    day    date not null, -- in the source's zone
    source bigint not null,
    stored bigint not null,
    batch  bigint not null,
    primary key (entity, day)
);

-- Objects that were not the same at the source and here.
create table difference (
    entity         text not null,
    id             text not null,
    state          text not null check (state in ('missing', 'late', 'deleted', 'rejected')),
    day            date,
    found_batch    bigint not null,
    resolved_batch bigint, -- null: open
    primary key (entity, id, found_batch)
);
create index difference_open on difference (entity, id) where resolved_batch is null;

create index quarantine_open on quarantine (entity, id) where resolved is null;

-- Changes of the source's schema. An empty field stands for the whole entity.
create table drift (
    entity      text not null,
    field       text not null,
    kind        text not null check (kind in ('unknown', 'vanished')),
    first_batch bigint not null,
    last_batch  bigint not null,
    primary key (entity, field, kind)
);

create or replace view document_v1 as
    select entity, id, hash, process_key, batch, changed_at, fetched_at, url, body, deleted, origin from document;

create view difference_v1 as
    select entity, id, state, day, found_batch, resolved_batch from difference;

create view drift_v1 as
    select entity, field, kind, first_batch, last_batch from drift;

-- A null day is the whole entity.
create view completeness_v1 as
    with told as (
        select entity, null::date as day, source, stored from comparison
        union all
        select entity, day, source, stored from day_count
    )
    select t.entity, t.day, t.source, t.stored,
        count(*) filter (where d.state = 'missing') as missing,
        count(*) filter (where d.state = 'late') as late,
        count(*) filter (where d.state = 'deleted') as deleted,
        count(*) filter (where d.state = 'rejected') as rejected,
        c.checked_at
    from told t
    join comparison c on c.entity = t.entity
    left join difference d on d.entity = t.entity and d.resolved_batch is null and (t.day is null or d.day = t.day)
    group by t.entity, t.day, t.source, t.stored, c.checked_at;
