package goszakup

import (
	"context"
	"net/http"
)

// Get asks for an address below the portal's, within the same rate and with the
// same patience as everything else. The older OCDS feeds are read through it.
func (c *Client) Get(ctx context.Context, path string, read func(address string, body []byte) error) error {
	return c.send(ctx, http.MethodGet, path, nil, func(a answer) error { return read(a.url, a.body) })
}
