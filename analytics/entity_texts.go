package analytics

import (
	"github.com/kzocds/kzocds/analytics/catalog"
	"github.com/kzocds/kzocds/proto/analysis"
)

// Words of the pages about one thing, in the three languages.
var (
	eventTitles = map[string]catalog.Text{
		analysis.EventPlanned:    {KK: "Жоспар бекітілді", RU: "План утвержден", EN: "Plan approved"},
		analysis.EventPublished:  {KK: "Хабарландыру жарияланды", RU: "Объявление опубликовано", EN: "Announcement published"},
		analysis.EventEnquiries:  {KK: "Құжаттаманы талқылау аяқталды", RU: "Обсуждение документации завершено", EN: "Discussion of the documents ended"},
		analysis.EventOpened:     {KK: "Өтінім қабылдау басталды", RU: "Начат прием заявок", EN: "Bids are accepted"},
		analysis.EventClosed:     {KK: "Өтінім қабылдау аяқталды", RU: "Прием заявок завершен", EN: "End of the acceptance of bids"},
		analysis.EventAwarded:    {KK: "Жеңімпаз анықталды", RU: "Определен победитель", EN: "Winner determined"},
		analysis.EventSigned:     {KK: "Шартқа қол қойылды", RU: "Договор подписан", EN: "Contract signed"},
		analysis.EventAmended:    {KK: "Қосымша келісімге қол қойылды", RU: "Подписано дополнительное соглашение", EN: "Additional agreement signed"},
		analysis.EventAccepted:   {KK: "Қабылдау актісі", RU: "Акт приемки", EN: "Act of acceptance"},
		analysis.EventPaid:       {KK: "Төлем", RU: "Платеж", EN: "Payment"},
		analysis.EventComplained: {KK: "Шағым түсті", RU: "Поступила жалоба", EN: "Complaint received"},
		analysis.EventCompleted:  {KK: "Шарт орындалды", RU: "Договор исполнен", EN: "Contract performed"},
		analysis.EventTerminated: {KK: "Шарт бұзылды", RU: "Договор расторгнут", EN: "Contract terminated"},
	}
	factTitles = map[string]catalog.Text{
		"bin":       {KK: "БСН", RU: "БИН", EN: "BIN"},
		"number":    {KK: "Нөмірі", RU: "Номер", EN: "Number"},
		"organiser": {KK: "Ұйымдастырушы", RU: "Организатор", EN: "Organiser"},
		"published": {KK: "Жарияланды", RU: "Опубликовано", EN: "Published"},
		"value":     {KK: "Құны", RU: "Стоимость", EN: "Value"},
		"code":      {KK: "Коды", RU: "Код", EN: "Code"},
		"point":     {KK: "Жоспар тармағы", RU: "Пункт плана", EN: "Plan point"},
	}
	questionTitles = map[string]catalog.Text{
		"suppliers":  {KK: "Ірі өнім берушілер", RU: "Крупнейшие поставщики", EN: "Largest suppliers"},
		"buyers":     {KK: "Ірі тапсырыс берушілер", RU: "Крупнейшие заказчики", EN: "Largest buyers"},
		"bidders":    {KK: "Жиі қатысушылар", RU: "Частые участники", EN: "Most frequent bidders"},
		"categories": {KK: "Сатып алу нысандары", RU: "Предметы закупок", EN: "Subjects of purchase"},
		"methods":    {KK: "Сатып алу тәсілдері", RU: "Способы закупок", EN: "Procurement methods"},
		"statuses":   {KK: "Лоттардың мәртебелері", RU: "Статусы лотов", EN: "Statuses of lots"},
		"overTime":   {KK: "Жылдар бойынша", RU: "По годам", EN: "Over the years"},
		"plans":      {KK: "Жоспарлар жылдар бойынша", RU: "Планы по годам", EN: "Plans over the years"},
		"regions":    {KK: "Өңірлер", RU: "Регионы", EN: "Regions"},
		"competitors": {
			KK: "Өтінімдердің нәтижелері", RU: "Исходы заявок", EN: "Outcomes of bids",
		},
	}
	planPointTitle = catalog.Text{KK: "Жоспар тармағы", RU: "Пункт плана", EN: "Plan point"}
	contractTitle  = catalog.Text{KK: "Шарт", RU: "Договор", EN: "Contract"}
)
