-- Calendar levels of a day counted from 1970-01-01, and levels of a class of goods.
CREATE TEMP MACRO days(d) AS (d - DATE '1970-01-01')::INTEGER;

CREATE TEMP MACRO dated(d) AS DATE '1970-01-01' + d;

CREATE TEMP MACRO flagged(b) AS CASE WHEN b IS NULL THEN '' WHEN b THEN 'true' ELSE 'false' END;

-- The dotted KPVED form of a code: 172312.700.000001 is 17.23.12.700.
CREATE TEMP MACRO kpved(code) AS CASE
    WHEN regexp_matches(code, '^[0-9]{6}') THEN code[1:2] || '.' || code[3:4] || '.' || code[5:6] || CASE WHEN length(code) >= 10 AND code[7:7] = '.' THEN code[7:10] ELSE '' END
    ELSE array_to_string(string_split(code, '.')[1:4], '.') END;

CREATE TEMP MACRO level(code, class, n) AS CASE WHEN class IN ('', 'mixed') THEN class WHEN length(kpved(code)) >= n THEN kpved(code)[1:n] ELSE 'mixed' END;

-- A code that says one thing: ENS TRU of now or before, or one of another form.
CREATE TEMP MACRO whole(code, class) AS CASE
    WHEN class = '' THEN code
    WHEN class <> 'mixed' AND length(code) > 12 THEN code
    ELSE 'mixed' END;

-- The column of a method in the form of the Eurasian Economic Commission.
CREATE TEMP MACRO eec(method) AS CASE
    WHEN method = '' THEN ''
    WHEN method = 'openTender' THEN 'open'
    WHEN method = 'twoStageTender' THEN 'twoStage'
    WHEN method = 'prequalificationTender' THEN 'prequalification'
    WHEN method = 'auction' THEN 'auction'
    WHEN method = 'requestForQuotations' THEN 'quotations'
    WHEN method = 'commodityExchange' THEN 'exchange'
    WHEN method IN ('singleSourcePlan', 'singleSourceUnsuccessful') THEN 'singleSource'
    ELSE 'other' END;

-- Organisations get numbers in the order of their ids, so that a number is as
-- good a tie-breaker as the id. 0 is blank. The name is that of the newest
-- release which gives one, the parent that of the newest which states one.
CREATE TABLE organisations AS
WITH told AS (
    SELECT ocid, party_id AS id, name AS name_ru, name_kk FROM part_parties
    UNION ALL SELECT ocid, parent_id, parent_name, '' FROM part_parties
    UNION ALL SELECT ocid, buyer_id, buyer_name, buyer_name_kk FROM part_lots
    UNION ALL SELECT ocid, winner_id, winner_name, '' FROM part_lots
    UNION ALL SELECT ocid, buyer_id, buyer_name, buyer_name_kk FROM part_lot_points
    UNION ALL SELECT ocid, tenderer_id, tenderer_name, '' FROM part_bids
    UNION ALL SELECT ocid, supplier_id, supplier_name, '' FROM part_awards
    UNION ALL SELECT ocid, buyer_id, buyer_name, buyer_name_kk FROM part_contracts
    UNION ALL SELECT ocid, supplier_id, supplier_name, '' FROM part_contracts
    UNION ALL SELECT ocid, buyer_id, buyer_name, buyer_name_kk FROM part_plan_points
    UNION ALL SELECT ocid, author_id, author, '' FROM part_enquiries
    UNION ALL SELECT ocid, complainant_id, complainant, '' FROM part_complaints
    UNION ALL SELECT ocid, review_body_id, '', '' FROM part_complaints
    UNION ALL SELECT ocid, buyer_id, '', '' FROM part_complaints
    UNION ALL SELECT ocid, buyer_id, '', '' FROM part_processes
), seen AS (
    SELECT id, name_ru, name_kk, last_release FROM told JOIN part_processes USING (ocid)
), named AS (
    SELECT id, name_ru, name_kk, max(last_release) AS newest FROM seen WHERE id <> '' GROUP BY ALL
), ru AS (
    SELECT DISTINCT ON (id) id, name_ru FROM named WHERE name_ru <> '' ORDER BY id, newest DESC, name_ru
), kk AS (
    SELECT DISTINCT ON (id) id, name_kk FROM named WHERE name_kk <> '' ORDER BY id, newest DESC, name_kk
), numbered AS (
    SELECT row_number() OVER (ORDER BY id)::INTEGER AS key, id,
           coalesce(ru.name_ru, '') AS name_ru, coalesce(kk.name_kk, '') AS name_kk
    FROM (SELECT DISTINCT id FROM named) LEFT JOIN ru USING (id) LEFT JOIN kk USING (id)
), parents AS (
    SELECT DISTINCT ON (party_id) party_id AS id, parent_id
    FROM part_parties JOIN part_processes USING (ocid) WHERE parent_id <> '' ORDER BY party_id, last_release DESC, parent_id
)
SELECT o.key, o.id, o.name_ru, o.name_kk, coalesce(u.key, 0) AS parent
FROM numbered o LEFT JOIN parents ON parents.id = o.id LEFT JOIN numbered u ON u.id = parents.parent_id
ORDER BY o.id;

-- Names that the data give to codes, by the field that shows them.
CREATE TABLE names AS
WITH seen AS (
    SELECT 'item' AS field, item AS id, item_name AS ru, item_name_kk AS kk FROM part_lot_points
    UNION ALL SELECT 'item', item, item_name, item_name_kk FROM part_contract_items
    UNION ALL SELECT 'item', item, item_name, item_name_kk FROM part_plan_points
    UNION ALL SELECT 'programme', programme, programme_name, '' FROM part_plan_budget_lines
    UNION ALL SELECT 'specification', specification, specification_name, '' FROM part_plan_budget_lines
)
SELECT field, id, coalesce(min(ru) FILTER (ru <> ''), '') AS name_ru, coalesce(min(kk) FILTER (kk <> ''), '') AS name_kk
FROM seen WHERE id <> '' AND (ru <> '' OR kk <> '') GROUP BY field, id ORDER BY field, id;

-- The newest release of each process, by which two snapshots are compared.
CREATE TABLE releases AS SELECT ocid, last_release FROM part_processes ORDER BY ocid;

-- What things are called, for lists of rows: id is "" for the process itself.
CREATE TABLE titles AS
SELECT 'process' AS kind, ocid, '' AS id, title AS title_ru, title_kk FROM part_processes WHERE title <> '' OR title_kk <> ''
UNION ALL SELECT 'lot', ocid, lot_id, title, title_kk FROM part_lots
UNION ALL SELECT 'contract', ocid, root_id, coalesce(nullif(title, ''), number), '' FROM part_contracts
UNION ALL SELECT 'process', ocid, '', title, title_kk FROM part_plan_points;

CREATE TEMP TABLE plan_ground AS
SELECT root_id, min(rationale) AS rationale FROM part_plan_points WHERE rationale <> '' GROUP BY root_id HAVING min(rationale) = max(rationale);

CREATE TEMP TABLE process AS
SELECT row_number() OVER (ORDER BY ocid)::INTEGER AS process, ocid, kind, days(published_day) AS published_day, quasi_public,
       status_details AS tender_status, prior_ocid <> '' AS repeated, centralised, method_details, m.competitive, category, buyer_id,
       coalesce((SELECT max(region) FROM part_parties b WHERE b.ocid = p.ocid AND b.party_id = p.buyer_id), '') AS buyer_region,
       CASE WHEN tender_start IS NOT NULL AND tender_end IS NOT NULL THEN epoch_us(tender_end) - epoch_us(tender_start) END AS bidding_us,
       CASE WHEN enquiry_start IS NOT NULL AND enquiry_end IS NOT NULL THEN epoch_us(enquiry_end) - epoch_us(enquiry_start) END AS enquiry_us,
       CASE WHEN tender_end IS NOT NULL AND results IS NOT NULL THEN epoch_us(results) - epoch_us(tender_end) END AS awarding_us,
       CASE WHEN published IS NOT NULL AND results IS NOT NULL THEN epoch_us(results) - epoch_us(published) END AS procedure_us,
       tender_end, last_release
FROM part_processes p JOIN method_competitive m ON m.method = p.method_details;

-- Shares of the buyers in lots of several buyers, by the points that state a
-- value in the lot's currency.
CREATE TEMP TABLE point_shares AS
SELECT p.ocid, p.lot_id, p.buyer_id, max(p.buyer_region) AS buyer_region,
       coalesce(sum(p.value_minor) FILTER (p.currency = l.currency), 0)::BIGINT AS value
FROM part_lot_points p JOIN part_lots l USING (ocid, lot_id)
WHERE l.buyers > 1 GROUP BY p.ocid, p.lot_id, p.buyer_id;

-- The row of a lot that stands for it: of its own buyer, or, when that buyer has
-- no share and nothing is left for it, of the first one with a share. What the
-- points do not state of the lot's value belongs to it.
CREATE TEMP TABLE lot_shares AS
WITH totals AS (
    SELECT l.ocid, l.lot_id, l.buyer_id AS own, l.value_minor - coalesce(sum(s.value), 0)::BIGINT AS rest,
           bool_or(coalesce(s.buyer_id = l.buyer_id, false)) AS has_own, min(s.buyer_id) AS least
    FROM part_lots l JOIN point_shares s USING (ocid, lot_id) GROUP BY l.ocid, l.lot_id, l.buyer_id, l.value_minor
), leads AS (
    SELECT *, CASE WHEN has_own OR coalesce(rest, 0) <> 0 THEN own ELSE least END AS lead_buyer FROM totals
)
SELECT *, row_number() OVER (PARTITION BY ocid, lot_id ORDER BY buyer_id) AS place FROM (
    SELECT s.ocid, s.lot_id, s.buyer_id, s.buyer_region, s.buyer_id = t.lead_buyer AS lead,
           s.value + CASE WHEN s.buyer_id = t.lead_buyer THEN coalesce(t.rest, 0) ELSE 0 END AS value
    FROM point_shares s JOIN leads t USING (ocid, lot_id)
    UNION ALL
    SELECT t.ocid, t.lot_id, t.own, l.buyer_region, true, t.rest
    FROM leads t JOIN part_lots l USING (ocid, lot_id)
    WHERE NOT t.has_own AND t.lead_buyer = t.own AND t.own NOT IN (SELECT s.buyer_id FROM point_shares s WHERE s.ocid = t.ocid AND s.lot_id = t.lot_id)
);

CREATE TEMP TABLE lot_facts AS
SELECT ocid, lot_id,
       bool_or(tenderer_country NOT IN ('', 'KZ')) AS foreign_bidder,
       bool_or(tenderer_country NOT IN ('', 'KZ') AND status = 'disqualified') AS foreign_rejected
FROM part_bids GROUP BY ocid, lot_id;

CREATE TEMP TABLE lot_ground AS
SELECT p.ocid, p.lot_id, min(g.rationale) AS rationale
FROM part_lot_points p JOIN plan_ground g ON g.root_id = p.plan_root
GROUP BY p.ocid, p.lot_id HAVING min(g.rationale) = max(g.rationale);

-- The star around the lot: a row for each buyer with a share in it. lead marks the
-- one row that stands for the lot. gap says why a lot is not in the sums of value:
-- 0 it is, 1 no value, 2 another currency. reduction_gap is null outside the
-- competitive lots with a winner; within: 0 counted, 1 no value, 2 another
-- currency, 3 counted as 0 because the winner asked for more than the value.
--
-- row counts the rows in their order, lot is the number of the first row of the
-- lot: the rows of a lot stand together.
--
-- Rows with is_lot = false carry what belongs to no known lot: a tender without
-- lots and bids (so that it is a procedure), and bids for a lot that the source
-- does not give (so that they are bids). Their lot fields are blank.
CREATE TABLE lots AS
WITH lotless AS (
    SELECT DISTINCT ocid, lot_id FROM part_bids ANTI JOIN part_lots USING (ocid, lot_id)
    UNION
    SELECT ocid, '' FROM part_processes
    WHERE kind = 'tender' AND ocid NOT IN (SELECT ocid FROM part_lots) AND ocid NOT IN (SELECT ocid FROM part_bids)
), source AS (
    SELECT l.ocid, l.lot_id, true AS is_lot, l.method_details AS method, l.status AS lot_status, l.category, l.class, l.item AS code,
           coalesce(s.buyer_id, l.buyer_id) AS buyer_id, l.winner_id, coalesce(s.buyer_region, l.buyer_region) AS region, CASE WHEN l.competitive THEN 'true' ELSE 'false' END AS competitive,
           days(l.published_day) AS published_day, days(l.awarded_day) AS awarded_day,
           l.value_minor AS lot_value, coalesce(s.value, l.value_minor) AS share, l.win_minor, l.min_minor, l.currency, l.awarded, coalesce(s.lead, true) AS lead,
           l.planned_method, coalesce(nullif(l.rationale, 'previousUnsuccessful'), '') AS stated_ground, l.rationale AS lot_rationale, l.centralised, l.reserved, l.anti_dumping,
           l.deliver_region, l.winner_region, l.winner_country, l.bids, l.bidders, coalesce(s.place, 1) AS place, coalesce(f.foreign_bidder, false) AS foreign_bidder,
           coalesce(f.foreign_rejected, false) AS foreign_rejected
    FROM part_lots l LEFT JOIN lot_shares s USING (ocid, lot_id) LEFT JOIN lot_facts f USING (ocid, lot_id)
    UNION ALL
    SELECT p.ocid, x.lot_id, false, p.method_details, '', p.category, '', '',
           p.buyer_id, '', p.buyer_region, p.competitive,
           p.published_day, NULL,
           NULL, NULL, NULL, NULL, '', false, true,
           '', '', '', p.centralised, NULL, NULL,
           '', '', '', 0, 0, 1, false, false
    FROM lotless x JOIN process p USING (ocid)
), valued AS (
    SELECT source.*, p.process, p.kind AS process_kind, p.quasi_public, p.tender_status, p.repeated,
           p.bidding_us, p.enquiry_us, p.awarding_us, p.procedure_us,
           coalesce(b.key, 0) AS buyer, coalesce(b.parent, 0) AS buyer_parent, coalesce(w.key, 0) AS winner,
           CASE WHEN lot_value IS NULL THEN 1 WHEN currency <> getvariable('money') THEN 2 ELSE 0 END AS gap,
           CASE WHEN source.competitive <> 'false' OR NOT is_lot THEN '' WHEN stated_ground <> '' THEN stated_ground ELSE coalesce(g.rationale, lot_rationale) END AS rationale
    FROM source JOIN process p USING (ocid)
    LEFT JOIN lot_ground g USING (ocid, lot_id)
    LEFT JOIN organisations b ON b.id = source.buyer_id
    LEFT JOIN organisations w ON w.id = source.winner_id
), competing AS (
    SELECT DISTINCT buyer_id AS competing_id FROM source WHERE competitive = 'true' AND is_lot
), reduced AS (
    SELECT *, CASE WHEN NOT is_lot OR NOT lead OR competitive <> 'true' OR winner = 0 THEN NULL
                   WHEN lot_value IS NULL OR win_minor IS NULL THEN 1
                   WHEN currency <> getvariable('money') THEN 2
                   WHEN win_minor > lot_value THEN 3
                   ELSE 0 END AS reduction_gap,
              competing_id IS NOT NULL AS buyer_competes
    FROM valued LEFT JOIN competing ON competing_id = buyer_id
), sorted AS (
SELECT ocid, lot_id, place, process, is_lot, lead,
       method, competitive, lot_status, category, class, level(code, class, 5) AS subclass, level(code, class, 8) AS item_group,
       level(code, class, 12) AS item_kind, whole(code, class) AS item,
       buyer, buyer_parent, winner, region, process_kind, rationale, eec(method) AS eec_method,
       flagged(quasi_public) AS quasi_public, flagged(centralised) AS centralised, flagged(reserved) AS reserved, flagged(anti_dumping) AS anti_dumping,
       flagged(repeated) AS repeated, tender_status, planned_method, deliver_region, winner_region, winner_country,
       CASE WHEN NOT is_lot THEN '' WHEN bids > 10 THEN '11' WHEN bids > 5 THEN '6' WHEN bids > 3 THEN '4' ELSE bids::VARCHAR END AS bids_band,
       flagged(foreign_bidder) AS foreign_bidder, flagged(winner_country NOT IN ('', 'KZ')) AS foreign_winner, flagged(foreign_rejected) AS foreign_rejected,
       CASE WHEN buyer = 0 THEN '' ELSE flagged(NOT buyer_competes) END AS buyer_only_direct,
       @calendar(published, published_day), @calendar(awarded, awarded_day),
       CASE gap WHEN 0 THEN share END AS value, CASE WHEN gap = 0 THEN lot_value END AS lot_value, gap::TINYINT AS gap, awarded,
       bids, bidders, bidding_us, enquiry_us, awarding_us, procedure_us,
       CASE WHEN reduction_gap IN (0, 3) THEN greatest(lot_value - win_minor, 0) END AS reduction,
       CASE WHEN reduction_gap IN (0, 3) THEN lot_value END AS reduction_base,
       CASE WHEN reduction_gap IN (0, 3) THEN greatest(win_minor - lot_value, 0) END AS increase,
       CASE WHEN reduction_gap IN (0, 3) AND min_minor > 0 THEN greatest(lot_value - win_minor, 0) END AS threshold_reduction,
       CASE WHEN reduction_gap IN (0, 3) AND min_minor > 0 THEN greatest(least(min_minor, lot_value) - win_minor, 0) END AS margin,
       CASE WHEN reduction_gap IN (0, 3) AND min_minor > 0 THEN min_minor - win_minor END AS margin_signed,
       reduction_gap::TINYINT AS reduction_gap
FROM reduced
ORDER BY reduced.published_day, ocid, lot_id, buyer_id
)
SELECT row_number() OVER ()::INTEGER AS row, (row_number() OVER () + 1 - place)::INTEGER AS lot, * EXCLUDE (place) FROM sorted;

-- What a row below a lot takes from it: everything but what is counted there.
CREATE TEMP VIEW lot_frame AS
SELECT * EXCLUDE (row, value, reduction, reduction_base, increase, threshold_reduction, margin, margin_signed, reduction_gap, bids, bidders,
                  bidding_us, enquiry_us, awarding_us, procedure_us, gap)
FROM lots WHERE lead;

CREATE TEMP TABLE lot_ids AS SELECT ocid, lot_id, lot, competitive = 'true' AND is_lot AS competes FROM lots WHERE lead;

-- The bids with the number of their lot. Lots are wide: the tables below them read
-- lots in order and look up what belongs to them, so that neither is sorted again.
CREATE TEMP TABLE lot_bids AS
WITH found AS (
    SELECT l.lot, l.competes, b.* FROM part_bids b JOIN lot_ids l USING (ocid, lot_id)
), competing AS (
    SELECT DISTINCT tenderer_id AS competing_id FROM found WHERE tenderer_id <> '' AND competes
)
SELECT b.lot, b.bid_id, coalesce(o.key, 0) AS bidder, b.tenderer_region AS bidder_region, b.tenderer_country AS bidder_country,
       CASE WHEN b.tenderer_id = '' THEN '' ELSE flagged(competing_id IS NULL) END AS bidder_only_direct,
       b.status AS bid_status, b.prequalified, flagged(b.blacklisted) AS bidder_blacklisted, b.score,
       (CASE WHEN b.value_minor IS NULL THEN 1 WHEN b.currency <> getvariable('money') THEN 2 ELSE 0 END)::TINYINT AS gap,
       CASE WHEN b.currency = getvariable('money') THEN b.value_minor END AS value, CASE WHEN b.currency = getvariable('money') THEN b.adjustment_minor END AS adjustment
FROM found b LEFT JOIN organisations o ON o.id = b.tenderer_id LEFT JOIN competing ON competing_id = b.tenderer_id;

-- Who takes part in a lot: those who bid, and the supplier of a lot by direct
-- contract.
CREATE TEMP TABLE lot_bidders AS
WITH bidders AS (
    SELECT lot, bidder, max(bidder_region) AS bidder_region, max(bidder_country) AS bidder_country, max(bidder_only_direct) AS bidder_only_direct
    FROM lot_bids GROUP BY lot, bidder
), suppliers AS (
    SELECT lot, winner AS bidder, winner_region, winner_country FROM lots
    WHERE lead AND winner <> 0 AND method IN ('singleSourcePlan', 'singleSourcePlanNonPublic')
)
SELECT * FROM bidders
UNION ALL
SELECT lot, bidder, winner_region, winner_country,
       flagged(bidder NOT IN (SELECT b.bidder FROM lot_bids b JOIN lot_ids USING (lot) WHERE competes))
FROM suppliers ANTI JOIN bidders USING (lot, bidder);

SET disabled_optimizers = 'join_order,build_side_probe_side';

-- One row per bid in a lot.
CREATE TABLE bids AS SELECT l.*, b.* EXCLUDE (lot) FROM lot_frame l JOIN lot_bids b ON b.lot = l.lot;

-- One row per lot, buyer and bidder. A lot without any bidder has one blank row.
CREATE TABLE participations AS
SELECT l.*, coalesce(b.bidder, 0) AS bidder, coalesce(b.bidder_region, '') AS bidder_region,
       coalesce(b.bidder_country, '') AS bidder_country, coalesce(b.bidder_only_direct, '') AS bidder_only_direct
FROM lots l LEFT JOIN lot_bidders b ON b.lot = l.lot;

RESET disabled_optimizers;

CREATE TABLE rejections AS
SELECT b.* EXCLUDE (score, gap, value, adjustment), r.reason_id, r.kind AS rejection_kind, r.reason AS rejection_reason
FROM part_bid_rejections r JOIN bids b ON b.ocid = r.ocid AND b.lot_id = r.lot_id AND b.bid_id = r.bid_id
ORDER BY b.lot;

CREATE TABLE criteria AS
SELECT b.* EXCLUDE (score, gap, value, adjustment), c.evaluation_id, c.criterion_id, c.criterion, c.pseudo, c.score,
       (CASE WHEN c.adjustment_minor IS NULL THEN 1 WHEN c.currency <> getvariable('money') THEN 2 ELSE 0 END)::TINYINT AS gap,
       CASE WHEN c.currency = getvariable('money') THEN c.adjustment_minor END AS value
FROM part_criteria c JOIN bids b ON b.ocid = c.ocid AND b.lot_id = c.lot_id AND b.bid_id = c.bid_id
ORDER BY b.lot;

CREATE TABLE awards AS
SELECT l.*, a.award_id, dense_rank() OVER (ORDER BY a.ocid, a.award_id)::INTEGER AS award, coalesce(o.key, 0) AS award_supplier,
       CASE WHEN a.place = 0 THEN '' ELSE a.place::VARCHAR END AS award_place, a.wins
FROM part_awards a JOIN lot_frame l ON l.ocid = a.ocid AND l.lot_id = a.lot_id
LEFT JOIN organisations o ON o.id = a.supplier_id
ORDER BY l.lot;

-- What a row about a whole procedure says of it.
CREATE TEMP TABLE procedures AS
WITH class_of AS (
    SELECT ocid, CASE WHEN min(class) = max(class) THEN min(class) ELSE 'mixed' END AS class,
           CASE WHEN min(item) = max(item) THEN min(item) ELSE '' END AS code
    FROM part_lots WHERE class <> '' GROUP BY ocid
)
SELECT p.process, p.ocid, p.method_details AS method, p.competitive, p.category, coalesce(c.class, '') AS class, coalesce(c.code, '') AS code,
       coalesce(o.key, 0) AS buyer, coalesce(o.parent, 0) AS buyer_parent, p.buyer_region AS region, p.kind AS process_kind,
       flagged(p.quasi_public) AS quasi_public, flagged(p.centralised) AS centralised, p.tender_status, @calendar(published, p.published_day)
FROM process p LEFT JOIN class_of c USING (ocid) LEFT JOIN organisations o ON o.id = p.buyer_id;

CREATE TABLE enquiries AS
SELECT p.* EXCLUDE (code), e.enquiry_id, level(p.code, p.class, 5) AS subclass, level(p.code, p.class, 8) AS item_group, level(p.code, p.class, 12) AS item_kind,
       whole(p.code, p.class) AS item, e.type AS enquiry_type, e.answer_type, flagged(e.has_answer) AS answered, coalesce(o.key, 0) AS enquirer,
       e.has_answer, epoch_us(e.answered) - epoch_us(e.asked) AS answer_us, @calendar(asked, days(e.asked_day))
FROM part_enquiries e JOIN procedures p USING (ocid)
LEFT JOIN organisations o ON o.id = e.author_id
ORDER BY p.process;

CREATE TABLE complaints AS
SELECT p.* EXCLUDE (code, class, buyer, buyer_parent), c.complaint_id, c.class, level(c.item, c.class, 5) AS subclass, level(c.item, c.class, 8) AS item_group,
       level(c.item, c.class, 12) AS item_kind, whole(c.item, c.class) AS item, coalesce(b.key, 0) AS buyer, coalesce(b.parent, 0) AS buyer_parent,
       dense_rank() OVER (ORDER BY c.ocid, c.complaint_id)::INTEGER AS complaint,
       c.status AS complaint_status, coalesce(g.ground, '') AS complaint_ground, coalesce(o.key, 0) AS complainant, coalesce(r.key, 0) AS review_body,
       epoch_us(c.reviewed) - epoch_us(c.received) AS start_us, epoch_us(c.resolved) - epoch_us(c.reviewed) AS decision_us,
       epoch_us(c.resolved) - epoch_us(c.received) AS whole_us, c.resolved IS NOT NULL AS resolved, @calendar(received, days(c.received_day))
FROM part_complaints c JOIN procedures p USING (ocid)
LEFT JOIN part_complaint_grounds g USING (ocid, complaint_id)
LEFT JOIN organisations o ON o.id = c.complainant_id LEFT JOIN organisations r ON r.id = c.review_body_id LEFT JOIN organisations b ON b.id = c.buyer_id
ORDER BY p.process;

-- excluded: 0 counted, 1 not valid, 2 the chain was met before. paid is what was
-- paid in tenge: the payments, else what the contract states.
CREATE TABLE contracts AS
WITH paid AS (
    SELECT ocid, root_id, count(*) AS payments, count(value_minor) FILTER (currency = getvariable('money')) AS tenge_payments, sum(value_minor) FILTER (currency = getvariable('money')) AS value
    FROM part_payments GROUP BY ocid, root_id
), agreed AS (
    SELECT ocid, root_id, count(*) FILTER (agreement) AS agreements FROM part_contract_versions GROUP BY ocid, root_id
), source AS (
    SELECT c.*, p.process, p.kind, p.published_day, p.quasi_public, days(c.signed_day) AS signed_on,
           row_number() OVER (PARTITION BY c.root_id ORDER BY c.signed_day DESC NULLS LAST, c.ocid, c.contract_id) AS repetition
    FROM part_contracts c JOIN process p USING (ocid)
)
SELECT row_number() OVER (ORDER BY signed_on, c.root_id, c.ocid, c.contract_id)::INTEGER AS contract, c.ocid, c.root_id, process,
       method_details AS method, m.competitive, category, class, level(item, class, 5) AS subclass, level(item, class, 8) AS item_group,
       level(item, class, 12) AS item_kind, whole(item, class) AS item, coalesce(b.key, 0) AS buyer, coalesce(b.parent, 0) AS buyer_parent,
       coalesce(s.key, 0) AS winner, c.supplier_region AS winner_region, c.supplier_country AS winner_country,
       buyer_region AS region, kind AS process_kind, rationale, eec(method_details) AS eec_method, flagged(c.quasi_public) AS quasi_public,
       effective_status AS contract_status, flagged(multi_annual) AS multi_annual, flagged(treasury) AS treasury, flagged(direct) AS direct,
       flagged(t.small) AS small_supplier, flagged(c.blacklisted) AS supplier_blacklisted, funding_source, nullif(budget_year, 0) AS budget_year,
       @calendar(published, published_day), @calendar(signed, signed_on),
       (CASE WHEN status NOT IN ('pending', 'active', 'complete', 'terminated', 'partiallyComplete', 'cancelled') THEN 1
             WHEN repetition > 1 THEN 2 ELSE 0 END)::TINYINT AS excluded, status = 'cancelled' AS cancelled, has_security,
       (CASE WHEN value_minor IS NULL THEN 1 WHEN currency <> getvariable('money') THEN 2 ELSE 0 END)::TINYINT AS gap,
       CASE WHEN currency = getvariable('money') THEN value_minor END AS value, CASE WHEN currency = getvariable('money') THEN value_minor END AS contract_value,
       CASE WHEN guarantee IS NOT NULL AND currency = getvariable('money') THEN (2 * value_minor::HUGEINT * guarantee + 1000000) // 2000000 END AS guarantee,
       coalesce(paid.payments, 0)::BIGINT AS payments, coalesce(paid.tenge_payments, 0)::BIGINT AS tenge_payments, paid.value::BIGINT AS transacted,
       CASE WHEN coalesce(paid.payments, 0) > 0 THEN paid.value WHEN currency = getvariable('money') THEN paid_minor END::BIGINT AS paid,
       coalesce(agreed.agreements, 0)::BIGINT AS agreements
FROM source c JOIN method_competitive m ON m.method = c.method_details
LEFT JOIN paid ON paid.ocid = c.ocid AND paid.root_id = c.root_id LEFT JOIN agreed ON agreed.ocid = c.ocid AND agreed.root_id = c.root_id
LEFT JOIN organisations b ON b.id = c.buyer_id LEFT JOIN organisations s ON s.id = c.supplier_id
LEFT JOIN part_parties t ON t.ocid = c.ocid AND t.party_id = c.supplier_id
ORDER BY signed_on, c.root_id, c.ocid, c.contract_id;

CREATE TEMP VIEW contract_frame AS
SELECT * EXCLUDE (value, gap, guarantee, payments, tenge_payments, transacted, paid, agreements) FROM contracts
QUALIFY row_number() OVER (PARTITION BY ocid, root_id ORDER BY contract) = 1;

CREATE TABLE contract_items AS
SELECT c.* EXCLUDE (category, class, subclass, item_group, item_kind, item), i.item_id, i.category, i.class, level(i.item, i.class, 5) AS subclass,
       level(i.item, i.class, 8) AS item_group, level(i.item, i.class, 12) AS item_kind, whole(i.item, i.class) AS item, i.origin,
       (CASE WHEN i.value_minor IS NULL THEN 1 WHEN i.currency <> getvariable('money') THEN 2 ELSE 0 END)::TINYINT AS gap,
       CASE WHEN i.currency = getvariable('money') THEN i.value_minor END AS value
FROM part_contract_items i JOIN contract_frame c USING (ocid, root_id) ORDER BY c.contract;

CREATE TABLE agreements AS
SELECT c.*, v.version_id, dense_rank() OVER (ORDER BY v.ocid, v.root_id, v.version_id)::INTEGER AS agreement,
       coalesce(g.ground_id, '') AS ground_id, coalesce(nullif(g.ground, ''), g.ground_id, '') AS agreement_ground, @calendar(agreed, days(v.signed_day)),
       (CASE WHEN v.value_minor IS NULL THEN 1 WHEN v.currency <> getvariable('money') THEN 2 ELSE 0 END)::TINYINT AS gap,
       CASE WHEN v.currency = getvariable('money') THEN v.value_minor END AS value
FROM part_contract_versions v JOIN contract_frame c USING (ocid, root_id)
LEFT JOIN part_contract_grounds g ON g.ocid = v.ocid AND g.root_id = v.root_id AND g.version_id = v.version_id
WHERE v.agreement ORDER BY c.contract;

CREATE TABLE payments AS
SELECT c.*, y.payment_id, @calendar(paid, days(y.paid_day)),
       (CASE WHEN y.value_minor IS NULL THEN 1 WHEN y.currency <> getvariable('money') THEN 2 ELSE 0 END)::TINYINT AS gap,
       CASE WHEN y.currency = getvariable('money') THEN y.value_minor END AS value
FROM part_payments y JOIN contract_frame c USING (ocid, root_id) ORDER BY c.contract;

-- excluded: 0 counted, 1 changed or delegated.
CREATE TABLE plan_points AS
SELECT row_number() OVER (ORDER BY year, root_id, q.ocid)::INTEGER AS point, q.ocid, root_id,
       q.method_details AS method, m.competitive, q.category, class, level(item, class, 5) AS subclass, level(item, class, 8) AS item_group,
       level(item, class, 12) AS item_kind, whole(item, class) AS item, coalesce(b.key, 0) AS buyer, coalesce(b.parent, 0) AS buyer_parent,
       q.buyer_region AS region, p.kind AS process_kind, rationale, flagged(p.quasi_public) AS quasi_public,
       nullif(year, 0) AS plan_year, CASE WHEN month = 0 THEN '' ELSE month::VARCHAR END AS plan_month, q.status AS plan_status, point_type,
       funding_source, budget_type, administrator, flagged(preliminary) AS preliminary, flagged(reserved) AS reserved,
       CASE WHEN length(deliver_kato) >= 2 THEN deliver_kato[1:2] ELSE '' END AS deliver_region,
       (CASE WHEN q.status IN ('11', '21', '350', 'changed', 'delegated') THEN 1 ELSE 0 END)::TINYINT AS excluded,
       (CASE WHEN value_minor IS NULL THEN 1 WHEN currency <> getvariable('money') THEN 2 ELSE 0 END)::TINYINT AS gap,
       CASE WHEN currency = getvariable('money') THEN value_minor END AS value, CASE WHEN currency = getvariable('money') THEN value_minor END AS plan_value,
       CASE WHEN currency = getvariable('money') THEN estimate_minor END AS estimate, CASE WHEN currency = getvariable('money') THEN budget_minor END AS budget
FROM part_plan_points q JOIN process p USING (ocid) JOIN method_competitive m ON m.method = q.method_details
LEFT JOIN organisations b ON b.id = q.buyer_id
ORDER BY year, root_id, q.ocid;

CREATE TABLE budget_lines AS
SELECT q.* EXCLUDE (administrator, value, gap, estimate, budget), l.line, l.administrator, l.programme, l.subprogramme, l.specification,
       (CASE WHEN l.value_minor IS NULL THEN 1 WHEN l.currency <> getvariable('money') THEN 2 ELSE 0 END)::TINYINT AS gap,
       CASE WHEN l.currency = getvariable('money') THEN l.value_minor END AS value
FROM part_plan_budget_lines l JOIN plan_points q ON q.ocid = l.ocid AND q.root_id = l.root_id
ORDER BY q.point;

-- Plan and fact. A row is a plan point with what became of it, or something that
-- was bought without one: the share of a lot, or a contract.
CREATE TABLE plan_fact AS
WITH points AS (
    SELECT DISTINCT ON (root_id) * FROM plan_points WHERE excluded = 0 ORDER BY root_id, point
), lot_links AS (
    SELECT p.ocid, p.lot_id, p.point_id, p.plan_root, l.method, l.competitive, l.category, p.class, p.item AS code, coalesce(o.key, 0) AS buyer, coalesce(o.parent, 0) AS buyer_parent,
           p.buyer_region AS region, l.process_kind, l.quasi_public, l.published_year, CASE WHEN p.currency = getvariable('money') THEN p.value_minor END AS value
    FROM part_lot_points p JOIN lot_frame l ON l.ocid = p.ocid AND l.lot_id = p.lot_id AND l.is_lot
    LEFT JOIN organisations o ON o.id = p.buyer_id
    WHERE l.lot_status NOT IN ('unsuccessful', 'cancelled', 'withdrawn')
), roots AS (
    SELECT ocid, root_id, CASE WHEN min(plan_root) = max(plan_root) THEN min(plan_root) ELSE '' END AS plan_root
    FROM part_contract_items GROUP BY ocid, root_id
), contract_links AS (
    SELECT c.*, coalesce(r.plan_root, '') AS plan_root FROM contracts c LEFT JOIN roots r USING (ocid, root_id)
    WHERE c.excluded = 0 AND NOT c.cancelled
), of_lots AS (
    SELECT plan_root, count(*) AS n, sum(value)::BIGINT AS value FROM lot_links WHERE plan_root <> '' GROUP BY plan_root
), of_contracts AS (
    SELECT plan_root, count(*) AS n, sum(value)::BIGINT AS value, sum(paid)::BIGINT AS paid FROM contract_links WHERE plan_root <> '' GROUP BY plan_root
)
SELECT q.ocid, q.root_id AS subject, '' AS part, q.method, q.competitive, q.category, q.class, q.subclass, q.item_group, q.item_kind, q.item, q.buyer, q.buyer_parent,
       q.region, q.process_kind, q.quasi_public, q.plan_year,
       CASE WHEN c.paid > 0 THEN 'paid' WHEN c.n > 0 THEN 'contract' WHEN l.n > 0 THEN 'lot' ELSE 'planned' END AS chain,
       coalesce(q.value, 0) AS planned, coalesce(l.value, 0) AS lots, coalesce(c.value, 0) AS contracts, coalesce(c.paid, 0) AS payments
FROM points q LEFT JOIN of_lots l ON l.plan_root = q.root_id LEFT JOIN of_contracts c ON c.plan_root = q.root_id
UNION ALL
SELECT ocid, lot_id, point_id, method, competitive, category, class, level(code, class, 5), level(code, class, 8), level(code, class, 12), whole(code, class), buyer,
       buyer_parent, region, process_kind, quasi_public, published_year, 'lotWithoutPlan', 0, coalesce(value, 0), 0, 0
FROM lot_links WHERE plan_root NOT IN (SELECT root_id FROM points)
UNION ALL
SELECT ocid, root_id, '', method, competitive, category, class, subclass, item_group, item_kind, item, buyer, buyer_parent, region, process_kind, quasi_public, signed_year,
       'contractWithoutPlan', 0, 0, coalesce(value, 0), coalesce(paid, 0)
FROM contract_links WHERE plan_root NOT IN (SELECT root_id FROM points);

CREATE TABLE parties AS
SELECT r.ocid, coalesce(o.key, 0) AS organisation, r.role, t.region AS party_region, t.country AS party_country, t.type AS party_type, t.legal_form,
       t.size AS party_size, t.sector AS party_sector, coalesce(o.parent, 0) AS parent,
       p.method, p.competitive, p.buyer, p.region, p.process_kind, p.published_year, p.published_quarter, p.published_month, p.published_week, p.published_day
FROM part_party_roles r JOIN part_parties t USING (ocid, party_id) JOIN procedures p USING (ocid)
LEFT JOIN organisations o ON o.id = r.party_id;

-- An entry is told in every process of its party: it counts once, as the newest
-- release has it. The state is that on the day of the newest release of all.
CREATE TABLE blacklist AS
WITH today AS (SELECT days(CAST(max(last_release) AS DATE)) AS day FROM part_processes),
entries AS (
    SELECT DISTINCT ON (b.party_id, b.entry_id) b.*, t.region, t.country, t.type, t.legal_form, t.size, t.sector, p.kind
    FROM part_blacklist b JOIN process p USING (ocid) LEFT JOIN part_parties t USING (ocid, party_id)
    ORDER BY b.party_id, b.entry_id, p.last_release DESC, b.ocid
)
SELECT e.ocid, e.party_id, e.entry_id, coalesce(o.key, 0) AS organisation, coalesce(o.parent, 0) AS parent, coalesce(e.region, '') AS party_region, coalesce(e.country, '') AS party_country,
       coalesce(e.type, '') AS party_type, coalesce(e.legal_form, '') AS legal_form, coalesce(e.size, '') AS party_size, coalesce(e.sector, '') AS party_sector,
       e.kind AS process_kind, coalesce(nullif(e.reason, ''), e.reason_id) AS listing_reason,
       CASE WHEN e.withdrawn THEN 'withdrawn' WHEN days(e.start_day) > today.day THEN 'future' WHEN days(e.end_day) < today.day THEN 'expired' ELSE 'current' END AS listing_state,
       @calendar(listed, days(e.start_day))
FROM entries e CROSS JOIN today LEFT JOIN organisations o ON o.id = e.party_id;

-- Red flags: a row per flag raised on a lot or on a contract.
CREATE TABLE flags AS
WITH priced AS (
    SELECT l.lot, l.ocid, l.lot_id, l.competitive, l.lot_status, l.bidders, l.buyer, l.published_year, l.is_lot, l.winner, l.method, l.bidding_us,
           p.tender_end
    FROM lots l JOIN process p USING (process) WHERE l.lead AND l.is_lot
), offers AS (
    SELECT l.lot, b.status, b.value_minor AS value, b.tenderer_id, b.date, b.blacklisted
    FROM part_bids b JOIN priced l USING (ocid, lot_id)
), winning AS (
    SELECT lot, min(value) AS value, min(date) AS date, count(*) AS n FROM offers WHERE status = 'winner' GROUP BY lot
), next_price AS (
    SELECT o.lot, min(o.value) AS value FROM offers o WHERE o.status IN ('valid', 'secondPlace') AND o.value IS NOT NULL GROUP BY o.lot
), spread AS (
    SELECT lot, min(value) AS least, max(value) AS greatest, count(value) AS valued, count(*) AS n,
           count(*) FILTER (status = 'disqualified') AS rejected, min(value) FILTER (status = 'disqualified') AS least_rejected
    FROM offers GROUP BY lot
), single AS (
    SELECT buyer, published_year, count(*) AS n FROM priced
    WHERE competitive = 'true' AND lot_status = 'complete' AND bidders = 1 AND buyer <> 0 AND published_year IS NOT NULL GROUP BY ALL
), of_lots AS (
    SELECT 'shortPeriod' AS flag, lot FROM priced
    WHERE competitive = 'true' AND (method IN ('openTender', 'twoStageTender', 'auction') AND bidding_us < 15 * 86400000000
                                    OR method = 'requestForQuotations' AND bidding_us < 5 * 86400000000)
    UNION ALL SELECT 'singleBid', lot FROM priced WHERE competitive = 'true' AND lot_status = 'complete' AND bidders = 1
    UNION ALL SELECT 'serialSingleBid', lot FROM priced JOIN single USING (buyer, published_year)
        WHERE competitive = 'true' AND lot_status = 'complete' AND bidders = 1 AND single.n > 20
    UNION ALL SELECT 'closePrice', lot FROM priced JOIN winning w USING (lot) JOIN next_price x USING (lot)
        WHERE competitive = 'true' AND w.value > 0 AND x.value > w.value AND (x.value - w.value)::HUGEINT * 1000000 <= w.value::HUGEINT * 10000
    UNION ALL SELECT 'heavyDiscount', lot FROM priced JOIN winning w USING (lot) JOIN next_price x USING (lot)
        WHERE competitive = 'true' AND x.value > 0 AND (x.value - w.value)::HUGEINT * 1000000 >= x.value::HUGEINT * 250000
    UNION ALL SELECT DISTINCT 'identicalPrices', lot FROM offers WHERE value IS NOT NULL AND tenderer_id <> ''
        GROUP BY lot, value HAVING count(DISTINCT tenderer_id) > 1
    UNION ALL SELECT 'lateBidWon', lot FROM priced JOIN winning w USING (lot) WHERE w.date > tender_end
    UNION ALL SELECT 'othersRejected', lot FROM priced JOIN winning w USING (lot) JOIN spread s USING (lot) WHERE w.n = 1 AND s.n > 1 AND s.rejected = s.n - 1
    UNION ALL SELECT 'lowestRejected', lot FROM priced JOIN winning w USING (lot) JOIN spread s USING (lot) WHERE s.least_rejected = s.least AND s.least_rejected < w.value
    UNION ALL SELECT 'bidSpread', lot FROM priced JOIN spread s USING (lot)
        WHERE competitive = 'true' AND s.valued > 1 AND s.greatest > 0 AND (s.greatest - s.least)::HUGEINT * 1000000 >= s.greatest::HUGEINT * 300000
    UNION ALL SELECT 'priceAboveLot', lot FROM lots WHERE lead AND reduction_gap = 3
    UNION ALL SELECT 'dumpingPrice', lot FROM lots WHERE lead AND margin_signed > 0
    UNION ALL SELECT DISTINCT 'blacklistedBidder', lot FROM offers WHERE blacklisted
), counted AS (
    SELECT * FROM contracts WHERE excluded = 0
), repeated AS (
    SELECT buyer, item, signed_year FROM counted
    WHERE competitive = 'false' AND buyer <> 0 AND item NOT IN ('', 'mixed') AND signed_year IS NOT NULL GROUP BY ALL HAVING count(*) >= 2
), captive AS (
    SELECT winner FROM counted WHERE winner <> 0 GROUP BY winner HAVING count(*) >= 2 AND min(buyer) = max(buyer) AND min(buyer) <> 0
), of_contracts AS (
    SELECT 'repeatedDirect' AS flag, contract FROM counted JOIN repeated USING (buyer, item, signed_year) WHERE competitive = 'false'
    UNION ALL SELECT 'noSecurity', contract FROM counted WHERE competitive = 'true' AND NOT has_security
    UNION ALL SELECT 'captiveSupplier', contract FROM counted WHERE competitive = 'false' AND winner IN (SELECT winner FROM captive)
    UNION ALL SELECT 'blacklistedSupplier', contract FROM counted WHERE supplier_blacklisted = 'true'
    UNION ALL SELECT 'overpaid', contract FROM counted WHERE contract_status = 'overpaid'
)
SELECT flag, l.ocid, l.lot_id AS subject, l.process, method, competitive, category, class, subclass, item_group, item_kind, item, buyer, buyer_parent, winner, region, process_kind,
       rationale, quasi_public, published_year, published_quarter, published_month, published_week, published_day
FROM of_lots JOIN lots l USING (lot) WHERE l.lead
UNION ALL
SELECT flag, c.ocid, c.root_id, c.process, method, competitive, category, class, subclass, item_group, item_kind, item, buyer, buyer_parent, winner, region, process_kind,
       rationale, quasi_public, published_year, published_quarter, published_month, published_week, published_day
FROM of_contracts JOIN contracts c USING (contract)
