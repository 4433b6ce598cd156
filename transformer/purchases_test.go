package transformer

import (
	"fmt"

	"github.com/kzocds/kzocds/proto/personal"
)

// purchases stores, as of batch 1, what so many small purchases leave in the
// portal: an announcement with a lot, two bids for it, the contract with the
// winner and the plan point behind it; participants are shared by many. Bodies
// have the fields and lengths of real ones.
func (w *world) purchases(n int) {
	w.t.Helper()
	w.exec(`create unlogged table purchase_bin as select ordinality - 1 as n, bin from unnest($1::text[]) with ordinality as t (bin)`, bins(3500))
	w.exec(`create index on purchase_bin (n)`)
	w.exec(`create unlogged table purchase as
		select i, 20000000 + i as anno, 50000000 + i as lot, 70000000 + i as bid, 90000000 + 2 * i as app, 30000000 + i as contract, 80000000 + i as point,
			i % 500 as buyer, i % 3000 as winner, (i + 1) % 3000 as loser, 1000 + i % 9000 as price, 1 + i % 20 as count,
			'2026-' || lpad((1 + i % 9)::text, 2, '0') || '-' || lpad((1 + i % 28)::text, 2, '0') as day
		from generate_series(1, $1) i`, n)
	for _, sql := range []string{
		`select 'subject', (1000 + i)::text, '', format('{"pid":%s,"bin":"%s","nameRu":"Коммунальное государственное учреждение \"Центр № %s\" управления образования области","nameKz":"Облыс білім басқармасының \"№ %s орталық\" КММ","typeSupplier":1,"katoList":["551010000"],"regdate":"2019-02-01 10:00:00"}',
			1000 + i, ` + bin("i") + `, i, i) from generate_series(0, 499) i`,
		`select 'subject', (5000 + i)::text, '', format('{"pid":%s,"bin":"%s","nameRu":"Товарищество с ограниченной ответственностью \"Поставщик %s\"","typeSupplier":1,"katoList":["751110000"]}',
			5000 + i, ` + bin("500 + i") + `, i) from generate_series(0, 2999) i`,
		`select 'plan_point', point::text, 'p' || point, format('{"id":%s,"rootrecordId":%s,"plnPointYear":2026,"subjectBiin":"%s","sysSubjectsId":%s,"nameRu":"Бумага для офисного оборудования","nameKz":"Кеңсе жабдығына арналған қағаз","descRu":"формат А4, плотность 80 г/м2, 21х29,5 см","descKz":"А4 форматы","refEnstruCode":"171214.500.000002","amount":%s,"price":%s,"count":%s,"refMonthsId":8,"refTradeMethodsId":3,"refPlnPointStatusId":5,"prepayment":0,"supplyDateRu":"15 календарных дней","isActive":1,"dateCreate":"2026-01-12 12:23:11","timestamp":"2026-01-12 12:26:41","RefUnits":{"nameRu":"Одна пачка"},"RefSubjectType":{"nameRu":"Товар"},"PlansKato":[{"refKatoCode":"551010000","fullDeliveryPlaceNameRu":"Павлодарская область, г.Павлодар, ул. Ломова, 45"}],"PlansSpec":[{"ekrbCode":"149","ekrbNameRu":"Приобретение прочих запасов","fkrbProgramCode":"001","fkrbProgramNameRu":"Услуги по реализации государственной политики на местном уровне","abpCode":"457","amount":%s}]}',
			point, point, ` + bin("buyer") + `, 1000 + buyer, price * count, price, count, price * count) from purchase`,
		`select 'trd_buy', anno::text, 't' || anno, format('{"id":%s,"numberAnno":"%s-1","nameRu":"Приобретение бумаги для офисного оборудования","nameKz":"Кеңсе жабдығына арналған қағаз сатып алу","publishDate":"%s 10:00:00","itogiDatePublic":"%s 19:00:00","startDate":"%s 12:00:00","endDate":"%s 18:00:00","refBuyStatusId":350,"refTradeMethodsId":3,"refSubjectTypeId":1,"totalSum":%s,"countLots":1,"orgBin":"%s","orgPid":%s,"kato":["551010000"],"Files":[{"filePath":"https://ows.goszakup.gov.kz/download/trd_buy/f543a5f29a1f004865bfa8844f74c1%s","originalName":"techspec_%s.pdf","nameRu":"Техническая спецификация","objectId":[%s]}]}',
			anno, anno, day, day, day, day, price * count, ` + bin("buyer") + `, 1000 + buyer, anno, anno, anno) from purchase`,
		`select 'lots', lot::text, 't' || anno, format('{"id":%s,"trdBuyId":%s,"trdBuyNumberAnno":"%s-1","lotNumber":"%s-ЗЦП1","nameRu":"Бумага для офисного оборудования","nameKz":"Кеңсе жабдығына арналған қағаз","descriptionRu":"формат А4, плотность 80 г/м2, 21х29,5 см","amount":%s,"count":%s,"customerBin":"%s","customerId":%s,"customerNameRu":"Коммунальное государственное учреждение \"Центр № %s\" управления образования области","refLotStatusId":360,"pointList":[%s],"plnPointKatoList":["551010000"],"Plans":[{"id":%s,"rootrecordId":%s,"refEnstruCode":"171214.500.000002"}]}',
			lot, anno, anno, point, price * count, count, ` + bin("buyer") + `, 1000 + buyer, buyer, point, point, point) from purchase`,
		`select 'trd_app', app::text, 't' || anno, format('{"id":%s,"buyId":%s,"supplierBinIin":"%s","supplierId":%s,"dateApply":"%s 15:30:24","AppLots":[{"id":%s,"lotId":%s,"price":%s,"amount":%s,"RefAppStatus":{"nameRu":"Победитель"},"discountValue":0,"discountPrice":0}]}',
			app, anno, ` + bin("500 + winner") + `, 5000 + winner, day, app, lot, price - 100, (price - 100) * count) from purchase`,
		`select 'trd_app', (app + 1)::text, 't' || anno, format('{"id":%s,"buyId":%s,"supplierBinIin":"%s","supplierId":%s,"dateApply":"%s 16:10:02","AppLots":[{"id":%s,"lotId":%s,"price":%s,"amount":%s,"RefAppStatus":{"nameRu":"Подано"},"discountValue":0,"discountPrice":0}]}',
			app + 1, anno, ` + bin("500 + loser") + `, 5000 + loser, day, app + 1, lot, price - 50, (price - 50) * count) from purchase`,
		`select 'contract', contract::text, 't' || anno, format('{"id":%s,"rootId":%s,"trdBuyId":%s,"trdBuyNumberAnno":"%s-1","contractNumber":"%s/26/00","contractNumberSys":"%s/260001/00","refContractStatusId":190,"refContractTypeId":1,"supplierBiin":"%s","supplierId":%s,"customerBin":"%s","customerId":%s,"contractSum":%s,"contractSumWnds":%s,"faktSum":0,"signDate":"%s 19:18:43","crdate":"%s 15:39:40","lastUpdateDate":"%s 19:18:44","planExecDate":"2026-12-31 00:00:00","finYear":2026,"ContractUnits":[{"id":%s,"lotId":%s,"plnPointId":%s,"itemPrice":%s,"quantity":%s,"totalSum":%s}]}',
			contract, contract, anno, anno, ` + bin("buyer") + `, ` + bin("buyer") + `, ` + bin("500 + winner") + `, 5000 + winner, ` + bin("buyer") + `, 1000 + buyer, (price - 100) * count, (price - 100) * count, day, day, day, contract, lot, point, price - 100, count, (price - 100) * count) from purchase`,
	} {
		w.exec(`insert into source.document (entity, id, hash, process_key, batch, changed_at, fetched_at, url, body, deleted)
			select entity, id, sha256(convert_to(body, 'UTF8')), key, 1, '2026-10-01T10:00:00Z', '2026-11-01T10:00:00Z', 'https://ows.goszakup.gov.kz/v3/' || entity || '/' || id, body, false
			from (` + sql + `) as t (entity, id, key, body)`)
	}
	w.exec(`drop table purchase, purchase_bin`)
}

// bin is SQL for the number of an organisation.
func bin(n string) string { return `(select bin from purchase_bin where n = ` + n + `)` }

// bins are numbers of organisations with their check digits.
func bins(n int) []string {
	var all []string
	for i := 0; len(all) < n; i++ {
		for check := range 10 {
			if number := fmt.Sprintf("0203400%04d%d", i, check); personal.ValidCheckDigit(number) {
				all = append(all, number)
			}
		}
	}
	return all
}
