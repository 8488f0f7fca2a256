"""Imports go down only, and the player runs without torch."""

import ast
import json
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement

REPOSITORY = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]

# Loads every module of the player, and the commands that plug into it as `gansynth --help` does.
LOAD_THE_PLAYER = """
import importlib, json, pkgutil, sys
import synth
for module in pkgutil.walk_packages(synth.__path__, "synth."):
    importlib.import_module(module.name)
from synth.cli import build_parser
build_parser().format_help()
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


def test_the_import_contracts_hold():
    lint_imports = Path(sys.executable).with_name("lint-imports")
    finished = subprocess.run(
        [lint_imports], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    assert finished.returncode == 0, finished.stdout


def test_loading_the_whole_player_loads_no_package_of_the_extras():
    finished = subprocess.run(
        [sys.executable, "-c", LOAD_THE_PLAYER], capture_output=True, text=True, check=True
    )
    loaded = set(json.loads(finished.stdout.splitlines()[-1]))
    assert "numba" in loaded
    # Not scipy: numba loads it by itself where it finds it; the wheel's test runs without.
    assert not loaded & {"torch", "onnx", "safetensors", "fluidsynth", "soundfile"}


def test_the_player_does_not_depend_on_torch():
    assert "torch" not in _names(PROJECT["dependencies"])


def test_every_package_that_the_project_is_built_on_is_declared():
    extras = PROJECT["optional-dependencies"]
    declared = _names([*PROJECT["dependencies"], *extras["train"], *extras["dev"]])
    assert declared >= {"torch", "python-rtmidi", "mido", "python-osc", "sounddevice"}
    assert declared >= {"numpy", "numba", "onnx"}


@pytest.mark.parametrize(
    ("package", "extras"), [("synth", ()), ("training", ("train",))], ids=["synth", "training"]
)
def test_every_import_is_of_a_declared_package(package, extras):
    requirements = [*PROJECT["dependencies"]]
    for extra in extras:
        requirements += PROJECT["optional-dependencies"][extra]
    providers = packages_distributions()
    undeclared = {
        name
        for name in _imported(REPOSITORY / package)
        if not {provider.lower() for provider in providers.get(name, [])} & _names(requirements)
    }
    # llvmlite comes with numba, whose version decides about it.
    assert undeclared <= {"llvmlite"}


def _imported(folder: Path) -> set[str]:
    """Return the top-level names of other people's packages that a folder imports anywhere."""
    nodes = [
        node for path in folder.rglob("*.py") for node in ast.walk(ast.parse(path.read_text()))
    ]
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}
    return {name.partition(".")[0] for name in names} - {
        *("synth", "training"),
        *sys.stdlib_module_names,
    }


def test_torch_is_pinned_exactly_and_every_declared_package_too():
    extras = PROJECT["optional-dependencies"]
    declared = _names([*PROJECT["dependencies"], *extras["train"], *extras["dev"]])
    lines = (REPOSITORY / "constraints.txt").read_text().splitlines()
    pins = [Requirement(line) for line in lines if line and not line.startswith("#")]
    assert all(str(pin.specifier).startswith("==") for pin in pins)
    assert {name.replace("_", "-") for name in declared} <= {
        pin.name.lower().replace("_", "-") for pin in pins
    }


def _names(requirements: list[str]) -> set[str]:
    return {Requirement(requirement).name.lower() for requirement in requirements}
