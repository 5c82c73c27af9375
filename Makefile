# What people type. `make` alone lists it.
.DEFAULT_GOAL := help
.PHONY: help run test coverage check lint docs requirements fuzz crash deploy-trial client pages bench fmt clean
.PHONY: lint-style lint-format lint-types lint-layers lint-migrations
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules --no-print-directory
# The service is several processes: each would compile the same modules again.
unexport PYTHONDONTWRITEBYTECODE

# The first one on the path that was built with optimisations, as Debian's own are (worth an eighth of
# the time), or else the first one at all.
PYTHON ?=
IS_FAST := import ensurepip, sys, sysconfig, venv; sys.exit(sys.version_info < (3, 11) \
	or sys.prefix != "/usr" and "--enable-optimizations" not in sysconfig.get_config_var("CONFIG_ARGS"))
CHOOSE := for folder in $$(echo "$$PATH" | tr ' :' '? '); do \
	"$$folder/python3" -c '$(IS_FAST)' 2>/dev/null && { echo "$$folder/python3"; exit; }; \
	done; command -v python3
VENV := .venv
RUN := $(VENV)/bin/python
INSTALL := $(RUN) -m pip install --quiet --disable-pip-version-check --no-input --no-deps
# Says how far pip is, in a line that moves where there is a terminal; passes on what goes wrong.
PROGRESS := awk -v total="$$(grep -c '==' requirements.txt)" -v is_terminal="$$(test -t 1 && echo 1)" ' \
	function told(text) { if (is_terminal) printf "\r\033[K%s", text; else print text; fflush() } \
	/^(Collecting|Processing) / { n++; sub(".*/", "", $$2); \
		if (is_terminal || n % 10 == 0) told("  " n " of " total ": " $$2) } \
	/^Installing collected packages/ { told("  unpacking " n " packages") } \
	/^(ERROR|WARNING)/ { print } \
	/^FAILED$$/ { failed = 1 } \
	END { if (is_terminal) printf "\r\033[K"; exit failed }'
SCHEMA := astra/scenarios/scenario.schema.json
# Passed on to the command: make test ARGS="tests/api -k create"
ARGS ?=
# Another revision, or several, that `make bench` measures in turns with this one.
AGAINST ?=

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

run: $(VENV)/run.stamp ## Serve until Ctrl-C: API, admin site, lifecycle worker, database
	@$(RUN) manage.py serve --with-parent $(ARGS)

test: $(VENV)/dev.stamp ## Run the whole test suite on a database of its own
	@$(RUN) -m pytest $(ARGS)

coverage: $(VENV)/dev.stamp ## Run the whole suite and hold its branch coverage to 95 %
	@$(RUN) -m pytest --cov --cov-report=term

lint: lint-style lint-format lint-types lint-layers lint-migrations ## Check all but behaviour

lint-style: $(VENV)/dev.stamp
	$(VENV)/bin/ruff check

lint-format: $(VENV)/dev.stamp
	$(VENV)/bin/ruff format --check

lint-types: $(VENV)/dev.stamp
	$(VENV)/bin/mypy

lint-layers: $(VENV)/dev.stamp
	$(VENV)/bin/lint-imports

lint-migrations: $(VENV)/dev.stamp
	$(RUN) -m tests.postgres $(RUN) manage.py makemigrations --check --dry-run

# All of it runs, whatever fails; the tests come last, so their summary is the last thing to read. One
# run of the suite does for the tests and for what they cover.
check: $(VENV)/dev.stamp ## Run everything that must pass before a change is merged
	@$(MAKE) --keep-going --jobs=1 lint coverage

fuzz: $(VENV)/dev.stamp ## Send thousands of requests, files and bytes that are almost right
	@ASTRA_FUZZ_EXAMPLES=$${ASTRA_FUZZ_EXAMPLES:-30} $(RUN) -m pytest -n0 -m fuzz --timeout 0 -o faulthandler_timeout=0 $(ARGS)

crash: $(VENV)/dev.stamp ## Kill parts of the running service, 500 times, and look what became of its data
	@ASTRA_CRASH_ROUNDS=$${ASTRA_CRASH_ROUNDS:-500} $(RUN) -m pytest -n0 tests/server/crash -o faulthandler_timeout=0 $(ARGS)

deploy-trial: $(VENV)/dev.stamp $(VENV)/deploy.stamp ## Run many hosts on this one, with fail-over, and lose one after another
	@$(RUN) -m deploy.trial $(ARGS)

docs: $(VENV)/dev.stamp ## Write what is generated: OpenAPI document, scenario schema, pages, picture
	@$(RUN) manage.py spectacular --validate --fail-on-warn --file docs/openapi.yaml
	@$(RUN) manage.py fidelity
	@$(RUN) manage.py faults page
	@$(RUN) manage.py seed --schema > $(SCHEMA).new && mv $(SCHEMA).new $(SCHEMA)
	@$(RUN) -m docs.pictures.architecture
	@$(RUN) -m docs.who_may
	@$(RUN) -m docs.licences

requirements: $(VENV)/venv.stamp ## Write the hashes of what requirements*.in pin; raise a pin there first
	@$(INSTALL) uv==0.13.8
	@for pins in requirements*.in; do \
		$(VENV)/bin/uv pip compile --quiet --no-deps --generate-hashes --no-annotate --no-header \
			--python-version 3.11 $$pins --output-file $${pins%.in}.txt || exit 1; \
	done
	@for pins in tests/client/releases/*.in; do \
		$(VENV)/bin/uv pip compile --quiet --generate-hashes --no-annotate --no-header \
			--python-version 3.11 $$pins --output-file $${pins%.in}.txt || exit 1; \
	done

client: $(VENV)/dev.stamp ## Type the commands of the API's own client, also of its older releases
	@ASTRA_OLDER_CLIENTS=1 $(RUN) -m pytest -n0 tests/client $(ARGS)

pages: $(VENV)/dev.stamp ## Look at every page of the admin site as axe-core does, light and dark, wide and narrow
	@ASTRA_EVERY_PAGE=1 $(RUN) -m pytest -n0 tests/admin/test_accessible.py --timeout 0 $(ARGS)

bench: $(VENV)/dev.stamp $(if $(findstring --plot,$(ARGS)),$(VENV)/plots.stamp) ## Measure, as ratios to a fixed floor, or AGAINST=<commit>
	@$(RUN) -m benchmarks $(addprefix --against=,$(AGAINST)) $(ARGS)

fmt: $(VENV)/dev.stamp ## Format the code and repair what the linter can
	$(VENV)/bin/ruff check --fix-only
	$(VENV)/bin/ruff format

clean: ## Remove what was built and installed; the data in var/ stay
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	rm -rf .coverage .coverage.* htmlcov var/peers
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamps say which requirements are installed; a change of the file installs again.
$(VENV)/run.stamp: requirements.txt $(VENV)/venv.stamp
	@echo "Installing the requirements"
	@{ $(filter-out --quiet,$(INSTALL)) -r requirements.txt 2>&1 || echo FAILED; } | $(PROGRESS)
	@touch $@

$(VENV)/tools.stamp: requirements-dev.txt $(VENV)/venv.stamp
	@echo "Installing the requirements of tests and checks"
	@$(INSTALL) -r requirements-dev.txt
	@touch $@

$(VENV)/plots.stamp: requirements-bench.txt $(VENV)/venv.stamp
	@echo "Installing what draws plots"
	@$(INSTALL) -r requirements-bench.txt
	@touch $@

$(VENV)/deploy.stamp: requirements-deploy.txt $(VENV)/venv.stamp
	@echo "Installing what the trial of a deployment fails over with"
	@$(INSTALL) -r requirements-deploy.txt
	@touch $@

# Side by side: the two have no package in common, and most of the time goes into unpacking.
$(VENV)/dev.stamp: requirements.txt requirements-dev.txt $(VENV)/venv.stamp
	@$(MAKE) --jobs=2 $(VENV)/run.stamp $(VENV)/tools.stamp
	@touch $@

# An interpreter that is gone, as after an upgrade of the system, makes a new folder necessary.
ifeq ($(shell $(RUN) -c 'print("works")' 2>/dev/null),)
.PHONY: $(VENV)/venv.stamp
endif

# Debian has venv in a package of its own, python3-venv.
$(VENV)/venv.stamp:
	@$(RUN) -m pip --version >/dev/null 2>&1 \
		|| $(MAKE) PYTHON="$(or $(PYTHON),$$($(CHOOSE)))" make-venv
	@touch $@

.PHONY: make-venv
make-venv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or later is needed (make PYTHON=/path/to/python3)" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || $(MAKE) python3-venv
	@echo "Creating $(VENV) with $(PYTHON)"
	@$(PYTHON) -m venv --clear $(VENV)

.PHONY: python3-venv
python3-venv:
	@if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing python3-venv"; \
		apt-get update -qq && \
		DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends python3-venv >/dev/null; \
	else \
		echo "python3 -m venv does not work here; install it first: apt-get install python3-venv" >&2; \
		exit 1; \
	fi
