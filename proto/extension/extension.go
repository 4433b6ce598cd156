// Package extension holds ocds_kz_extension, the local OCDS extension of
// kzocds: what the procurement portal of Kazakhstan knows and no registered
// extension covers. The transformer fills its fields, the publisher publishes
// its files beside the data.
//
// It also lists every extension that the releases use, in the order in which
// their patches apply.
package extension

import (
	"embed"
	"io/fs"
)

// Name is the folder of the local extension in a publication and the last
// element of its base URL.
const Name = "ocds_kz_extension"

//go:embed ocds_kz_extension
var files embed.FS

// Files returns the local extension: extension.json, release-schema.json,
// codelists/*.csv, fields.csv and README.md.
func Files() fs.FS {
	sub, err := fs.Sub(files, Name)
	if err != nil {
		panic(err) // the name is a constant that the compiler embedded
	}
	return sub
}

// Extension names an extension of the registry in the version that the
// releases follow.
type Extension struct {
	ID      string // id in the extension registry
	Version string
	URL     string // of extension.json
}

// Registered lists the extensions of the registry that releases use, in patch
// order. The frozen version v1.1.5 of the core extensions is used, because
// the schema of lots on master refers to a definition (SubmissionTerms) that
// it does not bring.
func Registered() []Extension {
	const base = "https://raw.githubusercontent.com/open-contracting-extensions/"
	return []Extension{
		{"lots", "v1.1.5", base + "ocds_lots_extension/v1.1.5/extension.json"},
		{"bids", "v1.1.5", base + "ocds_bid_extension/v1.1.5/extension.json"},
		{"enquiries", "v1.1.5", base + "ocds_enquiry_extension/v1.1.5/extension.json"},
		{"contract_buyer", "master", base + "ocds_contract_buyer_extension/master/extension.json"},
		{"contract_suppliers", "master", base + "ocds_contract_suppliers_extension/master/extension.json"},
	}
}

// LocalURL is where the local extension lies until a publication names its own
// address.
const LocalURL = "https://raw.githubusercontent.com/kzocds/kzocds/main/proto/extension/ocds_kz_extension/extension.json"

// URLs lists what a package states in its extensions field. local is the URL
// of the local extension.json where the publication serves it; empty means
// LocalURL.
func URLs(local string) []string {
	if local == "" {
		local = LocalURL
	}
	var urls []string
	for _, e := range Registered() {
		urls = append(urls, e.URL)
	}
	return append(urls, local)
}
