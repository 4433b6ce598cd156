package gateway

import (
	"fmt"
	"net/http"
	"time"

	"github.com/kzocds/kzocds/platform/fault"
	"github.com/kzocds/kzocds/platform/web"
)

// securityText tells where to report a weakness, in the form of RFC 9116. The
// text is made at each request and says that it is good for half a year, so that
// it expires only when nobody serves it any more.
func (s *Service) securityText(w http.ResponseWriter, r *http.Request) {
	if s.cfg.Security == "" {
		web.Problem(w, r, fault.New(fault.NotFound, "no address for reports is set").At("security"))
		return
	}
	const half = 182 * 24 * time.Hour
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	fmt.Fprintf(w, "Contact: %s\nExpires: %s\nPreferred-Languages: kk, ru, en\nCanonical: %s%s\n",
		s.cfg.Security, time.Now().UTC().Add(half).Truncate(time.Hour).Format(time.RFC3339), s.cfg.PublicURL, r.URL.Path)
}
