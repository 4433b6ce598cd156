package gateway

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// directory is an issuer's memory of its users: those of the library's own server,
// with groups.
type directory struct {
	*storage.Storage
	groups map[string]any // by subject
}

func (d directory) SetUserinfoFromRequest(ctx context.Context, info *oidc.UserInfo, request op.IDTokenRequest, scopes []string) error {
	if err := d.Storage.SetUserinfoFromRequest(ctx, info, request, scopes); err != nil {
		return err
	}
	if groups := d.groups[request.GetSubject()]; groups != nil {
		info.AppendClaims("groups", groups)
	}
	return nil
}

func (d directory) GetClientByClientID(ctx context.Context, id string) (op.Client, error) {
	c, err := d.Storage.GetClientByClientID(ctx, id)
	return telling{c}, err
}

// telling is a client whose tokens hold what is known of the user.
type telling struct{ op.Client }

func (telling) IDTokenUserinfoClaimsAssertion() bool { return true }

// identity is a running server of OpenID Connect.
type identity struct{ *httptest.Server }

const callback = "https://kzocds.example/callback"

func newIdentity(t *testing.T, groups map[string]any, clients ...string) identity {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	url := "http://" + server.Listener.Addr().String()
	known := map[string]*storage.Client{}
	for _, id := range clients {
		c := storage.WebClient(id, "secret of "+id, callback)
		known[id] = c
	}
	server.Config.Handler = exampleop.SetupServer(url, directory{storage.NewStorageWithClients(storage.NewUserStore(url), known), groups}, nil, false)
	server.Start()
	t.Cleanup(server.Close)
	return identity{server}
}

// login goes the way of a browser: the page of the issuer, name and password, back
// with a code, and the code for a token.
func (i identity) login(t *testing.T, user, client string) string {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if strings.HasPrefix(r.URL.String(), callback) {
			return http.ErrUseLastResponse
		}
		return nil
	}}
	answered := func(res *http.Response, err error) *http.Response {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		return res
	}
	page := answered(browser.Get(i.URL + "/auth?" + url.Values{
		"client_id": {client}, "redirect_uri": {callback}, "response_type": {"code"}, "scope": {"openid profile"}, "state": {"s"},
	}.Encode()))
	back := answered(browser.PostForm(i.URL+"/login/username", url.Values{
		"username": {user}, "password": {"verysecure"}, "id": {page.Request.URL.Query().Get("authRequestID")},
	}))
	where, err := back.Location()
	if err != nil {
		t.Fatalf("%s of %s: %v", back.Status, page.Request.URL, err)
	}
	request, err := http.NewRequest(http.MethodPost, i.URL+"/oauth/token", strings.NewReader(url.Values{
		"grant_type": {"authorization_code"}, "code": {where.Query().Get("code")}, "redirect_uri": {callback},
	}.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.SetBasicAuth(client, url.QueryEscape("secret of "+client))
	res, err := browser.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var tokens struct {
		ID string `json:"id_token"`
	}
	text, err := io.ReadAll(res.Body)
	if err == nil {
		err = json.Unmarshal(text, &tokens)
	}
	if err != nil || tokens.ID == "" {
		t.Fatalf("%s %s %v", res.Status, text, err)
	}
	return tokens.ID
}

// act is what an operator does, with the line of the audit log that it leaves.
func (b bundle) act(t *testing.T, token string) (code int, audit string) {
	t.Helper()
	var log bytes.Buffer
	b.log = slog.New(slog.NewTextHandler(&log, nil))
	code = b.do(t, "POST", "/api/v1/admin/workflows/start", "", "Authorization", "Bearer "+token).Code
	for line := range strings.Lines(log.String()) {
		if strings.Contains(line, "msg=audit") {
			audit = line
		}
	}
	if strings.Contains(log.String(), token) {
		t.Error("the log holds the token")
	}
	return code, audit
}

func TestOperatorsAreThoseWhomTheIssuerNames(t *testing.T) {
	t.Parallel()
	theirs := newIdentity(t, map[string]any{"id1": []string{"staff", "kzocds-operators"}, "id2": "staff"}, "kzocds", "payroll")
	host, _, _ := strings.Cut(strings.TrimPrefix(theirs.URL, "http://"), ":")
	operator := "test-user@" + host
	other := newIdentity(t, map[string]any{"id1": "kzocds-operators"}, "kzocds")
	b := setup(t, func(c *Config) {
		c.OIDC.Issuer, c.OIDC.Audience, c.OIDC.Group = theirs.URL, "kzocds", "kzocds-operators"
	})
	good := theirs.login(t, operator, "kzocds")
	head, rest, _ := strings.Cut(good, ".")
	claims, _, _ := strings.Cut(rest, ".")
	for name, c := range map[string]struct {
		token, audit string
		want         int
	}{
		"an operator":                       {good, "operator=oidc:id1", http.StatusAccepted},
		"somebody else of the house":        {theirs.login(t, "test-user2", "kzocds"), "operator=oidc:id2", http.StatusForbidden},
		"a token for another program":       {theirs.login(t, operator, "payroll"), `operator=""`, http.StatusUnauthorized},
		"a token of another issuer":         {other.login(t, operator, "kzocds"), `operator=""`, http.StatusUnauthorized},
		"a token whose signature was taken": {head + "." + claims + ".", `operator=""`, http.StatusUnauthorized},
		"no token at all":                   {"a.b.c", `operator=""`, http.StatusUnauthorized},
		"the token of the configuration":    {"operator-word", "operator=operator", http.StatusAccepted},
	} {
		code, audit := b.act(t, c.token)
		if code != c.want || !strings.Contains(audit, c.audit) {
			t.Errorf("%s: %d, want %d; audit %s", name, code, c.want, audit)
		}
	}
	if len(b.ops.done) != 2 {
		t.Errorf("done: %v", b.ops.done)
	}
}

// A gateway that starts before its issuer takes its tokens later, and does not ask
// again for each that comes meanwhile.
func TestAnIssuerThatIsAwayIsNotTheOperatorsFault(t *testing.T) {
	t.Parallel()
	asked := 0
	away := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked++
		w.WriteHeader(http.StatusBadGateway)
	}))
	defer away.Close()
	b := setup(t, func(c *Config) {
		c.OIDC.Issuer, c.OIDC.Audience, c.OIDC.Group = away.URL, "kzocds", "kzocds-operators"
	})
	for range 3 {
		if code, audit := b.act(t, "a.b.c"); code != http.StatusServiceUnavailable || !strings.Contains(audit, "outcome=unavailable") {
			t.Errorf("%d, audit %s", code, audit)
		}
	}
	if asked != 1 {
		t.Errorf("the issuer was asked %d times", asked)
	}
	// It comes back, at the address that its tokens name.
	there := newIdentity(t, map[string]any{"id2": "kzocds-operators"}, "kzocds")
	b.staff.issuer.cfg.Issuer, b.staff.issuer.again = there.URL, time.Time{}
	if code, audit := b.act(t, there.login(t, "test-user2", "kzocds")); code != http.StatusAccepted {
		t.Errorf("%d, audit %s", code, audit)
	}
}

func TestAnIssuerAloneMakesNobodyAnOperator(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*OIDC){
		"audience": func(o *OIDC) { o.Audience = "" },
		"group":    func(o *OIDC) { o.Group = "" },
		"claim":    func(o *OIDC) { o.Claim = "" },
	} {
		cfg := Default()
		cfg.OIDC = OIDC{"https://issuer.example", "kzocds", "groups", "operators"}
		change(&cfg.OIDC)
		if _, err := New(cfg, Deps{Log: slog.New(slog.DiscardHandler)}); err == nil || !strings.Contains(err.Error(), "oidc."+name+" is empty") {
			t.Errorf("%s: %v", name, err)
		}
	}
	line := fmt.Sprintf("%sid1 %064x", subjectPrefix, 1)
	if _, err := parseOperators([]byte(line)); err == nil {
		t.Error("a file names a subject of the issuer")
	}
}
