"""Write what was measured to ``docs/``: when, at which commit, by which command, and what it leaves open."""

from __future__ import annotations

import datetime
import os
import platform
import re
import subprocess
from typing import TYPE_CHECKING, Final

from bench.places import ROOT
from bench.tables import as_markdown, table_as_markdown, target_table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bench.tables import Section

DEFINITIONS: Final = """\
## What the words mean

- **Initial contact**: the vertical force of the instrumented foot rises through 50 N. **Terminal contact**:
  it falls through 50 N. **Contact time** lies between; **stride time** is from one initial contact to the
  next of the same foot; **cadence** is steps of both feet per minute, 120 / stride time.
- Truth moves with its threshold: against 50 N, a threshold of 20 N puts initial contact 5 ms earlier and
  terminal contact 11 ms later; 100 N 4 ms later and 11 ms earlier.
- **Landing peak**: the largest local maximum of the size of the shank's acceleration after a 60 Hz
  low-pass, within 75 ms of initial contact. It is not the load on the kneecap.
- **Bias** is the mean of found minus true, **MAE** the mean size, **SD** the standard deviation, **p95**
  the 95th percentile of the size, **95 % limits** bias -+ 1.96 SD. **F1** is the harmonic mean of the
  shares of true events found and of found events true, matched one-to-one within 50 ms. "-" means that
  there was nothing to measure."""

NOT_SHOWN: Final = """\
## What these figures do not show

- The force treadmill has two people, two speeds and 40 contacts; their recordings also served to choose
  filters and constants. Two people say little about the next one. Across 74 runners, published 95 % limits
  for initial contact are about +-115 ms (Kiernan 2023, from signal.md 15): gross misses happen, which is
  why summaries are medians.
- No real recording here has true stride lengths or true landing peaks. For stride length, simulation and
  method share the assumption that the ankle stands still in mid-stance; the mean cycle of one man is the
  only other check.
- Simulated shapes are our own, modelled on one published mean cycle. They show what sampling rate, range,
  noise, mounting and lost samples cost; how far a real shank differs, they do not show.
- A shock in late swing that is as brief as a landing (35 ms or less) and larger is taken for one. A strap
  that is merely slack raises peaks unnoticed. A sensor at the hip or chest is refused, but a run there may be
  called walking.
- The lag of foot off at speeds above 2.4 m/s is chosen on simulated runners.
- No recording of a person with kneecap pain, of trail running, of sprinting, or of weeks of wear."""

NOT_SHOWN_OF_RECORDING: Final = """\
## What these figures do not show

- No radio, no real sensor and no operating system's Bluetooth (BlueZ, WinRT, CoreBluetooth) took part: the
  sensors and both controllers are simulated in one process. Their time is not that of a radio.
- No sound was heard: what a loudspeaker or an earphone on Bluetooth adds (0.1 to 0.3 s is common) comes on
  top.
- The runner is simulated: that contacts of real legs are found live is in docs/online.md.
- A minute, or ten, not hours; a disk that keeps up, and a computer that does nothing else."""

NOT_SHOWN_OF_WEB: Final = """\
## What these figures do not show

- One browser (Chromium without a window) on the computer that serves: no phone, no other browser.
- A diary of four weeks, not of years; a simulated hour of steady running."""

PEERS: Final = """\
## Published peers

From signal.md 15, not measured here: four people (142 contacts, 142.9 Hz, 8 to 8.5 km/h, two thirds from one
person; the two people above are among them), +-50 ms, **after the method's own bias was taken off as one
constant**. The figures above are as delivered.

| method | IC F1 % | constant ms | IC MAE / p95 | TC F1 % | TC MAE / p95 | contact MAE | stride MAE |
|---|---|---|---|---|---|---|---|
| onset + feature fusion, chosen on 2 people | 100 | -0.1 | 2.8 / 8.7 | 99 | 4.8 / 10.5 | 4.9 | 2.9 |
| resultant peak | 99 | 34.6 | 3.3 / 8.2 | - | - | - | 3.7 |
| Mizrahi (axial peak) | 97 | 35.6 | 2.9 / 6.8 | - | - | - | 2.9 |
| Mercer | 97 | -11.4 | 3.0 / 8.0 | 90 | 17.5 / 47.6 | 18.0 | 4.1 |
| Purcell | 99 | 31.5 | 5.1 / 14.7 | 95 | 9.3 / 33.4 | 10.5 | 5.4 |
| Sinclair | 99 | 16.8 | 8.0 / 17.4 | 64 | 134 ms early | 12.4 | 10.0 |
| published force network, repaired | 85 | -11 | 10.1 / 36 | 93 | 12.0 / 33 | 18.9 | 11.7 |
| mobgap (3 detectors) | 99 | -21 to 171 | 12.9-16.0 / 34-43 | - | - | - | 10-17 |

As delivered, the best published methods on these data give 10.9 ms (initial) and 20 ms (terminal)."""


def write_page(
    path: Path, title: str, sections: Sequence[Section], command: str, notes: Sequence[str]
) -> None:
    """Write a page with a summary of targets first, then the sections, then ``notes``."""
    parts = [f"# {title}", _origin(command, sum(s.n_cases for s in sections))]
    parts += [_summary(sections), *map(as_markdown, sections), *notes]
    path.write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def write_part(
    path: Path, title: str, name: str, sections: Sequence[Section], command: str, notes: Sequence[str] = ()
) -> None:
    """Write one named part of a page that several commands write; the other parts stay as they stand.

    Each part says for itself when, at which commit and by which command it was measured.
    """
    parts = [_origin(command, sum(s.n_cases for s in sections))]
    if any(section.targets for section in sections):
        parts.append(_summary(sections))
    parts += [*map(as_markdown, sections), *notes]
    page = path.read_text(encoding="utf-8") if path.exists() else ""
    path.write_text(with_part(page, title, name, "\n\n".join(parts)), encoding="utf-8")


def with_part(page: str, title: str, name: str, text: str) -> str:
    """Put a part's text into a page between its two comments, behind the other parts where it is new.

    The page is the title and its parts: what stands outside the comments is not kept.
    """
    parts = dict(_PART.findall(page))
    parts[name] = f"\n{text}\n"
    marked = [f"<!-- part {key} -->\n{body}\n<!-- end of part {key} -->" for key, body in parts.items()]
    return "\n\n".join([f"# {title}", *marked]) + "\n"


_PART: Final = re.compile(r"<!-- part ([a-z-]+) -->\n(.*?)\n<!-- end of part \1 -->", re.DOTALL)


def _origin(command: str, n_cases: int) -> str:
    today = datetime.datetime.now(tz=datetime.UTC).date().isoformat()
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    return (
        f"Written by `{command}` on {today} at commit {commit()} ({machine}); {n_cases} cases. "
        "Do not edit: the next run writes it anew."
    )


def commit() -> str:
    """Return the short hash of the commit, with "+ changes" where files differ from it."""
    try:
        run = ["git", "-C", str(ROOT)]
        head = subprocess.run(
            [*run, "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True
        )
        state = subprocess.run([*run, "status", "--porcelain", "pfp_sensors", "config", "bench"],
                               capture_output=True, text=True, check=True)  # fmt: skip
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return head.stdout.strip() + (" + changes" if state.stdout.strip() else "")


def _summary(sections: Sequence[Section]) -> str:
    targets = [target for section in sections for target in section.targets]
    missed = [target for target in targets if not target.met]
    text = f"**{len(targets) - len(missed)} of {len(targets)} targets met.**"
    if not missed:
        return text
    return f"{text}\n\n{table_as_markdown(target_table(missed, 'Not met'))}"
