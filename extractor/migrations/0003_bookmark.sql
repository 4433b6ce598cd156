-- How far sources without a date filter were read: volumes of a publication, logs
-- of the older feeds. A mark counts once its batch is closed.
create table bookmark (
    source text not null,
    name   text not null,
    batch  bigint not null references batch,
    tag    text not null, -- changes with the content; '' when the source tells none
    next   text not null, -- where to go on; '' at the end
    items  bigint not null,
    primary key (source, name, batch)
);
