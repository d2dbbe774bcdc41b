"""
Whether the study survives being killed: kill -9 at random moments, then the same command must finish the work.

    .venv/bin/python benchmarks/crash.py [kills] [seed]

Works on a copy of the project in a temporary folder. All processes of a run are killed at once, kernels must follow by
themselves. Afterwards every figure, table and page must equal those of a run that nobody disturbed.
"""

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from study import copy_project, environment, run

from analysis.pipeline.verify import compare, list_files


def kill_run(project: Path, seconds: float) -> bool:
    """Start the pipeline and kill it after some seconds; whether it had been at work until then."""
    started = subprocess.Popen(
        [sys.executable, "-m", "doit"], cwd=project, env=environment(project), start_new_session=True,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        started.wait(seconds)
        return False
    except subprocess.TimeoutExpired:
        os.killpg(started.pid, signal.SIGKILL)
        started.wait()
        return True


def kernels_of(project: Path) -> list[int]:
    """The kernels that still run in a project."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command, place = (process / "cmdline").read_bytes(), (process / "cwd").readlink()
        except OSError:
            continue
        if b"ipykernel" in command and place == project:
            found.append(int(process.name))
    return found


def main(kills: int = 20, seed: int = 1) -> None:
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        one, other = Path(folder, "one"), Path(folder, "other")
        undisturbed, project = copy_project(one), copy_project(other)
        whole, _ = run(undisturbed)
        print(f"undisturbed: {whole:.1f} s")
        done = 0
        while done < kills:
            moment = chance.uniform(0.1, whole / 2)
            if kill_run(project, moment):
                done += 1
                time.sleep(0.5)
                print(f"kill {done} after {moment:.1f} s; kernels left: {len(kernels_of(project))}", flush=True)
            else:  # finished: begin again from nothing
                project = copy_project(other / str(done))
        seconds, printed = run(project)
        print(f"then the plain command: {seconds:.1f} s; {printed.splitlines()[-1]}")
        differences = compare(undisturbed, project)
        left = list((project / "data/processed").glob(".*.tmp-*"))
        n_files = len(list_files(project, ("figures", "reports")))
        print(f"{n_files} files, {len(differences)} differences, {len(left)} folders left over")
        sys.exit(bool(differences or left))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
