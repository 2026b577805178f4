"""A cohort's result: partitioned Parquet that one process writes, whole after a kill at any moment."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, Literal
from urllib.parse import quote, unquote

from pfp_sensors.cohort.claim import LOCK_NAME, Claim, check_claim
from pfp_sensors.cohort.parts import (
    doubled,
    failures,
    pack,
    part_in,
    read_before,
    rows_without,
    unpack_without,
)
from pfp_sensors.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from pfp_sensors.cohort.parts import PackedPart, Part
    from pfp_sensors.cohort.place import Place
    from pfp_sensors.cohort.rows import Rows

_VERSION: Final = re.compile("(?:runs|strides)/method=([^/]+)/parameters_sha256=([^/]+)/")


@contextmanager
def open_dataset(place: Place, method: str, parameters_sha256: str, input_text: str) -> Iterator[Dataset]:
    """Open a cohort's result for writing, and put in order what a kill has left; made if it is not there.

    Parameters
    ----------
    place
        Where the result is. On this computer no second process can open it meanwhile; at an address that
        fsspec knows, nothing keeps a second one out.
    method, parameters_sha256
        What the rows are made with. Rows of another method or other settings stand beside, untouched.
    input_text
        What it is the result of; kept in ``cohort.json``, with the method and settings of the last time that
        ended in order: whoever asks the tables finds whole ones by them.

    Yields
    ------
    Dataset
        What is there, to be added to.

    Raises
    ------
    UsageError
        If the place is the result of another input, holds something else, cannot be written to, or another
        process writes it.
    InputError
        If ``cohort.json`` is damaged.
    """
    check_claim(place, input_text)
    with place.exclusive(LOCK_NAME):
        before = check_claim(place, input_text)
        claim = Claim(input_text, method, parameters_sha256)
        if before is None:
            claim.write(place)
        yield Dataset(place, method, parameters_sha256)
        if before is not None and before != claim.document():
            claim.write(place)


class Dataset:
    """The rows of one method with one set of settings.

    Strides and runs lie in two files of one name, in two folders. The runs are written last and removed
    first: strides without runs are nothing. So a kill leaves a part whole or not there; and one that was
    being rewritten is there twice at most, the old one holding all of the new one, which then goes.

    Parameters
    ----------
    place, method, parameters_sha256
        As `open_dataset`, which makes it.
    keep_damaged
        Whether a damaged part stays: that of an older method cannot be made again.

    Attributes
    ----------
    warnings
        What was damaged: it had to be removed, and its recordings are not done; or it was left as it is.
    n_kept
        How many recordings kept their rows in `replace`, since they could not be read this time.
    """

    def __init__(
        self, place: Place, method: str, parameters_sha256: str, *, keep_damaged: bool = False
    ) -> None:
        self._place = place
        self._keep_damaged = keep_damaged
        below = f"method={quote(method, safe='')}/parameters_sha256={parameters_sha256}/"
        self._strides, self._runs = f"strides/{below}", f"runs/{below}"
        self._parts: dict[str, Part] = {}
        self.warnings: tuple[str, ...] = ()
        self.n_kept = 0
        self._settle()

    def done(self) -> Mapping[str, str]:
        """Tell which recordings need not be done again.

        Returns
        -------
        Mapping
            Stamps by source. A recording that failed is left out where the system was the cause, or an older
            version of this program.
        """
        return {
            source: stamp
            for part in self._parts.values()
            for source, stamp in part.stamps.items()
            if source not in part.again
        }

    def replace(self, rows: Rows, superseded: Mapping[str, Sequence[str]]) -> None:
        """Write the rows of some recordings in place of those that are there.

        A fault that may pass takes nothing away: where another try may end better, rows of before stay. Nor
        does a recording that failed take the place of another one.

        Parameters
        ----------
        rows
            As for `append`.
        superseded
            Recordings whose rows go when those of another one come, by the source of that one.

        Raises
        ------
        InputError, UsageError, PfpError
            As `drop` and `append`.
        """
        kept = read_before(self._parts.values(), failures(rows, passing=True))
        rows = rows_without(rows, kept) if kept else rows
        sources = rows.runs["source"].unique().to_pylist()
        heirs = set(sources) - failures(rows)
        self.drop([*sources, *(old for one in heirs for old in superseded.get(one, ()))])
        self.append(rows)
        self.n_kept += len(kept)

    def append(self, rows: Rows) -> None:
        """Write the rows of some recordings as a new part; once this returns, no kill takes them away.

        Parameters
        ----------
        rows
            All rows of each recording; of recordings that are not there (`drop` them before).

        Raises
        ------
        ValueError
            If a recording is there already: a mistake of the program.
        UsageError, PfpError
            If it cannot be written.
        """
        if rows.runs.num_rows == 0:
            return
        packed = pack(rows)
        if any(not packed.part.stamps.keys().isdisjoint(part.stamps) for part in self._parts.values()):
            raise ValueError("a recording is there already")
        self._write(packed)

    def drop(self, sources: Iterable[str]) -> None:
        """Remove the rows of some recordings; those that are not there are passed over.

        Raises
        ------
        InputError
            If a part with some of them is damaged; it is removed. One to be kept is left, with a warning.
        UsageError, PfpError
            If the rest of a part cannot be written.
        """
        gone = frozenset(sources)
        for part in list(self._parts.values()):
            if not gone.isdisjoint(part.stamps):
                self._rewrite(part, gone)

    def sources(self) -> frozenset[str]:
        """Tell of which recordings there are rows."""
        return frozenset(source for part in self._parts.values() for source in part.stamps)

    def with_status(self, status: Literal["refused", "failed"]) -> frozenset[str]:
        """Tell which recordings are without running, or could not be analysed."""
        return frozenset(source for part in self._parts.values() for source in getattr(part, status))

    def n_same_bytes(self) -> int:
        """Count the recordings that hold the same bytes as another one."""
        hashes = [found for part in self._parts.values() for found in part.sha256.values()]
        return len(hashes) - len(set(hashes))

    def others(self) -> Iterator[Dataset]:
        """Yield the rows of all other methods and settings in this place."""
        found = {_VERSION.match(file.name) for file in self._place.list_files()}
        for method, parameters in sorted({(one[1], one[2]) for one in found if one}):
            if self._runs != f"runs/method={method}/parameters_sha256={parameters}/":
                yield Dataset(self._place, unquote(method), parameters, keep_damaged=True)

    def sources_of_others(self) -> Iterator[str]:
        """Yield of which recordings `others` has rows, some twice; damaged ones are passed over."""
        for name in _inside("runs/", {file.name: None for file in self._place.list_files()}):
            if _VERSION.match(f"runs/{name}") and not f"runs/{name}".startswith(self._runs):
                part = part_in(_read_if_it_can_be(self._place, f"runs/{name}"), name)
                yield from () if part is None else part.stamps

    def _rewrite(self, part: Part, gone: Collection[str]) -> None:
        """Put a part's other rows into a new part, then remove it."""
        rest = None
        if any(source not in gone for source in part.stamps):
            strides, runs = (self._read(folder + part.name) for folder in (self._strides, self._runs))
            rest = unpack_without(strides, runs, gone)
            if rest is None and self._keep_damaged:
                self._leave(part.name)
                return
            if rest is None:
                self._remove(part.name)
                raise InputError(
                    f"{self._place.text}: {part.name} is damaged; it was removed.",
                    "Run the same command again: its recordings will be done again.",
                )
        del self._parts[part.name]
        if rest is not None:
            self._write(pack(rest))
        self._remove(part.name)

    def _leave(self, name: str) -> None:
        """Look no more at a damaged part that cannot be made again."""
        self._parts.pop(name, None)
        text = (
            f"{self._place.text}/{self._runs}{name}, or the file of that name below strides/, is damaged or "
            "cannot be read. It was left, since it cannot be made again, and may still hold rows of what is "
            "gone. Where these have to go, delete both files."
        )
        self.warnings = (*self.warnings, text)

    def _read(self, name: str) -> bytes:
        return _read_if_it_can_be(self._place, name) if self._keep_damaged else self._place.read(name)

    def _write(self, packed: PackedPart) -> None:
        self._place.write(self._strides + packed.part.name, packed.strides)
        self._place.write(self._runs + packed.part.name, packed.runs)
        self._parts[packed.part.name] = packed.part

    def _remove(self, name: str) -> None:
        self._place.remove(self._runs + name)
        self._place.remove(self._strides + name)
        self._parts.pop(name, None)

    def _settle(self) -> None:
        """Read what is there, and clear away what a kill or a damage has left."""
        sizes = {file.name: file.size for file in self._place.list_files()}
        strides, runs = (_inside(folder, sizes) for folder in (self._strides, self._runs))
        for name in sorted(strides.keys() - runs.keys()):
            self._place.remove(self._strides + name)
        for name in sorted(runs):
            part = part_in(self._read(self._runs + name), name)
            if part is None or strides.get(name, -1) not in {part.strides_bytes, None}:
                self._remove_damaged(name)
            else:
                self._parts[name] = part
        self._undouble()

    def _remove_damaged(self, name: str) -> None:
        if self._keep_damaged:
            self._leave(name)
            return
        self._remove(name)
        text = f"{name} was damaged and was removed; its recordings are done again."
        self.warnings = (*self.warnings, text)

    def _undouble(self) -> None:
        """Keep each recording once: where it is in two parts, in the larger one."""
        while (found := doubled(self._parts.values())) is not None:
            self._rewrite(*found)


def _read_if_it_can_be(place: Place, name: str) -> bytes:
    """Read a table of another version; nothing, which is a damaged one, where that must not stop this one."""
    try:
        return place.read(name)
    except InputError:
        return b""


def _inside(folder: str, sizes: Mapping[str, int | None]) -> dict[str, int | None]:
    """Return the files of a folder: sizes by their name in it."""
    parts = {name: size for name, size in sizes.items() if name.endswith(".parquet")}
    return {name.removeprefix(folder): size for name, size in parts.items() if name.startswith(folder)}
