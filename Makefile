# Every target is run by .ci/run or by the workflow under the same name.
.PHONY: help build test race vet lint docs golden fuzz conformance faults campaigns bench figures check

GIT_BACKPORT_ORACLE ?= $(shell .ci/oracle 2>/dev/null)
export GIT_BACKPORT_ORACLE
FUZZTIME ?= 10s
BENCHTIME ?= 200ms
FAULTS ?= -kill -power -race
CAMPAIGNS ?= -sequences 2000

help: ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

build: ## the program, as ./git-backport, linked statically: it starts a millisecond sooner
	CGO_ENABLED=0 go build -o git-backport ./cmd/git-backport

test: ## all tests
	go test ./...

race: ## the tests of what runs side by side, under the race detector
	go test -race ./backport ./gitops ./gitops/odb ./internal/merge

vet: ## go vet, for the other systems too
	go vet ./...
	GOOS=darwin go vet ./...
	GOOS=windows go vet ./...

lint: ## golangci-lint and actionlint
	golangci-lint run ./...
	actionlint

docs: ## generate docs/cli, docs/man, docs/exit-codes.md, docs/merge-compatibility.md and the policy's schema
	go run ./internal/tools/gendocs

golden: ## rewrite the expected output of the tests; look at the difference
	UPDATE=1 go test -count=1 ./cmd

fuzz: ## each fuzz target for FUZZTIME
	.ci/fuzz $(FUZZTIME)

conformance: ## the merge engine beside git, on the merge cases in CASES (a bundle and its table)
	.ci/conformance

faults: ## the fault campaigns of the ref transaction, at full length or as FAULTS says
	go run ./internal/tools/faults $(FAULTS)

campaigns: ## the campaigns over the whole program, at full length, into docs/reliability.md
	go run ./internal/tools/campaigns $(CAMPAIGNS) -o docs/reliability.md

bench: ## the benchmarks beside the code; with CLONE=DIR, whole processes beside git too, into docs/performance.md
	go test -run '^$$' -bench . -benchtime $(BENCHTIME) ./...
	$(if $(CLONE),go run ./internal/tools/bench -C $(CLONE) $(if $(GIT_BACKPORT_ORACLE),-git $(GIT_BACKPORT_ORACLE)) -o docs/performance.md)

figures: ## the pages of docs that hold figures, from full clones in CLONES
	.ci/figures

check: vet lint test ## what has to pass before a change lands
