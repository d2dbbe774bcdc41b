"""Finished chunks of a multiverse on disk, known by the checksum of all that they were made from."""

from __future__ import annotations

import os
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from pathlib import Path

import numpy as np

from analysis.robustness.measures import Measured
from analysis.robustness.specifications import Finding
from analysis.robustness.token_table import Material


def save_chunk(path: Path, measured: Sequence[Measured]) -> None:
    """Write what some specifications count; a killed run leaves no half file under the name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as file:
            np.savez_compressed(
                file,
                values=np.concatenate([one.table.ravel() for one in measured]),
                shapes=np.array([one.table.shape for one in measured]),
                run_deviation=np.array([one.run_deviation for one in measured]),
                n=np.array([one.n for one in measured]),
            )
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def load_chunk(path: Path, n: int) -> list[Measured] | None:
    """What `save_chunk` wrote for `n` specifications; None where there is no such file, or it is broken."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as held:
            values, shapes, deviation, units = (held[name] for name in ("values", "shapes", "run_deviation", "n"))
        if len(shapes) != n or len(deviation) != n or len(units) != n or len(values) != shapes.prod(axis=1).sum():
            return None
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error):
        return None
    parts = np.split(values, np.cumsum(shapes.prod(axis=1))[:-1])
    rows = zip(parts, shapes.tolist(), deviation.tolist(), units.tolist(), strict=True)
    return [Measured(part.reshape(shape), (asked[0], asked[1]), int(n_units)) for part, shape, asked, n_units in rows]


def checksum_material(material: Material, findings: Mapping[str, Finding]) -> str:
    """The checksum of texts, dictionaries and findings, and of this package's code: of all that a chunk depends on."""
    digest = blake2b(digest_size=16)
    arrays = [material.owner, material.framed, *vars(material.stream).values()]
    for name, hits in sorted(material.hits.items()):
        digest.update(name.encode())
        arrays += hits
    for key, counts in sorted(material.counts.items()):
        digest.update(repr((key, list(counts.units), list(counts.terms))).encode())
        arrays += [counts.matrix.data, counts.matrix.indices, counts.matrix.indptr]
    for array in arrays:
        digest.update(repr((array.dtype.str, array.shape)).encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    known = [material.texts, material.themes, material.declared, material.dictionary.terms, list(findings.values())]
    digest.update(repr(known).encode())
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def checksum_texts(texts: Iterable[str]) -> str:
    """
    One checksum of several texts, in their order.

    Examples
    --------
    >>> checksum_texts(["a", "b"]) == checksum_texts(["ab"])
    False
    """
    return blake2b("\\0".join(texts).encode(), digest_size=16).hexdigest()
