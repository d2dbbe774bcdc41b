"""How many threads linear algebra may use."""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import cache
from typing import Any

from threadpoolctl import ThreadpoolController


@cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()


def one_thread() -> AbstractContextManager[Any]:
    """
    One thread of linear algebra while it lasts: sums in another order differ in their last bits.

    The libraries are looked up once, not at every call (2 ms, a quarter of a small fit).
    """
    limited: AbstractContextManager[Any] = _controller().limit(limits=1)
    return limited
