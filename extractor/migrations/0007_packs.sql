-- Bodies may lie outside of the database, in packs of an object store
-- (platform/pack). The row of such a version has the place instead of the body,
-- which is ''.
alter table document
    add column pack         bigint, -- null: the body is in the row
    add column frame        bigint,
    add column frame_length int,
    add column body_at      int,
    add column body_size    int;

-- A number is used once, whatever becomes of its pack.
create sequence pack_number;

-- Packs whose places are noted. Others are left behind and collected.
create table pack (
    number    bigint primary key,
    documents bigint not null,
    raw_bytes bigint not null, -- of the bodies
    bytes     bigint not null, -- of the object
    stored_at timestamptz not null default now()
);

-- Who reads body where it is not must hear of it.
create function packed() returns text language plpgsql stable as $$
begin
    raise exception 'the body is in a pack of the object store: read source.document_v2, which says where';
end $$;

create or replace view document_v1 as
    select entity, id, hash, process_key, batch, changed_at, fetched_at, url,
        case when pack is null then body else source.packed() end as body, deleted, origin from document;

-- As document_v1; where pack is not null, the body is the text at that place of the
-- pack (package platform/pack) and '' here.
create view document_v2 as
    select entity, id, hash, process_key, batch, changed_at, fetched_at, url, body, deleted, origin,
        pack, frame, frame_length, body_at, body_size from document;

create view pack_v1 as
    select number, documents, raw_bytes, bytes, stored_at from pack;
