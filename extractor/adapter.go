package extractor

import (
	"errors"
	"log/slog"
	"net/http"
	"slices"

	"github.com/jackc/pgx/v5/pgxpool"
	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"

	"github.com/kzocds/kzocds/extractor/internal/bookmark"
	"github.com/kzocds/kzocds/extractor/internal/feed"
	"github.com/kzocds/kzocds/extractor/internal/goszakup"
	"github.com/kzocds/kzocds/extractor/internal/publication"
	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/proto/source"
)

// adapter makes a kind of source of its part of the configuration.
type adapter struct {
	validate func(Config) error
	open     func(*opening) (Source, error)
}

// adapters are what Config.Adapters can name.
var adapters = map[string]adapter{
	source.OriginPortal: {
		validate: func(c Config) error { return c.Source.Validate() },
		open:     func(o *opening) (Source, error) { return o.client() },
	},
	source.OriginFeed: {
		validate: func(c Config) error { return errors.Join(c.Source.Validate(), c.Feed.Validate()) },
		open: func(o *opening) (Source, error) {
			portal, err := o.client()
			if err != nil {
				return nil, err
			}
			return feed.New(o.Feed, portal, bookmark.New(o.pool, o.Dataset))
		},
	},
	source.OriginPublication: {
		validate: func(c Config) error { return c.Publication.Validate() },
		open: func(o *opening) (Source, error) {
			return publication.New(o.Publication, bookmark.New(o.pool, o.Dataset), traced, o.log)
		},
	},
}

// opening is what sources are made of.
type opening struct {
	Config
	pool   *pgxpool.Pool
	log    *slog.Logger
	portal *goszakup.Client
}

// client is the one way to the portal, so that all adapters that ask it share its
// rate.
func (o *opening) client() (*goszakup.Client, error) {
	if o.portal == nil {
		portal, err := goszakup.New(o.Source, traced, o.log)
		if err != nil {
			return nil, err
		}
		o.portal = portal
	}
	return o.portal, nil
}

// traced makes the requests of a transport visible in traces.
func traced(rt http.RoundTripper) http.RoundTripper { return otelhttp.NewTransport(rt) }

// validateAdapters checks the list of adapters and the configuration of each.
func validateAdapters(c Config) error {
	if len(c.Adapters) == 0 {
		return fault.New(fault.Invalid, "no adapter is switched on").At("adapters")
	}
	for i, name := range c.Adapters {
		a, ok := adapters[name]
		if !ok {
			return fault.New(fault.Invalid, "no adapter is called %q", name).At("adapters", sortedKeys(adapters)...)
		}
		if slices.Contains(c.Adapters[:i], name) {
			return fault.New(fault.Invalid, "adapter %q is named twice", name).At("adapters")
		}
		if err := a.validate(c); err != nil {
			return err
		}
	}
	return nil
}

// openAdapters makes the sources in the order of the configuration. Nothing is
// sent.
func openAdapters(c Config, pool *pgxpool.Pool, log *slog.Logger) ([]Source, error) {
	var list []Source
	o := &opening{Config: c, pool: pool, log: log}
	for _, name := range c.Adapters {
		s, err := adapters[name].open(o)
		if err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	return list, nil
}
