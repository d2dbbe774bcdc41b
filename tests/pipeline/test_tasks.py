"""A study in small: two notebooks, one of which reads the values of the other, run by doit with real kernels."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from analysis.inputs import InputError
from analysis.pipeline import steps, tasks
from analysis.pipeline.steps import Project, Run, StepError
from analysis.pipeline.verify import verify

pytestmark = pytest.mark.kernel

DODO = """
from pathlib import Path
from doit import get_var
from analysis.pipeline import tasks
from analysis.pipeline.steps import Project, Run

FOLDER = Path(__file__).parent
RUNS = [
    Run("01_words", "Words", {"word": "cyber"}, name="01_words-cyber", inputs=["data/*.txt"]),
    Run("01_words", "Words", {"word": "migratie"}, name="01_words-migratie", inputs=["data/*.txt"]),
    Run("02_sum", "Sum", needs=["01_words-cyber", "01_words-migratie"], inputs=[]),
]
PROJECT = Project(FOLDER, Path(get_var("root", str(FOLDER))), RUNS, package="src/study")
DOIT_CONFIG = tasks.settings(PROJECT)

def task_study():
    yield from tasks.tasks_of(PROJECT)
"""

FIGURES = '''
import json
from pathlib import Path

def count(word):
    """How often a word occurs."""
    return Path("data/text.txt").read_text().split().count(word)

def write_words(output, run, n):
    write(output, f"figures/{run}-bar.svg", f"<svg>{n}</svg>")

def write_values(output, run, n):
    values = {"question": "How many?", "finding": f"There are {n}.", "verdict": "robust", "n": n}
    write(output, f"values/{run}.json", json.dumps(values))

def write(output, name, text):
    path = Path(output) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
'''

TABLES = '''
from study.figures import write

def write_sum(output, n):
    """The sum as a table."""
    write(output, "tables/02_sum-sum.csv", f"n\\n{n}\\n")
'''

WORDS = [
    'word = "cyber"\noutput = "out"',
    'from study import figures\nrun = f"01_words-{word}"\nn = figures.count(word)',
    "figures.write_words(output, run, n)\nfigures.write_values(output, run, n)\nprint(n)",
]
SUM = [
    'output = "out"\nvalues = "data/processed/values"\nneeds = []\nfactor = 1',
    "import json\nfrom pathlib import Path\nfrom study import figures, tables\n"
    'n = sum(json.loads(file.read_text())["n"] for file in (Path(values, f"{run}.json") for run in needs)) * factor',
    'tables.write_sum(output, n)\nfigures.write_values(output, "02_sum", n)\nprint(n)',
]


def write_notebook(project: Path, name: str, sources: list[str]) -> None:
    cells = [new_markdown_cell(f"# {name}: how many?", id="title")]
    cells += [new_code_cell(source, id=f"cell{at}") for at, source in enumerate(sources)]
    cells[1].metadata["tags"] = ["parameters"]
    nbformat.write(new_notebook(cells=cells), project / "notebooks" / f"{name}.ipynb")


def make_project(folder: Path) -> Path:
    for name, text in {
        "dodo.py": DODO,
        "src/study/__init__.py": "",
        "src/study/figures.py": FIGURES,
        "src/study/tables.py": TABLES,
        "data/text.txt": "cyber cyber en migratie",
        "requirements.lock": "numpy==1\n",
        "pyproject.toml": '[project]\ndependencies = ["numpy>=2", "doit"]\n',
        "notebooks/note.txt": "",
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    write_notebook(folder, "01_words", WORDS)
    write_notebook(folder, "02_sum", SUM)
    return folder


def doit(folder: Path, *arguments: str, **environment: str) -> str:
    """What doit prints, and its status as the last line."""
    command = [sys.executable, "-m", "doit", *arguments]
    environment = os.environ | environment
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, env=environment, check=False)
    assert "Traceback" not in done.stderr
    return f"{done.stdout}{done.stderr}status {done.returncode}"


def steps_in(printed: str) -> set[str]:
    return {line.split(" … ")[0] for line in printed.splitlines() if " … " in line}


def outputs(root: Path) -> dict[str, bytes]:
    files = [*root.glob("figures/*"), *root.glob("reports/**/*"), *root.glob("data/processed/*/*")]
    own = [file for file in files if file.is_file() and file.parent.name not in {"cache", "failed"}]
    return {file.relative_to(root).as_posix(): file.read_bytes() for file in own}


@pytest.fixture(scope="session")
def finished(tmp_path_factory) -> Path:
    """The project after its first run; tests work on copies."""
    folder = make_project(tmp_path_factory.mktemp("project"))
    printed = doit(folder)
    assert printed.endswith("status 0"), printed
    return folder


@pytest.fixture
def project(finished, tmp_path) -> Path:
    return Path(shutil.copytree(finished, tmp_path / "project"))


def read_project(folder: Path, *runs: Run) -> Project:
    steps.read_package.cache_clear()
    return Project(folder, folder, runs, package="src/study")


CYBER = Run("01_words", "Words", {"word": "cyber"}, name="01_words-cyber", inputs=["data/*.txt"])


def do(folder: Path, run: Run = CYBER) -> None:
    project = read_project(folder, run)
    step = next(step for step in tasks.list_steps(project) if step.name == f"run:{run.name}")
    tasks.do_step(project, step)


def test_a_run_makes_figures_tables_values_pages_and_the_index(finished):
    made = outputs(finished)
    assert made["figures/01_words-cyber-bar.svg"] == b"<svg>2</svg>"
    assert made["figures/01_words-migratie-bar.svg"] == b"<svg>1</svg>"
    assert made["reports/tables/02_sum-sum.csv"] == b"n\n3\n"
    assert {name for name in made if name.endswith(".html")} == {
        "reports/index.html", "reports/01_words-cyber.html", "reports/01_words-migratie.html", "reports/02_sum.html",
    }  # fmt: skip
    assert not list((finished / "data/processed").glob(".*.tmp-*"))


def test_nothing_is_done_when_nothing_has_changed(project):
    # A copy: neither the folder nor the times of its files count.
    assert doit(project).startswith("Nothing to do")


def test_changing_one_module_runs_only_the_notebooks_that_use_it(project):
    path = project / "src/study/tables.py"
    path.write_text(TABLES.replace('f"n\\n{n}\\n"', 'f"sum\\n{n}\\n"'))
    assert steps_in(doit(project)) == {"02_sum"}  # its page, made from the same notebook, stays
    assert (project / "reports/tables/02_sum-sum.csv").read_text() == "sum\n3\n"


@pytest.mark.parametrize("step", ["check", "run:01_words-migratie", "run:02_sum", "page:02_sum", "index"])
def test_no_step_alone_is_done_again_after_a_complete_run(project, step):
    assert doit(project, step).startswith("Nothing to do")
    assert doit(project).startswith("Nothing to do")


def test_values_that_change_run_what_reads_them(project):
    (project / "data/text.txt").write_text("cyber cyber cyber migratie")
    printed = doit(project)
    assert {"01_words-cyber", "02_sum", "page:02_sum", "index"} <= steps_in(printed)
    assert "(data/text.txt changed)" in printed
    assert (project / "reports/tables/02_sum-sum.csv").read_text() == "n\n4\n"


def test_a_file_that_a_notebook_names_is_one_of_its_inputs(project):
    (project / "data/more").mkdir()
    (project / "data/more/codes.csv").write_text("a")
    write_notebook(project, "01_words", [WORDS[0] + '\ncodes = "data/more/codes.csv"', *WORDS[1:]])
    assert list(read_project(project).inputs_of(CYBER)) == ["data/more/codes.csv", "data/text.txt"]


def test_files_that_a_named_yaml_file_lists_are_inputs_too(project):
    (project / "data/more").mkdir()
    for name in ("codes.csv", "first.tsv", "second.tsv", "note.md"):
        (project / "data/more" / name).write_text("a")
    (project / "data/more/codes.yml").write_text("file: codes.csv  # below\nfiles: '*.tsv'\nnote: note.md\n")
    write_notebook(project, "01_words", [WORDS[0] + '\ncodes = "data/more/codes.yml"', *WORDS[1:]])
    names = ["codes.csv", "codes.yml", "first.tsv", "second.tsv"]
    assert list(read_project(project).inputs_of(CYBER)) == [*(f"data/more/{name}" for name in names), "data/text.txt"]


def test_files_that_a_yaml_file_names_from_the_folder_of_the_study_are_inputs_too(project):
    (project / "results").mkdir()
    (project / "results/power.csv").write_text("a")
    (project / "data/study.yml").write_text("benchmarks:\n  power: results/power.csv\n  other: results/none.csv\n")
    write_notebook(project, "01_words", [WORDS[0] + '\nabout = "data/study.yml"', *WORDS[1:]])
    assert list(read_project(project).inputs_of(CYBER)) == ["data/study.yml", "data/text.txt", "results/power.csv"]


def test_the_standard_inputs_need_not_all_be_there(project):
    assert read_project(project).inputs_of(Run("02_sum", "Sum")) == {}


def test_outputs_and_execution_counts_in_a_notebook_do_not_count(project):
    path = project / "notebooks/02_sum.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[-1].update(execution_count=7, outputs=[nbformat.v4.new_output("stream", text="3\n")])
    nbformat.write(notebook, path)
    assert doit(project).startswith("Nothing to do")


def test_an_output_edited_by_hand_is_made_again(project):
    before = outputs(project)
    (project / "figures/01_words-cyber-bar.svg").write_text("<svg>99</svg>")
    (project / "reports/02_sum.html").unlink()
    assert steps_in(doit(project)) == {"01_words-cyber", "page:02_sum"}
    assert outputs(project) == before


def test_two_roots_and_environments_give_the_same_bytes(finished, tmp_path):
    root = tmp_path / "elsewhere"
    printed = doit(finished, f"root={root}", TZ="Asia/Tokyo", PYTHONHASHSEED="3", OMP_NUM_THREADS="4")
    assert printed.endswith("status 0")
    assert outputs(root) == outputs(finished)


def test_a_notebook_that_fails_leaves_the_last_good_files_and_is_kept(project):
    before = outputs(project)
    write_notebook(project, "02_sum", [*SUM[:2], "tables.write_sum(output, n)\nraise ValueError('no sum')"])
    printed = doit(project)
    assert "run:02_sum failed. notebooks/02_sum.ipynb, code cell 3, line 2: ValueError: no sum" in printed
    assert "data/processed/failed/02_sum.ipynb" in printed
    assert printed.endswith("status 1")
    assert outputs(project) == before
    assert "no sum" in (project / "data/processed/failed/02_sum.ipynb").read_text()
    write_notebook(project, "02_sum", SUM)
    assert doit(project).endswith("status 0")
    assert not (project / "data/processed/failed/02_sum.ipynb").exists()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (('"word": "cyber"}', '"wrod": "cyber"}'), "parameter 'wrod': found a name .* Did you mean 'word'?"),
        (('"word": "cyber"}', '"word": 3}'), "parameter 'word': found 3 (int), allowed is str"),
        (('needs=["01', 'needs=["00'), "run 02_sum, needs: found '00_words-cyber'"),
        (('name="01_words-migratie"', 'name="01_words-cyber"'), "found '01_words-cyber' twice"),
        (('Run("02_sum"', 'Run("02_total"'), "02_total.ipynb: found no readable file"),
        (('["data/*.txt"]', '["data/*.xml"]'), "data/*.xml: found no file"),
    ],
)
def test_runs_that_cannot_work_are_refused_before_anything_starts(tmp_path, change, message):
    project = make_project(tmp_path)
    (project / "dodo.py").write_text(DODO.replace(*change))
    printed = doit(project)
    first, _, second = message.partition(".*")
    assert first in printed
    assert second in printed
    assert not outputs(project)


def test_figures_no_longer_made_are_removed_with_or_without_a_record(project):
    stale = project / "figures/01_words-cyber-old.svg"
    for file in (stale, *(stale.with_name(f"01_words-{name}-old.svg") for name in ("cyberspace", "cyber-attack"))):
        file.write_text("<svg/>")
    runs = [CYBER, *(Run("01_words", "", name=f"01_words-{word}") for word in ("cyber-attack", "migratie"))]
    assert steps.earlier_outputs(read_project(project, *runs), CYBER) == [
        "data/processed/values/01_words-cyber.json",
        "figures/01_words-cyber-bar.svg",
        "figures/01_words-cyber-old.svg",
    ]
    do(project)
    assert not stale.exists()


def test_what_was_made_for_runs_that_are_no_more_is_removed_with_or_without_a_record(project):
    stray = ["figures/01_words-war-bar.svg", "reports/01_words-war.html", "data/processed/values/01_words-war.json"]
    others = ["figures/mine.svg", "reports/01_wordless.html", "reports/tables/01_words-cyber-old.csv"]
    for name in [*stray, *others]:
        (project / name).parent.mkdir(exist_ok=True)
        (project / name).write_text("old")
    assert doit(project).startswith("Nothing to do")
    assert [name for name in [*stray, *others] if (project / name).exists()] == others


def test_a_file_under_the_name_of_another_run_is_refused(project):
    before = outputs(project)
    write_notebook(project, "01_words", [*WORDS, 'figures.write(output, "figures/02_sum-bar.svg", "x")'])
    with pytest.raises(StepError, match=r"wrote figures/02_sum-bar\.svg; allowed are files 01_words-cyber-…"):
        do(project)
    assert outputs(project) == before


def test_a_syntax_error_in_the_package_is_told_with_its_line(project):
    (project / "src/study/figures.py").write_text("def count(\n")
    with pytest.raises(InputError, match=r"figures.py, line 1: found a syntax error"):
        do(project)


def test_a_page_says_what_made_it_without_time_or_place(finished):
    described = steps.describe_run(read_project(finished, CYBER), CYBER)
    assert described["notebook"] == "01_words.ipynb"
    assert described["parameters"] == {"word": "cyber"}
    assert list(described["data"]) == ["data/text.txt"]
    assert set(described["versions"]) == {"Python", "doit", "numpy"}
    page = (finished / "reports/01_words-cyber.html").read_text()
    assert described["lock"][:12] in page
    assert str(finished) not in page


def test_a_second_run_beside_the_first_is_refused(project):
    with tasks.records.lock(project):
        printed = doit(project)
    assert "Another run is writing" in printed
    assert printed.endswith("status 2")


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [1.0, 2.0, 3.0])
def test_a_run_that_is_killed_goes_on_with_the_same_command_to_the_same_files(finished, tmp_path, seconds):
    project = make_project(tmp_path / "project")
    command = [sys.executable, "-m", "doit"]
    run = subprocess.Popen(command, cwd=project, start_new_session=True, stdout=subprocess.DEVNULL)
    time.sleep(seconds)
    os.killpg(run.pid, signal.SIGKILL)
    run.wait()
    printed = doit(project)
    while "Another run is writing" in printed:  # the system has not yet ended all processes
        printed = doit(project)
    assert printed.endswith("status 0")
    assert outputs(project) == outputs(finished)
    assert not list((project / "data/processed").glob(".*.tmp-*"))


@pytest.mark.slow
def test_verify_passes_on_what_is_committed_and_names_what_differs(project, capfd):
    git = ["git", "-C", str(project)]
    for command in (["init", "-q"], ["add", "figures", "reports"]):
        subprocess.run([*git, *command], check=True)
    assert verify(project) == 0
    assert "are equal to the byte" in capfd.readouterr().out
    (project / "reports/tables/02_sum-sum.csv").write_text("n\n4\n")
    subprocess.run([*git, "add", "reports"], check=True)
    assert verify(project) == 1
    assert "reports/tables/02_sum-sum.csv: 1 beyond tolerance" in capfd.readouterr().out


def wait_for(path: Path, run: subprocess.Popen) -> str:
    """What a notebook writes to a file while it runs."""
    while not (path.exists() and path.read_text()):
        assert run.poll() is None
        time.sleep(0.05)
    return path.read_text()


@pytest.mark.slow
def test_a_worker_that_is_killed_ends_the_run_and_its_step_is_named(tmp_path):
    project = make_project(tmp_path)
    endless = f"import os\nopen({str(tmp_path)!r} + '/' + word, 'w').write(str(os.getppid()))\nsum(range(10**12))"
    write_notebook(project, "01_words", [WORDS[0], endless])
    command = [sys.executable, "-m", "doit", "-n", "2"]
    run = subprocess.Popen(command, cwd=project, stdout=subprocess.PIPE, text=True)
    workers = [int(wait_for(tmp_path / word, run)) for word in ("cyber", "migratie")]
    os.kill(workers[0], signal.SIGKILL)
    printed, _ = run.communicate()
    assert "run:01_words-cyber failed. The process that did it was killed by signal 9" in printed
    assert run.returncode != 0
    assert not any(Path(f"/proc/{worker}").exists() for worker in workers)


@pytest.mark.slow
@pytest.mark.parametrize("folder", ["figures", "reports", "data/processed"])
def test_outputs_may_lie_on_another_file_system(finished, tmp_path, folder):
    project = make_project(tmp_path / "project")
    memory = Path("/dev/shm")  # in the memory of the machine, where there is such a thing
    elsewhere = Path(tempfile.mkdtemp(dir=memory if memory.is_dir() else tmp_path))
    try:
        (project / folder).symlink_to(elsewhere)
        assert doit(project).endswith("status 0")
        assert outputs(project) == outputs(finished)
        assert not [file for file in elsewhere.rglob("*") if ".tmp-" in file.name]
    finally:
        shutil.rmtree(elsewhere)


def test_a_terminal_that_cannot_show_a_character_gets_a_question_mark(project):
    (project / "reports/02_sum.html").unlink()
    assert "page:02_sum ? " in doit(project, PYTHONIOENCODING="latin-1")


@pytest.mark.parametrize("redirection", [">&-", "| true"])
def test_the_work_is_done_when_nobody_listens(project, redirection):
    (project / "reports/02_sum.html").unlink()
    command = ["bash", "-o", "pipefail", "-c", f"{sys.executable} -m doit {redirection}"]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert (project / "reports/02_sum.html").exists()
