"""The container, the desktop entry, the build script and what the packaged program runs first."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from configparser import RawConfigParser
from xml.etree import ElementTree

import pytest

from engine.generate.settings import GeneratorSettings
from engine.jobs.huge_pages import restart_command

from .recipes import RECIPES, ROOT, project_table, recipe_module, requirement


def container_steps() -> list[tuple[str, str]]:
    """(instruction, arguments) of the Containerfile, continued lines joined."""
    text = (RECIPES / "Containerfile").read_text(encoding="utf-8").replace("\\\n", "")
    lines = (line.strip() for line in text.splitlines())
    return [
        (line.split(maxsplit=1)[0], line.split(maxsplit=1)[1])
        for line in lines
        if line and not line.startswith("#")
    ]


def container_commands() -> list[list[str]]:
    """The shell commands of the container's RUN lines."""
    runs = [text for step, text in container_steps() if step == "RUN"]
    return [shlex.split(command) for text in runs for command in text.split("&&")]


def test_the_container_installs_the_torch_that_the_project_asks_for():
    installs = [command for command in container_commands() if command[:2] == ["pip", "install"]]
    assert installs[0][-1] == requirement("torch")
    assert installs[1][-1] == "/source"


def test_the_container_has_a_python_that_the_project_supports():
    (image,) = [text for step, text in container_steps() if step == "FROM"]
    found = re.search(r"python:3\.(\d+)", image)
    assert found is not None
    least = re.search(r">=3\.(\d+)", project_table()["project"]["requires-python"])
    assert least is not None
    assert int(found[1]) >= int(least[1])


def test_the_container_takes_only_the_windows_libraries_away():
    (removed,) = [command[3:] for command in container_commands() if "uninstall" in command]
    required = {requirement("PySide6_Essentials"), requirement("pyqtgraph")}
    assert {re.split("[<>=]", line)[0] for line in required} | {"shiboken6"} == set(removed)


def test_the_container_copies_all_that_an_installation_needs():
    copied = {
        name for step, text in container_steps() if step == "COPY" for name in text.split()[:-1]
    }
    project = project_table()["project"]
    packages = {
        pattern.rstrip("*")
        for pattern in project_table()["tool"]["setuptools"]["packages"]["find"]["include"]
    }
    assert copied == packages | {"pyproject.toml", project["readme"], *project["license-files"]}
    assert all((ROOT / name).exists() for name in copied)


def test_the_container_generates():
    assert container_steps()[-1] == ("ENTRYPOINT", '["ossa", "generate"]')


def test_the_desktop_entry_is_valid():
    parser = RawConfigParser(strict=True)
    parser.optionxform = str
    parser.read(RECIPES / "ossa.desktop", encoding="utf-8")
    assert parser.sections() == ["Desktop Entry"]
    entry = parser["Desktop Entry"]
    assert entry["Type"] == "Application"
    assert {"Name", "Exec", "Icon", "Comment", "Terminal"} <= set(entry)
    assert entry["Terminal"] in ("true", "false")
    lists = [entry[name] for name in ("Categories", "MimeType", "Keywords")]
    assert all(text.endswith(";") for text in lists)
    assert "Science" in entry["Categories"].split(";")


def test_the_desktop_entry_starts_a_command_of_the_project_with_an_icon_that_ships():
    text = (RECIPES / "ossa.desktop").read_text(encoding="utf-8")
    program, *arguments = re.findall(r"^Exec=(.*)$", text, re.MULTILINE)[0].split()
    assert program in project_table()["project"]["scripts"]
    assert arguments == ["review", "%f"]
    (name,) = re.findall(r"^Icon=(.*)$", text, re.MULTILINE)
    picture = ElementTree.parse(ROOT / "resources" / "icons" / f"{name}.svg").getroot()
    assert picture.tag == "{http://www.w3.org/2000/svg}svg"
    assert picture.get("viewBox")


@pytest.mark.skipif(shutil.which("bash") is None, reason="the build script is for bash")
def test_the_build_script_reads_the_requirement_of_torch_from_the_project():
    script = (RECIPES / "build_linux.sh").read_text(encoding="utf-8")
    assert subprocess.run(["bash", "-n"], input=script, text=True, check=False).returncode == 0
    (line,) = re.findall(r"^torch=\$\((.*)\)$", script, re.MULTILINE)
    read = subprocess.run(
        ["bash", "-c", line], env={**os.environ, "root": str(ROOT)}, capture_output=True, text=True
    )
    assert read.stdout.strip() == requirement("torch")


def test_the_trial_trains_with_settings_that_ossa_reads():
    settings = GeneratorSettings.from_toml(recipe_module("try_folder").SETTINGS)
    assert settings.preset == "trial"
    assert settings.network.widths == (16, 16)


def test_the_trial_knows_nothing_of_the_machine_it_runs_on(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "/somewhere")
    monkeypatch.setenv("LD_LIBRARY_PATH", "/elsewhere")
    environment = recipe_module("try_folder").clean_environment(tmp_path)
    assert not {"PYTHONPATH", "LD_LIBRARY_PATH", "PIP_FIND_LINKS"} & set(environment)


@pytest.mark.parametrize(("before", "after"), [("/usr/lib/own", "/usr/lib/own"), (None, None)])
def test_programs_that_the_packaged_ossa_starts_get_the_systems_libraries(
    monkeypatch, before, after
):
    monkeypatch.setenv("LD_LIBRARY_PATH", "/opt/ossa/_internal")
    monkeypatch.delenv("LD_LIBRARY_PATH_ORIG", raising=False)
    if before:
        monkeypatch.setenv("LD_LIBRARY_PATH_ORIG", before)
    recipe_module("launch").restore_library_path()
    assert os.environ.get("LD_LIBRARY_PATH") == after
    assert "LD_LIBRARY_PATH_ORIG" not in os.environ


def test_a_packaged_training_starts_anew_as_itself(monkeypatch):
    assert restart_command(["train"]) == [sys.executable, "-m", "app", "train"]
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert restart_command(["train"]) == [sys.executable, "train"]


def test_the_icon_is_drawn_for_other_systems(tmp_path):
    pytest.importorskip("PySide6.QtSvg")
    from PIL import Image

    out = tmp_path / "ossa.png"
    done = subprocess.run(
        [sys.executable, str(RECIPES / "draw_icon.py"), str(out), "128"], check=False
    )
    assert done.returncode == 0
    with Image.open(out) as drawn:
        assert drawn.size == (128, 128)
        alpha = drawn.convert("RGBA").getchannel("A")
        assert alpha.getpixel((0, 0)) == 0
        assert alpha.getpixel((64, 64)) == 255
