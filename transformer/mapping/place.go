package mapping

import (
	"bytes"
	_ "embed"
	"encoding/csv"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"github.com/kzocds/kzocds/proto/personal"
)

//go:embed refdata/kato.csv
var katoText []byte

//go:embed refdata/kpved.csv
var kpvedText []byte

// placeName is the name of an administrative unit. The classifier names some plots
// and houses after those who live there, whose names do not pass.
type placeName struct{ ru, kk string }

var katoNames = sync.OnceValue(func() map[string]placeName {
	rows := mustRows(katoText)
	names := make(map[string]placeName, len(rows))
	for _, row := range rows {
		ru, _ := personal.Scan(row[1])
		kk, _ := personal.Scan(row[2])
		names[row[0]] = placeName{ru, kk}
	}
	return names
})

var kpvedNames = sync.OnceValue(func() map[string]string {
	rows := mustRows(kpvedText)
	names := make(map[string]string, len(rows))
	for _, row := range rows {
		names[row[0]] = row[1]
	}
	return names
})

// mustRows reads an embedded table without its header.
func mustRows(text []byte) [][]string {
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		panic(err) // the tables are compiled in
	}
	return rows[1:]
}

// address of a KATO code and of a country as the portal numbers it.
func address(kato, country string) Object {
	a := Object{}
	locate(a, kato)
	setCountry(a, country)
	return a
}

// locate writes a KATO code with the region and the place that it names. Codes
// of units that are gone have no names.
func locate(a Object, kato string) {
	if kato == "" {
		return
	}
	a["kato"] = kato
	if len(kato) != 9 {
		return
	}
	names := katoNames()
	if region, known := names[kato[:2]+"0000000"]; known {
		a["region"], a["region_kk"] = region.ru, region.kk
	}
	if place, known := names[kato]; known && a["locality"] == nil && kato[2:] != "0000000" {
		a["locality"], a["locality_kk"] = place.ru, place.kk
	}
}

// setCountry writes a country that the portal numbers by ISO 3166-1 (398 is
// Kazakhstan): its code of two letters and its Russian name.
func setCountry(a Object, number string) {
	code, name := countryOf(number)
	if code == "" {
		return
	}
	a["country"], a["countryName"] = code, name
}

var countries sync.Map // of number to [2]string

func countryOf(number string) (code, name string) {
	number = strings.TrimLeft(number, "0")
	if number == "" {
		return "", ""
	}
	if known, ok := countries.Load(number); ok {
		pair := known.([2]string)
		return pair[0], pair[1]
	}
	n, err := strconv.Atoi(number)
	if err != nil || n > 999 {
		return "", ""
	}
	region, err := language.EncodeM49(n)
	if err != nil || !region.IsCountry() {
		return "", ""
	}
	code, name = region.String(), display.Russian.Regions().Name(region)
	countries.Store(number, [2]string{code, name})
	return code, name
}
