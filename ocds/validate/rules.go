package validate

import (
	"bytes"
	"regexp"

	"github.com/kzocds/kzocds/ocds"
)

var ocidPrefix = regexp.MustCompile(`^ocds-[a-z0-9]{6}`)

// within runs check on a member, with the path to it.
func (w *work) within(v ocds.Value, name string, check func(ocds.Value)) {
	m := v.Get(name)
	if !m.Ok() {
		return
	}
	w.path = append(w.path, step{member: m, index: -1})
	check(m)
	w.path = w.path[:len(w.path)-1]
}

// each runs check on the objects of an array member, with the path to each.
func (w *work) each(v ocds.Value, name string, check func(ocds.Value)) {
	w.within(v, name, func(list ocds.Value) {
		w.path = append(w.path, step{})
		for i, e := range list.Items() {
			w.path[len(w.path)-1].index = i
			if e.Kind() == ocds.Object {
				check(e)
			}
		}
		w.path = w.path[:len(w.path)-1]
	})
}

// ocid checks the conformance rule about ocids.
func (w *work) ocid(v ocds.Value) {
	w.within(v, "ocid", func(ocid ocds.Value) {
		if ocid.Kind() != ocds.String || len(ocid.Raw()) == 2 {
			return // the schema says so
		}
		text := ocid.Bytes()
		if !ocidPrefix.Match(text) {
			w.report("ocid-prefix", Error, ocid, "The ocid must begin with a registered prefix, such as ocds-a1b2c3.")
		} else if p := w.validator.options.OCIDPrefix; p != "" && !bytes.HasPrefix(text, []byte(p)) {
			w.report("ocid-prefix", Error, ocid, "The ocid must begin with %s.", p)
		}
	})
}

// releaseRules are the structural rules of a release beyond its schema.
func (w *work) releaseRules(v ocds.Value) {
	if v.Kind() != ocds.Object {
		return
	}
	w.ocid(v)
	compiled := w.compiled
	w.within(v, "tag", func(tags ocds.Value) {
		for _, t := range tags.Items() {
			if t.Text() == string(ocds.TagCompiled) {
				compiled = true
				if tags.Len() > 1 {
					w.report("compiled-tag", Error, tags, "A compiled release has the tag compiled and no other.")
				}
			}
		}
	})
	if !compiled {
		w.within(v, "id", func(id ocds.Value) {
			if bytes.IndexByte(id.Bytes(), '#') >= 0 {
				w.report("release-id", Error, id, "A release id must not contain #: it could not be linked to from a record.")
			}
		})
	}
	if compiled && w.validator.options.Quality {
		w.quality(v)
	}
}

// recordRules are the structural rules of a record beyond its schema.
func (w *work) recordRules(v ocds.Value) {
	if v.Kind() != ocds.Object {
		return
	}
	w.ocid(v)
	same := func(r ocds.Value) {
		if o := r.Get("ocid"); o.Ok() && v.Get("ocid").Ok() && !ocds.Equal(o, v.Get("ocid")) {
			w.within(r, "ocid", func(o ocds.Value) {
				w.report("record-ocid", Error, o, "The release belongs to another process than the record, whose ocid is %s.", v.Get("ocid"))
			})
		}
	}
	var last ocds.Value
	w.each(v, "releases", func(r ocds.Value) {
		date := r.Get("date")
		if last.Ok() {
			a, _, okA := ocds.ParseTime(last.Bytes())
			b, _, okB := ocds.ParseTime(date.Bytes())
			if okA && okB && b.Before(a) {
				w.within(r, "date", func(date ocds.Value) {
					w.report("release-order", Error, date, "The releases of a record must be in the order of their dates; this one is older than the one before it.")
				})
			}
		}
		last = date
		if r.Get("id").Ok() {
			same(r)
			w.releaseRules(r)
		}
	})
	w.within(v, "compiledRelease", func(r ocds.Value) {
		same(r)
		before := w.compiled
		w.compiled = true
		w.releaseRules(r)
		w.compiled = before
	})
	w.within(v, "versionedRelease", same)
}

// packageRules are about the version and the extensions a package declares.
func (w *work) packageRules(v ocds.Value) {
	if v.Kind() != ocds.Object {
		return
	}
	version := v.Get("version")
	switch {
	case !version.Ok():
		w.report("version", Warning, ocds.Value{}, "The package does not say which version of the standard it uses; that means 1.0.")
	case version.Text() == "1.0":
		w.within(v, "version", func(version ocds.Value) {
			w.report("version", Warning, version, "The package is of version 1.0 and was checked as 1.1, in which what changed since is deprecated; ocds upgrade makes 1.1 of it.")
		})
	case version.Text() != "1.1":
		w.within(v, "version", func(version ocds.Value) {
			w.report("version", Error, version, "The version must be 1.0 or 1.1, without a patch number.")
		})
	}
}
