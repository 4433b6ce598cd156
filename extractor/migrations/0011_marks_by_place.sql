-- Marks of volumes are named by place and volume from now on. Those named by the
-- volume alone would stay for ever; what they stand for is read once more.
delete from bookmark where name not in ('tenders', 'contracts', 'plans');
