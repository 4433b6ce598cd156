module github.com/kzocds/kzocds/platform

go 1.26

require (
	github.com/kzocds/kzocds/proto v0.0.0
)

replace (
	github.com/kzocds/kzocds/proto => ../proto
)
