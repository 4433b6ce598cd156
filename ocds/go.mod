module github.com/kzocds/kzocds/ocds

go 1.26
