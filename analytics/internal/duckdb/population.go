package duckdb

import (
	"regexp"
	"strings"

	"github.com/kzocds/kzocds/analytics/catalog"
)

// population is the condition that a row is counted by the measure: one of its
// aggregates takes it. It is read out of the aggregates themselves, so that the
// rows of a figure cannot differ from the figure.
func (m measure) population() string {
	if m.per != "" {
		value, counted := m.inner1("v"), m.inner1("counted")
		conditions := []string{taken(value)}
		if counted != "" {
			conditions = append(conditions, inBoolean(counted))
		}
		return "(" + strings.Join(conditions, ") AND (") + ")"
	}
	value := m.value
	// A sum says that no rows of its population are 0; they are not added up.
	if rest, ok := strings.CutPrefix(value, "CASE WHEN count(*) FILTER ("); ok {
		_, value, _ = strings.Cut(rest, " ELSE ")
	}
	conditions := takenAny(value)
	if m.over != "" {
		conditions = append(conditions, takenAny(m.over)...)
	}
	return "(" + strings.Join(conditions, ") OR (") + ")"
}

// leftOut is the condition that a row is left out for a reason.
func (m measure) leftOut(r catalog.Reason) string {
	text := m.excluded[r]
	if name, ok := strings.CutPrefix(text, "coalesce(sum("); ok && m.per != "" {
		name, _, _ = strings.Cut(name, ")")
		return taken(m.inner1(name))
	}
	condition := strings.Join(takenAny(text), " OR ")
	if m.per == "" {
		return condition
	}
	// The condition is about what remains of a group: written in its rows.
	if value := m.inner1("v"); value != "" {
		condition = word("v").ReplaceAllLiteralString(condition, "(CASE WHEN "+restricted(value)+" THEN "+argument(value)+" END)")
	}
	if counted := m.inner1("counted"); counted != "" {
		condition = word("counted").ReplaceAllLiteralString(condition, "("+inBoolean(counted)+")")
	} else if value := m.inner1("v"); value != "" {
		condition = "(" + condition + ") AND " + restricted(value)
	}
	return condition
}

func word(w string) *regexp.Regexp { return regexp.MustCompile(`\b` + w + `\b`) }

// inner1 is the aggregate of a name among those of the groups.
func (m measure) inner1(name string) string {
	for _, part := range split(m.inner) {
		if aggregate, ok := strings.CutSuffix(strings.TrimSpace(part), " AS "+name); ok {
			return aggregate
		}
	}
	return ""
}

// split cuts a list at its outer commas.
func split(list string) []string {
	var parts []string
	depth, from := 0, 0
	for i, c := range list {
		switch {
		case c == '(':
			depth++
		case c == ')':
			depth--
		case c == ',' && depth == 0:
			parts = append(parts, list[from:i])
			from = i + 1
		}
	}
	return append(parts, list[from:])
}

var aggregates = regexp.MustCompile(`\b(count|sum|any_value|quantile_disc|max|min|bool_or)\(`)

// closing is the place of the parenthesis that closes the one before from.
func closing(text string, from int) int {
	depth := 1
	for i := from; i < len(text); i++ {
		switch text[i] {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return len(text)
}

// takenAny gives, for each aggregate of an expression, the condition that it
// takes a row.
func takenAny(expression string) []string {
	var conditions []string
	for {
		from := strings.Index(expression, lotsOpen)
		if from < 0 {
			break
		}
		to := from + strings.Index(expression[from:], lotsClose)
		conditions = append(conditions, expression[from+len(lotsOpen):to])
		expression = expression[:from] + "0" + expression[to+len(lotsClose):]
	}
	for {
		at := aggregates.FindStringIndex(expression)
		if at == nil {
			return conditions
		}
		end := closing(expression, at[1]) + 1
		if rest, ok := strings.CutPrefix(expression[end:], " FILTER ("); ok {
			end += len(" FILTER (") + closing(rest, 0) + 1
		}
		conditions = append(conditions, taken(expression[at[0]:end]))
		expression = expression[end:]
	}
}

// argument is the column of an aggregate, restricted what its filter says.
func argument(aggregate string) string {
	at := aggregates.FindStringIndex(aggregate)
	if at == nil {
		return "true"
	}
	inside := aggregate[at[1]:closing(aggregate, at[1])]
	return strings.TrimPrefix(split(inside)[0], "DISTINCT ")
}

func restricted(aggregate string) string {
	_, filter, ok := strings.Cut(aggregate, " FILTER (")
	if !ok {
		return always
	}
	return "(" + filter[:closing(filter, 0)] + ")"
}

// taken is the condition that an aggregate takes a row.
func taken(aggregate string) string {
	column := argument(aggregate)
	if column == "*" || strings.HasPrefix(aggregate, "count(DISTINCT") {
		return restricted(aggregate)
	}
	return restricted(aggregate) + " AND (" + column + ") IS NOT NULL"
}

// inBoolean is the condition inside of bool_or.
func inBoolean(aggregate string) string { return argument(aggregate) }
