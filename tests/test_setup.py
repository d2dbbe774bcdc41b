"""The set-up of a fresh clone: lock, environment, Makefile, notebooks as they are committed."""

import importlib
import json
import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
LOCK = (ROOT / "requirements.lock").read_text()
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
ROOMS = sorted(stub.parent for stub in (ROOT / "src/analysis").rglob("__init__.pyi"))


def plain(requirement: str) -> str:
    """The name of a package as pip compares it."""
    return re.sub(r"[-_.]+", "-", re.split(r"[^\w.-]", requirement, maxsplit=1)[0]).lower()


def locked() -> dict[str, str]:
    return {plain(name): version for name, version in re.findall(r"^([\w.-]+)==([^\s;\\]+)", LOCK, flags=re.MULTILINE)}


def test_every_package_the_project_names_is_locked():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    named = [*project["dependencies"], *project["optional-dependencies"]["test"]]
    assert {plain(name) for name in named} - set(locked()) == set()


def test_the_lock_gives_hashes_and_no_address():
    assert "://" not in LOCK
    entries = re.split(r"\n(?=\w)", LOCK.strip())
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_the_environment_of_conda_fixes_no_version_but_that_of_python():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    assert environment["channels"] == ["conda-forge"]
    assert environment["dependencies"] == ["python=3.11", "pip", {"pip": ["-r requirements.lock"]}]


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_every_name_that_a_room_lists_is_there(room):
    module = importlib.import_module(".".join(room.relative_to(ROOT / "src").parts))
    assert [name for name in module.__all__ if not hasattr(module, name)] == []
    assert len(module.__all__) == len(re.findall("^from .", (room / "__init__.pyi").read_text(), flags=re.MULTILINE))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_notebooks_are_committed_without_outputs(path):
    cells = json.loads(path.read_text())["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert [cell["source"] for cell in code if cell["outputs"] or cell["execution_count"]] == []


def make(folder: Path, *arguments: str) -> subprocess.CompletedProcess:
    # Not with the variables of the make that may be running these tests.
    environment = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "TMPDIR"}}
    command = ["make", "--no-print-directory", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env=environment)


@pytest.fixture
def clone(tmp_path) -> Path:
    for name in ("Makefile", "pyproject.toml", "requirements.lock"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def write_python(folder: Path, script: str) -> str:
    """A stand-in for Python, so that setting up takes no time."""
    path = folder / "python"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return f"PYTHON={path}"


# Makes an environment whose own Python notes how it is called.
STAND_IN = """
case "$*" in
  "-m venv "*)
    mkdir -p "$3/bin"
    printf '#!/bin/sh\\necho "$@" >> calls\\n' > "$3/bin/python"
    chmod +x "$3/bin/python";;
esac
"""


def test_make_alone_is_the_manual(clone):
    printed = make(clone).stdout
    goals = re.findall(r"^  make ([\w-]+) ", printed, flags=re.MULTILINE)
    assert goals == ["reports", "verify", "test", "test-quick", "check", "lab", "lock", "clean"]
    assert printed == make(clone, "help").stdout
    assert not (clone / ".venv").exists()


def test_the_environment_is_made_once_and_again_when_lock_or_project_change(clone):
    python = write_python(clone, STAND_IN)
    make(clone, "setup", python)
    first = (clone / "calls").read_text()
    assert "pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock" in first
    assert "--no-deps --no-build-isolation -e ." in first
    for path in ("requirements.lock", "pyproject.toml"):
        (clone / path).touch()
    make(clone, "setup", python)
    assert (clone / "calls").read_text() == first
    for path in ("requirements.lock", "pyproject.toml"):
        (clone / path).write_text((clone / path).read_text() + "\n# changed\n")
        make(clone, "setup", python)
    assert (clone / "calls").read_text() == first * 3


def test_a_set_up_that_failed_half_way_is_done_again(clone):
    failing = STAND_IN.replace(">> calls\\n", '>> calls; case "$*" in *build-isolation*) exit 1;; esac\\n')
    assert make(clone, "setup", write_python(clone, failing)).returncode != 0
    first = (clone / "calls").read_text()
    assert make(clone, "setup", write_python(clone, STAND_IN)).returncode == 0
    assert (clone / "calls").read_text() == first * 2


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ('case "$*" in *version_info*) exit 1;; --version) echo Python 3.9.2;; esac', "Python 3.11 or later"),
        ('case "$*" in *ensurepip*) exit 1;; esac', "apt install python3-venv"),
    ],
)
def test_a_python_that_will_not_do_is_refused_with_what_to_install(clone, script, message):
    done = make(clone, "setup", write_python(clone, script))
    assert done.returncode != 0
    assert message in done.stdout
    assert not (clone / ".venv").exists()


def test_an_environment_of_conda_is_never_replaced(clone):
    (clone / "conda" / "conda-meta").mkdir(parents=True)
    done = make(clone, "setup", "VENV=conda", write_python(clone, STAND_IN))
    assert done.returncode != 0
    assert (clone / "conda" / "conda-meta").exists()
    assert make(clone, "setup", "VENV=conda", "STAMP=").returncode == 0
