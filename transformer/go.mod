module github.com/kzocds/kzocds/transformer

go 1.26

require (
	github.com/kzocds/kzocds/ocds v0.0.0
	github.com/kzocds/kzocds/platform v0.0.0
	github.com/kzocds/kzocds/proto v0.0.0
	github.com/shopspring/decimal v1.6.0
)

replace (
	github.com/kzocds/kzocds/ocds => ../ocds
	github.com/kzocds/kzocds/platform => ../platform
	github.com/kzocds/kzocds/proto => ../proto
)
