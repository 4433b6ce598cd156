package read

import "github.com/kzocds/kzocds/ocds/internal/skip"

// outline is what the members of an object, without their content, tell about it.
type outline struct {
	ocid     []byte // text of the string, with quotes
	list     string // "releases" or "records" if that is an array
	listAt   int    // where the array begins
	complete bool   // all members were seen
	fault    bool   // this is no object
}

// outlineOf reads member names until it has seen all or, if stopAtList, a list
// whose meaning is clear.
func outlineOf(data []byte, stopAtList bool) (o outline) {
	i := skip.Space(data)
	if i >= len(data) || data[i] != '{' {
		o.fault = i < len(data)
		return o
	}
	i++
	for {
		i += skip.Space(data[i:])
		if i >= len(data) {
			return o
		}
		if data[i] == '}' {
			o.complete = true
			return o
		}
		if data[i] == ',' {
			i++
			continue
		}
		if data[i] != '"' {
			o.fault = true
			return o
		}
		end := skip.End(data[i:])
		if end < 0 {
			return o
		}
		name := data[i+1 : i+end-1]
		i += end
		i += skip.Space(data[i:])
		if i >= len(data) {
			return o
		}
		if data[i] != ':' {
			o.fault = true
			return o
		}
		i++
		i += skip.Space(data[i:])
		if i >= len(data) {
			return o
		}
		if data[i] == '[' && o.list == "" && (string(name) == "releases" || string(name) == "records") {
			o.list, o.listAt = string(name), i
			if stopAtList {
				return o
			}
		}
		end = skip.End(data[i:])
		if end < 0 {
			return o
		}
		if string(name) == "ocid" && data[i] == '"' {
			o.ocid = data[i : i+end]
			if stopAtList && o.list == "" {
				// A release or a record: nothing more to know.
				return o
			}
		}
		i += end
	}
}
