"""The room's table of contents: every measure is there, and figures and sentences are not."""

import subprocess
import sys

import pytest

from analysis import topics


@pytest.mark.parametrize("name", topics.__all__)
def test_every_public_name_is_there(name):
    assert getattr(topics, name).__doc__


def test_the_table_of_contents_loads_neither_models_nor_figures():
    code = "import analysis.topics, sys; sys.exit(any(name in sys.modules for name in ('sklearn', 'matplotlib')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.slow
def test_measures_do_not_load_matplotlib():
    code = "import sys; from analysis.topics import score_topics, save_topics; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
