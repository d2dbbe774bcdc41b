"""The study as a graph of steps, each done again only when something it depends on has changed."""

from __future__ import annotations

import ctypes
import gc
import multiprocessing
import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import chdir
from dataclasses import dataclass
from functools import partial
from io import StringIO
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any, ClassVar

from doit import cmd_run
from doit.doit_cmd import DoitMain
from doit.exceptions import BaseFail, InvalidDodoFile, InvalidTask, TaskFailed
from doit.reporter import ConsoleReporter
from doit.runner import MRunner
from doit.task import Task

from analysis.inputs import InputError, check_choice, check_keys, read_yaml
from analysis.pipeline import records, steps
from analysis.pipeline.parameters import check_parameters
from analysis.pipeline.steps import Project, StepError


@dataclass(frozen=True)
class Step:
    """Something to do: what it depends on, and how its files are made in a folder, laid out as they shall lie."""

    name: str
    doc: str
    key: Callable[[], dict[str, str]]
    make: Callable[[Path], None]
    after: tuple[str, ...] = ()
    earlier: Callable[[], list[str]] = list  # files that are this step's, though no record says so


def list_steps(project: Project) -> list[Step]:
    """
    All steps of a project, each after those it depends on.

    An early run does not wait for the check: a notebook that reads bad data fails, and a step that fails leaves what
    stands.
    """
    key, make = partial(steps.check_key, project), partial(steps.make_check, project)
    listed = [Step("check", "read all data as the notebooks will", key, make)]
    for run in sorted(project.runs, key=lambda run: not run.early):
        after = (*(() if run.early else ("check",)), *(f"run:{name}" for name in run.needs))
        key, make = partial(steps.run_key, project, run), partial(steps.make_run, project, run)
        earlier = partial(steps.earlier_outputs, project, run)
        listed.append(Step(f"run:{run.name}", f"notebooks/{run.notebook}.ipynb", key, make, after, earlier))
    for run in project.runs:
        key, make = partial(steps.page_key, project, run), partial(steps.make_page, project, run)
        listed.append(Step(f"page:{run.name}", f"reports/{run.name}.html", key, make, (f"run:{run.name}",)))
    every_run = tuple(f"run:{run.name}" for run in project.runs)
    key, make = partial(steps.index_key, project), partial(steps.make_index, project)
    return [*listed, Step("index", "reports/index.html", key, make, every_run)]


def check_names(project: Project) -> None:
    """
    Refuse runs that make no graph.

    Raises
    ------
    InputError : if two runs have one name, or a run needs one that is not there
    """
    names = [run.name for run in project.runs]
    for run in project.runs:
        if names.count(run.name) > 1:
            raise InputError("runs", f"{run.name!r} twice", allowed="each name once", remedy="Give one another name.")
        for name in run.needs:
            check_choice(name, f"run {run.name}, needs", names)


def check_runs(project: Project) -> None:
    """
    Refuse runs that cannot work, before anything is started.

    Raises
    ------
    InputError : if a notebook or an input is missing, a parameter does not fit, or a notebook has no title
    """
    check_names(project)
    for run in project.runs:
        check_parameters(project.path_of(run), steps.places(project, run, Path("out")))
        steps.title_of(project.path_of(run))
        project.inputs_of(run)


def do_step(project: Project, step: Step) -> None:
    """
    Do a step and publish what it made.

    Raises
    ------
    StepError, InputError : if it cannot be done; what it made before is then untouched
    """
    key = step.key()  # as things are before it starts: what changes meanwhile counts the next time
    with records.staging(project.root, step.name) as folder:
        tree = folder / "tree"
        tree.mkdir()
        step.make(tree)
        records.publish(tree, project.root, step.name, key, step.earlier())


def reason_to_run(project: Project, step: Step) -> str:
    """Why a step has to be done; empty when all it depends on, and all it made, is as its record says."""
    try:
        return records.reason_to_run(project.root, step.name, step.key())
    except InputError:
        return "its inputs cannot be read"


def run_study(folder: Path = Path(), *, root: Path | None = None, only: tuple[str, ...] = ()) -> int:
    """
    Bring the outputs of the project in a folder up to date, as ``doit`` does there.

    Parameters
    ----------
    folder : the project's, with its ``dodo.py``
    root : where the outputs go, if not into the project
    only : names of steps (``run:02_themes``), with those they depend on; all when empty

    Returns
    -------
    int, 0 when everything is up to date, else a status for the shell
    """
    place = [f"root={Path(root).absolute()}"] if root else []
    with chdir(folder):
        try:
            return int(DoitMain().run([*place, *only]) or 0)
        except KeyboardInterrupt:
            return 130  # as the shell has it


# --- the graph for doit


def declared_themes(path: Path) -> dict[str, str]:
    """
    The names and labels of the themes that a dictionary declares as the study's subjects.

    Only these are looked at; the dictionary as a whole is checked by the first step.

    Raises
    ------
    InvalidDodoFile : if the file cannot be used or declares no theme
    """
    try:
        entries = check_keys(read_yaml(path), str(path), required=["themes"])["themes"]
        themes = {name: theme["label"] for name, theme in entries.items() if theme.get("declared")}
    except InputError as error:
        raise InvalidDodoFile(str(error)) from None
    except (AttributeError, KeyError, TypeError):
        raise InvalidDodoFile(f"{path}, themes: every theme is a mapping with a label and a definition.") from None
    if not themes:
        raise InvalidDodoFile(f"{path}, themes: none has declared: true. Declare at least one.")
    return themes


def tasks_of(project: Project) -> Iterator[dict[str, Any]]:
    """
    The steps as doit wants them.

    Raises
    ------
    InvalidDodoFile : if the runs make no graph
    """
    try:
        check_names(project)
    except InputError as error:
        raise InvalidDodoFile(str(error)) from None
    for step in list_steps(project):
        base, _, name = step.name.partition(":")
        yield {
            "basename": base,
            **({"name": name} if name else {}),
            "actions": [(attempt, [project, step])],
            "uptodate": [(is_current, [project, step])],
            "task_dep": list(step.after),
            "meta": {},
            "doc": step.doc,
            "verbosity": 2,
        }


def attempt(project: Project, step: Step) -> TaskFailed | None:
    """Do a step; a failure is its message, without the way it took through our code."""
    end_with_parent()
    try:
        do_step(project, step)
    except (StepError, InputError) as error:
        return TaskFailed(str(error))
    return None


def end_with_parent() -> None:
    """Let the system kill this process, if another has started it for its steps, when that one ends (Linux)."""
    if multiprocessing.parent_process() and sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def is_current(task: Task, project: Project, step: Step) -> bool:
    """Whether a step need not be done; why it must goes with the task, for the line that reports it."""
    task.meta["reason"] = reason_to_run(project, step)
    return not task.meta["reason"]


def settings(project: Project) -> dict[str, Any]:
    """
    How doit runs the steps.

    Its own record would be written once, at the end, so that a killed run would forget all it did: it stays in memory,
    and each step keeps a record of its own.
    """
    gc.disable()  # the trees of the code are many small objects, looked through again and again: a fifth of a second
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return {
        "backend": "sqlite3",
        "dep_file": ":memory:",
        "continue": False,
        "num_process": min(cores, len(project.runs)),
        "reporter": type("ProjectProgress", (Progress,), {"project": project}),
        "action_string_formatting": "new",
    }


class LostWorkerError(InvalidTask):
    """A process that did steps has ended before they were done."""


class WatchedRunner(MRunner):
    """doit's runner for several processes, which by itself would wait for ever for one that was killed."""

    def _run_start_processes(self, job_q: Any, result_q: Any) -> list[Any]:
        workers = super()._run_start_processes(job_q, result_q)
        # Only now: a process must not fork once it has threads.
        threading.Thread(target=self.watch, args=(workers, result_q), daemon=True).start()
        return workers

    def watch(self, workers: list[Any], result_q: Any) -> None:
        """Wait for the ends of all workers; one that fell over is reported in the way of a worker that fails."""
        by_end = {worker.sentinel: worker for worker in workers}
        while by_end:
            for end in wait(list(by_end)):
                worker = by_end.pop(end)
                worker.join()
                if worker.exitcode:
                    lost = self.reporter.describe_lost(worker.pid, worker.exitcode)
                    result_q.put({"exit": LostWorkerError, "exception": lost})


cmd_run.MRunner = WatchedRunner  # doit has no setting for it


class Progress(ConsoleReporter):
    """One line per step that was done, with its time and why; messages of what failed; a line at the end."""

    desc = "one line per step"
    project: ClassVar[Project]
    outstream: Any

    def __init__(self, outstream: Any, options: Mapping[str, Any]):
        super().__init__(outstream or StringIO(), options)  # none: standard output was closed
        self.started: dict[str, float] = {}
        self.begin = time.perf_counter()
        self.done = 0

    def initialize(self, tasks: Mapping[str, Any], selected_tasks: list[str]) -> None:
        """Before the first step: refuse what cannot work, reserve the outputs, clear away what others left."""
        try:
            check_runs(self.project)
            self.lock = records.lock(self.project.root)
        except (InputError, records.BusyError) as error:
            raise InvalidTask(str(error)) from None
        records.sweep(self.project.root)
        shutil.rmtree(self.project.root / steps.FAILED, ignore_errors=True)
        records.forget_others(self.project.root, [step.name for step in list_steps(self.project)])
        for name in steps.stray_outputs(self.project):
            (self.project.root / name).unlink()

    def write(self, text: str) -> None:
        """Print a text as far as the stream can show it; who does not listen any more does not stop the work."""
        encoding = getattr(self.outstream, "encoding", None) or "utf-8"
        try:
            self.outstream.write(text.encode(encoding, "replace").decode(encoding))
            self.outstream.flush()
        except (OSError, ValueError):  # the other end of the pipe is gone, or the stream is closed
            self.outstream = StringIO()

    def execute_task(self, task: Task) -> None:
        self.started[task.name] = time.perf_counter()

    def describe_lost(self, process: int, status: int) -> str:
        """Which step a process was at when it ended, and how."""
        started, root = list(self.started), self.project.root
        lost = [name for name in started if records.staging_folder(root, name, process).is_dir()]
        how = f"was killed by signal {-status} (out of memory?)" if status < 0 else f"ended with status {status}"
        return f"{' and '.join(lost) or 'A step'} failed. The process that did it {how}."

    def add_success(self, task: Task) -> None:
        if task.actions:
            self.done += 1
            spent = time.perf_counter() - self.started[task.name]
            self.write(f"{task.name.removeprefix('run:')} … {spent:.1f} s  ({task.meta['reason']})\n")

    def skip_uptodate(self, task: Task) -> None:
        """Nothing to say."""

    def add_failure(self, task: Task, fail: BaseFail) -> None:
        self.failures.append(fail)
        self.write(f"\n{task.name} failed. {fail.get_msg().strip()}\n\n")

    def complete_run(self) -> None:
        spent = time.perf_counter() - self.begin
        if sys.exc_info()[0]:
            self.write(f"Stopped after {self.done} steps. The same command goes on from here.\n")
        elif self.runtime_errors and not self.started:
            self.write("\n".join(["Nothing was done.", *self.runtime_errors]) + "\n")
        elif self.failures or self.runtime_errors:
            self.write("".join(f"\n{error}\n\n" for error in self.runtime_errors))
            self.write("Stopped. What this step made before is untouched; the same command goes on from here.\n")
        elif self.done:
            self.write(f"{self.done} steps in {spent:.1f} s. Read {self.project.root / 'reports/index.html'}\n")
        else:
            self.write(f"Nothing to do: all steps are up to date. Read {self.project.root / 'reports/index.html'}\n")
