// Package process derives the stable key of a contracting process from the
// portal's own numbers (design section 5). The extractor stamps the key on each
// source document, the transformer makes the ocid from it.
package process

import "strings"

// Key identifies a contracting process within one publication. It carries no
// ocid prefix.
type Key string

// OfAnnouncement makes the key of an announcement from its public number. The
// revision is cut off: 17379679-1 and 17379679-2 are one process. An empty
// number gives an empty key.
func OfAnnouncement(number string) Key {
	number = strings.TrimSpace(number)
	if i := strings.IndexByte(number, '-'); i >= 0 {
		number = number[:i]
	}
	if number == "" || number == "0" {
		return ""
	}
	return Key("t" + number)
}

// OfContract makes the key of a contract without announcement from the id of
// the first contract in its chain.
func OfContract(rootID string) Key { return prefixed("c", rootID) }

// OfPlanPoint makes the key of a plan point from the id that its versions
// share.
func OfPlanPoint(rootRecordID string) Key { return prefixed("p", rootRecordID) }

// The registers of the quasi-public sector number their objects on their own:
// the same number there is another process.

// OfQuasiAnnouncement is OfAnnouncement for the quasi-public sector.
func OfQuasiAnnouncement(number string) Key { return quasi(OfAnnouncement(number)) }

// OfQuasiContract is OfContract for the quasi-public sector.
func OfQuasiContract(rootID string) Key { return quasi(OfContract(rootID)) }

// OfQuasiPlanPoint is OfPlanPoint for the quasi-public sector.
func OfQuasiPlanPoint(rootRecordID string) Key { return quasi(OfPlanPoint(rootRecordID)) }

func quasi(k Key) Key {
	if k == "" {
		return ""
	}
	return "o" + k
}

// OfOCID makes the key of a process that another publisher has given an ocid.
func OfOCID(ocid string) Key {
	if ocid = strings.TrimSpace(ocid); ocid == "" {
		return ""
	}
	return Key("x" + ocid)
}

// Foreign reports whether the process carries another publisher's ocid.
func (k Key) Foreign() bool { return strings.HasPrefix(string(k), "x") }

func prefixed(prefix, id string) Key {
	id = strings.TrimSpace(id)
	if id == "" || id == "0" {
		return ""
	}
	return Key(prefix + id)
}

// OCID is the open contracting id: prefix, hyphen, key. A process of another
// publisher keeps the ocid that it has there.
func (k Key) OCID(prefix string) string {
	if k.Foreign() {
		return string(k[1:])
	}
	return prefix + "-" + string(k)
}
