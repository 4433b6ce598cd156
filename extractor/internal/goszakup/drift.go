package goszakup

import (
	"context"
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"sync"

	"github.com/kzocds/kzocds/extractor/internal/document"
	"github.com/kzocds/kzocds/proto/source"
)

// members are the member names that an entity is known to have.
type members struct {
	mu    sync.Mutex
	known map[source.Entity]map[string]bool
	told  map[document.Drift]bool
}

var selected = regexp.MustCompile(`\w+`)

// asked are the names in a query's selection.
func asked(e source.Entity) map[string]bool {
	names := map[string]bool{}
	if text, err := query(e); err == nil {
		for _, name := range selected.FindAllString(text, -1) {
			names[name] = true
		}
	}
	return names
}

// restMembers are the members of the entities that only REST lists (reference of
// the API, section 6.7).
var restMembers = map[source.Entity][]string{
	source.TreasuryPay: {
		"id", "nomZa", "contractId", "dtReg", "nomUved", "supplier", "rnnSupplier", "bikSupplier", "iikSupplier", "codeSupplier", "nomDog", "dtDog",
		"nomDop", "dtDop", "itemDescription", "unitPrice", "quantity", "typeBujet", "budgetNameRu", "budgetNameKz", "kato", "func", "espk", "gu", "finSource",
		"poHeaderId", "lastUpdateDate", "vendorId", "pdiUpdateDate", "prepaySum", "strPrepaySum", "checkId", "invoiceId", "payDescription", "invnum",
		"payAmount", "checkNumber", "payDate", "codeCombinationId", "ppn", "accountingDate", "systemId", "indexDate",
	},
}

// drift tells what the first record of a page has and nobody knows; it is kept with
// the document. What records have no more is found by the schema (Schema).
func (c *Client) drift(e source.Entity, s slice) []document.Drift {
	if len(s.records) == 0 {
		return nil
	}
	c.members.mu.Lock()
	defer c.members.mu.Unlock()
	known, ok := c.members.known[e]
	if !ok {
		known = asked(e)
		for _, name := range restMembers[e] {
			known[name] = true
		}
		if c.members.known == nil {
			c.members.known, c.members.told = map[source.Entity]map[string]bool{}, map[document.Drift]bool{}
		}
		c.members.known[e] = known
	}
	var first map[string]json.RawMessage
	body := s.records[0]
	if entities[e].root == "" {
		if camel, bad := canonicalREST(body); bad == nil {
			body = json.RawMessage(camel)
		}
	}
	if json.Unmarshal(body, &first) != nil {
		return nil
	}
	var list []document.Drift
	for _, name := range slices.Sorted(maps.Keys(first)) {
		d := document.Drift{Entity: e, Field: name, Kind: document.UnknownField}
		if !known[name] && !c.members.told[d] {
			c.members.told[d] = true
			c.log.Warn("the source has a field that nobody knows; it is kept with the document", "entity", e, "field", name)
			list = append(list, d)
		}
	}
	return list
}

// lost tells that the portal has lost a field, or the whole register when the
// field is empty. It is an alarm: somebody has to look.
func (c *Client) lost(ctx context.Context, e source.Entity, field string) document.Drift {
	if field == "" {
		c.log.ErrorContext(ctx, "the source has no such register any more; what is stored of it stays as it is", "entity", e)
	} else {
		c.log.ErrorContext(ctx, "the source's schema has lost a field; it is left out from now on", "entity", e, "field", field)
	}
	return document.Drift{Entity: e, Field: field, Kind: document.VanishedField}
}

// takeLost hands over what leaving out has noted since the last page.
func (c *Client) takeLost(e source.Entity) []document.Drift {
	c.mu.Lock()
	defer c.mu.Unlock()
	list := c.missing[e]
	delete(c.missing, e)
	return list
}
