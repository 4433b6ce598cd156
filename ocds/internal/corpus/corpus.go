// Package corpus makes contracting processes for tests and benchmarks: the life
// of a procurement procedure in releases that look like those of a real publisher, with lots,
// bids, texts in Russian and Kazakh, documents and amendments. The same seed and number
// always give the same bytes.
package corpus

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"time"
)

var (
	goods    = []string{"Бумага офисная формата А4", "Картридж для лазерного принтера", "Услуги по уборке помещений", "Бензин АИ-92", "Работы по текущему ремонту кровли", "Медицинские перчатки нестерильные", "Питание обучающихся", "Услуги по охране объектов", "Дизельное топливо летнее", "Кабель силовой ВВГнг 3х2,5"}
	kazakh   = []string{"А4 форматындағы кеңсе қағазы", "Лазерлік принтерге арналған картридж", "Үй-жайларды жинау қызметтері", "АИ-92 бензині", "Шатырды ағымдағы жөндеу жұмыстары", "Медициналық қолғаптар", "Оқушыларды тамақтандыру", "Объектілерді күзету қызметтері", "Жазғы дизель отыны", "Күштік кабель"}
	places   = []string{"г. Астана, ул. Мәңгілік Ел, 8", "г. Алматы, пр. Абая, 52", "г. Шымкент, ул. Тауке хана, 3", "Карагандинская область, г. Караганда", "Актюбинская область, г. Актобе"}
	reasons  = []string{"Внесены изменения в техническую спецификацию", "Продлён срок приёма заявок", "Уточнены сроки поставки"}
	document = []string{"tenderNotice", "biddingDocuments", "technicalSpecifications", "evaluationCriteria", "contractDraft"}
)

// Process is the releases of process number n, oldest first, as JSON without
// insignificant space.
func Process(seed, n uint64) [][]byte {
	p := process{r: rand.New(rand.NewPCG(seed, n)), n: n}
	p.prepare()
	tags := []string{"tender", "tenderUpdate", "award", "contract", "implementation"}
	count := 1 + p.r.IntN(len(tags))
	releases := make([][]byte, count)
	for i := range count {
		p.stage = i
		p.b.Reset()
		p.head(tags[i])
		p.parties()
		p.tender()
		if i >= 2 {
			p.award()
		}
		if i >= 3 {
			p.contract()
		}
		p.b.WriteByte('}')
		releases[i] = bytes.Clone(p.b.Bytes())
	}
	return releases
}

type process struct {
	r     *rand.Rand
	n     uint64
	b     bytes.Buffer
	stage int
	start time.Time

	buyer   string
	bidders []string
	lots    int
	items   int
	amount  int64 // tenge of a lot
	words   []int
}

func (p *process) prepare() {
	p.start = time.Date(2021+p.r.IntN(5), time.Month(1+p.r.IntN(12)), 1+p.r.IntN(28), p.r.IntN(9)+3, p.r.IntN(60), p.r.IntN(60), 0, time.UTC)
	p.buyer = fmt.Sprintf("%012d", 100000000000+p.r.Int64N(3000))
	for range 1 + p.r.IntN(6) {
		p.bidders = append(p.bidders, fmt.Sprintf("%012d", 200000000000+p.r.Int64N(20000)))
	}
	p.lots = 1 + p.r.IntN(4)
	p.items = 1 + p.r.IntN(3)
	p.amount = 100000 + p.r.Int64N(50000000)
	for range p.lots * p.items {
		p.words = append(p.words, p.r.IntN(len(goods)))
	}
}

func (p *process) f(format string, a ...any) { fmt.Fprintf(&p.b, format, a...) }

func (p *process) at(days int) string {
	return p.start.AddDate(0, 0, days).Format("2006-01-02T15:04:05Z")
}

func (p *process) ocid() string { return fmt.Sprintf("ocds-kz0000-t%09d", p.n) }

func (p *process) head(tag string) {
	p.f(`{"ocid":"%s","id":"%s-%02d","date":"%s","tag":["%s"],"initiationType":"tender","language":"ru","buyer":{"id":"KZ-BIN-%s","name":"КГУ «Отдел образования № %s»"}`,
		p.ocid(), p.ocid(), p.stage+1, p.at(p.stage*20), tag, p.buyer, p.buyer[8:])
}

func (p *process) parties() {
	p.f(`,"parties":[{"id":"KZ-BIN-%[1]s","name":"КГУ «Отдел образования № %[2]s»","name_kk":"«Білім бөлімі № %[2]s» КММ","identifier":{"scheme":"KZ-BIN","id":"%[1]s","legalName":"КГУ «Отдел образования № %[2]s»"},"address":{"streetAddress":"%[3]s","countryName":"Казахстан"},"roles":["buyer","procuringEntity"]}`, p.buyer, p.buyer[8:], places[p.n%uint64(len(places))])
	for i, b := range p.bidders {
		roles := `"tenderer"`
		if i == 0 && p.stage >= 2 {
			roles += `,"supplier"`
		}
		p.f(`,{"id":"KZ-BIN-%[1]s","name":"ТОО «Компания %[2]s»","identifier":{"scheme":"KZ-BIN","id":"%[1]s","legalName":"Товарищество с ограниченной ответственностью «Компания %[2]s»"},"address":{"streetAddress":"%[3]s","postalCode":"0%[2]s","countryName":"Казахстан"},"roles":[%[4]s]}`, b, b[7:], places[i%len(places)], roles)
	}
	p.b.WriteByte(']')
}

func (p *process) tender() {
	status := "active"
	if p.stage >= 2 {
		status = "complete"
	}
	p.f(`,"tender":{"id":"%d","title":"%s","title_kk":"%s","description":"Государственная закупка способом открытого конкурса: %s. Поставка осуществляется на условиях DDP в течение 30 календарных дней.","status":"%s","procuringEntity":{"id":"KZ-BIN-%s","name":"КГУ «Отдел образования № %s»"}`,
		p.n, goods[p.words[0]], kazakh[p.words[0]], goods[p.words[0]], status, p.buyer, p.buyer[8:])
	p.f(`,"value":{"amount":%d.%02d,"currency":"KZT"},"procurementMethod":"open","procurementMethodDetails":"openTender","mainProcurementCategory":"goods","awardCriteria":"priceOnly","submissionMethod":["electronicSubmission"],"tenderPeriod":{"startDate":"%s","endDate":"%s"},"hasEnquiries":false`,
		p.amount*int64(p.lots), p.amount%100, p.at(1), p.at(16+p.stage%2))
	if p.stage >= 2 {
		p.f(`,"numberOfTenderers":%d,"tenderers":[`, len(p.bidders))
		for i, b := range p.bidders {
			if i > 0 {
				p.b.WriteByte(',')
			}
			p.f(`{"id":"KZ-BIN-%s","name":"ТОО «Компания %s»"}`, b, b[7:])
		}
		p.b.WriteByte(']')
	}
	p.f(`,"lots":[`)
	for l := range p.lots {
		if l > 0 {
			p.b.WriteByte(',')
		}
		p.f(`{"id":"%d","title":"Лот № %d: %s","description":"%s","status":"%s","value":{"amount":%d.%02d,"currency":"KZT"}}`, l+1, l+1, goods[p.words[l*p.items]], goods[p.words[l*p.items]], status, p.amount, p.amount%100)
	}
	p.f(`],"items":[`)
	for i, w := range p.words {
		if i > 0 {
			p.b.WriteByte(',')
		}
		p.item(i, w)
	}
	p.f(`],"documents":[`)
	for i, d := range document[:2+int(p.n%4)] {
		if i > 0 {
			p.b.WriteByte(',')
		}
		p.f(`{"id":"%d-%d","documentType":"%s","title":"Документ № %d","url":"https://example.org/files/download/%d/%d","datePublished":"%s","format":"application/pdf","language":"ru"}`, p.n, i, d, i+1, p.n, i, p.at(1))
	}
	p.b.WriteByte(']')
	if p.stage >= 1 {
		p.f(`,"amendments":[{"id":"1","date":"%s","rationale":"%s","description":"%s"}]`, p.at(15), reasons[p.n%3], reasons[(p.n+1)%3])
	}
	p.b.WriteByte('}')
	if p.stage < 2 {
		return
	}
	p.f(`,"bids":{"details":[`)
	for l := range p.lots {
		for i, b := range p.bidders {
			if l+i > 0 {
				p.b.WriteByte(',')
			}
			bidStatus := "valid"
			if i > 0 && (int(p.n)+i)%5 == 0 {
				bidStatus = "disqualified"
			}
			p.f(`{"id":"%d-%d","date":"%s","status":"%s","tenderers":[{"id":"KZ-BIN-%s","name":"ТОО «Компания %s»"}],"value":{"amount":%d.%02d,"currency":"KZT"},"relatedLots":["%d"]}`, l+1, i+1, p.at(14), bidStatus, b, b[7:], p.amount*int64(90+i)/100, i, l+1)
		}
	}
	p.f(`]}`)
}

func (p *process) item(i, w int) {
	p.f(`{"id":"%d","description":"%s","description_kk":"%s","classification":{"scheme":"x_KPVED","id":"%02d.%02d.%02d.%03d","description":"%s"},"quantity":%d,"unit":{"scheme":"UNCEFACT","id":"H87","name":"Штука","value":{"amount":%d.%02d,"currency":"KZT"}},"relatedLot":"%d"}`,
		i+1, goods[w], kazakh[w], 10+w, 11, 12, 100+i, goods[w], 1+w*10, p.amount/int64(1+w*10), p.amount%100, i/p.items+1)
}

func (p *process) award() {
	p.f(`,"awards":[`)
	for l := range p.lots {
		if l > 0 {
			p.b.WriteByte(',')
		}
		p.f(`{"id":"%d-%d","title":"%s","status":"active","date":"%s","value":{"amount":%d.00,"currency":"KZT"},"suppliers":[{"id":"KZ-BIN-%s","name":"ТОО «Компания %s»"}],"relatedLots":["%d"],"items":[`, p.n, l+1, goods[p.words[l*p.items]], p.at(30), p.amount*90/100, p.bidders[0], p.bidders[0][7:], l+1)
		for i := range p.items {
			if i > 0 {
				p.b.WriteByte(',')
			}
			p.item(l*p.items+i, p.words[l*p.items+i])
		}
		p.f(`]}`)
	}
	p.b.WriteByte(']')
}

func (p *process) contract() {
	p.f(`,"contracts":[`)
	for l := range p.lots {
		if l > 0 {
			p.b.WriteByte(',')
		}
		p.f(`{"id":"%d-%d","awardID":"%d-%d","title":"Договор о государственных закупках № %d/%d","status":"active","dateSigned":"%s","period":{"startDate":"%s","endDate":"%s"},"value":{"amount":%d.00,"currency":"KZT"},"items":[`, p.n, l+1, p.n, l+1, p.n, l+1, p.at(45), p.at(46), p.at(200), p.amount*90/100)
		for i := range p.items {
			if i > 0 {
				p.b.WriteByte(',')
			}
			p.item(l*p.items+i, p.words[l*p.items+i])
		}
		p.b.WriteByte(']')
		if p.stage >= 4 {
			p.f(`,"implementation":{"transactions":[`)
			for t := range 1 + int(p.n%3) {
				if t > 0 {
					p.b.WriteByte(',')
				}
				p.f(`{"id":"%d-%d","date":"%s","value":{"amount":%d.%02d,"currency":"KZT"},"payer":{"id":"KZ-BIN-%s","name":"КГУ «Отдел образования № %s»"},"payee":{"id":"KZ-BIN-%s","name":"ТОО «Компания %s»"}}`, l, t, p.at(60+10*t), p.amount*30/100, t, p.buyer, p.buyer[8:], p.bidders[0], p.bidders[0][7:])
			}
			p.f(`]}`)
		}
		p.b.WriteByte('}')
	}
	p.b.WriteByte(']')
}
