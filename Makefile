# Every target checks by name what it needs before it does anything. `make` alone lists the targets.
SHELL := bash
.DEFAULT_GOAL := help
export SIGNALBOX_BEGAN := $(shell date +%s)

.PHONY: help demo test test-alerts test-unit test-lab test-browser gallery shots paint bench fuzz lint fmt sqlx clean-lab

help: ## Lists the targets.
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | column -t -s '|'

demo: ## Two real Kafka Connect clusters on this machine and Signalbox watching them; SIMULATED=1: a fake fleet.
	@.ci/need.sh $(if $(SIMULATED),simulated,demo)
	@exec .ci/demo.sh $(if $(SIMULATED),--simulated)

test: ## Everything that is tested, with one total at the end.
	@.ci/need.sh test
	@.ci/postgres.sh .ci/test.sh format clippy queries alerts tests browser

test-alerts: ## The rules of alerts/, with promtool.
	@.ci/need.sh alerts
	@.ci/test.sh alerts

test-unit: ## The tests that need a Postgres at most, no Kafka.
	@.ci/need.sh unit
	@.ci/postgres.sh .ci/test.sh alerts unit

test-lab: ## The tests against a real Kafka and real Connect workers.
	@.ci/need.sh test
	@.ci/postgres.sh .ci/test.sh lab

test-browser: ## The journeys in a real browser.
	@.ci/need.sh test
	@.ci/postgres.sh .ci/test.sh browser

gallery: ## Every page and state with sample data, drawn into target/gallery; serve that folder to look at it.
	@.ci/need.sh lint
	@cargo run -q -p web --example gallery -- target/gallery
	@echo "written; for example: python3 -m http.server --directory target/gallery"

shots: ## Pictures of every page in three widths and two themes, in target/shots: the demo, and 20,000 simulated connectors.
	@.ci/need.sh test
	@.ci/postgres.sh .ci/test.sh shots

paint: ## How long a page of 20,000 connectors takes to paint after a key or a click.
	@.ci/need.sh test
	@.ci/postgres.sh .ci/test.sh paint

bench: ## What watching 20,000 connectors costs, as one table; PARTS=list,sse chooses.
	@.ci/need.sh unit
	@.ci/postgres.sh .ci/bench.sh $(PARTS)

fuzz: ## Damaged bytes for everything that reads what strangers send, for FOR=600 seconds in all.
	@.ci/need.sh lint
	@cargo run -q -p fuzz -- --seconds $(or $(FOR),600) $(TARGETS)

lint: ## Formatting and clippy.
	@.ci/need.sh lint
	@.ci/test.sh format clippy

fmt: ## Formats all Rust files.
	@.ci/need.sh lint
	@cargo fmt --all

sqlx: ## Writes the query files in .sqlx anew, after SQL or a migration changed.
	@.ci/need.sh unit
	@.ci/postgres.sh .ci/sqlx.sh .sqlx

clean-lab: ## Removes the artifacts that the lab fetched.
	rm -rf "$${SIGNALBOX_LAB_CACHE:-$$HOME/.cache/signalbox-lab}" /var/tmp/signalbox-lab-postgres-*
