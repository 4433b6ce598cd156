// Package privacy is the boundary that source documents cross before anything
// is made of them. What is not named in its policy does not pass: a field that
// the portal adds tomorrow is dropped until somebody decides about it.
//
// A policy says for each field of an entity how it passes (see Class). Numbers
// of natural persons (IIN) leave as keyed pseudonyms, names pass for
// organisations and for sole traders, contacts, bank accounts and names of
// signatories, heads and commission members never pass, free text is scanned.
// Whatever lies behind the boundary can therefore not leak what it never saw.
package privacy

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/kzocds/kzocds/ocds"
	"github.com/kzocds/kzocds/proto/personal"
	"github.com/kzocds/kzocds/proto/source"
)

// Class is how a field passes the boundary.
type Class uint8

// Classes. The zero class drops.
const (
	Drop   Class = iota // never passes
	Plain               // id, code, number, date, sum, flag, address of a document: scanned like text; an IIN that stands alone becomes a pseudonym
	Text                // free text: passes without the personal data that personal.Scan finds
	Number              // BIN or IIN: a BIN passes, an IIN becomes a pseudonym
	Name                // name of a participant: passes for organisations and sole traders, see nameOf
	Nested              // object or list of objects with a policy of its own
	// ForeignNumber is a tax number of another country: passes for organisations.
	// It has other forms than BIN and IIN, so only what the portal says of the
	// participant tells.
	ForeignNumber
	Seat // street address: passes for organisations; a sole trader's may be a home
)

// String names the class as the mapping documentation does.
func (c Class) String() string {
	return [...]string{"drop", "plain", "text", "number", "name", "nested", "foreign number", "seat"}[c]
}

// Field is the policy of one field.
type Field struct {
	Class Class
	// Owner names the sibling field with the number of whoever the name or the
	// nested participant belongs to; Self says that it is the object itself.
	Owner string
	// Of is the policy of a nested object.
	Of Object
	// Why is the reason of a dropped field, for the documentation.
	Why string
}

// Self as Field.Owner: what is nested belongs to the object that it is nested in.
const Self = "."

// Object is the policy of an object: its fields by name.
type Object map[string]Field

// Guard lets documents through. It is safe for many goroutines.
type Guard struct {
	key       Key
	documents sync.Pool // of *ocds.Document
}

// NewGuard needs the deployment's key for pseudonyms, at least 16 bytes.
func NewGuard(key Key) (*Guard, error) {
	if len(key) < 16 {
		return nil, fmt.Errorf("pseudonym key has %d bytes, want at least 16: set a random secret and keep it", len(key))
	}
	return &Guard{key: key}, nil
}

// ErrNotObject says that a body is JSON but no object.
var ErrNotObject = errors.New("document is not a JSON object")

// Clean decodes the body of a document and returns what may pass: objects as
// map[string]any, lists as []any, numbers as the source wrote them
// (json.Number), texts and booleans. The error says where the JSON breaks and
// never repeats the document's text.
func (g *Guard) Clean(entity source.Entity, body []byte) (map[string]any, error) {
	document, _ := g.documents.Get().(*ocds.Document)
	if document == nil {
		document = new(ocds.Document)
	}
	defer g.documents.Put(document)
	document.Reset()
	root, err := document.Parse(body)
	if syntax, ok := errors.AsType[*ocds.SyntaxError](err); ok {
		return nil, fmt.Errorf("malformed JSON at byte %d", syntax.Offset)
	}
	if err != nil {
		return nil, errors.New("malformed JSON")
	}
	if root.Kind() != ocds.Object {
		return nil, ErrNotObject
	}
	return g.object(Policy(entity), root, personal.Unknown), nil
}

// object keeps of raw what the policy lets pass. inherited is what the parent
// knows about the owner of a nested participant.
func (g *Guard) object(policy Object, raw ocds.Value, inherited personal.Kind) map[string]any {
	kept := make(map[string]any, min(raw.Len(), len(policy)))
	for member := raw.First(); member.Ok(); member = member.Next() {
		if member.Kind() == ocds.Null {
			continue
		}
		name := member.KeyBytes()
		field, known := policy[string(name)]
		if !known || field.Class == Drop {
			continue
		}
		if passed := g.value(field, raw, member, inherited); passed != nil {
			kept[string(name)] = passed
		}
	}
	if participant(policy) {
		kept["personKind"] = personKinds[ownerOf(raw, inherited)]
	}
	return kept
}

// personKinds is what the field personKind of a cleaned participant says.
var personKinds = map[personal.Kind]string{
	personal.Unknown: "", personal.Organisation: "organisation", personal.SoleTrader: "soleTrader", personal.Person: "person",
}

func (g *Guard) value(field Field, raw, value ocds.Value, inherited personal.Kind) any {
	switch value.Kind() {
	case ocds.Array:
		kept := make([]any, 0, value.Len())
		for element := value.First(); element.Ok(); element = element.Next() {
			if passed := g.value(field, raw, element, inherited); passed != nil {
				kept = append(kept, passed)
			}
		}
		return kept
	case ocds.Object:
		if field.Class != Nested {
			return nil
		}
		owner := personal.Unknown
		switch field.Owner {
		case "":
		case Self:
			owner = ownerOf(raw, inherited)
		default:
			owner = personal.Owner(textOf(raw.Get(field.Owner)))
		}
		return g.object(field.Of, value, owner)
	case ocds.Bool:
		if field.Class == Plain || field.Class == Text {
			return string(value.Raw()) == "true"
		}
		return nil
	case ocds.Number:
		switch field.Class {
		case Plain, Text:
			return json.Number(value.Raw())
		case Number:
			return g.number(textOf(value))
		case ForeignNumber:
			return foreign(raw, textOf(value), inherited)
		default:
			return nil
		}
	case ocds.String:
		return g.text(field, raw, value.Text(), inherited)
	default:
		return nil
	}
}

func (g *Guard) text(field Field, raw ocds.Value, text string, inherited personal.Kind) any {
	switch field.Class {
	case Plain:
		if personal.IsIIN(text) {
			return g.key.Pseudonym(text)
		}
		fallthrough
	case Text:
		text, _ = personal.Scan(text)
		return text
	case Number:
		return g.number(text)
	case ForeignNumber:
		return foreign(raw, text, inherited)
	case Seat:
		if inherited != personal.Organisation {
			return nil
		}
		text, _ = personal.Scan(text)
		return text
	case Name:
		kind := ownerOf(raw, inherited)
		if field.Owner != "" {
			kind = personal.Owner(textOf(raw.Get(field.Owner)))
		}
		return nameOf(kind, text)
	default:
		return nil
	}
}

// nameOf lets the name of a body or firm pass, though a person be named in it. A sole
// trader is a firm: a name without a form gets it, so that everybody sees whose name
// it is. What is nothing but a person's name and of nobody who trades does not pass.
func nameOf(kind personal.Kind, text string) any {
	switch trades := tradeName(text); {
	case kind == personal.SoleTrader && !trades && strings.TrimSpace(text) != "":
		text = soleTrader + strings.TrimSpace(text)
	case kind != personal.Organisation && !trades:
		return nil
	}
	if text, _ = personal.ScanName(text); text == personal.Redacted {
		return nil
	}
	return text
}

// soleTrader begins the names of sole traders, as the portal shows them in both
// languages.
const soleTrader = "ИП "

// number lets a BIN pass and replaces every other number by its pseudonym: what
// is not known to be an organisation's may be a person's.
func (g *Guard) number(number string) any {
	switch {
	case number == "" || number == "0":
		return nil
	case personal.Owner(number) == personal.Organisation:
		return number
	default:
		return g.key.Pseudonym(number)
	}
}

// foreign lets the number of an organisation pass: nine digits in Belarus, ten
// in Russia, where twelve are a natural person's.
func foreign(raw ocds.Value, number string, inherited personal.Kind) any {
	if len(number) < 9 || len(number) > 10 || strings.Trim(number, "0123456789") != "" || ownerOf(raw, inherited) != personal.Organisation {
		return nil
	}
	return number
}

// ownerOf tells whether a participant is an organisation, a sole trader or a
// person, by what the portal says of it, else by its numbers, else by what the
// parent object knows.
func ownerOf(raw ocds.Value, inherited personal.Kind) personal.Kind {
	switch textOf(raw.Get("typeSupplier")) {
	case "1":
		return personal.Organisation
	case "2":
		return personal.Person
	case "3":
		return personal.SoleTrader
	}
	if kind := personal.Owner(textOf(raw.Get("bin"))); kind != personal.Unknown {
		return kind
	}
	if textOf(raw.Get("iin")) != "" {
		return personal.Person
	}
	return inherited
}

// participant reports whether a policy describes a participant.
func participant(policy Object) bool {
	field, ok := policy["pid"]
	return ok && field.Class == Plain && policy["bin"].Class == Number
}

func textOf(value ocds.Value) string {
	switch value.Kind() {
	case ocds.String:
		return value.Text()
	case ocds.Number:
		return string(value.Raw())
	default:
		return ""
	}
}
