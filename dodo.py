"""The study as a graph: which notebooks run with which parameters. `doit list` shows the steps, `doit` does them."""

from pathlib import Path

from doit import get_var

from analysis.pipeline import Project, Run, declared_themes, settings, tasks_of

FOLDER = Path(__file__).resolve().parent

THEMES = [
    Run("03_theme", label, {"theme": theme}, name=f"03_theme-{theme}", group="The themes")
    for theme, label in declared_themes(FOLDER / "data/themes.yml").items()
]
EVIDENCE = [
    Run("01_corpus", "The texts"),
    Run("02_themes", "All themes"),
    *THEMES,
    Run("04_topics", "Topics", early=True),
    Run("05_networks", "Networks", early=True),
    Run("06_validation", "Validation"),
    Run("08_robustness", "Robustness", early=True),
    Run("09_evolution", "How they speak"),
]
OVERVIEW = Run("07_overview", "Overview", needs=[run.name for run in EVIDENCE])

PROJECT = Project(
    FOLDER,
    Path(get_var("root", None) or FOLDER),  # `doit root=/elsewhere` writes figures and reports there
    [*EVIDENCE, OVERVIEW],
    check="analysis.study.open_study",
)
DOIT_CONFIG = settings(PROJECT)


def task_study():
    """One run per notebook and parameters, one page per run, one index."""
    yield from tasks_of(PROJECT)
