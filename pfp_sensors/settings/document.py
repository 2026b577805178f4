"""Write ``docs/settings.md`` from ``config/``.

``python -m pfp_sensors.settings.document > docs/settings.md``
"""

from __future__ import annotations

import sys

from pfp_sensors.settings.entries import CERTAINTIES, Entry, read_entries
from pfp_sensors.settings.load import SECTIONS

_HEAD = """# Settings

Generated from `config/*.toml` by `python -m pfp_sensors.settings.document`; do not edit by hand.

Every number of the analysis stands here with the range it may take and where it comes from. To use
another value for one analysis, write it into a file and give the file with `--config`:

```toml
[signal.bouts]
running_min_mean_g = 1.55
```

A wrong key, kind or value is refused with the allowed range and the default. Each result carries
`parameters_sha256`, a hash of all values used, so that results made with different settings can be told
apart.

"Sure" says how well a number is known: {certainties}.
"""


def settings_markdown() -> str:
    """Return the whole document."""
    certainties = "; ".join(f"{letter}, {meaning}" for letter, meaning in CERTAINTIES.items())
    parts = [_HEAD.format(certainties=certainties)]
    for section in SECTIONS:
        tables: dict[str, list[str]] = {}
        for key, entry in read_entries(section).items():
            table, _, name = key.rpartition(".")
            tables.setdefault(table, []).append(_row(name, entry))
        for table, rows in tables.items():
            head = "| key | default | range | unit | sure | source |\n|---|---|---|---|---|---|"
            parts.append("\n".join([f"## `{table}`\n", head, *rows]) + "\n")
    return "\n".join(parts)


def _row(name: str, entry: Entry) -> str:
    unit = "" if entry.unit == "1" else entry.unit
    source = entry.source.replace("|", "\\|")
    span = f"{_number(entry.min)} to {_number(entry.max)}"
    return f"| `{name}` | {_number(entry.value)} | {span} | {unit} | {entry.certainty} | {source} |"


def _number(value: float) -> str:
    """Write a number in full, whole ones without a point."""
    return str(int(value)) if value == int(value) else repr(value)


if __name__ == "__main__":
    sys.stdout.write(settings_markdown())
