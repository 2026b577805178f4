"""The diary under two writers at once, and under a writer that is killed while it writes.

Run as a program, this file is the writer that the tests kill.
"""

from __future__ import annotations

import itertools
import random
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

from pfp_sensors.model.diary import Pain, Run
from pfp_sensors.store.database import open_diary
from pfp_sensors.store.diary import add_entries, add_entry, correct_entry, read_history

AT = datetime(2026, 10, 1, 8, tzinfo=UTC)
DAY = date(2026, 10, 1)
KILLS = 10
EACH = 500
PATIENCE_S = 120.0


def write(home: Path, who: str, n: int) -> None:
    """Write runs of the name ``who``, each with a pain score in one act, and tell of each when it is in."""
    with closing(open_diary(home)) as connection:
        sys.stdout.write("ready\n")
        sys.stdin.readline()
        for number in range(n):
            run = f"{who}-{number}"
            add_entries(connection, [Run(run, AT), Pain("during", 3, AT, run=run)], at=AT)
            if number % 5 == 4:
                correct_entry(connection, run, Run(run, AT, km=1.0), at=AT)
            sys.stdout.write(f"{number}\n")
            time.sleep(0.001)  # lets another writer in


def writer(home: Path, who: str, n: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-u", __file__, str(home), who, str(n)]
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def let_go(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def check(home: Path, acknowledged: dict[str, int]) -> int:
    """Check that all that was acknowledged is there, whole, and nothing twice; return how many runs."""
    with closing(open_diary(home)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        history = read_history(connection)
    runs = [run.id for run in history.runs]
    assert len(set(runs)) == len(runs)
    assert {f"{who}-{number}" for who, n in acknowledged.items() for number in range(n)} <= set(runs)
    assert sorted(str(one.run) for one in history.pain) == sorted(runs)
    assert len({one.id for one in history.pain}) == len(runs)
    return len(runs)


def test_two_processes_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    open_diary(tmp_path).close()
    writers = [writer(tmp_path, who, EACH // 2) for who in ("one", "two")]
    for process in writers:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in writers:
        let_go(process)
    said = [process.communicate(timeout=PATIENCE_S) for process in writers]
    assert [process.returncode for process in writers] == [0, 0], said
    assert check(tmp_path, {"one": EACH // 2, "two": EACH // 2}) == EACH
    with closing(open_diary(tmp_path)) as connection:
        acts = [
            row[0] for row in connection.execute("SELECT e.id FROM entries e WHERE kind = 'run' ORDER BY seq")
        ]
    turns = sum(one.split("-")[0] != other.split("-")[0] for one, other in itertools.pairwise(acts))
    assert turns > 1, "the writers took no turns: this test shows nothing"


def test_what_was_acknowledged_survives_kill_9(tmp_path: Path) -> None:
    rng = random.Random(4)
    acknowledged: dict[str, int] = {}
    for kill in range(KILLS):
        who = f"w{kill}"
        process = writer(tmp_path, who, 1_000_000)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        let_go(process)
        for _ in range(rng.randrange(1, 30)):
            process.stdout.readline()
        time.sleep(rng.random() * 0.02)
        process.kill()
        rest, error = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == -9, error
        acknowledged[who] = int(rest.split("\n")[:-1][-1]) + 1 if rest.count("\n") else 0
        check(tmp_path, acknowledged)
    assert sum(acknowledged.values()) > KILLS
    with closing(open_diary(tmp_path)) as connection:
        assert add_entry(connection, Pain("day", 1, DAY), at=AT)


if __name__ == "__main__":
    write(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
