module github.com/kzocds/kzocds/extractor

go 1.26.0

require (
	github.com/kzocds/kzocds/platform v0.0.0
	github.com/kzocds/kzocds/proto v0.0.0
	golang.org/x/time v0.16.0
)

require github.com/goccy/go-yaml v1.19.2 // indirect

replace (
	github.com/kzocds/kzocds/ocds => ../ocds
	github.com/kzocds/kzocds/platform => ../platform
	github.com/kzocds/kzocds/proto => ../proto
)
