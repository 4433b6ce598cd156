package catalog

import (
	"bytes"
	"encoding/csv"
	"io/fs"
	"testing"

	"github.com/kzocds/kzocds/proto/extension"
)

// What is published under a code list of the extension is shown with a title: a
// code that the dictionary lacks would be told as not mapped.
func TestEveryPublishedCodeHasATitle(t *testing.T) {
	t.Parallel()
	for dictionary, list := range map[string]string{
		"answerType": "answerType", "enquiryType": "enquiryType", "budgetType": "budgetType", "complaintStatus": "complaintStatus", "complaintGround": "complaintRationale",
		"pointType": "planPointType", "planStatus": "planPointStatusDetails", "lotStatus": "lotStatusDetails", "method": "procurementMethodDetails",
	} {
		file, err := fs.ReadFile(extension.Files(), "codelists/"+list+".csv")
		if err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(bytes.NewReader(file)).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		titles := map[string]Text{}
		for _, e := range Dictionary(dictionary) {
			titles[e.Code] = e.Title
		}
		for _, row := range rows[1:] {
			if title := titles[row[0]]; !title.Complete() {
				t.Errorf("%s of %s has no title in the dictionary %s", row[0], list, dictionary)
			}
		}
	}
}
