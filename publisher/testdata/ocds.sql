-- The views of the stages before, as their contracts say, on plain tables.
create schema ocds;
create table ocds.release (release_id text primary key, ocid text not null, batch bigint not null, date timestamptz not null, tag text[] not null,
    digest bytea not null, body text not null, mapping_version text not null);
create table ocds.record (ocid text primary key, kind text not null, partition text not null, compiled text not null, digest bytea not null,
    releases int not null, last_release_id text not null, batch bigint not null);
create table ocds.quarantine (process_key text not null, rule text not null, severity text not null, held bool not null);
create table ocds.finding (process_key text not null, rule text not null, severity text not null);
create table ocds.provenance (release_id text not null, ocid text not null, entity text not null, id text not null, hash bytea not null,
    fetched_at timestamptz not null, url text not null, origin text not null default 'goszakup');
create index on ocds.release (ocid, date);
create view ocds.release_v1 as select * from ocds.release;
create view ocds.record_v1 as select * from ocds.record;
create view ocds.quarantine_v1 as select * from ocds.quarantine;
create view ocds.finding_v1 as select * from ocds.finding;
create view ocds.provenance_v1 as select * from ocds.provenance;
create schema source;
create table source.count (entity text, source bigint, stored bigint, quarantined bigint);
create view source.count_v1 as select * from source.count;
create table source.document (process_key text);
create table source.quarantine (process_key text, resolved timestamptz);
create view source.document_v1 as select * from source.document;
create view source.quarantine_v1 as select * from source.quarantine;
