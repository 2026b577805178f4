"""A short fuzz of every parser: damaged files are read or refused in words, quickly and in little memory.

``make fuzz`` is the long one.
"""

from __future__ import annotations

import gzip
from pathlib import Path

import fuzz_run
import pytest
from fuzz_targets import WATCHES, targets, zip_of
from mutations import ALL, LIMIT_BYTES, mutate

CASES = 150
MOST_S = 0.012
"""Samples that take longer to read are left to the long fuzz."""

OWN = (
    "csv",
    "csv-mapped",
    "history",
    "kept-watch",
    "parquet",
    "pfp-folder",
    "pfp-parquet",
    "preview",
    "runs-table",
)


@pytest.fixture(scope="module", autouse=True)
def _linux() -> None:
    if not Path("/proc/self").is_dir():
        pytest.skip("memory of a process is measured through /proc, which is not here")


@pytest.mark.parametrize("group", ["own", "others", "watches"])
def test_no_damage_is_more_than_a_refusal(group: str) -> None:
    names = {
        "own": OWN,
        "watches": WATCHES,
        "others": tuple(name for name in targets() if name not in OWN + WATCHES),
    }[group]
    tallies = fuzz_run.fuzz([(name, 0, CASES) for name in names], MOST_S)
    assert {name: tally.cases for name, tally in tallies.items()} == dict.fromkeys(names, CASES)
    assert [failure for tally in tallies.values() for failure in tally.failures] == []
    assert all(tally.read < CASES for tally in tallies.values())
    assert sum(tally.read for tally in tallies.values()) > CASES / 2


def test_every_format_has_samples() -> None:
    named = {
        "xsens-dot",
        "blue-trident",
        "metabase",
        "sensor-logger",
        "phyphox",
        "motion-bids",
        *WATCHES,
        *OWN,
    }
    found = targets()
    assert {name for name in named if name in found and found[name].samples} == named


# --- the harness itself -----------------------------------------------------------------------------


def test_damage_is_the_same_for_the_same_seed_and_differs_between_seeds() -> None:
    data = b"time,x\n" + b"".join(b"%d,%d\n" % (n, n % 7) for n in range(300))
    damaged = [mutate(data, seed) for seed in range(300)]
    assert damaged == [mutate(data, seed) for seed in range(300)]
    assert len(set(damaged)) > 250
    assert max(map(len, damaged)) <= LIMIT_BYTES
    assert len({kind.__name__ for kind in ALL}) > 15


def test_a_member_can_be_damaged_twice() -> None:
    data = zip_of({"1.gpx.gz": gzip.compress(b"abc" * 500, mtime=0)})
    assert len({mutate(data, seed) for seed in range(300)}) > 150


FAKE = """
import os, sys, time, warnings
sys.path[0] = {here!r}
import fuzz_targets, fuzz_worker
from fuzz_targets import Sample, Target
from pfp_sensors.errors import InputError

first = int(sys.argv[2].split(":")[1])
seeds, kept = iter(range(first, 100)), []

def read(path):
    seed = next(seeds)
    if seed == 1: raise KeyError("x")
    if seed == 2:
        while True: pass
    if seed == 3: time.sleep(2.2)
    if seed == 4: kept.append(b"x" * 80_000_000)
    if seed == 5: bytearray(10_000_000_000)
    if seed == 6: raise InputError("found nothing")
    if seed == 7: warnings.warn("odd")
    if seed == 8: os.abort()
    raise InputError("found nothing", "do something")

fuzz_targets.targets = lambda: {{"fake": Target(read, [Sample("a", {{"a": b"abc"}})])}}
fuzz_worker.quick_samples = lambda target, most_s: target.samples
fuzz_worker.MOST_S, fuzz_worker.MOST_MORE_MB = 2.0, 50
fuzz_worker.main(0.0, sys.argv[2:])
"""


def test_the_harness_sees_what_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "fuzz_worker.py").write_text(FAKE.format(here=str(fuzz_run.HERE)))
    monkeypatch.setattr(fuzz_run, "HERE", tmp_path)
    tally = fuzz_run.fuzz([("fake", 0, 10)], 0.01)["fake"]
    said = ("KeyError", "hangs", "took 2.", " MB", "MemoryError", "no advice", "odd", "ended with -6")
    assert [failure.split(":")[0].split(", ")[1] for failure in tally.failures] == [
        f"seed {n}" for n in range(1, 9)
    ]
    assert [word in failure for word, failure in zip(said, tally.failures, strict=True)] == 8 * [True]
    assert (tally.cases, tally.read) == (9, 0)
