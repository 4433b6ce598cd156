module github.com/kzocds/kzocds/analytics

go 1.26.0

require (
	github.com/kzocds/kzocds/platform v0.0.0
	github.com/kzocds/kzocds/proto v0.0.0
)

replace (
	github.com/kzocds/kzocds/ocds => ../ocds
	github.com/kzocds/kzocds/platform => ../platform
	github.com/kzocds/kzocds/proto => ../proto
)
