-- Organisations get numbers in the order of their ids, so that a number is as
-- good a tie-breaker as the id. 0 is blank. The name is that of the newest
-- release which gives one.
CREATE TABLE organisations AS
WITH seen AS (
    SELECT party_id AS id, name AS name_ru, name_kk, last_release FROM part_parties JOIN part_processes USING (ocid)
    UNION ALL SELECT l.buyer_id, l.buyer_name, l.buyer_name_kk, p.last_release FROM part_lots l JOIN part_processes p USING (ocid)
    UNION ALL SELECT l.winner_id, l.winner_name, '', p.last_release FROM part_lots l JOIN part_processes p USING (ocid)
    UNION ALL SELECT b.tenderer_id, b.tenderer_name, '', p.last_release FROM part_bids b JOIN part_processes p USING (ocid)
    UNION ALL SELECT c.buyer_id, c.buyer_name, c.buyer_name_kk, p.last_release FROM part_contracts c JOIN part_processes p USING (ocid)
    UNION ALL SELECT c.supplier_id, c.supplier_name, '', p.last_release FROM part_contracts c JOIN part_processes p USING (ocid)
    UNION ALL SELECT q.buyer_id, q.buyer_name, q.buyer_name_kk, p.last_release FROM part_plan_points q JOIN part_processes p USING (ocid)
    UNION ALL SELECT buyer_id, '', '', last_release FROM part_processes
), named AS (
    SELECT id, name_ru, name_kk, max(last_release) AS newest FROM seen WHERE id <> '' GROUP BY ALL
), ru AS (
    SELECT DISTINCT ON (id) id, name_ru FROM named WHERE name_ru <> '' ORDER BY id, newest DESC, name_ru
), kk AS (
    SELECT DISTINCT ON (id) id, name_kk FROM named WHERE name_kk <> '' ORDER BY id, newest DESC, name_kk
)
SELECT row_number() OVER (ORDER BY id)::INTEGER AS key, id,
       coalesce(ru.name_ru, '') AS name_ru, coalesce(kk.name_kk, '') AS name_kk
FROM (SELECT DISTINCT id FROM named) LEFT JOIN ru USING (id) LEFT JOIN kk USING (id)
ORDER BY id;

CREATE TEMP TABLE process AS
SELECT row_number() OVER (ORDER BY ocid)::INTEGER AS process, ocid, kind, (published_day - DATE '1970-01-01')::INTEGER AS published_day
FROM part_processes;

-- The star around the lot. gap says why a lot is not in the sums of value:
-- 0 it is, 1 no value, 2 another currency. reduction_gap is null outside the
-- competitive lots with a winner; within: 0 counted, 1 no value, 2 another
-- currency, 3 counted as 0 because the winner asked for more than the value.
--
-- Rows with is_lot = false carry what belongs to no known lot: a tender without
-- lots and bids (so that it is a procedure), and bids for a lot that the source
-- does not give (so that they are bids). Their lot fields are blank.
CREATE TABLE lots AS
WITH lotless AS (
    SELECT DISTINCT ocid, lot_id FROM part_bids ANTI JOIN part_lots USING (ocid, lot_id)
    UNION ALL
    SELECT ocid, '' FROM part_processes
    WHERE kind = 'tender' AND ocid NOT IN (SELECT ocid FROM part_lots) AND ocid NOT IN (SELECT ocid FROM part_bids)
), source AS (
    SELECT l.ocid, l.lot_id, true AS is_lot, l.method_details AS method, l.status AS lot_status, l.category, l.class,
           l.buyer_id, l.winner_id, l.buyer_region AS region, CASE WHEN l.competitive THEN 'true' ELSE 'false' END AS competitive,
           (l.published_day - DATE '1970-01-01')::INTEGER AS published_day,
           l.value_minor, l.win_minor, l.currency, l.awarded
    FROM part_lots l
    UNION ALL
    SELECT p.ocid, x.lot_id, false, p.method_details, '', p.category, '',
           p.buyer_id, '', coalesce((SELECT max(region) FROM part_parties b WHERE b.ocid = p.ocid AND b.party_id = p.buyer_id), ''), m.competitive,
           (p.published_day - DATE '1970-01-01')::INTEGER,
           NULL, NULL, '', false
    FROM lotless x JOIN part_processes p USING (ocid) JOIN method_competitive m ON m.method = p.method_details
), valued AS (
    SELECT source.*, p.process, p.kind AS process_kind, coalesce(b.key, 0) AS buyer, coalesce(w.key, 0) AS winner,
           CASE WHEN value_minor IS NULL THEN 1 WHEN currency <> 'KZT' THEN 2 ELSE 0 END AS gap
    FROM source JOIN process p USING (ocid)
    LEFT JOIN organisations b ON b.id = source.buyer_id
    LEFT JOIN organisations w ON w.id = source.winner_id
), reduced AS (
    SELECT *, CASE WHEN NOT is_lot OR competitive <> 'true' OR winner = 0 THEN NULL
                   WHEN value_minor IS NULL OR win_minor IS NULL THEN 1
                   WHEN currency <> 'KZT' THEN 2
                   WHEN win_minor > value_minor THEN 3
                   ELSE 0 END AS reduction_gap
    FROM valued
)
SELECT row_number() OVER (ORDER BY published_day, ocid, lot_id)::INTEGER AS lot, ocid, lot_id, process, is_lot,
       method, lot_status, category, class, buyer, winner, region, competitive, process_kind,
       published_day,
       year(DATE '1970-01-01' + published_day)::INTEGER AS published_year,
       (year(DATE '1970-01-01' + published_day) * 10 + quarter(DATE '1970-01-01' + published_day))::INTEGER AS published_quarter,
       (year(DATE '1970-01-01' + published_day) * 100 + month(DATE '1970-01-01' + published_day))::INTEGER AS published_month,
       CASE gap WHEN 0 THEN value_minor END AS value, gap::TINYINT AS gap, awarded,
       CASE WHEN reduction_gap IN (0, 3) THEN greatest(value_minor - win_minor, 0) END AS reduction,
       CASE WHEN reduction_gap IN (0, 3) THEN value_minor END AS reduction_base,
       reduction_gap::TINYINT AS reduction_gap
FROM reduced
ORDER BY published_day, ocid, lot_id;

-- One row per bid in a lot, with the lot's columns.
CREATE TABLE bids AS
SELECT l.* EXCLUDE (ocid, lot_id), coalesce(o.key, 0) AS bidder
FROM part_bids b JOIN lots l ON l.ocid = b.ocid AND l.lot_id = b.lot_id
LEFT JOIN organisations o ON o.id = b.tenderer_id
ORDER BY l.lot;

-- One row per lot and bidder, with the lot's columns: those who bid, and the
-- supplier of a lot by direct contract. A lot without any has one blank row.
CREATE TABLE participations AS
WITH party AS (
    SELECT lot, bidder FROM bids
    UNION
    SELECT lot, winner FROM lots WHERE winner <> 0 AND method IN ('singleSourcePlan', 'singleSourcePlanNonPublic')
)
SELECT l.* EXCLUDE (ocid, lot_id), coalesce(party.bidder, 0) AS bidder
FROM lots l LEFT JOIN party USING (lot)
ORDER BY l.lot;

ALTER TABLE lots DROP COLUMN ocid;

ALTER TABLE lots DROP COLUMN lot_id;

-- excluded: 0 counted, 1 not valid, 2 the chain was met before.
CREATE TABLE contracts AS
WITH source AS (
    SELECT c.*, p.kind, p.published_day AS published, (c.signed_day - DATE '1970-01-01')::INTEGER AS signed_on,
           row_number() OVER (PARTITION BY c.root_id ORDER BY c.signed_day DESC NULLS LAST, c.ocid, c.contract_id) AS repetition
    FROM part_contracts c JOIN process p USING (ocid)
)
SELECT source.method_details AS method, m.competitive, category, class, coalesce(b.key, 0) AS buyer, coalesce(s.key, 0) AS winner,
       buyer_region AS region, kind AS process_kind,
       published AS published_day,
       year(DATE '1970-01-01' + published)::INTEGER AS published_year,
       (year(DATE '1970-01-01' + published) * 10 + quarter(DATE '1970-01-01' + published))::INTEGER AS published_quarter,
       (year(DATE '1970-01-01' + published) * 100 + month(DATE '1970-01-01' + published))::INTEGER AS published_month,
       signed_on AS signed_day,
       year(DATE '1970-01-01' + signed_on)::INTEGER AS signed_year,
       (year(DATE '1970-01-01' + signed_on) * 10 + quarter(DATE '1970-01-01' + signed_on))::INTEGER AS signed_quarter,
       (year(DATE '1970-01-01' + signed_on) * 100 + month(DATE '1970-01-01' + signed_on))::INTEGER AS signed_month,
       (CASE WHEN status NOT IN ('pending', 'active', 'complete', 'terminated', 'partiallyComplete', 'cancelled') THEN 1
             WHEN repetition > 1 THEN 2 ELSE 0 END)::TINYINT AS excluded,
       (CASE WHEN value_minor IS NULL THEN 1 WHEN currency <> 'KZT' THEN 2 ELSE 0 END)::TINYINT AS gap,
       CASE WHEN currency = 'KZT' THEN value_minor END AS value
FROM source JOIN method_competitive m ON m.method = source.method_details
LEFT JOIN organisations b ON b.id = source.buyer_id
LEFT JOIN organisations s ON s.id = source.supplier_id
ORDER BY signed_on, root_id, ocid, contract_id;

-- excluded: 0 counted, 1 changed or delegated.
CREATE TABLE plan_points AS
SELECT q.method_details AS method, m.competitive, category, class, coalesce(b.key, 0) AS buyer,
       buyer_region AS region, p.kind AS process_kind,
       nullif(year, 0) AS plan_year, CASE WHEN month = 0 THEN '' ELSE month::VARCHAR END AS plan_month,
       (CASE WHEN status IN ('11', '21', '350', 'changed', 'delegated') THEN 1 ELSE 0 END)::TINYINT AS excluded,
       (CASE WHEN value_minor IS NULL THEN 1 WHEN currency <> 'KZT' THEN 2 ELSE 0 END)::TINYINT AS gap,
       CASE WHEN currency = 'KZT' THEN value_minor END AS value
FROM part_plan_points q JOIN process p USING (ocid) JOIN method_competitive m ON m.method = q.method_details
LEFT JOIN organisations b ON b.id = q.buyer_id
ORDER BY year, root_id, q.ocid;
