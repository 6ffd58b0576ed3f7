"""The files around the package agree with it."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

# What Colab had in November 2026.
COLAB = {
    "tensorflow": "2.20.0",
    "keras": "3.13.2",
    "numpy": "2.1.3",
    "tensorflow-datasets": "4.9.10",
    "scikit-learn": "1.6.1",
    "matplotlib": "3.10.0",
    "ipython": "7.34.0",
    "pillow": "11.3.0",
}


def version(text):
    return tuple(map(int, text.split(".")))


@pytest.mark.parametrize("requirement", PROJECT["dependencies"])
def test_installing_on_colab_changes_none_of_its_versions(requirement):
    name, bound = re.fullmatch(r"([\w-]+)>=([\d.]+)", requirement).groups()
    if name != "importlib_resources":  # not there, so nothing to change
        assert version(bound) <= version(COLAB[name])


def test_the_classroom_s_versions_meet_the_package_s_bounds():
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").split()
    pins = dict(line.split("==") for line in lines if "==" in line)
    bounds = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["instructor"]]
    for requirement in bounds:
        name, bound = requirement.split(">=")
        assert version(pins[name]) >= version(bound), name


@pytest.mark.parametrize("command", [["check"], ["format", "--check"]])
def test_lint(command):
    run = subprocess.run([sys.executable, "-m", "ruff", *command, "."], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr


def test_the_lint_before_a_commit_is_the_lint_of_the_tests():
    pinned = next(r for r in PROJECT["optional-dependencies"]["dev"] if r.startswith("ruff")).split("==")[1]
    assert f"rev: v{pinned}" in (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")


def test_the_licence_is_apache_2():
    assert "Apache License" in (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert PROJECT["license"] == "Apache-2.0"


def test_nothing_else_stands_at_the_top():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    top = {path.split("/")[0] for path in listed.splitlines()}
    named = {"README.md", "requirements.txt", "pyproject.toml", "Makefile", "LICENSE"}
    assert {name for name in top if not name.startswith(".")} <= named | {"course", "notebooks", "solutions", "tests"}
