"""Build records: the digests of what each step was made from and of what it made; files are published atomically."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from analysis.report.files import write_atomically

WORK = Path("data/processed")  # below the root of the outputs; not committed
# Beginning of the temporary folders in which the sockets of a kernel lie; the number of its runner's process follows.
SOCKETS = "study-kernel-"
LONGEST = 60  # characters of the folder they lie in: the path of a socket has room for about 100
PUBLISHED = ("figures", "reports", "reports/tables")  # where files may be staged beside their place
STAGING = re.compile(r"\..+\.tmp-\d+")


@dataclass(frozen=True)
class Record:
    """One finished step: the digest of everything it depends on, by name, and of every file it made."""

    key: Mapping[str, str]
    outputs: Mapping[str, str]  # path below the root -> digest


class BusyError(RuntimeError):
    """Another run is writing to the same folder."""


def digest(content: bytes) -> str:
    """The SHA-256 of some bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def record_file(root: Path, step: str) -> Path:
    """Where the record of a step lies."""
    return root / WORK / "records" / f"{step.replace(':', '-')}.json"


def read_record(root: Path, step: str) -> Record | None:
    """The record of a step, if it has one that can be read."""
    try:
        return Record(**json.loads(record_file(root, step).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def reason_to_run(root: Path, step: str, key: Mapping[str, str]) -> str:
    """
    Why a step has to run: the first thing that is not as its record says; empty when all is.

    Outputs count too: one that was deleted or edited by hand is made again.
    """
    record = read_record(root, step)
    if record is None:
        return "never run"
    for name in sorted({*record.key, *key}):
        if record.key.get(name) != key.get(name):
            return (
                f"{name} {'changed' if name in record.key and name in key else 'is new' if name in key else 'is gone'}"
            )
    for name, expected in record.outputs.items():
        path = root / name
        if not path.is_file():
            return f"{name} is missing"
        if digest(path.read_bytes()) != expected:
            return f"{name} was changed"
    return ""


def staging_folder(root: Path, step: str, process: int) -> Path:
    """Where a process keeps the outputs of a step until they are whole."""
    return root / WORK / f".{step.replace(':', '-')}.tmp-{process}"


@contextmanager
def staging(root: Path, step: str) -> Iterator[Path]:
    """A folder for the outputs of a step until they are whole."""
    folder = staging_folder(root, step, os.getpid())
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def publish(tree: Path, root: Path, step: str, key: Mapping[str, str], earlier: Collection[str] = ()) -> None:
    """
    Put the finished files of a step in their places, one rename each, and note in its record that they are there.

    `tree` holds the files under the paths they shall have below `root`. Files that this step made before, by its
    record or by the names in `earlier`, and does not make any more, are removed. The record is written last: a run
    that is killed before that point does the step again.
    """
    before = read_record(root, step)
    files = {file.relative_to(tree).as_posix(): file for file in sorted(tree.rglob("*")) if file.is_file()}
    outputs = {name: digest(file.read_bytes()) for name, file in files.items()}
    for name, file in files.items():
        put(file, root / name)
    for name in {*earlier, *(before.outputs if before else ())} - set(outputs):
        (root / name).unlink(missing_ok=True)
    path = record_file(root, step)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, json.dumps(asdict(Record(dict(key), outputs)), indent=1, sort_keys=True).encode())


def put(file: Path, target: Path) -> None:
    """Rename a file to its place, whole at every moment; across file systems by a copy beside the place."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        file.replace(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        write_atomically(target, file.read_bytes())
        file.unlink()


def forget_others(root: Path, steps: Collection[str]) -> None:
    """Remove the records of steps that are no longer part of the study, and the files only they made."""
    still_made = {name for step in steps if (record := read_record(root, step)) for name in record.outputs}
    known = {record_file(root, step) for step in steps}
    for path in sorted((root / WORK / "records").glob("*.json")):
        if path not in known:
            record = read_record(root, path.stem)
            for name in set(record.outputs if record else ()) - still_made:
                (root / name).unlink(missing_ok=True)
            path.unlink()


def lock(root: Path) -> IO[str]:
    """
    Reserve the outputs below `root` until the file that is returned is closed, or the process and its children end.

    Raises
    ------
    BusyError : if another run holds them
    """
    path = root / WORK / ".lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    file = path.open("a")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise BusyError(f"Another run is writing below {root}. Wait until it has finished, or stop it.") from None
    return file


def sweep(root: Path) -> None:
    """Remove what killed runs have left: staging folders and files below `root`, and folders of kernels' sockets."""
    for left in (path for folder in (WORK, *PUBLISHED) for path in (root / folder).glob(".*.tmp-*")):
        if STAGING.fullmatch(left.name):
            left.unlink() if left.is_file() else shutil.rmtree(left, ignore_errors=True)
    for folder in socket_home().glob(f"{SOCKETS}*-*"):
        process = folder.name.removeprefix(SOCKETS).split("-")[0]
        if process.isdigit() and not is_running(int(process)):
            shutil.rmtree(folder, ignore_errors=True)


def socket_home() -> Path:
    """The folder below which kernels put their sockets."""
    folder = tempfile.gettempdir()
    return Path(folder if len(folder) <= LONGEST else "/tmp")


def is_running(process: int) -> bool:
    """Whether a process of this number exists."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
