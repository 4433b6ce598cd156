-- Releases and records, and what keeps a process from having them.

-- Processes of which a document changed in a batch and that are not transformed
-- yet. bucket spreads the processes evenly over 256 parts.
create table pending (
    bucket      smallint not null,
    process_key text not null,
    batch       bigint not null,
    primary key (bucket, process_key, batch)
);

-- One row for each process ever transformed. revision counts the writes: who
-- read another revision than the present one has lost and starts over.
create table process (
    process_key text primary key,
    ocid        text not null,
    revision    bigint not null,
    batch       bigint not null, -- newest batch that was transformed
    has_record  boolean not null,
    quarantined boolean not null -- the newest batch could not be published
);

-- Processes with a record, and processes in quarantine without one, by bucket.
create table process_count (
    bucket      smallint primary key,
    transformed bigint not null,
    held        bigint not null
);

create table release (
    release_id      text primary key,
    ocid            text not null,
    batch           bigint not null,
    date            timestamptz not null,
    tag             text[] not null,
    digest          bytea not null, -- SHA-256 of body
    body            text not null,
    mapping_version text not null,
    -- Commit order: readers take rows whose txid is below
    -- pg_snapshot_xmin(pg_current_snapshot()), ordered by (txid, position).
    txid            xid8 not null default pg_current_xact_id(),
    position        bigint generated always as identity
);
create index release_ocid on release (ocid, date);
create index release_order on release (txid, position);

-- The source document versions that a release was made of, in parallel arrays.
create table provenance (
    release_id text primary key,
    ocid       text not null,
    entity     text[] not null,
    id         text[] not null,
    hash       bytea[] not null,
    fetched_at timestamptz[] not null,
    url        text[] not null
);
create index provenance_ocid on provenance (ocid);

create table record (
    ocid            text primary key,
    kind            text not null check (kind in ('tender', 'contract', 'plan')),
    partition       text not null, -- year and month of the first release
    compiled        text not null,
    digest          bytea not null, -- SHA-256 of compiled
    releases        int not null,
    last_release_id text not null,
    batch           bigint not null,
    mapping_version text not null,
    txid            xid8 not null default pg_current_xact_id(),
    position        bigint generated always as identity
);
create index record_order on record (txid, position);

-- Why the newest batch of a process could not be published.
create table quarantine (
    process_key text not null,
    ordinal     int not null,
    ocid        text not null,
    batch       bigint not null,
    rule        text not null,
    severity    text not null,
    entity      text not null, -- '' when found in the release
    id          text not null,
    pointer     text not null,
    message     text not null,
    value       text not null,
    at          timestamptz not null default now(),
    primary key (process_key, ordinal)
);

-- Warnings about the newest state of a process.
create table finding (
    process_key text not null,
    ordinal     int not null,
    ocid        text not null,
    batch       bigint not null,
    rule        text not null,
    severity    text not null,
    entity      text not null,
    id          text not null,
    pointer     text not null,
    message     text not null,
    value       text not null,
    primary key (process_key, ordinal)
);
create index finding_rule on finding (rule);

-- Facts not published yet.
create table outbox (
    seq        bigint generated always as identity primary key,
    ocid       text not null,
    release_id text not null
);

do $$
begin
    alter table release alter column body set compression lz4;
    alter table record alter column compiled set compression lz4;
exception when feature_not_supported then
    null; -- a server built without lz4 keeps its own method
end $$;

create view release_v1 as
    select txid, position, release_id, ocid, batch, date, tag, digest, body, mapping_version from release;

create view record_v1 as
    select txid, position, ocid, kind, partition, compiled, digest, releases, last_release_id, batch, mapping_version from record;

-- held: the process has no record at all.
create view quarantine_v1 as
    select q.process_key, q.ocid, q.batch, q.ordinal, q.rule, q.severity, q.entity, q.id, q.pointer, q.message, q.value, q.at, not p.has_record as held
    from quarantine q join process p using (process_key);

create view finding_v1 as
    select process_key, ocid, batch, ordinal, rule, severity, entity, id, pointer, message, value from finding;

create view provenance_v1 as
    select p.release_id, p.ocid, d.entity, d.id, d.hash, d.fetched_at, d.url
    from provenance p, unnest(p.entity, p.id, p.hash, p.fetched_at, p.url) as d (entity, id, hash, fetched_at, url);
