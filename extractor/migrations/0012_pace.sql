-- The queue of requests to a host, over all processes.
create table pace (
    host   text primary key,
    next   timestamptz not null, -- the first turn that nobody has
    rate   float8 not null,      -- turns a second at present
    slowed timestamptz not null  -- when the host showed last that it has enough
);

create view pace_v1 as
    select host, next, rate, slowed from pace;
