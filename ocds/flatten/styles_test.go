package flatten

import (
	"encoding/xml"
	"strings"
	"testing"
)

// Readers refuse a workbook whose style sheet lacks what ECMA-376 part 1, 18.8
// wants: a pattern in each fill (the first two are reserved), and formats that
// refer to fonts, fills and borders that are there.
func TestTheStyleSheetOfAWorkbookIsComplete(t *testing.T) {
	t.Parallel()
	var sheet struct {
		Fonts []struct{} `xml:"fonts>font"`
		Fills []struct {
			Pattern *struct {
				Type string `xml:"patternType,attr"`
			} `xml:"patternFill"`
		} `xml:"fills>fill"`
		Borders []struct{} `xml:"borders>border"`
		Formats []struct {
			Font   int `xml:"fontId,attr"`
			Fill   int `xml:"fillId,attr"`
			Border int `xml:"borderId,attr"`
		} `xml:"cellXfs>xf"`
	}
	if err := xml.Unmarshal([]byte(styles), &sheet); err != nil {
		t.Fatal(err)
	}
	if len(sheet.Fills) < 2 || len(sheet.Formats) != 3 {
		t.Fatalf("%d fills, %d formats", len(sheet.Fills), len(sheet.Formats))
	}
	var patterns []string
	for _, f := range sheet.Fills {
		if f.Pattern == nil {
			t.Fatal("a fill without pattern")
		}
		patterns = append(patterns, f.Pattern.Type)
	}
	if got := strings.Join(patterns[:2], " "); got != "none gray125" {
		t.Errorf("the reserved fills are %s", got)
	}
	for _, x := range sheet.Formats {
		if x.Font >= len(sheet.Fonts) || x.Fill >= len(sheet.Fills) || x.Border >= len(sheet.Borders) {
			t.Errorf("format %+v refers to what is not there", x)
		}
	}
}
