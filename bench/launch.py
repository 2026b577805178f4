"""Run a command; print its seconds and its peak memory in MB as JSON.

A small process of its own (it imports no numpy): what a process used at its peak is counted from the process
that started it, so a large starter would be counted as well.
"""

import json
import os
import sys
import time


def main(command: list[str]) -> int:
    start = time.perf_counter()
    with open(os.devnull, "wb") as nowhere:  # noqa: PTH123 - pathlib would be one more import
        child = os.posix_spawn(
            command[0], command, os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, nowhere.fileno(), 1)]
        )
        _, status, usage = os.wait4(child, 0)
    seconds = time.perf_counter() - start
    kilobytes = usage.ru_maxrss / (1024.0 if sys.platform == "darwin" else 1.0)
    print(json.dumps({"seconds": seconds, "peak_mb": kilobytes * 1024.0 / 1e6}))
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
