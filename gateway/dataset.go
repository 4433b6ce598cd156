package gateway

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"regexp"
	"time"

	"github.com/kzocds/kzocds/proto/analysis"
	"github.com/kzocds/kzocds/proto/publication"
)

// What of a page gives way to the head of the data set.
var (
	pageLanguage    = regexp.MustCompile(`<html lang="[a-z]+">`)
	pageTitle       = regexp.MustCompile(`<title>[^<]*</title>`)
	pageDescription = regexp.MustCompile(`<meta name="description"[^>]*>`)
)

// datasetTimeout bounds how long the page about the publication waits for what
// goes into its head.
const datasetTimeout = 2 * time.Second

// dataset serves the page about the publication in a language. Its head, as it is
// sent, has title, description, the addresses in the other languages and the
// schema.org description of the data set: search engines need not run the page's
// program. Before the first publication, or when the publisher does not answer,
// it is the page as any other.
func (s *Service) dataset(page []byte, lang string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), datasetTimeout)
		defer cancel()
		text := page
		if raw, err := s.ask.Ask(ctx, publication.Service, publication.VerbBulk, publication.BulkRequest{}); err == nil {
			var about publication.Bulk
			if err := json.Unmarshal(raw, &about); err != nil {
				s.log.ErrorContext(ctx, "head of the page about the publication", "err", err)
			} else {
				text = described(page, &about, lang, s.cfg.PublicURL)
			}
		}
		sendPage(w, r, text)
	})
}

// described is the page with the head of the data set.
func described(page []byte, about *publication.Bulk, lang, base string) []byte {
	var head bytes.Buffer
	fmt.Fprintf(&head, `<title>%s</title><meta name="description" content="%s" />`, html.EscapeString(about.Title[lang]), html.EscapeString(about.Description[lang]))
	fmt.Fprintf(&head, `<link rel="canonical" href="%s" />`, html.EscapeString(base+"/"+lang+"/data"))
	for _, other := range analysis.Languages() {
		fmt.Fprintf(&head, `<link rel="alternate" hreflang="%s" href="%s" />`, other, html.EscapeString(base+"/"+other+"/data"))
	}
	if ld := about.JSONLD[lang]; len(ld) > 0 {
		// In a script element only < can do harm.
		fmt.Fprintf(&head, `<script type="application/ld+json">%s</script>`, bytes.ReplaceAll(ld, []byte("<"), []byte(`\u003c`)))
	}
	page = pageDescription.ReplaceAll(pageTitle.ReplaceAll(page, nil), nil)
	page = pageLanguage.ReplaceAll(page, []byte(`<html lang="`+lang+`">`))
	return bytes.Replace(page, []byte("</head>"), append(head.Bytes(), "</head>"...), 1)
}
