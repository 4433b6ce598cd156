-- Documents stay in the row as long as they fit a page when they are compressed: a
-- second table and its index for each of them would cost more than they save.

create or replace function enter(version text, state text) returns smallint language plpgsql as $$
declare
    number smallint;
    t text;
begin
    insert into ocds.mapping (version, state) values (enter.version, enter.state) returning id into number;
    foreach t in array array['release', 'record', 'quarantine', 'finding'] loop
        execute format('create table ocds.%I partition of ocds.%I for values in (%s)', t || '_m' || number, t, number);
    end loop;
    foreach t in array array['release', 'record'] loop
        execute format('alter table ocds.%I set (toast_tuple_target = 8160)', t || '_m' || number);
    end loop;
    begin
        execute format('alter table ocds.%I alter column body set compression lz4', 'release_m' || number);
        execute format('alter table ocds.%I alter column compiled set compression lz4', 'record_m' || number);
    exception when feature_not_supported then
        null; -- a server built without lz4 keeps its own method
    end;
    return number;
end $$;
