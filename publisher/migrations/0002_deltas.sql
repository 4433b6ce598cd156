-- Snapshots of a base with deltas, retention, and an operator's words.

-- Content of a snapshot is everything that was committed before its mark: a
-- prefix of the commit order in which the feed is read. So every snapshot can be
-- built again later, and one with a smaller mark is contained in one with a
-- larger one.
alter table publication.snapshot
    add column mark        xid8,
    add column base        text,            -- snapshot whose files it uses; itself when it has no deltas
    add column recipe      bytea,           -- digest of what shapes the files beside their content
    add column complete_at timestamptz,     -- a manifest without deltas was published
    add column cited_at    timestamptz,
    add column cited_why   text,
    add column retired_at  timestamptz;     -- its manifest may be deleted; it never becomes current again
create index snapshot_mark on publication.snapshot (mark);

-- Deltas of a snapshot in the order of their application: every process with a
-- release that was committed at or after from_mark and before to_mark.
create table publication.snapshot_delta (
    snapshot   text not null references publication.snapshot on delete cascade,
    ordinal    int not null,
    name       text not null,
    from_id    text not null,
    to_id      text not null,
    from_mark  xid8 not null,
    to_mark    xid8 not null,
    processes  bigint not null,
    releases   bigint not null,
    removed    text[] not null,           -- processes that are published no more
    removed_releases text[] not null,
    primary key (snapshot, ordinal)
);

create index release_process on publication.release (ocid);

-- What is published no more, by an operator's word or by another mapping:
-- tombstones of the feed. removed says what is not published at present,
-- withdrawn that an operator wants it so.
create table publication.removal (
    ocid        text collate "C" not null,
    release_id  text collate "C" not null default '', -- '' stands for the whole process
    generation  bigint not null default 0,
    reason      text not null,
    at          timestamptz not null,
    txid        xid8 not null default pg_current_xact_id(),
    position    bigint not null default nextval('publication.position'),
    primary key (txid, position)
);
create index removal_process on publication.removal (ocid);
alter table publication.process
    add column removed boolean not null default false,
    add column withdrawn boolean not null default false,
    add column generation bigint not null default 0;
alter table publication.release
    add column removed boolean not null default false,
    add column generation bigint not null default 0;

-- Objects in the store and when a snapshot under way last relied on them: the
-- collector deletes one only while it holds the row, and not soon after.
create table publication.object (
    key         text primary key,
    touched_at  timestamptz not null default now()
);

-- Nothing is published while there is a row.
create table publication.hold (
    only_row  boolean primary key default true check (only_row),
    reason    text not null,
    since     timestamptz not null default now()
);

-- A check of the gate that may fail once.
create table publication.acceptance (
    id        bigint generated always as identity primary key,
    gate      text not null,
    reason    text not null,
    given_at  timestamptz not null default now(),
    used_for  text
);
