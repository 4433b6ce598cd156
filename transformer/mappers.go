package transformer

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"

	"github.com/kzocds/kzocds/transformer/history"
	"github.com/kzocds/kzocds/transformer/mapping"
)

// portal maps the processes of the portal.
type portal struct{ mapping.Config }

func (p portal) Map(state mapping.State) (mapping.Object, []mapping.Finding) {
	return mapping.Map(p.Config, state)
}

var _ history.Mapper = portal{}

// versionOf names the mapping of this program with its settings: whatever makes
// other releases of the same documents makes another version. Of the pseudonym
// key only a digest under itself goes in.
func versionOf(cfg *Config) string {
	mac := hmac.New(sha256.New, []byte(cfg.PseudonymKey.Reveal()))
	mac.Write([]byte(cfg.OCIDPrefix + "\x00" + cfg.PortalURL))
	return mapping.Version + "-" + hex.EncodeToString(mac.Sum(nil)[:3])
}
