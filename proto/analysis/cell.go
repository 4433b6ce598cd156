package analysis

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Row maps column ids to cells.
type Row map[string]Cell

// Cell is a member of a dimension or the value of a measure. Its JSON is
// {"id","label"}, an integer, a string with a decimal number, or null.
type Cell struct {
	Member *Member
	// Number is the exact decimal text of a measure; empty means null.
	Number string
	// Text tells that Number is written as a JSON string (money, ratio) and not
	// as an integer.
	Text bool
}

// Member is a value of a dimension.
type Member struct {
	// ID is what a filter takes to select the member: blank is "~".
	ID    string `json:"id"`
	Label string `json:"label"`
}

// MarshalJSON implements json.Marshaler.
func (c Cell) MarshalJSON() ([]byte, error) {
	switch {
	case c.Member != nil:
		return json.Marshal(c.Member)
	case c.Number == "":
		return []byte("null"), nil
	case c.Text:
		return json.Marshal(c.Number)
	}
	return []byte(c.Number), nil
}

// UnmarshalJSON implements json.Unmarshaler.
func (c *Cell) UnmarshalJSON(data []byte) error {
	*c = Cell{}
	data = bytes.TrimSpace(data)
	switch {
	case len(data) == 0 || bytes.Equal(data, []byte("null")):
		return nil
	case data[0] == '{':
		c.Member = new(Member)
		return json.Unmarshal(data, c.Member)
	case data[0] == '"':
		c.Text = true
		return json.Unmarshal(data, &c.Number)
	}
	var n json.Number
	if err := json.Unmarshal(data, &n); err != nil {
		return fmt.Errorf("cell is none of member, number, text or null: %w", err)
	}
	c.Number = n.String()
	return nil
}
