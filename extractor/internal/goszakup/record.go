package goszakup

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/kzocds/kzocds/extractor/internal/document"
	"github.com/kzocds/kzocds/proto/process"
	"github.com/kzocds/kzocds/proto/source"
)

// Rules that a record of the portal can break, beside those of the canonical
// form.
const (
	RuleShape = "source.record.shape"
	RuleID    = "source.record.id"
)

func canonical(raw []byte) (document.Body, *document.SyntaxError) {
	body, err := document.Canonical(raw)
	var bad *document.SyntaxError
	if errors.As(err, &bad) {
		return nil, bad
	}
	return body, nil
}

// canonicalREST is canonical for a record of REST, with the member names of
// GraphQL, so that one entity has one shape whichever way it came.
func canonicalREST(raw []byte) (document.Body, *document.SyntaxError) {
	body, err := document.CanonicalCamel(raw)
	var bad *document.SyntaxError
	if errors.As(err, &bad) {
		return nil, bad
	}
	return body, nil
}

// nestedLists are the members that hold a list of objects. The portal gives an
// empty one as []; null means that it failed to read them (reference of the API,
// section 2), and is not another state of the object.
var nestedLists = []string{
	"Address", "AppLots", "Agreement", "Acts", "Attrs", "Cancel", "Commission", "ContractPayment", "ContractSpecSum", "ContractTreas", "ContractUnits",
	"ContractUnitsCert", "Detail", "File", "Files", "GeneralFiles", "Items", "Kzs", "Lots", "Members", "Offers", "Pause", "Place",
	"PlansKato", "PlansSpec", "Spec", "SpecSum", "TreasuryPay",
}

// plainLists are the members that hold a list of codes or numbers. Null there may
// be the portal's word for none, so it stays; it is doubted all the same.
var plainLists = []string{"finYear", "kato", "plnPointKatoList", "pointList", "refAmendmAgreemJustifId", "refEnstruCode"}

// lists are the members that hold lists, true those of objects; of a lot its plan
// points as well, while those of a contract's unit are a single object.
var lists, listsOfLots = listsAnd(), listsAnd("Plans")

func listsAnd(more ...string) map[string]bool {
	named := map[string]bool{}
	for _, name := range slices.Concat(nestedLists, more) {
		named[name] = true
	}
	for _, name := range plainLists {
		named[name] = false
	}
	return named
}

func listsOf(e source.Entity) map[string]bool {
	if e == source.Lots || e == source.QuasiLots {
		return listsOfLots
	}
	return lists
}

// salvage reads what can be read of a record without canonical form, such as
// one with a member twice, so that the reject can say what it is about.
func salvage(raw []byte) document.Body {
	var members map[string]json.RawMessage
	if json.Unmarshal(raw, &members) != nil {
		return nil
	}
	for name, value := range members {
		if _, err := document.Canonical(value); err != nil {
			delete(members, name)
		}
	}
	again, err := json.Marshal(members)
	if err != nil {
		return nil
	}
	body, _ := canonical(again)
	return body
}

func salvageID(raw []byte, key string) string {
	if id := salvage(raw).Text(key); wholeNumber(id) {
		return id
	}
	return ""
}

func salvageProcess(raw []byte, spec entity) process.Key {
	body := salvage(raw)
	if body == nil {
		return ""
	}
	key, _ := spec.process(body)
	return key
}

// wholeNumber says whether a text is the key of a portal object: a positive
// whole number that fits 63 bits.
func wholeNumber(s string) bool {
	if s == "" || len(s) > 18 || s[0] == '0' {
		return false
	}
	for _, b := range []byte(s) {
		if b < '0' || b > '9' {
			return false
		}
	}
	return true
}

// said is the portal's way to report errors, over REST and GraphQL and from its
// framework.
type said struct {
	Name    string `json:"name"`
	Message string `json:"message"`
	Status  int    `json:"status"`
	Error   string `json:"error"`
	Code    int    `json:"code"`
	Errors  []struct {
		Message   string `json:"message"`
		Locations []struct {
			Line   int `json:"line"`
			Column int `json:"column"`
		} `json:"locations"`
	} `json:"errors"`
}

// notice reads the error of an answer, as far as it has one. Members of other
// types than expected are nothing.
func notice(body []byte) said {
	var s said
	if len(body) == 0 || body[0] != '{' || len(body) > 1<<20 {
		return s
	}
	// A page has no error and is not worth a look at all of it.
	if bytes.HasPrefix(body, []byte(`{"data":{`)) && !bytes.Contains(body, []byte(`"errors"`)) {
		return s
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(body, &members) != nil {
		return s
	}
	if _, page := members["items"]; page {
		return s
	}
	if _, page := members["data"]; !page {
		for name, into := range map[string]any{"name": &s.Name, "message": &s.Message, "status": &s.Status, "error": &s.Error, "code": &s.Code} {
			_ = json.Unmarshal(members[name], into) // absent or of another type: stays empty
		}
	}
	_ = json.Unmarshal(members["errors"], &s.Errors)
	if s.Message == "" && len(s.Errors) > 0 {
		texts := make([]string, len(s.Errors))
		for i, e := range s.Errors {
			texts[i] = e.Message
		}
		s.Message = strings.Join(texts, "; ")
	}
	return s
}
