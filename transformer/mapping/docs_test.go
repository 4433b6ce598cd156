package mapping

import (
	"cmp"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/kzocds/kzocds/proto/extension"
	"github.com/kzocds/kzocds/proto/source"
	"github.com/kzocds/kzocds/transformer/privacy"
	"github.com/kzocds/kzocds/transformer/quality"
)

//go:generate go test -run "TestDocumentationIsGenerated|TestCoverage|TestStories$|TestTheListOfStories" . -update

var update = flag.Bool("update", false, "write docs/mapping and the golden files anew")

// titles of the pages, by entity, in the order of the index.
var titles = []struct {
	entity      source.Entity
	file, title string
}{
	{source.TrdBuy, "announcement", "Announcements"},
	{source.Lots, "lot", "Lots"},
	{source.TrdApp, "bid", "Bids"},
	{source.Contract, "contract", "Contracts"},
	{source.Act, "act", "Acts of acceptance"},
	{source.TreasuryPay, "payment", "Treasury payments"},
	{source.Waybill, "waybill", "Waybills"},
	{source.Complaint, "complaint", "Complaints"},
	{source.PlanPoint, "plan-point", "Plan points"},
	{source.Subject, "participant", "Participants"},
	{source.Blacklist, "blacklist", "Register of unreliable participants"},
	{source.QualifiedSupplier, "qualified-supplier", "Register of qualified suppliers"},
}

// pages writes docs/mapping in one language.
type pages struct {
	t       *testing.T
	ru      bool
	schemas []described
}

// pathLike is a text without words.
var pathLike = regexp.MustCompile(`^[\w.\[\]<>-]*$`)

// say gives a text in the language of the pages. A text that is a path is the
// same in both.
func (p pages) say(english string) string {
	if !p.ru || english == "" {
		return english
	}
	if text, known := russian[english]; known {
		return text
	}
	if !pathLike.MatchString(english) {
		p.t.Errorf("no Russian for %q", english)
	}
	return english
}

func TestDocumentationIsGenerated(t *testing.T) {
	t.Parallel()
	all := schemas(t)
	for _, p := range []pages{{t, false, all}, {t, true, all}} {
		folder := filepath.Join("..", "..", "docs", "mapping")
		if p.ru {
			folder = filepath.Join(folder, "ru")
		}
		texts := map[string]string{"README.md": p.index(), "codes.md": p.codes(), "quality.md": p.quality(), "explorer.md": p.explorer()}
		for _, title := range titles {
			texts[title.file+".md"] = p.entity(title.entity, title.title)
		}
		for name, want := range texts {
			compare(t, filepath.Join(folder, name), want)
		}
	}
}

// compare holds a file against what it should say, or writes it.
func compare(t *testing.T, file, want string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("%s is not what the tables say: run go generate ./mapping in transformer", file)
	}
}

func (p pages) generated() string {
	return "<!-- " + p.say("Generated from the tables of transformer/mapping; run `go generate ./mapping` in transformer after changing them.") + " -->\n\n"
}

func (p pages) index() string {
	var b strings.Builder
	other, root := "[Русский](ru/README.md)", "../.."
	if p.ru {
		other, root = "[English](../README.md)", "../../.."
	}
	fmt.Fprintf(&b, "# %s\n\n%s%s\n\n%s\n\n", p.say("From the portal's documents to OCDS"), p.generated(), other,
		p.say("Which field of the portal becomes which field of a release, by which rule, and which fields are not published and why."))
	for _, page := range titles {
		fmt.Fprintf(&b, "- [%s](%s.md)\n", p.say(page.title), page.file)
	}
	for _, page := range [][3]string{{"Code lists", "codes", "statuses and methods"}, {"Rules of quality", "quality", "what is checked, and in which words it is reported"},
		{"Fields of the earlier Explorer", "explorer", "what it read, and where it is now"}, {"Personal data", "privacy", "what becomes of data of natural persons"}} {
		fmt.Fprintf(&b, "- [%s](%s.md): %s\n", p.say(page[0]), page[1], p.say(page[2]))
	}
	coverage := "coverage.md"
	if p.ru {
		coverage = "../coverage.md"
	}
	fmt.Fprintf(&b, "- [%s](%s): %s\n\n## %s\n\n", p.say("Coverage"), coverage, p.say("which paths the golden stories fill"), p.say("Extensions"))
	for _, e := range extension.Registered() {
		fmt.Fprintf(&b, "- [%s %s](%s)\n", e.ID, e.Version, e.URL)
	}
	fmt.Fprintf(&b, "- [%s](%s/proto/extension/%s/README.md)\n\n## %s\n\n| %s | %s |\n|---|---|\n", extension.Name, root, extension.Name, p.say("Rules"), p.say("Rule"), p.say("Meaning"))
	rules := map[string]string{}
	for _, table := range Tables() {
		for _, f := range table.Fields {
			rules[f.Rule.Name] = f.Rule.Doc
		}
	}
	for _, name := range slices.Sorted(maps.Keys(rules)) {
		fmt.Fprintf(&b, "| %s | %s |\n", name, p.say(rules[name]))
	}
	b.WriteString(identity[p.ru])
	return b.String()
}

func (p pages) entity(entity source.Entity, title string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n%s", p.say(title), p.generated())
	for _, table := range Tables() {
		if table.Entity != entity {
			continue
		}
		fmt.Fprintf(&b, "## %s\n\n", strings.TrimSpace(table.Object+" "+p.say(table.About)))
		if table.Nested != "" {
			fmt.Fprintf(&b, "%s `%s`.\n\n", p.say("From the nested"), table.Nested)
		}
		fmt.Fprintf(&b, "| %s | OCDS | %s | %s | %s | %s |\n|---|---|---|---|---|---|\n", p.say("Source"), p.say("Rule"), p.say("Code list"), p.say("Extension"), p.say("Note"))
		for _, f := range table.Fields {
			to, from, codelist := "", "", ""
			if f.To != "" {
				to = "`" + f.To + "`"
				from, codelist, _ = whence(p.schemas, table.Object+"."+f.To)
			}
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s | %s |\n", strings.ReplaceAll(f.From, "|", "`, `"), to, f.Rule.Name, strings.TrimSuffix(codelist, ".csv"), from, p.say(f.Note))
		}
		b.WriteString("\n")
	}
	fmt.Fprintf(&b, "## %s\n\n| %s | %s |\n|---|---|\n", p.say("Not published"), p.say("Source"), p.say("Reason"))
	for _, row := range p.dropped(privacy.Policy(entity), "", 2) {
		b.WriteString(row)
	}
	fmt.Fprintf(&b, "\n%s\n", p.say("Fields that are not named on this page do not pass the privacy boundary."))
	return b.String()
}

func (p pages) dropped(policy privacy.Object, path string, depth int) []string {
	var rows []string
	for _, name := range slices.Sorted(maps.Keys(policy)) {
		field := policy[name]
		if field.Class == privacy.Drop {
			rows = append(rows, fmt.Sprintf("| `%s` | %s |\n", path+name, p.say(field.Why)))
		}
		if field.Class == privacy.Nested && depth > 1 && !strings.HasPrefix(name, "Ref") {
			rows = append(rows, p.dropped(field.Of, path+name+".", depth-1)...)
		}
	}
	return rows
}

func (p pages) codes() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n%s%s\n\n", p.say("Code lists"), p.generated(), p.say("Titles in three languages are in the code lists of the local extension."))
	fmt.Fprintf(&b, "%s\n\n| %s | %s |\n|---|---|\n", p.say("The portal's own dictionaries complete these lists at run time: what one of them lists is known without a change of the program (`GET /api/v1/codes`). Names are translated by what they say (`transformer/mapping/refdata/titles.csv`); a language that lacks is named there. What neither knows is published as it is and reported; a field with a closed list of the standard is then left out. Classifications of the state (KATO, KPVED, ENS TRU, units, the budget's) are no code lists: their names stand beside the code, in the languages in which the state keeps them."), p.say("Code list"), p.say("Dictionary"))
	for _, list := range slices.Sorted(maps.Keys(sources)) {
		fmt.Fprintf(&b, "| %s | %s |\n", list, sources[list])
	}
	b.WriteString("\n")
	for _, list := range []struct {
		title, dictionary string
		codes             []Code
	}{
		{"Announcement status (ref_buy_status) to tender.status", "tenderStatusDetails", buyStatuses},
		{"Lot status (ref_lots_status) to tender.lots[].status", "lotStatusDetails", lotStatuses},
		{"Contract status (ref_contract_status) to contracts[].status", "contractStatusDetails", contractStatuses},
		{"Plan point status (ref_pln_point_status) to tender.status of a plan point", "planPointStatusDetails", planStatuses},
	} {
		fmt.Fprintf(&b, "## %s\n\n| %s | %s | OCDS | %s |\n|---|---|---|---|\n", p.say(list.title), p.say("Portal"), p.say("Meaning"), p.say("Why"))
		for _, c := range list.codes {
			title := dictionaryOf(list.dictionary)[c.ID]
			fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", c.ID, p.of(title), c.OCDS, p.say(c.Why))
		}
		b.WriteString("\n")
	}
	fmt.Fprintf(&b, "## %s\n\n| %s | %s | procurementMethodDetails | procurementMethod | awardCriteria | submissionMethod |\n|---|---|---|---|---|---|\n", p.say("Method (ref_trade_methods)"), p.say("Portal"), p.say("Meaning"))
	for _, m := range methods {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", m.ID, p.of(dictionaryOf("procurementMethodDetails")[m.Code]), m.Code, m.Class, m.Criteria, strings.Join(m.Submission, ", "))
	}
	return b.String()
}

func (p pages) of(title Title) string {
	if p.ru {
		return title.RU
	}
	return title.EN
}

func (p pages) quality() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n%s| %s | %s | %s |\n|---|---|---|\n", p.say("Rules of quality"), p.generated(), p.say("Rule"), p.say("Severity"), p.say("Sentence"))
	for _, r := range quality.Catalogue() {
		sentence := r.EN
		if p.ru {
			sentence = r.RU
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", r.ID, r.Severity, sentence)
	}
	return b.String()
}

func (p pages) explorer() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n%s%s\n\n", p.say("Fields of the earlier Explorer"), p.generated(), earlier[p.ru])
	for _, absent := range []bool{false, true} {
		if absent {
			fmt.Fprintf(&b, "\n## %s\n\n", p.say("Not in any source"))
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n|---|---|---|---|\n", p.say("Earlier feed"), p.say("Now"), p.say("From"), p.say("Note"))
		for _, f := range earlierFields {
			if (f.from == "") != absent {
				continue
			}
			now := ""
			if f.now != "" {
				now = "`" + f.now + "`"
			}
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", f.was, now, p.say(f.from), p.say(f.note))
		}
	}
	return b.String()
}

func TestFieldsOfTheEarlierExplorerAreDescribed(t *testing.T) {
	t.Parallel()
	all := schemas(t)
	seen := map[string]bool{}
	for _, f := range earlierFields {
		if seen[f.was] {
			t.Errorf("%s stands twice", f.was)
		}
		seen[f.was] = true
		if f.now == "" && f.note == "" {
			t.Errorf("nothing says why %s is not published", f.was)
		}
		for now := range strings.SplitSeq(cmp.Or(f.now, "id"), ", ") {
			if _, _, ok := whence(all, now); !ok {
				t.Errorf("neither the standard nor an extension describes %s", now)
			}
		}
	}
}
