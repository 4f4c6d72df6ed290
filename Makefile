# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# `make` lists the targets. Everything that is made is in .venv and .build.
PYTHON := .venv/bin/python
STEPS :=
CORES :=
FILES :=

.DEFAULT_GOAL := help
.PHONY: help venv demo simulator test unit playbooks integrations lint workflows sanity integration molecule docs build bench faults fuzz mutants matrix clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

venv: .venv/.test ## make .venv with everything that the checks need

.venv/.demo: tools/requirements-demo.txt tools/venv.sh
	@tools/venv.sh demo

.venv/.test: $(wildcard tools/requirements-*.txt) tools/venv.sh
	@tools/venv.sh test

.venv/.mutants: .venv/.test tools/requirements-mutants.txt
	@tools/venv.sh mutants

demo: .venv/.demo ## see the collection at work on simulated services
	@$(PYTHON) tools/demo.py

simulator: .venv/.demo ## run the simulator by itself; ARGS="--help" lists its options
	@$(PYTHON) tests/simulator $(ARGS)

test: .venv/.test ## run every check, or some: make test STEPS="ruff unit"
	@$(PYTHON) tools/check.py $(STEPS)

lint: .venv/.test ## the quick checks: style, types, licences, changelog
	@$(PYTHON) tools/check.py ruff format mypy yamllint shell workflows ansible-lint changelog licences

unit playbooks integrations workflows sanity integration molecule docs bench fuzz: .venv/.test
	@$(PYTHON) tools/check.py $@

faults: .venv/.test ## the whole table of faults
	@$(PYTHON) tools/check.py all-faults

build: .venv/.test ## build the tarball, import it as Galaxy would, create an execution environment's context
	@$(PYTHON) tools/check.py build importer builder

matrix: .venv/.test ## sanity, unit and integration tests on every supported ansible-core and Python, or some: CORES="2.18 2.21 pre"
	@$(PYTHON) tools/matrix.py $(CORES)

mutants: .venv/.mutants ## mutate the modules that decide and see whether a test notices, or some: FILES="_reconcile/plan"
	@$(PYTHON) tools/mutants.py $(FILES)

clean: ## remove what make made
	rm -rf .venv .build

# What the shared rule above does, for `make help`:
unit: ## unit tests with coverage
playbooks: ## the role and the playbooks in real runs
integrations: ## NetBox, chat, tickets and metrics against the real tools
workflows: ## actionlint and zizmor on the workflows
sanity: ## ansible-test sanity
integration: ## ansible-test integration
molecule: ## the molecule scenario
docs: ## check the documentation and build its pages
bench: ## benchmarks
fuzz: ## property tests with many more examples
