package gateway

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"

	"github.com/kzocds/kzocds/platform/fault"
)

// OIDC is the configuration of an OpenID Connect issuer that says who operators are.
type OIDC struct {
	Issuer   string `yaml:"issuer" doc:"address of the OpenID Connect issuer whose tokens operators may send; empty = none"`
	Audience string `yaml:"audience" doc:"whom the tokens have to be for: the client id of kzocds at the issuer"`
	Claim    string `yaml:"claim" doc:"claim of the tokens with the groups of their holder, a text or a list"`
	Group    string `yaml:"group" doc:"group that operators are in; others who are known to the issuer are refused"`
}

// subjectPrefix marks whom an issuer named in the audit log, so that nobody is taken
// for somebody of the file.
const subjectPrefix = "oidc:"

// issuer checks tokens that somebody else gave out. The issuer is asked for its keys
// when the first token comes and when a token is signed by an unknown one: it may be
// away while the gateway starts, and it may change its keys.
type issuer struct {
	cfg    OIDC
	client *http.Client

	mu       sync.Mutex
	verifier *oidc.IDTokenVerifier
	failure  error // of the last attempt to reach the issuer
	again    time.Time
}

// Times for an answer of the issuer, and between attempts to reach it.
const (
	issuerPatience = 10 * time.Second
	issuerPause    = 5 * time.Second
)

func newIssuer(cfg OIDC) (*issuer, error) {
	if cfg.Issuer == "" {
		return nil, nil
	}
	for name, value := range map[string]string{"audience": cfg.Audience, "claim": cfg.Claim, "group": cfg.Group} {
		if value == "" {
			return nil, fmt.Errorf("oidc.%s is empty: with oidc.issuer alone everybody whom it knows would be an operator", name)
		}
	}
	return &issuer{cfg: cfg, client: &http.Client{Timeout: issuerPatience}}, nil
}

// looksSigned reports whether a token may be one of an issuer: three parts.
func looksSigned(token string) bool { return strings.Count(token, ".") == 2 }

// subject is who holds a token. The name is given with the error, too, where the
// token is good and its holder is no operator.
func (i *issuer) subject(ctx context.Context, token string) (name string, err error) {
	verifier, err := i.keys(ctx)
	if err != nil {
		return "", fault.Wrap(fault.Unavailable, err, "the issuer of operators' tokens cannot be asked").After(issuerPause)
	}
	verified, err := verifier.Verify(oidc.ClientContext(ctx, i.client), token)
	if err != nil {
		return "", fault.Wrap(fault.Unauthorised, err, "no valid operator token").Do("get a new token from " + i.cfg.Issuer)
	}
	name = subjectPrefix + verified.Subject
	var claims map[string]any
	if err := verified.Claims(&claims); err != nil {
		return name, fault.Wrap(fault.Unauthorised, err, "claims of the token")
	}
	if !slices.Contains(groups(claims[i.cfg.Claim]), i.cfg.Group) {
		return name, fault.New(fault.Forbidden, "you are known, but no operator").Do("ask to be taken into the group " + i.cfg.Group)
	}
	return name, nil
}

func groups(claim any) []string {
	switch claim := claim.(type) {
	case string:
		return []string{claim}
	case []any:
		var all []string
		for _, g := range claim {
			if name, ok := g.(string); ok {
				all = append(all, name)
			}
		}
		return all
	}
	return nil
}

// keys asks the issuer where its keys are, once. After a failure it is left alone
// for a moment: whoever sends tokens must not make the gateway wait again and again.
func (i *issuer) keys(ctx context.Context) (*oidc.IDTokenVerifier, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.verifier != nil {
		return i.verifier, nil
	}
	if time.Now().Before(i.again) {
		return nil, i.failure
	}
	provider, err := oidc.NewProvider(oidc.ClientContext(ctx, i.client), i.cfg.Issuer)
	if err != nil {
		if errors.Is(err, context.Canceled) {
			return nil, err // the client went away, which says nothing of the issuer
		}
		i.failure, i.again = err, time.Now().Add(issuerPause)
		return nil, err
	}
	i.verifier = provider.VerifierContext(oidc.ClientContext(context.WithoutCancel(ctx), i.client), &oidc.Config{ClientID: i.cfg.Audience})
	return i.verifier, nil
}
