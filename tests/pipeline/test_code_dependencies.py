from pathlib import Path

import pytest

from analysis.inputs import InputError
from analysis.pipeline.code_dependencies import Package

FILES = {
    "__init__.py": "'''How themes move.'''\n",
    "inputs.py": "def check(value): return value\n",
    "themes/__init__.py": "import lazy_loader\n\n_ = lazy_loader.attach_stub(__name__, __file__)\n",
    "themes/__init__.pyi": "from .attention import count as count\nfrom .keyness import rank as rank\n",
    "themes/attention.py": "from study.inputs import check\n\ndef count(hits): return check(hits)\n",
    "themes/keyness.py": "def rank(words): return sorted(words)\n",
    "themes/plots.py": "from study.report import charts\n\ndef plot_count(counts): return charts.draw(counts)\n",
    "report/__init__.py": "",
    "report/charts.py": "COLOURS = ['black']\n\ndef draw(values): return COLOURS\n",
    "report/pages.py": "from pathlib import Path\n\nPAGE = Path(__file__).parent / 'template' / 'page.html'\n",
    "report/template/page.html": "<p>",
}


@pytest.fixture
def folder(tmp_path) -> Path:
    for name, text in FILES.items():
        path = tmp_path / "study" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "study"


def closure(folder: Path, code: str) -> dict[str, str]:
    return Package(folder).closure_of_source(code, "notebook.ipynb")


def reached(folder: Path, code: str) -> set[str]:
    """The files below the package, its empty ``__init__`` apart."""
    return {name.removeprefix("study/") for name in closure(folder, code)} - {"__init__.py"}


PLOTS = {"themes/__init__.py", "themes/plots.py", "report/__init__.py", "report/charts.py"}
ATTENTION = {"themes/__init__.py", "themes/attention.py", "inputs.py"}
THEMES = ATTENTION | {"themes/__init__.pyi", "themes/keyness.py"}


def test_a_notebook_reaches_the_modules_it_imports_and_what_these_import(folder):
    assert reached(folder, "from study.themes import plots") == PLOTS
    assert reached(folder, "import pandas as pd\nfrom study import inputs") == {"inputs.py"}
    assert reached(folder, "import pandas as pd") == set()


def test_a_lazily_loaded_room_reaches_what_its_stub_lists_and_nothing_else(folder):
    assert reached(folder, "from study.themes import count") == ATTENTION
    assert reached(folder, "from study import themes\nthemes.count(hits)") == THEMES
    assert reached(folder, "from study.themes import *") == THEMES
    assert reached(folder, "from study.themes import __all__") == THEMES


@pytest.mark.parametrize(
    "code",
    [
        "import study.themes.plots as plots",
        "from study.themes.plots import plot_count",
        "from study.themes.plots import *",
        "def section():\n    from study.themes import plots\n    return plots",
        "try:\n    pass\nfinally:\n    from study.themes import plots",
        "import importlib\nimportlib.import_module('study.themes.plots')",
        "import importlib\nimportlib.import_module(f'study.themes.{name}')",
        "import importlib\nimportlib.import_module(name)",
        "import pkgutil, study\npkgutil.iter_modules(study.__path__)",
    ],
)
def test_every_way_to_import_a_module_is_seen(folder, code):
    assert reached(folder, code) >= PLOTS


def test_importing_below_a_room_binds_the_room_too(folder):
    assert reached(folder, "import study.themes.plots\nstudy.themes.count(hits)") == PLOTS | THEMES


def test_relative_imports_start_from_the_folder_they_stand_in(folder):
    (folder / "themes/compare.py").write_text("from . import plots\nfrom ..inputs import check\n")
    assert reached(folder, "from study.themes import compare") == PLOTS | {"themes/compare.py", "inputs.py"}


def test_changing_a_module_changes_only_the_closures_that_hold_it(folder):
    codes = ["from study.themes import plots", "from study import themes"]
    before = [closure(folder, code) for code in codes]
    (folder / "themes/plots.py").write_text(FILES["themes/plots.py"] + "# as in 2014\n")
    after = [closure(folder, code) for code in codes]
    assert {name for name in after[0] if after[0][name] != before[0][name]} == {"study/themes/plots.py"}
    assert after[1] == before[1]


def test_a_closure_is_the_same_whatever_was_asked_before(folder):
    package = Package(folder)
    assert package.closure_of_source("from study.themes import plots", "a.ipynb") != {}
    assert package.closure_of_source("from study import inputs", "b.ipynb") == closure(
        folder, "from study import inputs"
    )


def test_code_that_looks_for_files_depends_on_the_files_below_its_folder(folder):
    pages = {"report/__init__.py", "report/pages.py", "report/template/page.html"}
    assert reached(folder, "from study.report import pages") == pages
    assert "report/template/page.html" not in reached(folder, "from study.report import charts")
    (folder / "report/fonts").mkdir()
    (folder / "report/fonts/plain.txt").write_text("A")
    assert reached(folder, "from study.report import pages") == pages
    (folder / "report/pages.py").write_text("from pathlib import Path\n\nFOLDER = Path(__file__).parent\n")
    assert reached(folder, "from study.report import pages") == pages | {"report/fonts/plain.txt"}
    before = closure(folder, "from study.report import pages")
    (folder / "report/template/page.html").write_text("<div>")
    assert closure(folder, "from study.report import pages") != before


def test_names_of_functions_lead_to_their_modules(folder):
    assert set(Package(folder).closure("study.themes.attention.count")) == {
        "study/__init__.py", "study/inputs.py", "study/themes/__init__.py", "study/themes/attention.py",
    }  # fmt: skip
    assert Package(folder).closure("", "numpy.random") == {}


def test_a_syntax_error_names_file_and_line(folder):
    (folder / "report/charts.py").write_text("COLOURS = {\n")
    with pytest.raises(InputError, match=r"charts\.py, line 1: found a syntax error"):
        closure(folder, "from study.themes import plots")
