package gateway

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/kzocds/kzocds/platform/fault"
)

// operators are the people who may use /admin, by the digests of their tokens:
// whoever reads the file cannot use it. A file that changes counts at the next
// request, so that tokens are given and taken without a restart. Beside them are
// those whom an issuer of OpenID Connect names.
type operators struct {
	file   string
	issuer *issuer // nil: none

	mu      sync.Mutex
	read    time.Time // modification time of what was read
	entries []operator
}

type operator struct {
	name   string
	digest [sha256.Size]byte
}

// soleOperator is the name in the audit log of whoever has the one token of the
// configuration.
const soleOperator = "operator"

func newOperators(cfg Config) (*operators, error) {
	issuer, err := newIssuer(cfg.OIDC)
	if err != nil {
		return nil, err
	}
	o := &operators{file: cfg.Operators, issuer: issuer}
	if token := cfg.AdminToken.Reveal(); token != "" && o.file == "" {
		o.entries = []operator{{soleOperator, sha256.Sum256([]byte(token))}}
	}
	return o, o.refresh()
}

// refresh reads the file when it has changed. One that cannot be read leaves
// what counted before.
func (o *operators) refresh() error {
	if o.file == "" {
		return nil
	}
	info, err := os.Stat(o.file)
	if err != nil {
		return fault.Wrap(fault.Internal, err, "file of operators").At("operators")
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if info.ModTime().Equal(o.read) {
		return nil
	}
	text, err := os.ReadFile(o.file)
	if err != nil {
		return fault.Wrap(fault.Internal, err, "file of operators").At("operators")
	}
	entries, err := parseOperators(text)
	if err != nil {
		return fault.Wrap(fault.Internal, err, "file of operators %s", o.file).At("operators")
	}
	o.entries, o.read = entries, info.ModTime()
	return nil
}

func parseOperators(text []byte) ([]operator, error) {
	var entries []operator
	lines := bufio.NewScanner(bytes.NewReader(text))
	for n := 1; lines.Scan(); n++ {
		words := strings.Fields(lines.Text())
		if len(words) == 0 || strings.HasPrefix(words[0], "#") {
			continue
		}
		if strings.HasPrefix(words[0], subjectPrefix) {
			return nil, fmt.Errorf("line %d: names that begin with %s are given by the issuer", n, subjectPrefix)
		}
		var digest []byte
		var err error
		if len(words) == 2 {
			digest, err = hex.DecodeString(words[1])
		}
		if err != nil || len(digest) != sha256.Size {
			return nil, fmt.Errorf("line %d: want a name and the SHA-256 of a token in 64 hexadecimal digits", n)
		}
		entries = append(entries, operator{words[0], [sha256.Size]byte(digest)})
	}
	return entries, lines.Err()
}

// name is whose token it is. Every entry is compared, each in constant time.
func (o *operators) name(token string) (name string, ok bool) {
	got := sha256.Sum256([]byte(token))
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, e := range o.entries {
		if subtle.ConstantTimeCompare(got[:], e.digest[:]) == 1 {
			name, ok = e.name, true
		}
	}
	return name, ok
}

// who is the operator whose token it is.
func (o *operators) who(ctx context.Context, token string) (name string, err error) {
	if name, ok := o.name(token); ok {
		return name, nil
	}
	if o.issuer != nil && looksSigned(token) {
		return o.issuer.subject(ctx, token)
	}
	return "", errNoOperator()
}

func errNoOperator() error {
	return fault.New(fault.Unauthorised, "no valid operator token").Do("send Authorization: Bearer <token>")
}

// off says that nobody is an operator.
func (o *operators) off() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.file == "" && len(o.entries) == 0 && o.issuer == nil
}

// audited lets operators in only, and writes each attempt to the log: who, from
// where, what, and how it ended. What an act was about is in the log lines of the
// same trace.
func (s *Service) audited(handle func(http.ResponseWriter, *http.Request) error) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) (err error) {
		who := ""
		defer func() {
			outcome := "done"
			if err != nil {
				outcome = string(fault.KindOf(err))
			}
			s.log.InfoContext(r.Context(), "audit", "operator", who, "client", r.RemoteAddr, "forwarded", r.Header.Get("X-Forwarded-For"),
				"method", r.Method, "path", r.URL.Path, "outcome", outcome)
		}()
		if s.staff.off() || s.flow == nil {
			return fault.New(fault.Forbidden, "the operator's API is switched off").Do("set GATEWAY_ADMIN_TOKEN, GATEWAY_OPERATORS or GATEWAY_OIDC_ISSUER")
		}
		if err := s.staff.refresh(); err != nil {
			s.log.ErrorContext(r.Context(), "the operators of before go on to count", "err", err)
		}
		token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		if !ok {
			return errNoOperator()
		}
		if who, err = s.staff.who(r.Context(), token); err != nil {
			return err
		}
		return handle(w, r)
	}
}
