SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help restore native build test demo up down servers model model-family bench clean

# One configuration for everything, so that one build serves tests, demo and benchmarks.
CONFIGURATION ?= Release
export CONFIGURATION
export DOTNET_CLI_TELEMETRY_OPTOUT := 1
export DOTNET_NOLOGO := 1
SDFLEET := src/SdFleet.Cli/bin/$(CONFIGURATION)/net10.0/sdfleet

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

restore: ## fetch the packages (PROBE=1 asks again what the feed has)
	@infra/feed/restore.sh

native:
	@infra/dev/install.sh libraries

build: restore ## build everything
	@dotnet build SdFleet.sln --configuration $(CONFIGURATION) --no-restore --nologo -v:q --tl:off

test: native build ## build, run every test, and count them (PROJECT=tests/X, FILTER=...)
	@infra/build/test.sh

demo: native build ## make a batch of pictures on this machine, in one process
	@$(SDFLEET) demo

up: native build ## start the fleet with real servers on this machine
	@infra/dev/up.sh

down: ## stop what "make up" or "make servers" started, and leave nothing behind
	@infra/dev/down.sh

servers: ## start only RabbitMQ, PostgreSQL and Azurite, and print their addresses
	@infra/dev/servers.sh start .dev/servers
	@cat .dev/servers/servers.env

model: ## train the bundled model again from its recipe
	@src/SdFleet.ShapesModel/recipe/make-model.sh

model-family: ## train its inpainting, depth, upscaling, CLIP and LoRA companions (after make model)
	@src/SdFleet.ShapesModel/recipe/make-model.sh "" "" "$(PROCESSES)" family

bench: native build ## run the benchmarks
	@dotnet run --project tests/SdFleet.Benchmarks --configuration $(CONFIGURATION) --no-build

clean: ## remove what was built
	@find src tests infra -type d \( -name bin -o -name obj \) -not -path '*/node_modules/*' -prune -exec rm -rf {} +
	@rm -rf artifacts TestResults
