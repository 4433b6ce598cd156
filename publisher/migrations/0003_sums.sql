-- What the rows of a table add up to, by every column that they can be broken
-- down by: what the gate compares the objects with. Units that were built before
-- have none and are not taken for built, because their keys are others.
alter table publication.part drop column value_minor, add column sums bytea;
create index part_key on publication.part (key);
