package publisher

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/proto/publication"
	"github.com/kzocds/kzocds/publisher/internal/pg"
	"github.com/kzocds/kzocds/publisher/snapshot"
)

// Texts of the page about the publication.
var (
	bulkTitle = map[string]string{
		"kk": "Қазақстан мемлекеттік сатып алуларының ашық деректері (OCDS)",
		"ru": "Открытые данные о государственных закупках Казахстана (OCDS)",
		"en": "Open data on public procurement in Kazakhstan (OCDS)",
	}
	bulkDescription = map[string]string{
		"kk": "Мемлекеттік сатып алудың барлық үдерістері: жоспарлар, хабарландырулар, лоттар, өтінімдер, қорытындылар, шарттар мен олардың орындалуы, өзгерістер тарихымен бірге, ашық келісімшарттау деректері стандартында (OCDS 1.1).",
		"ru": "Все процессы государственных закупок: планы, объявления, лоты, заявки, итоги, договоры и их исполнение, с историей изменений, в стандарте данных открытого контрактования (OCDS 1.1).",
		"en": "All public procurement processes: plans, announcements, lots, bids, awards, contracts and their implementation, with the history of changes, in the Open Contracting Data Standard (OCDS 1.1).",
	}
	bulkCitation = map[string]string{
		"kk": "%s. %s. Деректер күні: %s. Сурет %s. %s",
		"ru": "%s. %s. По состоянию на %s. Снимок %s. %s",
		"en": "%s. %s. As of %s. Snapshot %s. %s",
	}
	bulkSpatial  = map[string]string{"kk": "Қазақстан", "ru": "Казахстан", "en": "Kazakhstan"}
	bulkKeywords = map[string][]string{
		"kk": {"мемлекеттік сатып алу", "ашық келісімшарттау", "OCDS", "ашық деректер"},
		"ru": {"государственные закупки", "открытое контрактование", "OCDS", "открытые данные"},
		"en": {"public procurement", "open contracting", "OCDS", "open data"},
	}
)

// changesShown bounds the changelog.
const changesShown = 60

// Bulk implements Questions.
func (s *Service) Bulk(ctx context.Context, r publication.BulkRequest) (publication.Bulk, error) {
	var out publication.Bulk
	latest, _, err := s.latest(ctx)
	if err != nil {
		return out, err
	}
	id, key := r.Snapshot, ""
	switch {
	case id == "" && latest.Snapshot == "":
		return out, fault.New(fault.NotFound, "nothing has been published yet").
			Do("wait for the first publication; the workflow Publication shows how far it is").After(10 * time.Second)
	case id == "" || id == latest.Snapshot:
		id, key = latest.Snapshot, latest.Manifest
	case !snapshotID.MatchString(id):
		return out, fault.New(fault.Invalid, "a snapshot id has 64 hexadecimal digits").At("snapshot")
	default:
		if key, err = s.inUse(ctx, id); err != nil {
			return out, err
		}
	}
	if out.Manifest, err = s.manifest(ctx, key); err != nil {
		return out, err
	}
	out.Current = id == latest.Snapshot
	out.ManifestURL, out.ChecksumsURL = s.publicURL(key), s.publicURL(snapshot.SumsKey(key))
	if s.signer != nil {
		out.SignatureURL, out.KeyURL = s.publicURL(snapshot.SignatureKey(key)), s.publicURL(s.signer.Key())
	}
	out.Permanent = s.envelope.Base + "/api/v1/bulk/" + id
	out.Title, out.Description = bulkTitle, bulkDescription
	out.Frequency = duration(s.cfg.Schedule.Every)
	s.link(&out)
	if err := s.history(ctx, &out); err != nil {
		return out, err
	}
	quality := &publication.Quality{}
	if quality.Quarantined, quality.Findings, err = s.store.Quarantined(ctx); err != nil {
		return out, err
	}
	out.Quality = quality
	return out, describe(&out, s.envelope.Base)
}

// link gives every object its URL and sums up tables and years.
func (s *Service) link(out *publication.Bulk) {
	sets := slices.Clone(out.Datasets)
	for _, d := range out.Deltas {
		sets = append(sets, d.Datasets...)
	}
	for _, d := range sets {
		for i := range d.Objects {
			d.Objects[i].URL = s.publicURL(d.Objects[i].Key)
		}
	}
	years := map[string][]publication.Object{}
	for _, d := range out.Datasets {
		switch {
		case d.Name == snapshot.Tables:
			c := publication.ObjectCount{Table: d.Table}
			for _, o := range d.Objects {
				c.Rows += o.Rows
				c.Bytes += o.Bytes
			}
			out.Objects = append(out.Objects, c)
		case d.Name == snapshot.Extensions, d.Name == snapshot.Codelists:
			continue
		}
		for _, o := range d.Objects {
			years[snapshot.Year(o.Period)] = append(years[snapshot.Year(o.Period)], o)
		}
	}
	for _, year := range slices.Sorted(maps.Keys(years)) {
		out.Years = append(out.Years, publication.YearFiles{Year: year, Files: years[year]})
	}
}

// history tells when the snapshot was published, and which there are.
func (s *Service) history(ctx context.Context, out *publication.Bulk) error {
	known, err := s.store.Snapshots(ctx)
	if err != nil {
		return err
	}
	slices.SortFunc(known, func(a, b pg.Snapshot) int { return cmp.Or(b.Flipped.Compare(a.Flipped), cmp.Compare(a.ID, b.ID)) })
	out.Changes = []publication.SnapshotChange{}
	for _, p := range known {
		if p.Flipped.IsZero() {
			continue
		}
		if p.ID == out.ID {
			out.Published, out.Cited = p.Flipped, p.Cited
		}
		if len(out.Changes) < changesShown || p.Cited {
			out.Changes = append(out.Changes, publication.SnapshotChange{ID: p.ID, Published: p.Flipped, Processes: p.Processes, Cited: p.Cited})
		}
	}
	return nil
}

// describe adds the citation and the description for search engines; base is the
// public address.
func describe(out *publication.Bulk, base string) error {
	out.Citation, out.JSONLD = map[string]string{}, map[string]json.RawMessage{}
	type download struct {
		Type   string `json:"@type"`
		Name   string `json:"name"`
		URL    string `json:"contentUrl"`
		Format string `json:"encodingFormat"`
		Size   string `json:"contentSize"`
		SHA256 string `json:"sha256"`
	}
	var downloads []download
	for _, y := range out.Years {
		for _, f := range y.Files {
			if f.Name == "compiled/full.jsonl.gz" || strings.HasPrefix(f.Name, snapshot.CSV+"/") || strings.HasPrefix(f.Name, snapshot.XLSX+"/") {
				downloads = append(downloads, download{"DataDownload", f.Name, f.URL, f.MediaType, fmt.Sprintf("%d B", f.Bytes), f.SHA256})
			}
		}
	}
	for _, lang := range []string{"kk", "ru", "en"} {
		day := out.Date.UTC().Format(time.DateOnly)
		out.Citation[lang] = fmt.Sprintf(bulkCitation[lang], out.Publisher.Name, out.Title[lang], day, snapshot.Short(out.ID), out.Permanent)
		page := out.Permanent // of the current one there is a page for people
		if out.Current {
			page = base + "/" + lang + "/data"
		}
		ld, err := json.Marshal(map[string]any{
			"@context": "https://schema.org/", "@type": "Dataset", "@id": out.Permanent,
			"name": out.Title[lang], "description": out.Description[lang], "inLanguage": lang,
			"url": page, "identifier": out.ID, "version": snapshot.Short(out.ID),
			"license": out.License, "isAccessibleForFree": true, "keywords": bulkKeywords[lang],
			"creator":          map[string]any{"@type": "Organization", "name": out.Publisher.Name, "url": out.Publisher.URI},
			"dateModified":     out.Date.UTC().Format(time.RFC3339),
			"temporalCoverage": out.Window.From.UTC().Format(time.DateOnly) + "/" + out.Window.To.UTC().Format(time.DateOnly),
			"spatialCoverage":  map[string]any{"@type": "Country", "name": bulkSpatial[lang]},
			"citation":         out.Citation[lang], "publishingPrinciples": out.Policy,
			"distribution": downloads,
		})
		if err != nil {
			return err
		}
		out.JSONLD[lang] = ld
	}
	return nil
}

// duration writes a duration as ISO 8601 does.
func duration(d time.Duration) string {
	text := "PT"
	for _, unit := range []struct {
		length time.Duration
		letter string
	}{{time.Hour, "H"}, {time.Minute, "M"}, {time.Second, "S"}} {
		if n := d / unit.length; n > 0 {
			text += fmt.Sprint(int64(n), unit.letter)
			d -= n * unit.length
		}
	}
	return text
}
