-- Reports that people share. The id is a digest of the body, so saving again
-- changes nothing.
create table analysis.report (
    id          text collate "C" primary key,
    body        jsonb not null,
    created_at  timestamptz not null default now()
);
create index report_created on analysis.report (created_at);

-- Which snapshot the search index is of. The index itself (search_document,
-- search_word) is made by the service, which swaps it whole.
create table analysis.search_state (
    only_row    boolean primary key default true check (only_row),
    snapshot    text not null,
    documents   bigint not null,
    indexed_at  timestamptz not null default now()
);
