PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help lesson test test-long test-lessons test-slow test-backends lab lint release clean

help:
	@echo "make lesson         set up, then run lesson 03 with its solutions"
	@echo "make lab            set up, then open JupyterLab on the lessons"
	@echo "make test           set up, then run the tests"
	@echo "make test-long      the tests that build, train or kill something whole"
	@echo "make test-lessons   every lesson, with its solutions and without"
	@echo "make test-slow      the tests that take longer"
	@echo "make test-backends  the nets on JAX and PyTorch"
	@echo "make lint           check and format the code"
	@echo "make release        make notebooks/ from solutions/"
	@echo "make clean          remove what these commands made"

lesson: $(VENV)/classroom
	$(BIN)/python -m course run 03 --solutions

lab: $(VENV)/classroom
	$(BIN)/jupyter lab notebooks

test: $(VENV)/developer
	$(BIN)/python -m pytest -n auto

test-long: $(VENV)/developer
	$(BIN)/python -m pytest -n auto -m 'long and not slow'

test-lessons: $(VENV)/developer
	$(BIN)/python -m pytest -n auto -m lessons

test-slow: $(VENV)/developer
	$(BIN)/python -m pytest -m slow

test-backends: $(VENV)/backends
	$(BIN)/python -m pytest -m backends

lint: $(VENV)/developer
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

release: $(VENV)/classroom
	$(BIN)/python -m course release

clean:
	rm -rf $(VENV) notebooks/executed .pytest_cache .ruff_cache .hypothesis *.egg-info

# A stamp is written only when its installation went through, so an interrupted one is done again.
$(VENV)/classroom: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; (3, 11) <= sys.version_info[:2] <= (3, 13) or sys.exit("This is Python %d.%d; the course needs 3.11, 3.12 or 3.13: make PYTHON=python3.12 $(MAKECMDGOALS)" % sys.version_info[:2])'
	@echo "Installing into $(VENV): a minute or two the first time."
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -r requirements.txt
	@touch $@

$(VENV)/developer: $(VENV)/classroom
	$(BIN)/python -m pip install -r requirements.txt -e '.[dev]'
	@touch $@

$(VENV)/backends: $(VENV)/developer
	$(BIN)/python -m pip install -r requirements.txt -e '.[dev,backends]'
	@touch $@
