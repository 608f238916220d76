# `make html` and `make test` do all the set-up; `make help` lists the rest.
PYTHON ?= python3
BUILD  ?= build
export PYTHON
# Compiled modules stay in .venv, which is ours: without them each build takes twice its time.
unexport PYTHONDONTWRITEBYTECODE

# An installed lock is known by its content, so that a checkout's time stamps install nothing anew.
site_id := $(shell cat conf/requirements.txt conf/install.sh pyproject.toml | cksum | tr -d ' ')
dev_id  := $(shell cat conf/requirements-dev.txt conf/install.sh pyproject.toml | cksum | tr -d ' ')
SITE    := .venv/.site-$(site_id)
DEV     := .venv/.dev-$(dev_id)
BIN     := .venv/bin
# What needs neither MLX, Sphinx nor a browser.
PURE_TESTS := tests/test_architecture.py tests/upstream tests/keytree tests/examples/parse \
    tests/examples/test_compare.py tests/prng/test_threefry2x32.py

.DEFAULT_GOAL := help
.PHONY: help html whole-api test check serve bless lint format bench lock clean

help: ## list what can be made
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 18

html: $(BUILD)/html/index.html ## run every example, compare what it prints, build the site into build/html

# What the site is made from. The times of the files say what was edited; what they do not say names
# a stamp: the versions of Python and mlx, which files there are, and what a build reads besides.
LIST_SOURCES := find conf docs gallery src trust *.md \
    -path docs/gallery -prune -o -name __pycache__ -prune -o -type f -print 2>/dev/null | sort
MADE_FROM_ID := { $(BIN)/python -VV; ls -d .venv/lib/python*/site-packages/mlx[-_]*.dist-info; \
    $(LIST_SOURCES); echo "$$MLX_KEYS_URL $$SOURCE_DATE_EPOCH"; } 2>/dev/null | cksum | tr -d ' '
MADE_FROM    := $(BUILD)/.made-from-$(shell $(MADE_FROM_ID))

$(BUILD)/html/index.html: $(SITE) $(MADE_FROM) $(shell $(LIST_SOURCES))
	@$(BIN)/mlx-keys html --build $(BUILD)

# Named anew, since the first install has just brought Python and mlx along.
$(MADE_FROM): $(SITE)
	@mkdir -p $(BUILD) && rm -f $(BUILD)/.made-from-* && touch $(BUILD)/.made-from-$$($(MADE_FROM_ID))

# A page that cannot be read is named; the others make a site, and the exit status is 1.
whole-api: $(SITE) ## rewrite the pages of PAGES=DIR and build them as a site of their own
	@test -d "$(PAGES)" || { echo "make whole-api PAGES=DIR: there is no folder '$(PAGES)'" >&2; exit 2; }
	@rm -rf $(BUILD)/whole-api
	@status=0; $(BIN)/mlx-keys rewrite "$(PAGES)" -o $(BUILD)/whole-api/pages || status=1; \
	$(BIN)/sphinx-build -q -W -n -b html -c conf/whole_api -d $(BUILD)/whole-api/doctrees \
	    $(BUILD)/whole-api/pages $(BUILD)/whole-api/html && \
	echo "open $(BUILD)/whole-api/html/index.html" && exit $$status

test: $(DEV) ## run the tests, one process per core
	@$(BIN)/python -m pytest -n auto --dist worksteal

check: lint ## lint, types and the tests of what is pure: under a minute, for while you work
	@$(BIN)/python -m pytest -q -n auto --dist worksteal $(PURE_TESTS)

serve: $(DEV) ## rebuild and reload in the browser as you edit
	@$(BIN)/sphinx-autobuild -c conf -d $(BUILD)/serve/doctrees docs $(BUILD)/serve/html \
	    --watch gallery --watch src --watch conf --ignore '*/docs/gallery/*' --port 8000

bless: $(SITE) ## show what examples print now, and accept it
	@$(BIN)/mlx-keys verify --bless

lint: $(DEV) ## ruff and strict types
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

format: $(DEV) ## let ruff lay the code out
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

bench: $(DEV) ## measure, as ratios in one run
	@$(BIN)/mlx-keys bench

lock: ## resolve the dependencies anew (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --quiet \
	    pyproject.toml conf/build-backend.in --extra site -o conf/requirements.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --quiet \
	    pyproject.toml conf/build-backend.in --extra site --extra dev \
	    -c conf/requirements.txt -o conf/requirements-dev.txt

clean: ## remove what was built; the environment stays
	rm -rf $(BUILD) docs/gallery

$(SITE):
	@conf/install.sh conf/requirements.txt
	@rm -f .venv/.site-* && touch $@

# The tests' lock holds the site's too.
$(DEV):
	@conf/install.sh conf/requirements-dev.txt
	@rm -f .venv/.site-* .venv/.dev-* && touch $@ $(SITE)
