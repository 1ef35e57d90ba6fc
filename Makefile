SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help restore native build test demo up down servers chaos soak model model-family bench bench-overhead bench-fleet bench-dataset bench-upload check-sd15 clean

# One configuration for everything, so that one build serves tests, demo and benchmarks.
CONFIGURATION ?= Release
export CONFIGURATION
export DOTNET_CLI_TELEMETRY_OPTOUT := 1
export DOTNET_NOLOGO := 1
SDFLEET := src/SdFleet.Cli/bin/$(CONFIGURATION)/net10.0/sdfleet

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

restore: ## fetch the packages (PROBE=1 asks again what the feed has)
	@infra/feed/restore.sh

native:
	@infra/dev/install.sh libraries

build: restore ## build everything
	@dotnet build SdFleet.sln --configuration $(CONFIGURATION) --no-restore --nologo -v:q --tl:off

test: native build ## build, run every test, and count them (PROJECT=tests/X, FILTER=...)
	@infra/build/test.sh

# Only the program itself: the tests are most of what there is to build, and a newcomer waits for pictures.
demo: native restore ## make a batch of pictures on this machine, in one process
	@dotnet build src/SdFleet.Cli --configuration $(CONFIGURATION) --no-restore --nologo -v:q --tl:off
	@$(SDFLEET) demo

up: native build ## start the fleet with real servers on this machine
	@infra/dev/up.sh

down: ## stop what "make up" or "make servers" started, and leave nothing behind
	@infra/dev/down.sh

servers: ## start only RabbitMQ, PostgreSQL and Azurite, and print their addresses
	@infra/dev/servers.sh start .dev/servers
	@cat .dev/servers/servers.env

# The report stays in out/chaos. JOBS, FAULTS and SEED are numbers; the same ones give the same run.
JOBS ?= 1000
FAULTS ?= 20
SEED ?= 1
chaos: native build ## kill everything while jobs run, and count what is lost or made twice (JOBS=1000 FAULTS=20 SEED=1)
	@infra/dev/chaos.sh --jobs $(JOBS) --faults $(FAULTS) --seed $(SEED)

# The report stays in out/soak.
MINUTES ?= 20
RATE ?= 6
soak: native build ## let a fleet work, and say what goes on growing: memory, files, connections (MINUTES=20 RATE=6)
	@infra/dev/soak.sh --minutes $(MINUTES) --rate $(RATE) --seed $(SEED)

model: ## train the bundled model again from its recipe
	@src/SdFleet.ShapesModel/recipe/make-model.sh

model-family: ## train its inpainting, depth, upscaling, CLIP and LoRA companions (after make model)
	@src/SdFleet.ShapesModel/recipe/make-model.sh "" "" "$(PROCESSES)" family

bench: native build ## measure what is computed beside the networks: schedulers, noise, prompts, PNG
	@dotnet run --project tests/SdFleet.Benchmarks --configuration $(CONFIGURATION) --no-build

bench-overhead: native build ## measure the time that the pipeline takes beside ONNX Runtime
	@dotnet run --project tests/SdFleet.Benchmarks --configuration $(CONFIGURATION) --no-build -- overhead

# From prompts to an audited dataset, at a thousand jobs and each ten times as many up to JOBS. Pictures are not computed.
bench-dataset: JOBS = 100000
bench-dataset: native build ## measure a batch of no-op pictures, from file to audited WebDataset: rate, memory, growth (JOBS=100000)
	@dotnet run --project tests/SdFleet.Benchmarks --configuration $(CONFIGURATION) --no-build -- dataset $(SDFLEET) $(JOBS)

bench-upload: LINES ?= 1000000
bench-upload: native build ## measure the submission of one large file: time, and memory of client, API and coordinator (LINES=1000000)
	@dotnet run --project tests/SdFleet.Benchmarks --configuration $(CONFIGURATION) --no-build -- upload $(SDFLEET) $(LINES)

# BACKLOG is how many jobs wait at most while the coordinator's memory is looked at; 0 leaves that out.
bench-fleet: JOBS = 20000
BACKLOG ?= 1000000
bench-fleet: native build ## measure jobs a second, memory and what a job costs, beside Celery (JOBS=20000 BACKLOG=1000000)
	@dotnet run --project tests/SdFleet.Benchmarks --configuration $(CONFIGURATION) --no-build -- fleet $(JOBS) $(BACKLOG)

check-sd15: native build ## run a model of Stable Diffusion 1.5's size: memory, time a step (10 minutes, 5 GB in out/; KEEP=1 keeps them)
	@infra/sd15/check.sh

clean: ## remove what was built
	@find src tests infra -type d \( -name bin -o -name obj \) -not -path '*/node_modules/*' -prune -exec rm -rf {} +
	@rm -rf artifacts TestResults
