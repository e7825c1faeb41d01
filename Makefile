PYTHON ?= python3
PORT ?= 8501
TESTS ?= -n 2 --dist loadfile

VENV := .venv
BIN := $(VENV)/bin
RUN := $(VENV)/.installed
DEV := $(VENV)/.installed-dev

.DEFAULT_GOAL := help
.PHONY: help setup run test check bench zoo train

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(RUN) ## install what the app runs on into .venv
	@echo "$(VENV) has what the app runs on"

run: $(RUN) ## start the app on http://localhost:8501 (PORT=… for another port)
	@$(BIN)/python -m quant.port $(PORT)
	@$(BIN)/python -m pages.parts.serve $(PORT)

test: $(DEV) ## run the tests (TESTS="tests/models -x" for some of them)
	$(BIN)/python -m pytest $(TESTS)

check: $(DEV) ## formatting, lint, types, tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest $(TESTS)

bench: $(DEV) ## measure this machine against the goals
	$(BIN)/python -m benchmarks

zoo: $(DEV) ## every torchvision classifier, to docs/zoo.md (DATA=pictures ONLY="names" FAILED=1 METHOD=gptq)
	$(BIN)/python -m benchmarks.zoo $(if $(DATA),--data "$(DATA)") $(if $(ONLY),--only $(ONLY)) \
		$(if $(FAILED),--failed) $(if $(METHOD),--method $(METHOD))

train: $(RUN) ## train the embedded networks again and write their weights
	for name in fashion-resnet fashion-mobilenet fashion-vit; do \
		$(BIN)/python -m models.zoo.train_fashion $$name && \
		$(BIN)/python -m quant.graph.export $$name || exit 1; \
	done

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Bitfront needs Python 3.11 or later, and $(PYTHON) is not; name another: make PYTHON=python3.12 …" >&2; exit 2; }
	@echo "Making a virtual environment in $(VENV)"
	@$(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(RUN): requirements.txt $(VENV)/.made
	$(call install,requirements.txt)

$(DEV): requirements-dev.txt $(RUN)
	$(call install,requirements-dev.txt)

# pip says nothing while it unpacks what it has fetched, which takes minutes: say that it goes on.
# Output of `sleep` goes nowhere, so that it holds no pipe open once the installation has ended.
define install
@echo "Installing $(1) into $(VENV); the first time fetches several GB, mostly PyTorch"
@( while sleep 15 > /dev/null 2>&1; do echo "  … still installing: $$(du -sh $(VENV) 2> /dev/null | cut -f1) in $(VENV)"; done ) & \
	beat=$$!; trap "kill $$beat" EXIT; \
	$(BIN)/python -m pip install --disable-pip-version-check --prefer-binary -r $(1)
@touch $@
endef
