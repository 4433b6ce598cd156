package mapping

// identity closes the index of docs/mapping; by whether it is in Russian.
var identity = map[bool]string{false: `
## Processes and identity

- ` + "`t<number>`" + `: an announcement by its public number without revision, with its lots, bids, contracts and complaints. The newest revision that is not deleted counts; lots of older revisions are withdrawn. A purchase that repeats a failed one is a process of its own and names it (` + "`unsuccessfulProcess`" + `).
- ` + "`c<id>`" + `: a contract without announcement, by the id of the first row of its chain. It stands in for the tender as it was before additional agreements.
- ` + "`p<id>`" + `: a plan point, by the id that its rows share. Each edit is a row at the portal and a release here.
- ` + "`ot…`, `oc…`, `op…`" + `: the same of the registers of the quasi-public sector, whose numbers may be those of other processes.
- A bid is one application's part for one lot. An award is ` + "`award-<bid>`" + `, or ` + "`award-c<contract>-<lot>`" + ` when only a contract shows it; its value is what was awarded, whatever additional agreements made of it.
- A contract is its chain: the newest concluded row counts, the later rows are its amendments, each in its own currency.
- An item of a lot with one plan point has the lot's id; of a lot with several the lot's id and the plan point's. ` + "`lotPoints`" + ` tells who buys which share of such a lot.
- Acts are ` + "`act-<id>`" + ` among the milestones, payments of the treasury keep their id, payments that the parties entered with an act are ` + "`pay-<id>`" + `. Those are published only for contracts that the treasury does not pay: both would count the same money twice.
- Organisations are ` + "`KZ-BIN-<BIN>`" + `, Russian ones without BIN ` + "`RU-INN-<INN>`" + `, natural persons ` + "`KZ-IIN-<pseudonym>`" + `, others ` + "`KZ-GOSZAKUP-<portal id>`" + `. A BIN with a wrong check digit is published and reported.

## What is deleted, withdrawn or unknown

- The portal deletes an announcement or withdraws it: ` + "`tender.status`" + ` and the status of its lots are withdrawn, tag ` + "`tenderCancellation`" + `. A decision of an authority to cancel is ` + "`tender.cancellation`" + ` with status cancelled.
- A deleted lot or bid is withdrawn, a deleted contract cancelled together with the award that only it showed, a deleted complaint withdrawn, a deleted or revoked act a milestone that was not met. A plan point that is taken out of publication has ` + "`tender.status`" + ` withdrawn.
- A value that the source takes away is removed with a null in the next release; an entry of a list stays, as merging has no way to remove one.
- A value that no dictionary knows is published as it is and reported (` + "`source.code.unknown`" + `). It stops nothing. Where the standard has a closed list, the coded field stays empty and the portal's own id beside it tells.
- An entry of the register of unreliable participants stays with ` + "`isWithdrawn`" + ` when the register takes it out. Whether somebody was listed on a day follows from the dates; ` + "`bids.details[].tendererBlacklisted`" + ` and ` + "`contracts[].supplierBlacklisted`" + ` say it of the day of the bid and of signing.

## Which source comes first

The portal's present interface comes first. Its older feeds fill in what is absent and change nothing: questions and answers, non-price evaluation, requirements, reasons of rejection, securities, shares of lots, outcomes of complaints. Both stand in the provenance of the release.

## Changing the mapping

A row of ` + "`transformer/mapping/tables.go`" + ` says which field goes where, ` + "`codes.go`" + ` which status means what, ` + "`transformer/quality/catalogue.go`" + ` what is judged, ` + "`transformer/privacy/policy.go`" + ` what may pass at all. Change the row, run ` + "`go generate ./mapping`" + ` in ` + "`transformer`" + `, and read what the change makes of the stories in ` + "`transformer/mapping/golden`" + `: each folder is one process, as documents and as releases. Raise ` + "`mapping.Version`" + ` when the same documents give other releases; the new version runs beside the old until somebody adopts it.
`, true: `
## Процессы и идентификаторы

- ` + "`t<номер>`" + `: объявление по публичному номеру без редакции, с лотами, заявками, договорами и жалобами. Действует последняя неудалённая редакция; лоты прежних редакций сняты. Повторная закупка — отдельный процесс со ссылкой на несостоявшуюся (` + "`unsuccessfulProcess`" + `).
- ` + "`c<id>`" + `: договор без объявления по id первой записи цепочки. Он заменяет закупку в том виде, какой был до дополнительных соглашений.
- ` + "`p<id>`" + `: пункт плана по общему id его записей. Каждая правка — запись на портале и релиз здесь.
- ` + "`ot…`, `oc…`, `op…`" + `: то же в реестрах квазигосударственного сектора, номера которых могут совпадать с другими.
- Заявка — часть заявления на один лот. Итог — ` + "`award-<заявка>`" + ` или ` + "`award-c<договор>-<лот>`" + `, если он виден только из договора; его сумма — присуждённая, что бы ни изменили соглашения.
- Договор — вся цепочка: действует последняя заключённая запись, следующие записи — изменения, каждое в своей валюте.
- Предмет лота с одним пунктом плана имеет id лота; с несколькими — id лота и пункта. ` + "`lotPoints`" + ` показывает, кто покупает какую долю такого лота.
- Акты — ` + "`act-<id>`" + ` среди вех, платежи казначейства сохраняют id, платежи, введённые сторонами с актом, — ` + "`pay-<id>`" + `. Последние публикуются только для договоров, которые оплачивает не казначейство, иначе деньги считались бы дважды.
- Организации — ` + "`KZ-BIN-<БИН>`" + `, российские без БИН — ` + "`RU-INN-<ИНН>`" + `, физические лица — ` + "`KZ-IIN-<псевдоним>`" + `, прочие — ` + "`KZ-GOSZAKUP-<id портала>`" + `. БИН с неверным контрольным разрядом публикуется, о нём сообщается.

## Удалённое, снятое, неизвестное

- Портал удаляет или снимает объявление: ` + "`tender.status`" + ` и статус лотов — withdrawn, тег ` + "`tenderCancellation`" + `. Решение органа об отмене — ` + "`tender.cancellation`" + ` со статусом cancelled.
- Удалённый лот или заявка — withdrawn; удалённый договор — cancelled вместе с итогом, видимым только из него; удалённая жалоба — withdrawn; удалённый или отозванный акт — невыполненная веха. У пункта плана, снятого с публикации, ` + "`tender.status`" + ` withdrawn.
- Значение, которое источник убрал, удаляется через null в следующем релизе; элемент списка остаётся: слияние не умеет его удалить.
- Значение, неизвестное справочникам, публикуется как есть, о нём сообщается (` + "`source.code.unknown`" + `). Оно ничего не останавливает. Где у стандарта закрытый список, кодированное поле пусто, а рядом — собственный id портала.
- Запись реестра недобросовестных участников остаётся с ` + "`isWithdrawn`" + `, если реестр её исключил. Числился ли участник в реестре на день, следует из дат; ` + "`bids.details[].tendererBlacklisted`" + ` и ` + "`contracts[].supplierBlacklisted`" + ` говорят это о дне заявки и дне заключения.

## Какой источник первый

Первым идёт нынешний интерфейс портала. Прежние потоки дополняют отсутствующее и ничего не меняют: вопросы и ответы, неценовые критерии, требования, причины отклонения, обеспечения, доли лотов, исход жалоб. Оба указаны в происхождении релиза.

## Как менять

Строка ` + "`transformer/mapping/tables.go`" + ` говорит, какое поле куда идёт, ` + "`codes.go`" + ` — что значит какой статус, ` + "`transformer/quality/catalogue.go`" + ` — что проверяется, ` + "`transformer/privacy/policy.go`" + ` — что вообще может пройти. Измените строку, запустите ` + "`go generate ./mapping`" + ` в ` + "`transformer`" + ` и прочтите, что стало с процессами в ` + "`transformer/mapping/golden`" + `: каждая папка — один процесс, документами и релизами. Увеличьте ` + "`mapping.Version`" + `, если те же документы дают другие релизы; новая версия работает рядом со старой, пока её не примут.
`}
