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
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/kzocds/kzocds/proto/source"
)

// Class is how a field passes the boundary.
type Class uint8

// Classes. The zero class drops.
const (
	Drop   Class = iota // never passes
	Plain               // id, code, date, sum, flag, address of a document: as it is, unless it is an IIN
	Text                // free text: passes without the personal data that Scan finds
	Number              // BIN or IIN: a BIN passes, an IIN becomes a pseudonym
	Name                // name of a participant: passes for organisations and sole traders
	Nested              // object or list of objects with a policy of its own
)

// String names the class as the mapping documentation does.
func (c Class) String() string {
	return [...]string{"drop", "plain", "text", "number", "name", "nested"}[c]
}

// Field is the policy of one field.
type Field struct {
	Class Class
	// Owner names the sibling field with the number of whoever the name or the
	// nested participant belongs to.
	Owner string
	// Of is the policy of a nested object.
	Of Object
	// Why is the reason of a dropped field, for the documentation.
	Why string
}

// Object is the policy of an object: its fields by name.
type Object map[string]Field

// Guard lets documents through.
type Guard struct{ key Key }

// NewGuard needs the deployment's key for pseudonyms, at least 16 bytes.
func NewGuard(key Key) (*Guard, error) {
	if len(key) < 16 {
		return nil, fmt.Errorf("pseudonym key has %d bytes, want at least 16: set a random secret and keep it", len(key))
	}
	return &Guard{key: key}, nil
}

// ErrNotObject says that a body is JSON but no object.
var ErrNotObject = errors.New("document is not a JSON object")

// Clean decodes the body of a document and returns what may pass. Numbers stay
// as the source wrote them (json.Number). The error says where the JSON breaks
// and never repeats the document's text.
func (g *Guard) Clean(entity source.Entity, body []byte) (map[string]any, error) {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var raw any
	if err := decoder.Decode(&raw); err != nil {
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			return nil, fmt.Errorf("malformed JSON at byte %d", syntax.Offset)
		}
		return nil, fmt.Errorf("malformed JSON: the document ends too early")
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("malformed JSON: more than one value")
	}
	object, ok := raw.(map[string]any)
	if !ok {
		return nil, ErrNotObject
	}
	return g.object(Policy(entity), object, Unknown), nil
}

// object keeps of raw what the policy lets pass. inherited is what the parent
// knows about the owner of a nested participant.
func (g *Guard) object(policy Object, raw map[string]any, inherited Kind) map[string]any {
	kept := make(map[string]any, len(raw))
	for name, value := range raw {
		field, known := policy[name]
		if !known || field.Class == Drop || value == nil {
			continue
		}
		if passed := g.value(field, raw, value, inherited); passed != nil {
			kept[name] = passed
		}
	}
	if participant(policy) {
		kept["personKind"] = personKinds[ownerOf(raw, inherited)]
	}
	return kept
}

// personKinds is what the field personKind of a cleaned participant says.
var personKinds = map[Kind]string{
	Unknown: "", Organisation: "organisation", SoleTrader: "soleTrader", Person: "person",
}

func (g *Guard) value(field Field, raw map[string]any, value any, inherited Kind) any {
	if list, ok := value.([]any); ok {
		kept := make([]any, 0, len(list))
		for _, element := range list {
			if element == nil {
				continue
			}
			if passed := g.value(field, raw, element, inherited); passed != nil {
				kept = append(kept, passed)
			}
		}
		return kept
	}
	if object, ok := value.(map[string]any); ok {
		if field.Class != Nested {
			return nil
		}
		owner := Unknown
		if field.Owner != "" {
			owner = Owner(textOf(raw[field.Owner]))
		}
		return g.object(field.Of, object, owner)
	}
	switch field.Class {
	case Plain:
		text, isText := value.(string)
		if !isText {
			return value
		}
		if iin(text) == len(text) && text != "" {
			return g.key.Pseudonym(text)
		}
		return text
	case Text:
		text, isText := value.(string)
		if !isText {
			return value
		}
		text, _ = Scan(text)
		return text
	case Number:
		number := textOf(value)
		if number == "" || number == "0" {
			return nil
		}
		if Owner(number) == Organisation {
			return number
		}
		return g.key.Pseudonym(number)
	case Name:
		name := textOf(value)
		kind := ownerOf(raw, inherited)
		if field.Owner != "" {
			kind = Owner(textOf(raw[field.Owner]))
		}
		if kind != Organisation && kind != SoleTrader && !tradeName(name) {
			return nil
		}
		name, _ = Scan(name)
		return name
	default:
		return nil
	}
}

// ownerOf tells whether a participant is an organisation, a sole trader or a
// person, by what the portal says of it, else by its numbers, else by what the
// parent object knows.
func ownerOf(raw map[string]any, inherited Kind) Kind {
	switch textOf(raw["typeSupplier"]) {
	case "1":
		return Organisation
	case "2":
		return Person
	case "3":
		return SoleTrader
	}
	if kind := Owner(textOf(raw["bin"])); kind != Unknown {
		return kind
	}
	if textOf(raw["iin"]) != "" {
		return Person
	}
	return inherited
}

// participant reports whether a policy describes a participant.
func participant(policy Object) bool {
	field, ok := policy["pid"]
	return ok && field.Class == Plain && policy["bin"].Class == Number
}

func textOf(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	default:
		return ""
	}
}
