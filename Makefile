# One command per habit; `make help` lists them.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

# Same flags everywhere, so that every build and test shares one build cache.
export GOFLAGS := -trimpath
BIN     := .cache/bin
MODULES := proto ocds platform extractor transformer publisher analytics gateway local
# The knobs of `make run` reach the program as environment.
export SCALE SEED PORT_OFFSET STATE_DIR SOURCE SOURCE_URL SOURCE_TOKEN OBJECT_STORE \
       DATABASE_URL NATS_URL TEMPORAL_ADDRESS S3_ENDPOINT ONCE

.PHONY: help run test test-go readers bench load soak chaos manifests vet proto proto-check proto-accept explorer tidy fmt clean cluster cluster-images cluster-down sbom audit

help: ## this list
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18
	@echo; echo 'Knobs of run: SCALE SEED PORT_OFFSET STATE_DIR SOURCE SOURCE_URL SOURCE_TOKEN OBJECT_STORE=minio'
	@echo '              DATABASE_URL NATS_URL TEMPORAL_ADDRESS S3_ENDPOINT ONCE=1   (docs/operate/run.md)'

run: ## the whole system on this machine, until Ctrl-C; ONCE=1 runs the pipeline once and exits
	@cd local && GOWORK=off go build -o ../$(BIN)/prepare ./cmd/prepare
	@exec $(BIN)/prepare

test: ## every test: modules, workflows, end to end, browser
	@./local/test.sh

test-go: ## tests of the Go modules only (M=module for one)
	@for m in $(or $(M),$(MODULES)); do echo "== $$m"; (cd $$m && GOWORK=off go test ./...); done

readers: ## install the independent readers of published files (pandas, DuckDB, LibreOffice, OCDS tools) and have them read
	@./publisher/testdata/readers/install.sh
	@cd publisher && GOWORK=off go test -count=1 -run TestIndependentReaders -v .

bench: ## all benchmarks, benchstat-ready (M=module for one), ocds beside its peers, and with EXPLORER_URL what a reader waits for
	@for m in $(or $(M),$(MODULES)); do (cd $$m && GOWORK=off go test -run '^$$' -bench . -benchmem ./...); done
	@$(if $(filter-out ocds,$(M)),,./ocds/bench/bench.sh)
	@$(if $(EXPLORER_URL),npm --prefix gateway/explorer run --silent bench,)

# What a running system is asked, and where it tells what it holds.
URL     ?= http://127.0.0.1:$(shell expr 8080 + $(or $(PORT_OFFSET),0))
METRICS ?= http://127.0.0.1:$(shell expr 9105 + $(or $(PORT_OFFSET),0))/metrics

load: ## ask a running system until it is slow, and beyond (URL, CLIENTS; docs/operate/capacity.md)
	@cd local && GOWORK=off go build -o ../$(BIN)/load ./cmd/load
	@$(BIN)/load -capacity -url $(URL) -clients $(or $(CLIENTS),200)

soak: ## ask a running system for half an hour, and look whether it grows (URL, METRICS, RATE, FOR)
	@cd local && GOWORK=off go build -o ../$(BIN)/load ./cmd/load
	@$(BIN)/load -url $(URL) -rate $(or $(RATE),5) -for $(or $(FOR),30m) -watch $(METRICS) -state $(or $(STATE_DIR),.local)

chaos: ## break the system at random while it works; it must end in the undisturbed snapshot (FAULTS, SEED, FROM; root; docs/operate/chaos.md)
	@cd local && GOWORK=off go run ./cmd/prepare -build kzocds,temporal && GOWORK=off go build -o ../$(BIN)/chaos ./cmd/chaos
	@$(BIN)/chaos -faults $(or $(FAULTS),100) -seed $(or $(SEED),1) -from $(or $(FROM),1)

# kind, k3d, or a command of your own with the verbs that k8s/cluster.sh names.
CLUSTER ?= kind
export CLUSTER REPLICAS KUBECTL CNPG

cluster: ## the system on a Kubernetes cluster, its snapshot compared with `make run` (CLUSTER=kind|k3d|command, REPLICAS, SCALE, SEED)
	@./k8s/cluster.sh all

manifests: ## every overlay applied to a real API server, mistakes refused (KUBECTL; docs/operate/kubernetes.md)
	@./k8s/validate.sh

cluster-images: ## lay out the files of all container images under .cache/images
	@cd local && GOWORK=off go run ./cmd/images

# Versions of the tools that look at what is built in.
CYCLONEDX   := github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@v1.9.0
GOVULNCHECK := golang.org/x/vuln/cmd/govulncheck@v1.1.4

sbom: cluster-images ## what is built into each service, as CycloneDX under .cache/sbom
	@mkdir -p .cache/sbom
	@for s in extractor transformer publisher analytics gateway; do \
	  GOWORK=off go run $(CYCLONEDX) bin -json -output .cache/sbom/$$s.cdx.json .cache/images/$$s/service; done

audit: ## known weaknesses of what is built in; asks vuln.go.dev and the npm registry
	@for m in $(MODULES); do (cd $$m && GOWORK=off go run $(GOVULNCHECK) ./...); done
	@npm --prefix gateway/explorer audit --omit=dev

cluster-down: ## remove that cluster
	@./k8s/cluster.sh down

explorer: ## build the front end into the gateway
	@cd gateway/explorer && npm ci --no-audit --no-fund && npm run build

vet: ## static checks of all modules
	@for m in $(MODULES); do (cd $$m && GOWORK=off go vet ./...); done
	@test -z "$$(gofmt -l $(MODULES))" || { gofmt -l $(MODULES); echo 'run: make fmt'; exit 1; }

fmt: ## format all Go code
	@gofmt -w $(MODULES)

tidy: ## tidy every module and align their versions
	@for m in $(MODULES); do (cd $$m && GOWORK=off go mod tidy); done
	@go work sync
	@for m in $(MODULES); do (cd $$m && GOWORK=off go mod tidy); done

BUF := proto/tools/buf/node_modules/.bin/buf
$(BUF): proto/tools/buf/package.json
	@npm --prefix proto/tools/buf install --silent --ignore-scripts
	@touch $@

proto: $(BUF) ## regenerate Go from the .proto files
	@cd proto && GOWORK=off tools/buf/node_modules/.bin/buf generate

proto-check: $(BUF) ## lint, breaking changes against proto/baseline.binpb, and generated code up to date
	@cd proto && GOWORK=off tools/buf/node_modules/.bin/buf lint
	@cd proto && GOWORK=off tools/buf/node_modules/.bin/buf breaking --against baseline.binpb
	@cd proto && tmp=$$(mktemp -d) && GOWORK=off tools/buf/node_modules/.bin/buf generate -o $$tmp \
	  && diff -r $$tmp/kzocds kzocds --exclude='*.proto' && rm -r $$tmp \
	  || { echo 'generated code is out of date; run: make proto'; exit 1; }

proto-accept: $(BUF) ## make the present messages the baseline of the breaking check (after review)
	@cd proto && GOWORK=off tools/buf/node_modules/.bin/buf build -o baseline.binpb

ifeq (,$(shell command -v go))
$(error go is missing. Install Go 1.26 or newer: https://go.dev/dl)
endif

clean: ## remove the state of `make run` (not the caches)
	@rm -rf .local
