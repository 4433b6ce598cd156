-- Requests to a host by day, in the source's zone.
create table ledger (
    host  text not null,
    day   date not null,
    calls bigint not null,
    primary key (host, day)
);

create view ledger_v1 as
    select host, day, calls from ledger;
