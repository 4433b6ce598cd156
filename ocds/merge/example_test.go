package merge_test

import (
	"fmt"

	"github.com/kzocds/kzocds/ocds/merge"
	"github.com/kzocds/kzocds/ocds/schema"
)

func ExampleMerger_Compiled() {
	extensions, err := schema.Named("lots")
	if err != nil {
		panic(err)
	}
	rules, err := merge.DefaultRules(extensions...)
	if err != nil {
		panic(err)
	}
	compiled, err := merge.New(rules).Compiled([][]byte{
		[]byte(`{"ocid":"ocds-a1b2c3-1","id":"2","date":"2024-02-01T09:00:00+05:00","tag":["tenderUpdate"],
		         "tender":{"id":"t","value":{"amount":1500.00},"lots":[{"id":"2","title":"B"}]}}`),
		[]byte(`{"ocid":"ocds-a1b2c3-1","id":"1","date":"2024-01-01T09:00:00+06:00","tag":["tender"],
		         "tender":{"id":"t","value":{"amount":1000,"currency":"KZT"},"lots":[{"id":"1","title":"A"}]}}`),
	})
	if err != nil {
		panic(err)
	}
	fmt.Println(string(compiled))
	// Output:
	// {"ocid":"ocds-a1b2c3-1","id":"ocds-a1b2c3-1-2024-02-01T09:00:00+05:00","date":"2024-02-01T09:00:00+05:00","tag":["compiled"],"tender":{"id":"t","value":{"amount":1500.00,"currency":"KZT"},"lots":[{"id":"1","title":"A"},{"id":"2","title":"B"}]}}
}

func ExampleMerger_ExtendCompiled() {
	rules, err := merge.DefaultRules()
	if err != nil {
		panic(err)
	}
	m := merge.New(rules)
	state, err := m.Compiled([][]byte{[]byte(`{"ocid":"ocds-a1b2c3-1","id":"1","date":"2024-01-01T00:00:00Z","language":"ru"}`)})
	if err != nil {
		panic(err)
	}
	state, err = m.ExtendCompiled(state, []byte(`{"ocid":"ocds-a1b2c3-1","id":"2","date":"2024-01-02T00:00:00Z","language":"kk"}`))
	if err != nil {
		panic(err)
	}
	fmt.Println(string(state))
	// Output:
	// {"ocid":"ocds-a1b2c3-1","id":"ocds-a1b2c3-1-2024-01-02T00:00:00Z","date":"2024-01-02T00:00:00Z","tag":["compiled"],"language":"kk"}
}
