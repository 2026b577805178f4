"""``python -m bench.peers``: other packages on the simulated hour, into a part of docs/speed.md."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from bench.pages import write_part
from bench.peers.catalogue import FLOOR, OURS, PEERS
from bench.peers.hour import write_hour
from bench.peers.measure import measure
from bench.peers.section import peers_section
from bench.places import SPEED_PAGE
from bench.speed import say
from bench.tables import as_text

ROUNDS = 3


def main(argv: list[str] | None = None) -> int:
    """Measure, print, write. Returns 0 whatever the peers did: this reports."""
    parser = argparse.ArgumentParser(prog="python -m bench.peers", description=__doc__)
    parser.add_argument(
        "--rounds", type=int, default=ROUNDS, help=f"processes for each method (default: {ROUNDS})"
    )
    parser.add_argument(
        "--only", choices=[peer.environment for peer in PEERS], help="one package; writes nothing"
    )
    parser.add_argument(
        "--write",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="write docs/speed.md (default: yes)",
    )
    args = parser.parse_args(argv)
    start = time.perf_counter()
    peers = [peer for peer in PEERS if args.only in {None, peer.environment}]
    with tempfile.TemporaryDirectory(prefix="pfp-bench-") as name:
        say("peers: simulating an hour")
        hour = Path(name) / "hour.npz"
        truth = write_hour(hour)
        measured = measure((FLOOR, OURS, *peers), hour, args.rounds)
    section = peers_section(measured, truth, args.rounds)
    print(as_text(section))
    print(f"\n{len(measured)} methods in {time.perf_counter() - start:.0f} s.")
    if args.write and args.only is None:
        write_part(SPEED_PAGE, "Speed and memory", "peers", [section], "make bench-peers")
    return 0


if __name__ == "__main__":
    sys.exit(main())
