package publication

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/kzocds/kzocds/ocds"
	"github.com/kzocds/kzocds/proto/personal"
	"github.com/kzocds/kzocds/transformer/privacy"
)

// Boundary is what documents that are OCDS cross before anything is made of them.
// Their form is the publisher's, so that not every member can be known; what the
// standard and its extensions have for persons is:
//
//   - a contact point keeps its url; additional contact points, e-mail
//     addresses, telephone and fax numbers go;
//   - owners, shareholders, signatories and persons of an organisation go;
//   - a party whose identifier is of a scheme for natural persons loses name,
//     address and further identifiers, its number becomes a pseudonym, and so do
//     all references to it;
//   - in every text the personal data that personal.Scan finds go, in names of
//     bodies and firms those that personal.ScanName finds; a number that reads as an
//     IIN becomes a pseudonym.
type Boundary struct {
	// Key makes the pseudonyms, the same as in the portal's own documents.
	Key privacy.Key
}

// personalSchemes are the endings of identifier schemes for natural persons.
var personalSchemes = []string{"-IIN", "-CPF", "-CURP", "-DNI", "-SSN", "-PESEL", "-PERSON"}

func personalScheme(scheme string) bool {
	for _, ending := range personalSchemes {
		if strings.HasSuffix(strings.ToUpper(scheme), ending) {
			return true
		}
	}
	return false
}

// Clean decodes a body and returns what may pass, in the form of privacy.Guard.
func (b Boundary) Clean(body []byte) (map[string]any, error) {
	root, err := ocds.Parse(body)
	var syntax *ocds.SyntaxError
	switch {
	case errors.As(err, &syntax):
		return nil, fmt.Errorf("malformed JSON at byte %d", syntax.Offset)
	case err != nil:
		return nil, errors.New("malformed JSON")
	case root.Kind() != ocds.Object:
		return nil, privacy.ErrNotObject
	}
	c := cleaning{Boundary: b, persons: map[string]string{}}
	for _, party := range root.Get("parties").Items() {
		identifier := party.Get("identifier")
		if id := party.Get("id").Text(); id != "" && (personalScheme(identifier.Get("scheme").Text()) || personalID(id)) {
			c.persons[id] = c.pseudonymOf(id, identifier.Get("id").Text())
		}
	}
	return c.object(root), nil
}

// personalID reports an id that names its scheme for natural persons itself.
func personalID(id string) bool {
	for _, ending := range personalSchemes {
		if i := strings.Index(id, ending+"-"); i > 0 && i < 8 {
			return true
		}
	}
	return false
}

// cleaning is one document on its way across.
type cleaning struct {
	Boundary
	persons map[string]string // ids of natural persons, and what they become
}

// pseudonymOf is the id of a person: the scheme of the id stays, as in the
// portal's own documents.
func (c *cleaning) pseudonymOf(id, number string) string {
	scheme, rest := "", id
	for _, ending := range personalSchemes {
		if i := strings.Index(id, ending+"-"); i > 0 && i < 8 {
			scheme, rest = id[:i+len(ending)+1], id[i+len(ending)+1:]
			break
		}
	}
	if number == "" {
		number = rest
	}
	return scheme + c.bare(number)
}

// bare is a pseudonym without its mark.
func (c *cleaning) bare(number string) string {
	return strings.TrimPrefix(c.Key.Pseudonym(number), privacy.PseudonymPrefix)
}

func (c *cleaning) object(v ocds.Value) map[string]any {
	person := c.isPerson(v)
	kept := make(map[string]any, v.Len())
	for member := v.First(); member.Ok(); member = member.Next() {
		name := member.Key()
		if member.Kind() == ocds.Null || personal.Member(name) {
			continue
		}
		switch {
		case name == "contactPoint":
			if url := member.Get("url"); url.Kind() == ocds.String {
				kept[name] = map[string]any{"url": c.text("url", url.Text())}
			}
		case person && (name == "name" || strings.HasPrefix(name, "name_") || name == "address" || name == "additionalIdentifiers" || name == "details"):
		case person && name == "identifier":
			kept[name] = map[string]any{"scheme": member.Get("scheme").Text(), "id": c.bare(member.Get("id").Text())}
		default:
			kept[c.numbers(name)] = c.value(name, member)
		}
	}
	return kept
}

// isPerson reports a party that is a natural person, or a reference to one.
func (c *cleaning) isPerson(v ocds.Value) bool {
	id := v.Get("id").Text()
	_, known := c.persons[id]
	return known || personalID(id)
}

func (c *cleaning) value(name string, v ocds.Value) any {
	switch v.Kind() {
	case ocds.Object:
		return c.object(v)
	case ocds.Array:
		kept := make([]any, 0, v.Len())
		for element := v.First(); element.Ok(); element = element.Next() {
			if element.Kind() != ocds.Null {
				kept = append(kept, c.value(name, element))
			}
		}
		return kept
	case ocds.Bool:
		return string(v.Raw()) == "true"
	case ocds.Number:
		return json.Number(v.Raw())
	default:
		return c.text(name, v.Text())
	}
}

func (c *cleaning) text(member, s string) string {
	if strings.HasPrefix(s, "ocds-") {
		return s // ids of processes and releases
	}
	if pseudonym, person := c.persons[s]; person {
		return pseudonym
	}
	if personalID(s) {
		return c.pseudonymOf(s, "")
	}
	scan := personal.Scan
	if personal.OfBody(member) {
		scan = personal.ScanName
	}
	s, _ = scan(c.numbers(s))
	return s
}

// numbers replaces twelve digits that read as an IIN, alone or between other
// characters than Latin letters, by their pseudonym, so that ids made of them
// still name the same.
func (c *cleaning) numbers(s string) string {
	const length = 12
	var out strings.Builder
	from := 0
	for i := 0; i < len(s); {
		if s[i] < '0' || s[i] > '9' {
			i++
			continue
		}
		begin := i
		for i < len(s) && s[i] >= '0' && s[i] <= '9' {
			i++
		}
		if i-begin != length || begin > 0 && latin(s[begin-1]) || i < len(s) && latin(s[i]) || !personal.IsIIN(s[begin:i]) {
			continue
		}
		out.WriteString(s[from:begin])
		out.WriteString(c.bare(s[begin:i]))
		from = i
	}
	if from == 0 {
		return s
	}
	out.WriteString(s[from:])
	return out.String()
}

func latin(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
