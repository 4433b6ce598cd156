// Package upgrade rewrites data of OCDS 1.0 as 1.1: organisations move to parties,
// single amendments to lists, transactions to payer, payee and value.
//
// Merge 1.0 releases with the rules of the 1.0 schema before upgrading them: suppliers and
// tenderers were replaced as whole lists then.
package upgrade

import (
	"encoding/hex"
	"hash/fnv"

	"github.com/kzocds/kzocds/ocds"
)

// Release upgrades a release in place. What is 1.1 already stays as it is, so that a
// second time changes nothing.
func Release(d *ocds.Document, v ocds.Value) {
	u := upgrader{d: d, release: v}
	u.amendments(v.Get("tender"))
	if v.Get("buyer").Kind() == ocds.Object {
		u.organisation(v, "buyer", "buyer")
	}
	tender := v.Get("tender")
	if tender.Get("procuringEntity").Kind() == ocds.Object {
		u.organisation(tender, "procuringEntity", "procuringEntity")
		tender.Touch()
	}
	for _, t := range tender.Get("tenderers").Items() {
		u.reference(t, "tenderer")
	}
	for _, a := range v.Get("awards").Items() {
		u.amendments(a)
		u.each(a.Get("suppliers"), "supplier")
	}
	for _, c := range v.Get("contracts").Items() {
		u.amendments(c)
		for _, t := range c.Path("implementation", "transactions").Items() {
			u.transaction(t)
		}
	}
	u.finish()
	touch(v)
}

// touch marks everything as changed: an upgrade reaches into most of a release.
func touch(v ocds.Value) {
	if v.Kind() < ocds.Array {
		return
	}
	v.Touch()
	for c := v.First(); c.Ok(); c = c.Next() {
		touch(c)
	}
}

type upgrader struct {
	d       *ocds.Document
	release ocds.Value
	parties []ocds.Value
}

func (u *upgrader) each(list ocds.Value, role string) {
	for _, o := range list.Items() {
		u.reference(o, role)
	}
}

func (u *upgrader) organisation(parent ocds.Value, name, role string) {
	u.reference(parent.Get(name), role)
}

// amendments turns a single amendment into a list.
func (u *upgrader) amendments(v ocds.Value) {
	a := v.Get("amendment")
	if a.Kind() != ocds.Object || v.Get("amendments").Ok() {
		return
	}
	list := u.d.NewArray()
	list.Append(u.d.Copy(a))
	v.Set("amendments", list)
	v.Delete("amendment")
}

// transaction renames the fields of 1.0.
func (u *upgrader) transaction(t ocds.Value) {
	for _, f := range []struct{ old, new, role string }{{"amount", "value", ""}, {"providerOrganization", "payer", "payer"}, {"receiverOrganization", "payee", "payee"}} {
		v := t.Get(f.old)
		if v.Kind() != ocds.Object || t.Get(f.new).Ok() {
			continue
		}
		moved := u.d.Copy(v)
		if f.role != "" {
			// In 1.0 these were identifiers, not organisations.
			organisation := u.d.NewObject()
			if name := moved.Get("legalName"); name.Ok() {
				organisation.Set("name", u.d.Copy(name))
			}
			organisation.Set("identifier", moved)
			moved = organisation
		}
		t.Set(f.new, moved)
		t.Delete(f.old)
		if f.role != "" {
			u.reference(t.Get(f.new), f.role)
		}
	}
}

// reference moves the details of an organisation to parties and leaves its name
// and id. An organisation without details is a reference already.
func (u *upgrader) reference(o ocds.Value, role string) {
	if o.Kind() != ocds.Object {
		return
	}
	detailed := false
	for _, name := range []string{"identifier", "additionalIdentifiers", "address", "contactPoint"} {
		detailed = detailed || o.Get(name).Ok()
	}
	if !detailed {
		return
	}
	id := o.Get("id").Text()
	if !o.Get("id").Ok() {
		id = identify(o)
	}
	party := u.party(id)
	for c := o.First(); c.Ok(); c = c.Next() {
		if c.Key() != "id" && !party.Get(c.Key()).Ok() {
			party.Set(c.Key(), u.d.Copy(c))
		}
	}
	roles := party.Get("roles")
	if roles.Kind() != ocds.Array {
		party.Set("roles", u.d.NewArray())
		roles = party.Get("roles")
	}
	known := false
	for _, r := range roles.Items() {
		known = known || r.Text() == role
	}
	if !known {
		roles.Append(u.d.NewString(role))
	}
	for _, name := range []string{"identifier", "additionalIdentifiers", "address", "contactPoint"} {
		o.Delete(name)
	}
	o.Set("id", u.d.NewString(id))
}

// identify makes an id from the identifier or, without one, from everything that
// is known about the organisation.
func identify(o ocds.Value) string {
	scheme, id := o.Path("identifier", "scheme"), o.Path("identifier", "id")
	if scheme.Ok() && id.Ok() && id.Kind() != ocds.Null {
		return scheme.Text() + "-" + id.Text()
	}
	h := fnv.New128a()
	_, _ = h.Write(o.AppendTo(nil)) // never fails
	return hex.EncodeToString(h.Sum(nil))
}

func (u *upgrader) party(id string) ocds.Value {
	for _, p := range u.release.Get("parties").Items() {
		if p.Get("id").Text() == id {
			return p
		}
	}
	for _, p := range u.parties {
		if p.Get("id").Text() == id {
			return p
		}
	}
	p := u.d.NewObject()
	p.Set("id", u.d.NewString(id))
	u.parties = append(u.parties, p)
	return p
}

func (u *upgrader) finish() {
	if len(u.parties) == 0 {
		return
	}
	list := u.release.Get("parties")
	if list.Kind() != ocds.Array {
		u.release.Set("parties", u.d.NewArray())
		list = u.release.Get("parties")
	}
	for _, p := range u.parties {
		list.Append(p)
	}
}
