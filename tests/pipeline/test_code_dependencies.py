from pathlib import Path

import pytest

from analysis.inputs import InputError
from analysis.pipeline.code_dependencies import Package

FIGURES = """
'''Figures.'''
from study import colours

WIDTH = 6

def plot_attention(ax):
    '''One line per theme.'''
    return draw(ax, colours.THEMES)

def plot_words(ax):
    return ax.bar(WIDTH)

def draw(ax, colour):
    return ax.plot(colour)
"""
COLOURS = "THEMES = {'cyber': 'blue'}\nGREYS = ['black']\n"


@pytest.fixture
def folder(tmp_path) -> Path:
    folder = tmp_path / "study"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "figures.py").write_text(FIGURES)
    (folder / "colours.py").write_text(COLOURS)
    return folder


def closure(folder: Path, code: str) -> dict[str, str]:
    return Package(folder).closure_of_source(code, "notebook.ipynb")


def used(folder: Path, code: str) -> set[str]:
    return {symbol for symbol in closure(folder, code) if not symbol.endswith(":")}


ATTENTION = "from study import figures\nfigures.plot_attention(ax)"
WORDS = "from study import figures\nfigures.plot_words(ax)"


def test_a_notebook_uses_the_functions_it_names_and_what_these_use(folder):
    assert used(folder, ATTENTION) == {"study.figures:plot_attention", "study.figures:draw", "study.colours:THEMES"}
    assert used(folder, WORDS) == {"study.figures:plot_words", "study.figures:WIDTH"}


@pytest.mark.parametrize(
    "code",
    [
        "import study.figures\nstudy.figures.plot_words(ax)",
        "import study.figures as f\nf.plot_words(ax)",
        "from study.figures import plot_words\nplot_words(ax)",
        "from study.figures import plot_words as draw_it\ndraw_it(ax)",
        "def section():\n    from study.figures import plot_words\n    return plot_words",
        "axes = [figures.plot_words(ax) for ax in axes]\nfrom study import figures",
    ],
)
def test_every_way_to_import_a_function_is_seen(folder, code):
    assert used(folder, code) == {"study.figures:plot_words", "study.figures:WIDTH"}


def test_a_name_handed_on_by_a_module_leads_to_its_definition(folder):
    (folder / "__init__.py").write_text("from .figures import plot_words\n")
    assert used(folder, "import study\nstudy.plot_words(ax)") == {"study.figures:plot_words", "study.figures:WIDTH"}


def test_changing_a_function_changes_only_the_closures_that_hold_it(folder):
    before = closure(folder, ATTENTION), closure(folder, WORDS)
    (folder / "figures.py").write_text(FIGURES.replace("ax.bar(WIDTH)", "ax.barh(WIDTH)"))
    after = closure(folder, ATTENTION), closure(folder, WORDS)
    assert after[0] == before[0]
    assert {name for name in after[1] if after[1][name] != before[1][name]} == {"study.figures:plot_words"}


def test_changing_a_constant_of_another_module_counts(folder):
    before = closure(folder, ATTENTION)
    (folder / "colours.py").write_text(COLOURS.replace("blue", "red"))
    assert closure(folder, ATTENTION) != before


def test_comments_docstrings_and_layout_do_not_count(folder):
    before = closure(folder, ATTENTION)
    text = FIGURES.replace("'''One line per theme.'''", "'''A line for each.'''  # as in 2014")
    (folder / "figures.py").write_text("# Drawn by hand before.\n" + text.replace("draw(ax, ", "draw(\n        ax, "))
    assert closure(folder, ATTENTION) == before


def test_a_docstring_that_is_read_counts(folder):
    (folder / "figures.py").write_text(FIGURES + "HELP = plot_attention.__doc__\n")
    before = closure(folder, ATTENTION)
    (folder / "figures.py").write_text(FIGURES.replace("One line", "A line") + "HELP = plot_attention.__doc__\n")
    assert closure(folder, ATTENTION) != before


@pytest.mark.parametrize(
    "code",
    [
        "from study import figures\ngetattr(figures, 'plot_' + name)(ax)",
        "from study import figures\nfor module in [figures]: module.plot_words(ax)",
        "from study.figures import *\nplot_words(ax)",
        "import importlib\nimportlib.import_module('study.figures').plot_words(ax)",
        "from study import figures\neval('figures.plot_words')(ax)",
        "from study import figures\nfigures.plot_everything(ax)",
    ],
)
def test_a_use_that_cannot_be_resolved_counts_as_the_whole_module(folder, code):
    assert "study.figures:*" in used(folder, code)
    assert "study.colours:THEMES" in used(folder, code)


def test_an_argument_that_has_the_name_of_a_module_is_not_the_module(folder):
    assert used(folder, "from study import figures\ndef count(figures): return len(figures)") == set()


@pytest.mark.parametrize(
    "effect",
    [
        "colours.THEMES['cyber'] = 'red'",
        "colours.GREYS.append('white')",
        "@colours.register\ndef plot_map(ax): return ax",
    ],
)
def test_what_a_module_does_when_imported_counts_for_all_who_import_it(folder, effect):
    (folder / "colours.py").write_text(COLOURS + "def register(function): return function\n")
    before = closure(folder, WORDS)
    (folder / "figures.py").write_text(FIGURES + effect + "\n")
    assert closure(folder, WORDS) != before


def test_code_that_looks_for_files_depends_on_the_files_of_the_package(folder):
    (folder / "template").mkdir()
    (folder / "template" / "page.html").write_text("<p>")
    page = "from pathlib import Path\ndef render(): return (Path(__file__).parent / 'template').read_text()\n"
    (folder / "pages.py").write_text(page)
    before = closure(folder, "from study import pages\npages.render()")
    assert "study/template/page.html" in before
    assert "study/template/page.html" not in closure(folder, WORDS)
    (folder / "template" / "page.html").write_text("<div>")
    assert closure(folder, "from study import pages\npages.render()") != before


def test_a_class_counts_as_a_whole(folder):
    (folder / "texts.py").write_text(
        "class Text:\n    def words(self): return split(self)\ndef split(text): return []\n"
    )
    assert used(folder, "from study.texts import Text") == set()
    assert used(folder, "from study.texts import Text\nText()") == {"study.texts:Text", "study.texts:split"}


def test_a_syntax_error_names_file_and_line(folder):
    (folder / "colours.py").write_text("THEMES = {\n")
    with pytest.raises(InputError, match=r"colours\.py, line 1: found a syntax error"):
        closure(folder, ATTENTION)
