-- A skewed world for benchmarks, made out of numbers alone: h(a, b) is a number that
-- looks random, the same in every run. What is made is made anew for each month, out of
-- span: the numbers of its processes.
CREATE TEMP MACRO h(a, b) AS (hash(a * 1000 + b) // 2)::BIGINT;

-- One of n, the first most often: number k with a weight of about 1 / (skew + k).
CREATE TEMP MACRO skewed(number, n, skew) AS floor(skew * (exp((number % 1000003) / 1000003 * ln((n + skew) / skew)) - 1))::BIGINT;

CREATE TEMP MACRO organisation(kind, n) AS 'KZ-BIN-' || kind || lpad(n::VARCHAR, 11, '0');

CREATE TEMP MACRO one(number, codes) AS codes[number % len(codes) + 1];

CREATE TEMP MACRO region_of(n) AS one(n, ['10', '11', '15', '19', '23', '27', '35', '55', '61', '71', '75', '79']);

-- make tenders
SELECT i, 'ocds-kz0000-t' || i AS ocid,
       one(h(i, 1), ['requestForQuotations', 'requestForQuotations', 'requestForQuotations', 'openTender', 'singleSourceUnsuccessful', 'singleSourcePlan', 'requestForQuotations', 'openTender', 'singleSourceUnsuccessful', 'auction']) AS method_details,
       one(h(i, 2), ['goods', 'goods', 'goods', 'services', 'works', 'goods', 'services']) AS category,
       DATE '2016-01-01' + (i * 3650 // getvariable('processes'))::INTEGER AS published_day,
       skewed(h(i, 3), getvariable('buyers'), 8) AS buyer, 1 + h(i, 4) % 5 AS n
FROM span;

-- make world_lots
SELECT t.*, i * 5 + l AS lot, (i * 5 + l)::VARCHAR AS lot_id, (1 + h(i * 5 + l, 5) % 1000000) * 1000 AS value,
       lpad((1 + h(i * 5 + l, 6) % 60)::VARCHAR, 2, '0') AS class
FROM (SELECT *, unnest(range(n)) AS l FROM tenders) t;

-- make world_bids
SELECT l.lot, min(l.ocid) AS ocid, min(l.lot_id) AS lot_id, min(b) AS bid, supplier, min(value) - min(h(l.lot * 7 + b, 7) % 200) * min(value) // 1000 AS price
FROM (SELECT *, unnest(range(h(lot, 8) % 56 // 10)) AS b FROM world_lots) l, LATERAL (SELECT skewed(h(l.lot * 7 + l.b, 9), getvariable('suppliers'), 30) AS supplier)
GROUP BY l.lot, supplier;

-- make counted_lots
SELECT l.*, coalesce(b.bids, 0) AS bids, b.winner, b.price
FROM world_lots l LEFT JOIN (SELECT lot, count(*) AS bids, arg_min(supplier, bid) AS winner, arg_min(price, bid) AS price FROM world_bids GROUP BY lot) b USING (lot);

-- table processes
SELECT ocid, 'tender' AS kind, method_details, category, organisation(1, buyer) AS buyer_id, published_day, published_day AS last_release FROM tenders
UNION ALL SELECT 'ocds-kz0000-p' || i, 'plan', method_details, category, organisation(1, buyer), NULL, published_day FROM tenders;
-- table parties
SELECT ocid, organisation(1, buyer) AS party_id, 'Заказчик ' || buyer AS name, 'Тапсырыс беруші ' || buyer AS name_kk, 'buyer' AS roles, region_of(buyer) AS region FROM tenders;
-- table lots
SELECT ocid, lot_id, 'Закупка ' || lot AS title, one(h(lot, 10), ['complete', 'complete', 'complete', 'unsuccessful', '350', '220', 'complete', 'complete', 'unsuccessful', 'cancelled']) AS status, method_details,
       method_details NOT IN ('singleSourcePlan', 'singleSourceUnsuccessful') AS competitive, category, class, organisation(1, buyer) AS buyer_id, region_of(buyer) AS buyer_region,
       published_day, value AS value_minor, 'KZT' AS currency, bids, bids AS bidders, 1 AS points, 1 AS buyers, winner IS NOT NULL AS awarded,
       CASE WHEN winner IS NULL THEN '' ELSE organisation(2, winner) END AS winner_id, price AS win_minor
FROM counted_lots ORDER BY lot;
-- table lot_points
SELECT ocid, lot_id, '1' AS point_id, lot_id AS plan_root, organisation(1, buyer) AS buyer_id, region_of(buyer) AS buyer_region, class, value AS value_minor, 'KZT' AS currency FROM world_lots;
-- table bids
SELECT ocid, lot_id, bid::VARCHAR AS bid_id, organisation(2, supplier) AS tenderer_id, 'Поставщик ' || supplier AS tenderer_name, region_of(supplier) AS tenderer_region,
       CASE WHEN bid = 0 THEN 'winner' ELSE 'valid' END AS status, price AS value_minor, 'KZT' AS currency
FROM world_bids ORDER BY lot, bid;
-- table contracts
SELECT ocid, lot_id AS contract_id, lot_id AS root_id, 'active' AS status, 'active' AS effective_status, method_details, category, class, organisation(1, buyer) AS buyer_id, region_of(buyer) AS buyer_region,
       CASE WHEN winner IS NULL THEN '' ELSE organisation(2, winner) END AS supplier_id, published_day + 30 AS signed_day, price AS value_minor, 'KZT' AS currency, true AS has_security
FROM counted_lots WHERE h(lot, 11) % 100 < 60 ORDER BY lot;
-- table plan_points
SELECT 'ocds-kz0000-p' || i AS ocid, lot_id AS root_id, '5' AS status, method_details, category, class, organisation(1, buyer) AS buyer_id, region_of(buyer) AS buyer_region,
       year(published_day) AS year, 1 + h(i, 12) % 12 AS month, value AS value_minor, 'KZT' AS currency
FROM world_lots WHERE l = 0;
