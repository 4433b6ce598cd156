-- Reading what the source had before the first batch, beside the batches.

-- Ranges of ids, [low, high), each read from its upper end down.
create table back_fill (
    entity        text not null,
    high          bigint not null,
    low           bigint not null,
    below         bigint not null, -- read down to here
    density       double precision not null, -- objects for each id, by the source's total when it was planned
    calls         bigint not null default 0,
    objects       bigint not null default 0,
    new_documents bigint not null default 0,
    quarantined   bigint not null default 0,
    done          boolean not null default false,
    primary key (entity, high)
);

-- What a back-fill brings belongs to the batch that is open, or to the next one
-- once that is sealed: a batch is sealed before it is counted.
alter table batch add column sealed_at timestamptz;
create table back_fill_batch (
    batch         bigint primary key,
    new_documents bigint not null
);

create view back_fill_v1 as
    select entity, high, low, below, calls, objects, new_documents, quarantined, done from back_fill;
