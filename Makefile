# The few tasks of the project. `make help` lists them. Everything but `test-all` needs Go and make
# alone; `test-all` also needs what .ci/run installs (PostgreSQL, Chromium, a C compiler).

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help build generate test test-city test-long test-race test-postgres test-browser test-all check bench fuzz

GO ?= go
# As released: no C. Tests and the binary of the stories then share one build cache.
export CGO_ENABLED := 0
# Two packages at a time: each is parallel within, and machines of two cores stay usable. Small heaps are
# collected all the time: a quarter of the processor went into that.
TEST := GOGC=400 $(GO) test -p 2
# Packages with goroutines of their own.
RACED := ./internal/db/... ./internal/ledger/... ./internal/job/... ./internal/intake/... ./internal/account/... ./internal/web/...
# Tests that drive a browser carry the build tag "browser" and names that begin with TestBrowser.
BROWSED = $(sort $(dir $(shell grep -rlE --include='*_test.go' '^//go:build browser$$' internal stories)))
FUZZTIME ?= 20s
BENCHROWS ?= 68000

help: ## list the tasks
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

build: ## one static binary: ./tuoxing
	$(GO) build -trimpath ./cmd/tuoxing

generate: ## pages after a change of a .templ file; the result is committed
	$(GO) tool templ generate -path internal/web

test: ## the whole suite on SQLite; no network, no other program
	$(TEST) ./...

test-race: ## the race detector on the packages with goroutines (needs gcc)
	CGO_ENABLED=1 $(TEST) -race $(RACED)

test-postgres: ## the whole suite on PostgreSQL, in a cluster of its own that is removed afterwards
	$(GO) run ./internal/testkit/pgcluster -- env $(TEST) ./...

test-browser: ## the tests that drive Chromium
	$(if $(strip $(BROWSED)),,$(error no browser test found: the tag is "//go:build browser"))
	$(TEST) -tags browser -timeout 20m -run '^TestBrowser' $(addprefix ./,$(BROWSED))

check: ## generated files are fresh, formatted, vetted, modules tidy and untouched
	@before=$$(find . -name '*_templ.go' -exec cksum {} + | sort); \
	$(GO) tool templ generate -path internal/web; \
	after=$$(find . -name '*_templ.go' -exec cksum {} + | sort); \
	if [ "$$before" != "$$after" ]; then echo 'generated pages were stale; they are fresh now: commit them' >&2; exit 1; fi
	@stale=$$(gofmt -l cmd figures internal stories); \
	if [ -n "$$stale" ]; then echo "not formatted by gofmt:" $$stale >&2; exit 1; fi
	$(GO) vet ./...
	$(GO) vet -tags browser ./internal/web/... ./stories/...
	$(GO) mod tidy -diff
	$(GO) mod verify

test-long: ## 100 rows left out; soiled lists of 100,000 rows; duplicates of 6,800 people; imports killed at 30 moments, on both engines
	TUOXING_LONG=1 $(TEST) -timeout 60m -run 'left_out|planted_|Planted|killed|soiled_city' ./internal/app
	TUOXING_LONG=1 $(GO) run ./internal/testkit/pgcluster -- env $(TEST) -run killed ./internal/app

test-city: ## the made-up city in full, 680,000 industrial workers: some minutes and 4 GB of disk
	$(TEST) -tags city -timeout 60m -run '^TestCity' ./stories ./internal/app

test-all: check test test-long test-postgres test-race test-browser ## everything; what must pass before a change goes in
	$(MAKE) fuzz FUZZTIME=2m FUZZ="$(READERS)"

bench: ## the benchmarks; docs/benchmarks.md says what was measured where
	$(GO) run ./cmd/tuoxing bench --rows $(BENCHROWS)
	$(GO) run ./internal/testkit/pgcluster -- sh -c '$(GO) run ./cmd/tuoxing bench --rows $(BENCHROWS) --db "$$TUOXING_TEST_DB"'
	$(GO) test -p 1 -run '^$$' -bench . -benchmem ./...

# The readers of strangers' bytes: workbooks, text tables, days, ID and certificate numbers.
READERS := FuzzXLSX FuzzCSV FuzzParseDate FuzzParseID FuzzParseCertificate
FUZZ ?=

fuzz: ## each fuzz target for FUZZTIME (20s), two at a time; FUZZ names some alone
	@grep -rhoE --include='*_test.go' --with-filename '^func Fuzz[A-Za-z0-9_]+' internal | sed 's/:func / /' | \
	while read -r file name; do \
		if [ -z "$(FUZZ)" ] || echo " $(FUZZ) " | grep -q " $$name "; then echo "$$(dirname "$$file") $$name"; fi; \
	done | xargs -P 2 -L 1 sh -c '$(GO) test -run "^$$" -fuzz "^$$1\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 2s -parallel 1 "./$$0"'
