package extraction_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/kzocds/kzocds/local/goszakup"
	"github.com/kzocds/kzocds/transformer/mapping"
)

// TestEveryValueOfADictionaryIsTold reads every row of the dictionaries of which
// values are published, as the stand-in serves them (the real samples of the portal,
// completed): each has titles in Kazakh, Russian and English, and a code of the
// standard where that has a closed list.
func TestEveryValueOfADictionaryIsTold(t *testing.T) {
	t.Parallel()
	portal, err := goszakup.New(goszakup.Options{Scale: 1, Seed: 1, Token: "secret", Clock: day})
	if err != nil {
		t.Fatal(err)
	}
	lists := mapping.CodeLists()
	for _, dictionary := range mapping.Dictionaries() {
		rows := 0
		for next := "/v3/refs/" + dictionary + "?limit=500"; next != ""; {
			req := httptest.NewRequestWithContext(t.Context(), http.MethodGet, next, nil)
			req.Header.Set("Authorization", "Bearer secret")
			answer := httptest.NewRecorder()
			portal.Handler().ServeHTTP(answer, req)
			var page struct {
				NextPage string `json:"next_page"`
				Items    []struct {
					ID     int    `json:"id"`
					Code   any    `json:"code"`
					NameRu string `json:"name_ru"`
					NameKz string `json:"name_kz"`
				}
			}
			if err := json.Unmarshal(answer.Body.Bytes(), &page); err != nil || answer.Code != http.StatusOK {
				t.Fatalf("%s: %d, %v", next, answer.Code, err)
			}
			for _, row := range page.Items {
				rows++
				list, code, title, beyond := mapping.CodeOf(fmt.Sprintf("%s/%d", dictionary, row.ID), mapping.Object{"code": row.Code, "nameRu": row.NameRu, "nameKz": row.NameKz})
				if !beyond {
					if row.ID != 0 && dictionary != "ref_trade_methods" { // whose rows have codes of the mapping
						t.Errorf("%s/%d completes no code list", dictionary, row.ID)
					}
					continue
				}
				if known, has := lists[list][code]; has {
					title = known
				}
				at := fmt.Sprintf("%s/%s (%s)", list, code, title.RU)
				if title.Untranslated != "" || title.EN == "" || title.RU == "" || title.KK == "" {
					t.Errorf("%s lacks a title: %+v", at, title)
				}
				if standard, closed := mapping.Standard(list, code); closed && standard == "" {
					t.Errorf("%s has no code of the standard", at)
				}
			}
			next = page.NextPage
		}
		if rows == 0 {
			t.Errorf("%s has no rows", dictionary)
		}
	}
}
