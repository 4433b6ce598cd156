module github.com/kzocds/kzocds/local

go 1.26

require (
	github.com/kzocds/kzocds/analytics v0.0.0
	github.com/kzocds/kzocds/extractor v0.0.0
	github.com/kzocds/kzocds/gateway v0.0.0
	github.com/kzocds/kzocds/ocds v0.0.0
	github.com/kzocds/kzocds/platform v0.0.0
	github.com/kzocds/kzocds/proto v0.0.0
	github.com/kzocds/kzocds/publisher v0.0.0
	github.com/kzocds/kzocds/transformer v0.0.0
)

replace (
	github.com/kzocds/kzocds/analytics => ../analytics
	github.com/kzocds/kzocds/extractor => ../extractor
	github.com/kzocds/kzocds/gateway => ../gateway
	github.com/kzocds/kzocds/ocds => ../ocds
	github.com/kzocds/kzocds/platform => ../platform
	github.com/kzocds/kzocds/proto => ../proto
	github.com/kzocds/kzocds/publisher => ../publisher
	github.com/kzocds/kzocds/transformer => ../transformer
)
