// Package privacy is the last look at published documents before they become
// public: it finds the personal data that slipped through. Taking them out is the
// transformer's work; what counts as one is said once, in proto/personal.
package privacy

import (
	"bytes"
	"encoding/json"

	"github.com/kzocds/kzocds/proto/personal"
)

// Find names the first personal datum in a JSON text: in a string, in the name of
// a member, or as a member that OCDS has for persons. It gives "" when there is
// none. JSON numbers are amounts, not identifiers, and strings that begin with
// "ocds-" are ids of processes and releases, whose digest may be all digits:
// neither is looked at. In the names of bodies and firms only what is a person's name
// and nothing else counts as one (personal.FindName).
func Find(doc []byte) personal.Datum {
	look := personal.Find // for what the member before says
	for {
		begin := bytes.IndexByte(doc, '"')
		if begin < 0 {
			return ""
		}
		doc = doc[begin+1:]
		end, escaped := 0, false
		for end < len(doc) && doc[end] != '"' {
			if doc[end] == '\\' {
				escaped = true
				end++
			}
			end++
		}
		end = min(end, len(doc))
		text := doc[:end]
		doc = doc[min(end+1, len(doc)):]
		if bytes.HasPrefix(text, ocds) {
			continue
		}
		if what := look(said(text, escaped)); what != "" {
			return what
		}
		if len(doc) == 0 || doc[0] != ':' {
			look = personal.Find
			continue
		}
		if personal.Member(string(text)) {
			return "member " + personal.Datum(text)
		}
		if look = personal.Find; personal.OfBody(string(text)) {
			look = personal.FindName
		}
	}
}

var ocds = []byte("ocds-")

// said is what a string says, not how it is written.
func said(text []byte, escaped bool) string {
	if !escaped {
		return string(text)
	}
	var said string
	if json.Unmarshal(append(append([]byte{'"'}, text...), '"'), &said) != nil {
		return string(text)
	}
	return said
}
