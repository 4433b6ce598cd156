package goszakup

import (
	"strings"

	"github.com/kzocds/kzocds/extractor/internal/document"
	"github.com/kzocds/kzocds/proto/process"
	"github.com/kzocds/kzocds/proto/source"
)

// twin says which plain entity a register of the quasi-public sector has the
// shape of.
var twin = map[source.Entity]source.Entity{
	source.QuasiPlanPoint: source.PlanPoint,
	source.QuasiTrdBuy:    source.TrdBuy,
	source.QuasiLots:      source.Lots,
	source.QuasiContract:  source.Contract,
}

// quasiRoot is the GraphQL root of such a register.
func quasiRoot(root string) string { return "Ob" + root }

// quasi makes the specification of such a register of that of its twin.
func quasi(plain entity) entity {
	e := plain
	e.root, e.plainRoot, e.withdrawn = quasiRoot(plain.root), plain.root, ""
	e.page = strings.Replace(plain.page, "/v3/", "/v3/ob/", 1)
	e.process = func(b document.Body) (process.Key, document.Link) {
		key, link := plain.process(b)
		switch {
		case key == "":
			return "", link
		case key[0] == 'c':
			return process.OfQuasiContract(string(key[1:])), link
		case key[0] == 'p':
			return process.OfQuasiPlanPoint(string(key[1:])), link
		}
		return process.OfQuasiAnnouncement(string(key[1:])), link
	}
	return e
}
