package extractor

import (
	"log/slog"
	"net/http"
	"slices"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"

	"github.com/kzocds/kzocds/extractor/internal/goszakup"
	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/proto/source"
)

// adapter makes a kind of source of its part of the configuration.
type adapter struct {
	validate func(Config) error
	open     func(Config, *slog.Logger) (Source, error)
}

// adapters are what Config.Adapters can name.
var adapters = map[string]adapter{
	source.OriginPortal: {
		validate: func(c Config) error { return c.Source.Validate() },
		open: func(c Config, log *slog.Logger) (Source, error) {
			return goszakup.New(c.Source, traced, log)
		},
	},
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
func openAdapters(c Config, log *slog.Logger) ([]Source, error) {
	var list []Source
	for _, name := range c.Adapters {
		s, err := adapters[name].open(c, log)
		if err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	return list, nil
}
