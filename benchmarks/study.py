"""
How long the study takes: all of it, nothing to do, one step alone, and after one figure function has changed.

    .venv/bin/python benchmarks/study.py

Works on a copy of the project in a temporary folder. The bounds, for N runs of notebooks on 2 cores with packages
installed: 1.5 x (0.5 + 2.0 N) s for all, 1.5 s for nothing to do, and after a change only the notebooks that import the
module.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
LEFT_OUT = shutil.ignore_patterns(".*", "out", "processed", "figures", "reports", "__pycache__", "*.egg-info")
MODULE, FUNCTION = "src/analysis/themes/plots.py", "plot_attention"


def copy_project(folder: Path) -> Path:
    """The project without anything that it makes."""
    return Path(shutil.copytree(PROJECT, folder / "study", ignore=LEFT_OUT))


def environment(project: Path) -> dict[str, str]:
    """The present environment, with the package taken from the copy."""
    return os.environ | {"PYTHONPATH": str(project / "src")}


def run(project: Path, *steps: str) -> tuple[float, str]:
    """Seconds and printed lines of one call of the pipeline; all steps when none is named."""
    begin = time.perf_counter()
    command = [sys.executable, "-m", "doit", *steps]
    done = subprocess.run(command, cwd=project, env=environment(project), capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stdout + done.stderr)
    return time.perf_counter() - begin, done.stdout


def runs_in(printed: str) -> list[str]:
    """The notebooks that were run, by the lines of the pipeline."""
    return sorted(re.findall(r"^(\d\d_\S+) …", printed, flags=re.MULTILINE))


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        project = copy_project(Path(folder))
        seconds, printed = run(project)
        runs = runs_in(printed)
        bound = 1.5 * (0.5 + 2.0 * len(runs))
        load = os.getloadavg()[0]
        print(f"all, {len(runs)} notebooks: {seconds:.1f} s (bound {bound:.1f}); load of the machine {load:.1f}")
        nothing = min(run(project)[0] for _ in range(5))
        print(f"nothing to do: {nothing:.2f} s, best of 5 (bound 1.5)")
        again = [name for name in runs if runs_in(run(project, f"run:{name}")[1])]
        print(f"each notebook alone after that: ran {', '.join(again) or 'nothing'}")
        figures = project / MODULE
        head = re.compile(rf'def {FUNCTION}\w*\(.*?""".*?"""\n', flags=re.DOTALL)
        figures.write_text(head.sub(lambda found: found[0] + "    pass\n", figures.read_text(), count=1))
        seconds, printed = run(project)
        print(f"a function of {MODULE} changed: {seconds:.1f} s, ran {', '.join(runs_in(printed)) or 'nothing'}")


if __name__ == "__main__":
    main()
