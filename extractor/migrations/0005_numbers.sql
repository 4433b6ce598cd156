-- Objects without the date that the source counts by can be compared only by
-- their ids.
create index object_subject_number on object_subject ((id::bigint));
create index object_trd_buy_number on object_trd_buy ((id::bigint));
create index object_lots_number on object_lots ((id::bigint));
create index object_trd_app_number on object_trd_app ((id::bigint));
create index object_contract_number on object_contract ((id::bigint));
create index object_complaint_number on object_complaint ((id::bigint));
create index object_ob_trd_buy_number on object_ob_trd_buy ((id::bigint));
create index object_ob_lots_number on object_ob_lots ((id::bigint));
create index object_ob_contract_number on object_ob_contract ((id::bigint));
