-- What the publisher knows of what the transformer has made, and of what it has
-- published itself. Documents stay in schema ocds; here are identities, digests
-- and the record of snapshots.

create sequence publication.position;

-- One contracting process that is known for publication: its newest record.
create table publication.process (
    ocid          text collate "C" primary key,
    period        text collate "C" not null,  -- month of the first release, 2026-07
    digest        bytea not null,             -- of the compiled release
    release_id    text not null,              -- newest release
    release_date  timestamptz not null,
    batch         bigint not null,
    -- Commit order: rows of a transaction that may still be running have a txid
    -- at or above pg_snapshot_xmin(pg_current_snapshot()).
    txid          xid8 not null default pg_current_xact_id(),
    position      bigint not null default nextval('publication.position')
);
create index process_period on publication.process (period, ocid);
create index process_commit on publication.process (txid, position);

-- One release. Never changes once it is here.
create table publication.release (
    release_id    text collate "C" primary key,
    ocid          text collate "C" not null,
    period        text collate "C" not null,  -- month of its date
    digest        bytea not null,
    date          timestamptz not null,
    mapping       text not null,
    batch         bigint not null,
    txid          xid8 not null default pg_current_xact_id(),
    position      bigint not null default nextval('publication.position')
);
create index release_period on publication.release (period, release_id);
create index release_commit on publication.release (txid, position);

-- Digest of a month of records or releases as of the watermark.
create table publication.partition (
    dataset   text collate "C" not null,
    period    text collate "C" not null,
    digest    bytea,                          -- null: to be computed again
    items     bigint not null default 0,
    mappings  text[] not null default '{}',
    first     timestamptz,
    last      timestamptz,
    primary key (dataset, period)
);

-- Every row with a txid below it has entered the digests of the partitions.
create table publication.watermark (
    only_row  boolean primary key default true check (only_row),
    txid      xid8 not null
);
insert into publication.watermark (txid) values ('0');

create table publication.snapshot (
    id          text primary key,
    parent      text not null,
    batch       bigint not null,
    processes   bigint not null,
    planned_at  timestamptz not null default now(),
    flipped_at  timestamptz
);

-- What a snapshot consists of, by partition: content says what was planned.
create table publication.snapshot_partition (
    snapshot  text not null references publication.snapshot,
    dataset   text collate "C" not null,
    period    text collate "C" not null,
    digest    bytea not null,
    items     bigint not null,
    mappings  text[] not null,
    first     timestamptz,
    last      timestamptz,
    primary key (snapshot, dataset, period)
);

-- Objects that lie in the store, by the key of the unit that made them.
create table publication.part (
    unit         bytea not null,
    dataset      text not null,
    tbl          text not null,
    period       text not null,
    name         text not null,
    key          text not null,
    media_type   text not null,
    bytes        bigint not null,
    rows         bigint not null,
    sha256       bytea not null,
    value_minor  bigint not null default 0,
    built_at     timestamptz not null default now(),
    primary key (unit, name)
);

-- What was found while a unit was built: values without an exact cell, and text
-- that reads as a personal datum.
create table publication.finding (
    unit      bytea not null,
    ocid      text not null,
    rule      text not null,
    severity  text not null,
    pointer   text not null,
    message   text not null
);
create index finding_unit on publication.finding (unit);
