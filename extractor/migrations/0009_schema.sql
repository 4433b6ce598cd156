-- What the interfaces of a source have, as it said itself when it was asked last.
create table schema_member (
    origin      text not null,
    name        text not null, -- type and member: Lots.amount
    type        text not null, -- as the schema writes it: [Files], Float, Int!; '' where none is told
    first_batch bigint not null,
    last_batch  bigint not null, -- the last that found it
    primary key (origin, name)
);

alter table drift drop constraint drift_kind_check;
alter table drift add constraint drift_kind_check check (kind in ('unknown', 'vanished', 'retyped'));

create view schema_member_v1 as
    select origin, name, type, first_batch, last_batch from schema_member;
