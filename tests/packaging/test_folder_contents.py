"""What the application folder holds, and what stays out of it."""

import ast
import importlib.metadata
import re
from importlib.util import find_spec
from pathlib import Path, PurePosixPath

import pytest

from .recipes import RECIPES, ROOT, project_table, recipe_module

CONTENTS = recipe_module("folder_contents")


def destinations() -> set[str]:
    return {
        (PurePosixPath(folder) / Path(source).name).as_posix()
        for source, folder in CONTENTS.resource_files(ROOT)
    }


def own_modules() -> list[Path]:
    return [path for room in ("app", "engine") for path in (ROOT / room).rglob("*.py")]


def imported_modules(path: Path) -> set[str]:
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return {name for node in nodes for name in imported_modules_of(node)}


def imported_modules_of(node: ast.AST) -> set[str]:
    if isinstance(node, ast.Import):
        return {alias.name for alias in node.names}
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        return {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return set()


@pytest.mark.parametrize(
    "pattern",
    ["anatomies/*.toml", "phantom/*.toml", "icons/*.svg", "styles/*.qss", "weights/*"],
)
def test_every_resource_of_the_source_tree_is_in_the_folder(pattern):
    expected = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "resources").glob(pattern)
        if path.is_file()
    }
    assert expected
    assert expected <= destinations()
    assert all(CONTENTS.is_wanted(path) for path in expected)


def test_weights_and_their_card_are_taken_once_they_are_there(tmp_path):
    weights = tmp_path / "resources" / "weights"
    weights.mkdir(parents=True)
    for name in ("hand-phantom.safetensors", "README.md"):
        (weights / name).touch()
    taken = {(Path(source).name, folder) for source, folder in CONTENTS.resource_files(tmp_path)}
    assert taken == {
        ("hand-phantom.safetensors", "resources/weights"),
        ("README.md", "resources/weights"),
    }


def test_pip_installs_the_same_resources_as_the_folder_holds():
    patterns = project_table()["tool"]["setuptools"]["package-data"]["resources"]
    suffixes = {pattern.rpartition("*")[2] for pattern in patterns} | {".py"}
    assert {PurePosixPath(path).suffix for path in destinations()} <= suffixes


@pytest.mark.parametrize("name", CONTENTS.HIDDEN_IMPORTS + CONTENTS.PACKAGES_WITH_DATA)
def test_what_is_named_for_the_folder_exists(name):
    assert find_spec(name) is not None


def test_no_module_that_ossa_imports_is_left_out():
    left_out = {
        (module, path.relative_to(ROOT).as_posix())
        for path in own_modules()
        for module in imported_modules(path)
        for excluded in set(CONTENTS.EXCLUDED_MODULES) - set(CONTENTS.DONE_WITHOUT)
        if module == excluded or module.startswith(excluded + ".")
    }
    assert left_out == set()


def test_what_the_folder_does_without_is_imported_only_where_it_is_asked_for():
    at_once = {
        module
        for path in own_modules()
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        for module in imported_modules_of(node)
    }
    for name in CONTENTS.DONE_WITHOUT:
        assert not [module for module in at_once if module.partition(".")[0] == name]
        assert name in CONTENTS.EXCLUDED_MODULES


@pytest.mark.parametrize(
    "path",
    [
        "torch/lib/libtorch_cpu.so",
        "torch/bin/torch_shm_manager",
        "SimpleITK/_SimpleITK.abi3.so",
        "PySide6/QtWidgets.abi3.so",
        "PySide6/Qt/lib/libQt6Core.so.6",
        "PySide6/Qt/lib/libicudata.so.73",
        "PySide6/Qt/plugins/platforms/libqxcb.so",
        "PySide6/Qt/plugins/platforms/libqwayland.so",
        "PySide6/Qt/plugins/platforms/libqoffscreen.so",
        "PySide6/Qt/plugins/imageformats/libqsvg.so",
        "PySide6/Qt/plugins/imageformats/libqjpeg.so",
        "PySide6/plugins/platforms/qwindows.dll",
        "resources/weights/hand-phantom.safetensors",
    ],
)
def test_what_ossa_runs_on_stays(path):
    assert CONTENTS.is_wanted(path)


@pytest.mark.parametrize(
    "path",
    [
        "torch/include/ATen/ATen.h",
        "torch/bin/protoc",
        "torch/lib/libprotobuf.a",
        "pandas/tests/test_frame.py",
        "PySide6/Qt/translations/qtbase_de.qm",
        "PySide6\\Qt\\translations\\qtbase_de.qm",
        "PySide6/Qt/lib/libQt6Quick.so.6",
        "PySide6/Qt/plugins/platformthemes/libqgtk3.so",
    ],
)
def test_what_nobody_needs_goes(path):
    assert not CONTENTS.is_wanted(path)


@pytest.mark.parametrize("package", CONTENTS.DONE_WITHOUT)
def test_what_is_left_out_is_not_announced_to_the_libraries_that_look_for_it(package):
    metadata = [str(path) for path in importlib.metadata.files(package) if path.name == "METADATA"]
    assert metadata
    assert not any(CONTENTS.is_wanted(path) for path in metadata)


def test_unwanted_entries_are_dropped_and_the_others_keep_their_order():
    entries = [
        ("b.so", "/x/b.so", "BINARY"),
        ("torch/bin/protoc", "/x/protoc", "BINARY"),
        ("a.so", "/x/a.so", "BINARY"),
    ]
    assert CONTENTS.wanted(entries) == [entries[0], entries[2]]


def test_modules_that_read_their_own_source_are_found(tmp_path):
    inside = tmp_path / "torch" / "compiler"
    inside.mkdir(parents=True)
    (inside / "config.py").write_text("install_config_module(sys.modules[__name__])\n")
    (inside / "_config_like.py").write_text("level = 1\n")
    assert CONTENTS.modules_with_source(tmp_path) == ["torch.compiler.config"]


def test_the_installed_torch_has_such_modules():
    pytest.importorskip("torch")
    found = find_spec("torch")
    assert found is not None
    assert found.origin is not None
    modules = CONTENTS.modules_with_source(Path(found.origin).parents[1])
    assert "torch.distributed.config" in modules
    assert "torch._dynamo.config" in modules


def test_the_recipe_is_python_and_starts_what_lies_beside_it():
    text = (RECIPES / "ossa.spec").read_text(encoding="utf-8")
    scripts = [
        node.value
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Constant) and re.fullmatch(r"[\w-]+\.py", str(node.value))
    ]
    assert scripts == ["launch.py"]
    assert (RECIPES / "launch.py").is_file()
