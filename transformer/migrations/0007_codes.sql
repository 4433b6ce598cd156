-- The wording of the source's dictionaries is kept by the batch that brought it, so
-- that code lists can be told as of a publication.

drop view code_v1; -- nobody read it

alter table code drop constraint code_pkey, add primary key (list, code, batch);
alter table code add column untranslated text not null default ''; -- languages in which nobody has said it, parted by blanks

comment on column code.title is 'English; where untranslated says en, the symbol of the row or its Russian name';
comment on column code.title_kk is 'Kazakh; where untranslated says kk, the Russian name';

create view code_v2 as select list, code, batch, title, title_ru, title_kk, untranslated from code;
