"""Put the tables of the rules study into docs/rules-study.md, between two marks; other text stays."""

from __future__ import annotations

import datetime
import platform
from typing import TYPE_CHECKING, Final

from bench.pages import commit
from bench.places import ROOT
from bench.rules_runner import SEED
from bench.tables import as_markdown

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bench.tables import Section

RULES_PAGE: Final = ROOT / "docs" / "rules-study.md"
BEGIN: Final = "<!-- tables: written by the command, do not edit -->"
END: Final = "<!-- end of tables -->"


def write_rules(sections: Sequence[Section], command: str, path: Path = RULES_PAGE) -> None:
    """Write the tables between the marks of the page.

    Raises
    ------
    ValueError
        If the page lacks a mark.
    """
    page = path.read_text(encoding="utf-8")
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{path.name} needs the lines {BEGIN} and {END}, so that the tables have a place")
    today = datetime.datetime.now(tz=datetime.UTC).date().isoformat()
    cases = sum(section.n_cases for section in sections)
    origin = (
        f"Written by `{command}` on {today} at commit {commit()} (seed {SEED}, Python "
        f"{platform.python_version()}); {cases} courses. The text around this part is written by hand."
    )
    body = "\n\n".join([origin, *map(as_markdown, sections)])
    path.write_text(f"{before}{BEGIN}\n\n{body}\n\n{END}{after}", encoding="utf-8")
