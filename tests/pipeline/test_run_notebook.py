import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from analysis.pipeline import run_notebook as execution
from analysis.pipeline.run_notebook import NotebookError, run_notebook

pytestmark = pytest.mark.kernel

PARAMETERS = 'theme = "cyber"\noutput = "out"'


def write_notebook(project: Path, *sources: str) -> Path:
    path = project / "notebooks" / "02_themes.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    parameters = new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]}, id="parameters")
    code = [new_code_cell(source, id=f"cell{at}") for at, source in enumerate(sources)]
    nbformat.write(new_notebook(cells=[new_markdown_cell("# Themes?", id="title"), parameters, *code]), path)
    return path


def execute(project: Path, name: str = "a", **parameters: object) -> nbformat.NotebookNode:
    scratch = project / name
    scratch.mkdir()
    given = {"output": str(scratch / "out"), **parameters}
    path = project / "notebooks/02_themes.ipynb"
    return run_notebook(path, given, project=project, scratch=scratch, cache=project / "cache")


def printed(notebook: nbformat.NotebookNode) -> str:
    return "".join(output.get("text", "") for cell in notebook.cells for output in cell.get("outputs", []))


def test_a_notebook_runs_in_the_project_with_the_values_given_and_places_do_not_stay(tmp_path):
    write_notebook(tmp_path, f"import os\nprint(theme, os.path.basename(output), os.getcwd() == {str(tmp_path)!r})")
    notebook = execute(tmp_path, theme="cbrn")
    assert printed(notebook) == "cbrn out True\n"
    injected = next(cell for cell in notebook.cells if cell.id == "injected-parameters")
    assert injected.source == "# Parameters\ntheme = 'cbrn'"
    assert str(tmp_path / "a") not in nbformat.writes(notebook)


def test_two_runs_in_two_environments_are_the_same_to_the_byte(tmp_path, monkeypatch):
    write_notebook(
        tmp_path,
        "import os, time, sys\nprint(output, set('abcdef'), time.tzname, os.environ['OMP_NUM_THREADS'])",
        "print(sys.prefix + '/lib', locals().get('__file__'))",
        "import matplotlib.pyplot as plt\nfig, ax = plt.subplots(figsize=(1, 1))\nax.plot([1, 2]);",
    )
    first = execute(tmp_path, "a")
    for name, value in {"TZ": "Asia/Tokyo", "PYTHONHASHSEED": "7", "OMP_NUM_THREADS": "4", "LC_ALL": "C"}.items():
        monkeypatch.setenv(name, value)
    assert nbformat.writes(execute(tmp_path, "b")) == nbformat.writes(first)
    assert "{'" in printed(first)
    assert sys.prefix not in printed(first)


def test_settings_of_the_user_do_not_reach_the_kernel(tmp_path, monkeypatch):
    startup = tmp_path / "user" / "profile_default" / "startup" / "00.py"
    startup.parent.mkdir(parents=True)
    startup.write_text("theme_of_user = 1")
    kernel = tmp_path / "share" / "kernels" / "python3" / "kernel.json"
    kernel.parent.mkdir(parents=True)
    kernel.write_text('{"argv": ["false"], "display_name": "broken", "language": "python"}')
    (tmp_path / "start.py").write_text("theme_of_start = 1")
    for name, value in {"IPYTHONDIR": "user", "JUPYTER_DATA_DIR": "share", "PYTHONSTARTUP": "start.py"}.items():
        monkeypatch.setenv(name, str(tmp_path / value))
    write_notebook(tmp_path, "print([name for name in globals() if name.startswith('theme_of')])")
    assert printed(execute(tmp_path)) == "[]\n"


def test_an_error_is_told_by_cell_line_and_place_in_the_code(tmp_path):
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "counting.py").write_text("def count(theme):\n    return {}[theme]\n")
    write_notebook(tmp_path, "import counting\nx = 1\ncounting.count(theme)", "print('never')")
    with pytest.raises(NotebookError) as caught:
        execute(tmp_path)
    assert str(caught.value).splitlines() == [
        "notebooks/02_themes.ipynb, code cell 2, line 3: KeyError: 'cyber'",
        "    counting.count(theme)",
        "    raised in src/counting.py:2",
    ]
    assert caught.value.notebook.cells[-2].outputs[0].ename == "KeyError"


def test_a_warning_is_a_failure(tmp_path):
    write_notebook(tmp_path, "import warnings\nwarnings.warn('deprecated since 2014')")
    with pytest.raises(NotebookError, match=r"code cell 2: wrote to stderr.*\n.*<cell>:2: UserWarning: deprecated"):
        execute(tmp_path)


def test_a_kernel_that_dies_is_a_failure(tmp_path):
    write_notebook(tmp_path, "import os\nos.kill(os.getpid(), 9)")
    with pytest.raises(NotebookError, match=r"notebooks/02_themes.ipynb, .*died"):
        execute(tmp_path)


def test_a_temporary_folder_with_a_long_name_is_no_place_for_sockets(tmp_path, monkeypatch):
    temporary = tmp_path / ("long" * 25)
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    write_notebook(tmp_path, "print(theme)")
    assert printed(execute(tmp_path)) == "cyber\n"


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere ipykernel looks once a second, without a promise")
def test_a_kernel_ends_with_its_runner_even_when_it_is_busy(tmp_path):
    busy = f"import os\nopen({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid()))\nsum(range(10**12))"
    write_notebook(tmp_path, busy)
    code = f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
    code += f"from test_run_notebook import execute, Path\nexecute(Path({str(tmp_path)!r}))"
    runner = subprocess.Popen([sys.executable, "-c", code])
    while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
        assert runner.poll() is None
        time.sleep(0.05)
    os.kill(runner.pid, signal.SIGKILL)
    runner.wait()
    kernel = int((tmp_path / "pid").read_text())
    deadline = time.monotonic() + 60
    while works(kernel) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not works(kernel)


def works(process: int) -> bool:
    """Whether a process exists and is more than an entry that nobody has collected."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.skipif(
    execution.blas_kernel() == {}, reason="only where the processor has AVX2: elsewhere the library chooses its kernel"
)
def test_linear_algebra_takes_the_kernel_that_most_machines_have(tmp_path):
    code = "import numpy, threadpoolctl\nprint({one['architecture'] for one in threadpoolctl.threadpool_info()})"
    write_notebook(tmp_path, code)
    assert "{'Haswell'}" in printed(execute(tmp_path, "a"))
