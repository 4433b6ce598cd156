-- When a version was met last: of the present one the object says so, of one that
-- another took the place of it is kept with the version.
alter table document add column last_seen timestamptz;

-- One row for each version, with the first and the last time it was seen at the
-- source.
create view version_v1 as
    select d.entity, d.id, d.hash, d.batch, d.deleted, d.fetched_at as first_seen,
        case when o.version_batch = d.batch and o.hash = d.hash and o.deleted = d.deleted
            then greatest(o.last_seen, d.fetched_at) else coalesce(d.last_seen, d.fetched_at) end as last_seen
    from document d join object o on o.entity = d.entity and o.id = d.id;
