"""Recordings that were looked at, kept in memory: a run's page, its charts and its files ask for the same."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

    from pfp_sensors.actions.analyze import AnalyzeOptions
    from pfp_sensors.actions.look import Look

    Stamp = tuple[str, int, int]
    Key = tuple[Path, tuple[Stamp, ...], Path | None, AnalyzeOptions | None]

_MOST_KEPT: Final = 6
"""Of an hour each some ten megabytes."""


class Looks:
    """The latest looks; a recording whose files changed is looked at again. Two who ask for one share it."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Key, Look] = OrderedDict()
        self._looking: dict[Key, threading.Lock] = {}
        self._lock = threading.Lock()

    def at(self, path: Path, config: Path | None = None, options: AnalyzeOptions | None = None) -> Look:
        """Look at a recording, or take what was found before; as `look_at`, and raises as that."""
        from pfp_sensors.actions.look import look_at

        key = (path, _stamps(path), config, options)
        with self._lock:
            own = self._looking.setdefault(key, threading.Lock())
        try:
            with own:
                return self._keep(key, self._kept.get(key) or look_at(path, config, options))
        finally:
            with self._lock:
                self._looking.pop(key, None)

    def _keep(self, key: Key, look: Look) -> Look:
        with self._lock:
            self._kept[key] = look
            self._kept.move_to_end(key)
            while len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)
        return look


def _stamps(path: Path) -> tuple[Stamp, ...]:
    """Name, size and time of every file that a look may read."""
    folder = path if path.is_dir() else path.parent
    found = [(file.name, file.stat()) for file in folder.iterdir() if file.is_file()]
    return tuple(sorted((name, facts.st_size, facts.st_mtime_ns) for name, facts in found))
