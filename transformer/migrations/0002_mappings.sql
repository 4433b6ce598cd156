-- Results of several mapping versions side by side: every row belongs to a
-- mapping, and the views show those of the current one. What a mapping made lies
-- in partitions of its own, so that forgetting it costs nothing.

-- One row for each time that a mapping version was run. Exactly one is current:
-- what it made is published. A candidate runs beside it until an operator decides.
create table mapping (
    id         smallint primary key generated always as identity,
    version    text not null, -- of program and settings, see mapping.Version
    state      text not null check (state in ('current', 'candidate', 'retired')),
    entered_at timestamptz not null default now(),
    decided_at timestamptz -- when it became current, or was retired
);
create unique index mapping_current on mapping (state) where state = 'current';
create unique index mapping_live on mapping (version) where state <> 'retired';

drop view release_v1, record_v1, quarantine_v1, finding_v1, provenance_v1;
alter table release rename to release_0;
alter table record rename to record_0;
alter table process rename to process_0;
alter table provenance rename to provenance_0;
alter table quarantine rename to quarantine_0;
alter table finding rename to finding_0;

create sequence position; -- order of the rows of one transaction

create table release (
    mapping    smallint not null,
    release_id text not null,
    ocid       text not null,
    ordinal    int not null, -- 1 for the first release of the process
    batch      bigint not null,
    date       timestamptz not null,
    tag        text[] not null,
    digest     bytea not null, -- SHA-256 of body
    body       text not null,
    -- The source document versions that it was made of, in parallel arrays.
    entity     text[] not null,
    id         text[] not null,
    hash       bytea[] not null,
    origin     text[] not null,
    fetched_at timestamptz[] not null,
    url        text[] not null,
    -- Commit order: readers take rows whose txid is below
    -- pg_snapshot_xmin(pg_current_snapshot()), ordered by (txid, position).
    txid       xid8 not null default pg_current_xact_id(),
    position   bigint not null default nextval('position'),
    primary key (mapping, release_id)
) partition by list (mapping);
create index release_of_process on release (mapping, ocid, ordinal);
create index release_in_order on release (txid, position);

-- One row for each process ever looked at, with its compiled release, if it has
-- one. revision counts the writes: who read another revision than the present one
-- has lost and starts over.
create table record (
    mapping         smallint not null,
    ocid            text not null,
    process_key     text not null,
    revision        bigint not null,
    looked          bigint not null,   -- newest batch up to which documents were looked at
    quarantined     boolean not null,  -- the newest batch could not be published
    kind            text not null check (kind in ('tender', 'contract', 'plan', 'foreign')),
    -- From here on null as long as there is no release.
    partition       text,              -- year and month of the first release
    compiled        text,
    digest          bytea,             -- SHA-256 of compiled
    content         bytea,             -- SHA-256 of the mapped content of the newest release
    releases        int not null,
    last_release_id text,
    last_date       timestamptz,
    batch           bigint,            -- that made the newest release
    buyer           text not null,     -- id of the party, '' when none is named
    day             date,              -- of the newest release, portal time
    txid            xid8 not null default pg_current_xact_id(),
    position        bigint not null default nextval('position'),
    primary key (mapping, ocid)
) partition by list (mapping);
create index record_in_order on record (txid, position);

-- Why the newest batch of a process could not be published.
create table quarantine (
    mapping     smallint not null,
    ocid        text not null,
    ordinal     int not null,
    process_key text not null,
    batch       bigint not null,
    rule        text not null,
    severity    text not null,
    entity      text not null, -- '' when found in the release
    id          text not null,
    pointer     text not null,
    message     text not null,
    value       text not null,
    at          timestamptz not null default now(),
    primary key (mapping, ocid, ordinal)
) partition by list (mapping);

-- Warnings about the newest state of a process.
create table finding (
    mapping     smallint not null,
    ocid        text not null,
    ordinal     int not null,
    process_key text not null,
    batch       bigint not null,
    rule        text not null,
    severity    text not null,
    entity      text not null,
    id          text not null,
    pointer     text not null,
    field       text not null, -- pointer without the indexes of lists
    message     text not null,
    value       text not null,
    primary key (mapping, ocid, ordinal)
) partition by list (mapping);
create index finding_by_rule on finding (mapping, rule);

-- enter starts the results of a mapping version.
create function enter(version text, state text) returns smallint language plpgsql as $$
declare
    number smallint;
    t text;
begin
    insert into ocds.mapping (version, state) values (enter.version, enter.state) returning id into number;
    foreach t in array array['release', 'record', 'quarantine', 'finding'] loop
        execute format('create table ocds.%I partition of ocds.%I for values in (%s)', t || '_m' || number, t, number);
    end loop;
    begin
        execute format('alter table ocds.%I alter column body set compression lz4', 'release_m' || number);
        execute format('alter table ocds.%I alter column compiled set compression lz4', 'record_m' || number);
    exception when feature_not_supported then
        null; -- a server built without lz4 keeps its own method
    end;
    return number;
end $$;

-- forget drops the results of a retired mapping version.
create function forget(old smallint) returns void language plpgsql as $$
declare
    t text;
begin
    foreach t in array array['release', 'record', 'quarantine', 'finding'] loop
        execute format('drop table if exists ocds.%I', t || '_m' || old);
    end loop;
    delete from ocds.pending where mapping = old;
    delete from ocds.process_count where mapping = old;
end $$;

-- What is there was made by one mapping, which is the current one.
do $$
declare
    old smallint;
begin
    if exists (select from release_0) or exists (select from process_0) then
        old := enter(coalesce((select max(mapping_version) from record_0), '0'), 'current');
        insert into release
            select old, r.release_id, r.ocid, row_number() over (partition by r.ocid order by r.date), r.batch, r.date, r.tag, r.digest, r.body,
                p.entity, p.id, p.hash, array_fill('goszakup'::text, array[cardinality(p.id)]), p.fetched_at, p.url, r.txid, nextval('position')
            from release_0 r join provenance_0 p using (release_id) order by r.txid, r.position;
        insert into record
            select old, p.ocid, p.process_key, p.revision, p.batch, p.quarantined,
                coalesce(r.kind, case left(p.process_key, 1) when 'c' then 'contract' when 'p' then 'plan' else 'tender' end),
                r.partition, r.compiled, r.digest, null, coalesce(r.releases, 0), r.last_release_id, l.date, r.batch,
                coalesce(r.compiled::jsonb #>> '{buyer,id}', ''), (l.date at time zone 'Asia/Almaty')::date,
                coalesce(r.txid, pg_current_xact_id()), nextval('position')
            from process_0 p left join record_0 r using (ocid) left join release_0 l on l.release_id = r.last_release_id order by r.txid, r.position;
        insert into quarantine
            select old, ocid, ordinal, process_key, batch, rule, severity, entity, id, pointer, message, value, at from quarantine_0;
        insert into finding
            select old, ocid, ordinal, process_key, batch, rule, severity, entity, id, pointer, regexp_replace(pointer, '/[0-9]+(?=/|$)', '', 'g'), message, value
            from finding_0;
    end if;
    alter table pending add column mapping smallint not null default 0;
    alter table process_count add column mapping smallint not null default 0;
    if old is not null then
        update pending set mapping = old;
        update process_count set mapping = old;
    else
        delete from pending;
    end if;
end $$;
drop table release_0, record_0, process_0, provenance_0, quarantine_0, finding_0;

alter table pending alter column mapping drop default, drop constraint pending_pkey, add primary key (mapping, bucket, process_key, batch);
alter table process_count alter column mapping drop default, drop constraint process_count_pkey, add primary key (mapping, bucket);

-- Changes to announce. withdrawn are releases that a change of the mapping took
-- back; release_id is null when the process has no release any more.
drop table outbox;
create table outbox (
    seq        bigint generated always as identity primary key,
    ocid       text not null,
    release_id text,
    withdrawn  text[] not null default '{}'
);

-- The comparison of two mapping versions, made anew with each comparison.
create table comparison (
    from_version text not null,
    to_version   text not null,
    compared_at  timestamptz not null default now(),
    batch        bigint not null, -- up to which both were complete
    equal        bigint not null, -- processes with the same compiled release
    changed      bigint not null,
    added        bigint not null, -- with a record only in the new version
    vanished     bigint not null, -- with a record only in the old version
    quarantined_before bigint not null,
    quarantined_after  bigint not null,
    releases_added     bigint not null,
    releases_withdrawn bigint not null,
    primary key (from_version, to_version)
);
create table comparison_field (
    from_version text not null,
    to_version   text not null,
    field        text not null, -- path in the compiled release, without ids and indexes
    change       text not null check (change in ('added', 'removed', 'changed')),
    processes    bigint not null,
    values       bigint not null,
    examples     text[] not null, -- ocids, the first few
    primary key (from_version, to_version, field, change),
    foreign key (from_version, to_version) references comparison on delete cascade
);

-- published is the mapping whose results the views show.
create function published() returns smallint language sql stable as $$ select id from ocds.mapping where state = 'current' $$;
create function published_version() returns text language sql stable as $$ select version from ocds.mapping where state = 'current' $$;

create view release_v1 as
    select txid, position, release_id, ocid, batch, date, tag, digest, body, (select published_version()) as mapping_version, ordinal
    from release where mapping = (select published());

create view record_v1 as
    select txid, position, ocid, kind, partition, compiled, digest, releases, last_release_id, batch, (select published_version()) as mapping_version, buyer, day
    from record where mapping = (select published()) and compiled is not null;

-- held: the process has no record at all.
create view quarantine_v1 as
    select q.process_key, q.ocid, q.batch, q.ordinal, q.rule, q.severity, q.entity, q.id, q.pointer, q.message, q.value, q.at, r.compiled is null as held
    from quarantine q join record r on r.mapping = q.mapping and r.ocid = q.ocid where q.mapping = (select published());

create view finding_v1 as
    select f.process_key, f.ocid, f.batch, f.ordinal, f.rule, f.severity, f.entity, f.id, f.pointer, f.message, f.value,
        f.field, r.buyer, r.day, r.last_release_id as release_id
    from finding f join record r on r.mapping = f.mapping and r.ocid = f.ocid where f.mapping = (select published());

create view provenance_v1 as
    select r.release_id, r.ocid, d.entity, d.id, d.hash, d.fetched_at, d.url, d.origin
    from release r, unnest(r.entity, r.id, r.hash, r.fetched_at, r.url, r.origin) as d (entity, id, hash, fetched_at, url, origin)
    where r.mapping = (select published());

create view mapping_v1 as select version, state, entered_at, decided_at from mapping where state <> 'retired';
