-- What the volumes of a publication hold, so that a release is known to have gone
-- when no volume has it any more.
create table volume (
    number     bigint generated always as identity primary key,
    source     text not null,
    place      text not null, -- address in the configuration
    name       text not null,
    met_batch  bigint not null, -- the last whose walk came past it
    read_batch bigint,          -- the last that read it whole
    unique (source, place, name)
);

create table volume_item (
    volume bigint not null references volume,
    id     text not null, -- of a document of entity ocds_release
    batch  bigint not null, -- the last that found it there
    primary key (volume, id)
);
create index volume_item_id on volume_item (id);
