-- Findings carry what they are added up by, and records are counted by day and
-- buyer from an index: neither reads the documents.

alter table finding add column buyer text not null default '', add column day date;
update finding f set buyer = r.buyer, day = r.day from record r where r.mapping = f.mapping and r.ocid = f.ocid;
alter table finding alter column buyer drop default;

create index record_by_day on record (mapping, day, buyer) where day is not null;

create or replace view finding_v1 as
    select f.process_key, f.ocid, f.batch, f.ordinal, f.rule, f.severity, f.entity, f.id, f.pointer, f.message, f.value,
        f.field, f.buyer, f.day, r.last_release_id as release_id
    from finding f join record r on r.mapping = f.mapping and r.ocid = f.ocid where f.mapping = (select published());
