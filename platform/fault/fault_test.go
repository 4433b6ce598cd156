package fault_test

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/kzocds/kzocds/platform/fault"
)

// Every constant of type Kind in the source has a complete row, so that a kind
// cannot be added without saying what it means at each border.
func TestEveryKindHasAMeaningEverywhere(t *testing.T) {
	t.Parallel()
	declared := declaredKinds(t)
	listed := fault.Kinds()
	if len(declared) != len(listed) {
		t.Fatalf("%d kinds are declared, %d listed", len(declared), len(listed))
	}
	statuses := map[int]fault.Kind{}
	for _, k := range listed {
		if !slices.Contains(declared, k) {
			t.Errorf("%s is listed and not declared", k)
		}
		status := k.HTTPStatus()
		if http.StatusText(status) == "" || status < 400 {
			t.Errorf("%s: HTTP status %d", k, status)
		}
		if other, taken := statuses[status]; taken {
			t.Errorf("%s and %s have the same HTTP status %d", k, other, status)
		}
		statuses[status] = k
		if k.NATSCode() != strconv.Itoa(status) {
			t.Errorf("%s: NATS code %s, HTTP status %d", k, k.NATSCode(), status)
		}
		if k.Title() == "" {
			t.Errorf("%s has no title", k)
		}
		if k.TemporalType() != string(k) || fault.ParseKind(string(k)) != k {
			t.Errorf("%s does not survive the wire", k)
		}
		if k.Retryable() && k.Verdict() != fault.Nak {
			t.Errorf("%s may succeed later, but the consumer would not deliver it again", k)
		}
		if status >= 500 != k.Retryable() && k != fault.RateLimited {
			t.Errorf("%s: status %d, retryable %t", k, status, k.Retryable())
		}
	}
}

func declaredKinds(t *testing.T) []fault.Kind {
	t.Helper()
	text, err := os.ReadFile("fault.go")
	if err != nil {
		t.Fatal(err)
	}
	file, err := parser.ParseFile(token.NewFileSet(), "fault.go", text, 0)
	if err != nil {
		t.Fatal(err)
	}
	var kinds []fault.Kind
	for _, decl := range file.Decls {
		constants, ok := decl.(*ast.GenDecl)
		if !ok || constants.Tok != token.CONST {
			continue
		}
		for _, spec := range constants.Specs {
			value := spec.(*ast.ValueSpec)
			if name, ok := value.Type.(*ast.Ident); !ok || name.Name != "Kind" {
				continue
			}
			text, err := strconv.Unquote(value.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			kinds = append(kinds, fault.Kind(text))
		}
	}
	return kinds
}

func TestKindOf(t *testing.T) {
	t.Parallel()
	cause := errors.New("cause")
	for _, c := range []struct {
		name string
		err  error
		want fault.Kind
	}{
		{"no error has no kind", nil, ""},
		{"an unclassified error is internal", cause, fault.Internal},
		{"a deadline is a time-out", fmt.Errorf("ask: %w", context.DeadlineExceeded), fault.Timeout},
		{"a time-out of the network is a time-out", os.ErrDeadlineExceeded, fault.Timeout},
		{"a cancelled context is a passing state", context.Canceled, fault.Unavailable},
		{"wrapping keeps the kind", fmt.Errorf("load: %w", fault.New(fault.NotFound, "no record")), fault.NotFound},
		{"the outermost kind counts", fault.Wrap(fault.Invalid, fault.New(fault.NotFound, "x"), "y"), fault.Invalid},
		{"a classified deadline keeps its class", fault.Wrap(fault.Unavailable, context.DeadlineExceeded, "y"), fault.Unavailable},
		{"an unknown kind is internal", &fault.Error{Kind: "odd"}, fault.Internal},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := fault.KindOf(c.err); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}

func TestErrorTellsAll(t *testing.T) {
	t.Parallel()
	cause := errors.New("EOF")
	err := fault.Wrap(fault.Invalid, cause, "unknown measure %q", "lotz").About("query").
		At("measures", "lots", "bids").Do("ask /catalog for the measures").After(time.Second)
	want := `query: unknown measure "lotz" (measures, one of lots, bids): EOF; ask /catalog for the measures`
	if err.Error() != want {
		t.Errorf("text is %s", err)
	}
	if !errors.Is(err, cause) || err.RetryAfter != time.Second {
		t.Errorf("%+v", err)
	}
	if !errors.Is(err, &fault.Error{Kind: fault.Invalid}) || errors.Is(err, &fault.Error{Kind: fault.NotFound}) {
		t.Error("errors.Is does not ask for the kind")
	}
}

func TestPublicHidesCausesAndInternalErrors(t *testing.T) {
	t.Parallel()
	secret := errors.New("password authentication failed")
	shown := fault.Public(fmt.Errorf("x: %w", fault.Wrap(fault.Unavailable, secret, "the database is away").Do("try again")))
	if shown.Err != nil || shown.Message != "the database is away" || shown.Remedy != "try again" {
		t.Errorf("shown %+v", shown)
	}
	for _, err := range []error{secret, fault.New(fault.Internal, "table x is missing")} {
		if shown := fault.Public(err); shown.Message != "internal error" || shown.Err != nil || shown.Kind != fault.Internal {
			t.Errorf("shown %+v", shown)
		}
	}
}
