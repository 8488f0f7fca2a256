"""Habits that hold for every module, read from the source."""

import ast
import re
from pathlib import Path

import pytest

import synth.errors

REPOSITORY = Path(__file__).resolve().parents[2]
MODULES = sorted(
    path
    for package in ("synth", "training")
    for path in (REPOSITORY / package).rglob("*.py")
    if path.name != "__init__.py"
)
THREADED = [
    path
    for path in MODULES
    if path.parent.name == "realtime" or path.name in {"engine.py", "worker.py"}
]
ERRORS = [
    name
    for name, value in vars(synth.errors).items()
    if isinstance(value, type) and issubclass(value, synth.errors.SynthError)
]
# What allocates, waits or writes has no place in the audio thread.
FORBIDDEN_IN_THE_AUDIO_THREAD = {"print", "open", "sleep"} | {
    *("zeros", "empty", "ones", "full", "array", "copy", "concatenate", "append", "astype"),
}


def _relative(path: Path) -> str:
    return str(path.relative_to(REPOSITORY))


@pytest.mark.parametrize("path", MODULES, ids=_relative)
def test_every_module_has_a_twin_that_tests_it(path):
    folder = REPOSITORY / "tests" / path.relative_to(REPOSITORY).parent
    twin = folder / f"test_{path.name}"
    has_folder = any((folder / path.stem).glob("test_*.py"))  # one that takes several files
    assert twin.is_file() or has_folder, f"{_relative(path)} is tested by no {_relative(twin)}"


@pytest.mark.parametrize("path", MODULES, ids=_relative)
def test_every_module_is_short(path):
    assert len(path.read_text().splitlines()) <= 500


def test_every_test_module_has_a_module_that_it_tests():
    tests = REPOSITORY / "tests"
    orphans = [
        _relative(path)
        for package in ("synth", "training")
        for path in sorted((tests / package).rglob("test_*.py"))
        if not _is_of_a_module(path.relative_to(tests))
    ]
    assert orphans == []


def _is_of_a_module(test: Path) -> bool:
    twin = REPOSITORY / test.parent / test.name.removeprefix("test_")
    return twin.exists() or (REPOSITORY / test.parent).with_suffix(".py").is_file()


@pytest.mark.parametrize("path", THREADED, ids=_relative)
def test_kernels_and_methods_beside_the_audio_thread_say_which_thread_runs_them(path):
    tree = ast.parse(path.read_text())
    silent = [
        function.name
        for function in (*_kernels(tree), *_methods(tree))
        if not function.name.startswith("_")
        and not re.search(
            r"Thread: (audio|worker|control|keeper|any)\b[^\n]*\.\s*$",
            ast.get_docstring(function) or "",
        )
    ]
    assert silent == []


def _kernels(tree: ast.Module) -> list[ast.FunctionDef]:
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    return [function for function in functions if _is_realtime(function)]


def _methods(tree: ast.Module) -> list[ast.FunctionDef]:
    """Return what can be called on an object; properties and other reads may be from anywhere."""
    return [
        node
        for owner in ast.walk(tree)
        if isinstance(owner, ast.ClassDef)
        for node in owner.body
        if isinstance(node, ast.FunctionDef) and not node.decorator_list
    ]


@pytest.mark.parametrize(
    "path", [path for path in MODULES if path.parent.name == "realtime"], ids=_relative
)
def test_kernels_neither_allocate_nor_raise_nor_print(path):
    offences = [
        f"{kernel.name}:{node.lineno}"
        for kernel in ast.walk(ast.parse(path.read_text()))
        if isinstance(kernel, ast.FunctionDef) and _is_realtime(kernel)
        for node in ast.walk(kernel)
        if isinstance(node, (ast.Raise, ast.Assert, ast.Try, ast.With)) or _is_forbidden_call(node)
    ]
    assert offences == []


def _is_realtime(function: ast.FunctionDef) -> bool:
    return any("realtime" in ast.dump(decorator) for decorator in function.decorator_list)


def _is_forbidden_call(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return False
    function = node.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    return name in FORBIDDEN_IN_THE_AUDIO_THREAD


@pytest.mark.parametrize("name", [name for name in ERRORS if name != "SynthError"])
def test_every_error_is_raised_somewhere_and_expected_by_a_test(name):
    sources = "\n".join(path.read_text() for path in MODULES)
    tests = "\n".join(
        path.read_text()
        for folder in ("synth", "training")
        for path in (REPOSITORY / "tests" / folder).rglob("test_*.py")
    )
    assert re.search(rf"\braise {name}\(", sources)
    assert re.search(rf"pytest\.raises\(\s*{name}\b", tests)


def test_errors_are_few_and_each_has_an_exit_code_of_the_contract():
    assert len(ERRORS) <= 6
    codes = {getattr(synth.errors, name).exit_code for name in ERRORS if name != "SynthError"}
    assert codes == {2, 3, 4}
