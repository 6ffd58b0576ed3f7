"""What may import what: dependencies run one way."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import course

PACKAGE = Path(course.__file__).parent
HEAVY = {"tensorflow", "keras", "tensorflow_datasets", "matplotlib", "sklearn"}
MAY_NOT = {
    "errors": {"course", "numpy", *HEAVY},
    "padding": {"numpy", *HEAVY, "course.models", "course.layers", "course.blocks", "course.arithmetic"},
    "arithmetic": {"numpy", *HEAVY, "course.models", "course.layers", "course.blocks"},
    "release": {"tensorflow", "keras"},
    "notebook": {"course.models", "course.checks", *HEAVY},
    "run": {"course.models", "course.checks", *HEAVY},
    "executed": {"course.models", "course.checks", *HEAVY},
    "layers": {"course.blocks", "course.models", "course.checks"},
    "blocks": {"course.models", "course.checks"},
    "analysis": {"course.models", "course.checks", "course.data"},
    "fidelity": {"course.checks", "course.data"},
    "data": {"course.models", "course.checks", "course.blocks"},
    "training": {"course.models", "course.checks", "course.blocks"},
    "plots": {"course.models", "course.checks", "course.blocks"},
    "models": {"course.checks", "course.data", "course.training", "course.plots"},
}


def imported(path):
    """Every module that a file imports, at its top or in a function."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)


@pytest.mark.parametrize("module", MAY_NOT)
def test_imports_run_one_way(module):
    files = [PACKAGE / f"{module}.py"] if (PACKAGE / f"{module}.py").exists() else [*(PACKAGE / module).rglob("*.py")]
    assert files
    for path in files:
        for name in imported(path):
            wrong = [other for other in MAY_NOT[module] if name == other or name.startswith(f"{other}.")]
            assert not wrong or path.stem == "__main__", f"{path.name} imports {name}"


@pytest.mark.parametrize("module", ["course", "course.checks", "course.data", "course.__main__"])
def test_light_modules_import_no_framework(module):
    """`import course` is to take under 0.1 s: what costs more is not imported."""
    code = f"import sys, {module}; print(*sorted(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stderr == ""
    assert not {"tensorflow", "keras", "numpy", "matplotlib"} & set(run.stdout.split())


def test_the_nets_can_be_read_in_one_sitting():
    lines = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in PACKAGE.rglob("*.py")}
    assert max(lines.values()) <= 300
    nets = [PACKAGE / "blocks.py", *(PACKAGE / "models").glob("*.py")]
    assert sum(lines[path] for path in nets) < 1500


def test_the_package_uses_keras_s_public_api_alone():
    for path in PACKAGE.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        for private in ("keras.src", "_keras_history", "_inbound_nodes", "_losses"):
            assert private not in text, f"{path.name} uses {private}"
