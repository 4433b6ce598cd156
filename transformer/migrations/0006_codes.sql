-- What the source's own dictionaries add to the code lists of the local extension.

create table code (
    list     text not null, -- code list without ending, contractForm
    code     text not null, -- id in the dictionary
    title    text not null, -- English; the Russian name where the source has no English
    title_ru text not null,
    title_kk text not null, -- '' where the source has none
    batch    bigint not null, -- that brought it
    primary key (list, code)
);

create view code_v1 as select list, code, title, title_ru, title_kk, batch from code;
