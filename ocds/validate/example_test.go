package validate_test

import (
	"fmt"

	"github.com/kzocds/kzocds/ocds/validate"
)

func ExampleValidator_Release() {
	v, err := validate.New(validate.Options{})
	if err != nil {
		panic(err)
	}
	for _, f := range v.Release([]byte(`{"ocid":"ocds-a1b2c3-1","id":"1","date":"2024-01-01T00:00:00Z","tag":["tender"],
		"initiationType":"tender","tender":{"id":"t","status":"open","value":{"amount":"1000"}}}`)) {
		fmt.Println(f.Severity, f.Rule, f.Pointer)
		fmt.Println("  ", f.Message)
	}
	// Output:
	// error closed-codelist /tender/status
	//    "status" uses a code that is not in the closed code list tenderStatus.csv.
	// error type /tender/value/amount
	//    "amount" is a string; it must be number or null.
}
