-- How far a mapping is, and how many releases a batch made, are known without
-- reading documents.

alter table mapping add column looked bigint not null default 0; -- newest batch up to which documents were looked at
update mapping m set looked = coalesce((select max(looked) from record where mapping = m.id), 0);

create index release_of_batch on release (mapping, batch);
