package mapping

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/kzocds/kzocds/proto/extension"
	"github.com/kzocds/kzocds/proto/source"
	"github.com/kzocds/kzocds/transformer/privacy"
)

//go:generate go test -run TestDocumentationIsGenerated . -update

var update = flag.Bool("update", false, "write docs/mapping anew")

// titles of the pages, by entity, in the order of the index.
var titles = []struct {
	entity      source.Entity
	file, title string
}{
	{source.TrdBuy, "announcement", "Announcements"},
	{source.Lots, "lot", "Lots"},
	{source.TrdApp, "bid", "Bids"},
	{source.Contract, "contract", "Contracts"},
	{source.PlanPoint, "plan-point", "Plan points"},
	{source.Complaint, "complaint", "Complaints"},
	{source.Act, "act", "Acts of acceptance"},
	{source.TreasuryPay, "payment", "Treasury payments"},
	{source.Waybill, "waybill", "Waybills"},
	{source.Subject, "participant", "Participants"},
	{source.Blacklist, "blacklist", "Register of unreliable participants"},
	{source.QualifiedSupplier, "qualified-supplier", "Register of qualified suppliers"},
}

func TestDocumentationIsGenerated(t *testing.T) {
	t.Parallel()
	folder := filepath.Join("..", "..", "docs", "mapping")
	pages := map[string]string{"README.md": indexPage(), "codes.md": codesPage()}
	for _, p := range titles {
		pages[p.file+".md"] = entityPage(p.entity, p.title)
	}
	for name, want := range pages {
		file := filepath.Join(folder, name)
		if *update {
			if err := os.MkdirAll(folder, 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		got, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != want {
			t.Errorf("%s is not what the tables say: run go generate ./mapping in transformer", file)
		}
	}
}

const generated = "<!-- Generated from the tables of transformer/mapping; run `go generate ./mapping` in transformer after changing them. -->\n\n"

func indexPage() string {
	var b strings.Builder
	b.WriteString("# From the portal's documents to OCDS\n\n" + generated)
	b.WriteString("Which field of the portal becomes which field of a release, by which rule, and which fields are not published and why.\n\n")
	for _, p := range titles {
		fmt.Fprintf(&b, "- [%s](%s.md)\n", p.title, p.file)
	}
	b.WriteString("- [Code lists](codes.md): statuses and methods\n\n## Extensions\n\n")
	for _, e := range extension.Registered() {
		fmt.Fprintf(&b, "- [%s %s](%s)\n", e.ID, e.Version, e.URL)
	}
	fmt.Fprintf(&b, "- [%s](../../proto/extension/%s/README.md)\n\n## Rules\n\n| Rule | Meaning |\n|---|---|\n", extension.Name, extension.Name)
	rules := map[string]string{}
	for _, table := range Tables() {
		for _, f := range table.Fields {
			rules[f.Rule.Name] = f.Rule.Doc
		}
	}
	for _, name := range slices.Sorted(maps.Keys(rules)) {
		fmt.Fprintf(&b, "| %s | %s |\n", name, rules[name])
	}
	b.WriteString(`
## Processes and identity

- ` + "`t<number>`" + `: an announcement by its public number without revision, with its lots, bids and contracts. The newest revision
  that is not deleted counts; lots of older revisions are withdrawn.
- ` + "`c<id>`" + `: a contract without announcement, by the id of the first row of its chain.
- ` + "`p<id>`" + `: a plan point, by the id that its rows share.
- A bid is one application's part for one lot. An award is ` + "`award-<bid>`" + `, or ` + "`award-c<contract>-<lot>`" + ` when only a contract shows it.
- A contract is its chain: the newest concluded row counts, the later rows are its amendments.
- An item of a lot with one plan point has the lot's id; of a united lot the lot's id and the plan point's.
- Organisations are ` + "`KZ-BIN-<BIN>`" + `, natural persons ` + "`KZ-IIN-<pseudonym>`" + `, others ` + "`KZ-GOSZAKUP-<portal id>`" + `.
- A value that the source takes away is removed with a null in the next release; an entry of a list stays.
`)
	return b.String()
}

func entityPage(entity source.Entity, title string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n%s", title, generated)
	for _, table := range Tables() {
		if table.Entity != entity {
			continue
		}
		fmt.Fprintf(&b, "## %s\n\n", table.Object)
		if table.Nested != "" {
			fmt.Fprintf(&b, "From the nested `%s`.\n\n", table.Nested)
		}
		b.WriteString("| Source | OCDS | Rule | Note |\n|---|---|---|---|\n")
		for _, f := range table.Fields {
			to := ""
			if f.To != "" {
				to = "`" + f.To + "`"
			}
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", strings.ReplaceAll(f.From, "|", "`, `"), to, f.Rule.Name, f.Note)
		}
		b.WriteString("\n")
	}
	b.WriteString("## Not published\n\n| Source | Reason |\n|---|---|\n")
	for _, row := range droppedRows(privacy.Policy(entity), "", 2) {
		b.WriteString(row)
	}
	b.WriteString("\nFields that are not named on this page do not pass the privacy boundary.\n")
	return b.String()
}

func droppedRows(policy privacy.Object, path string, depth int) []string {
	var rows []string
	for _, name := range slices.Sorted(maps.Keys(policy)) {
		field := policy[name]
		if field.Class == privacy.Drop {
			rows = append(rows, fmt.Sprintf("| `%s` | %s |\n", path+name, field.Why))
		}
		if field.Class == privacy.Nested && depth > 1 && !strings.HasPrefix(name, "Ref") {
			rows = append(rows, droppedRows(field.Of, path+name+".", depth-1)...)
		}
	}
	return rows
}

func codesPage() string {
	var b strings.Builder
	b.WriteString("# Code lists\n\n" + generated + "Titles in three languages are in the code lists of the local extension.\n\n")
	for _, list := range []struct {
		title string
		codes []Code
	}{
		{"Announcement status (ref_buy_status) to tender.status", buyStatuses},
		{"Lot status (ref_lots_status) to tender.lots[].status", lotStatuses},
		{"Contract status (ref_contract_status) to contracts[].status", contractStatuses},
		{"Plan point status (ref_pln_point_status) to tender.status of a plan point", planStatuses},
	} {
		fmt.Fprintf(&b, "## %s\n\n| Portal | OCDS | Why |\n|---|---|---|\n", list.title)
		for _, c := range list.codes {
			fmt.Fprintf(&b, "| %s | %s | %s |\n", c.ID, c.OCDS, c.Why)
		}
		b.WriteString("\n")
	}
	b.WriteString("## Method (ref_trade_methods)\n\n| Portal | procurementMethodDetails | procurementMethod |\n|---|---|---|\n")
	for _, m := range methods {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", m.ID, m.Code, m.Class)
	}
	return b.String()
}
