"""PDF: by the real Chromium where there is one, and by browsers that fail in every way."""

from __future__ import annotations

import os
import stat
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest
from made_weeks import SUNDAY, full_diary

from pfp_sensors.actions import print_pdf as pdf
from pfp_sensors.actions.report_weeks import report_history_weeks
from pfp_sensors.cli import main
from pfp_sensors.errors import PfpError, UsageError
from pfp_sensors.report.document import document
from pfp_sensors.report.html import element
from pfp_sensors.report.week_page import week_page

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PATIENCE_S = 60.0
HTML = document("Test", element("p", "Printed words"))

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a shell script")
needs_browser = pytest.mark.skipif(
    pdf.find_browser() is None, reason="no Chromium, Chrome or Edge is installed"
)


def text_of(path: Path) -> list[str]:
    """Read the pages back with another program's reader."""
    reader = pytest.importorskip("pypdf", reason="pypdf is not installed")
    return [" ".join(page.extract_text().split()) for page in reader.PdfReader(path).pages]


def browser(folder: Path, script: str) -> str:
    """Make a stand-in for a browser; ``$OUT`` is the PDF that is asked for."""
    path = folder / "browser.sh"
    find = 'for a in "$@"; do case "$a" in --print-to-pdf=*) OUT="${a#*=}";; esac; done\n'
    path.write_text(f"#!/bin/sh\n{find}{script}\n", encoding="utf-8")
    path.chmod(0o700)
    return str(path)


@needs_browser
def test_a_page_is_printed_and_nothing_is_left(tmp_path: Path) -> None:
    out = tmp_path / "page.pdf"
    pdf.print_pdf(HTML, out)
    assert out.read_bytes().startswith(b"%PDF-")
    if os.name == "posix":
        assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [out]
    assert text_of(out) == ["Printed words"]


@needs_browser
def test_eight_full_weeks_with_two_knees_fit_on_two_pages(tmp_path: Path) -> None:
    report = report_history_weeks(full_diary(), SUNDAY, SUNDAY, plan=False)
    out = tmp_path / "weeks.pdf"
    pdf.print_pdf(week_page(report, clinician=True), out)
    pages = text_of(out)
    assert len(pages) <= 2
    for words in ("What matters", "Next run:", "Pain and load, on the same days", "Landing impact"):
        assert words in pages[0]
    assert "How this was made" in pages[-1]
    assert "Dana Moss" in " ".join(pages)


@needs_browser
def test_the_command_prints_weeks_and_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home, out = tmp_path / "home", tmp_path / "weeks.pdf"
    assert main(["report", "week", "-o", str(out), "--home", str(home)]) == 0
    assert "The diary holds nothing of these weeks." in " ".join(text_of(out))
    added = ["add-run", "--date", "today", "--minutes", "20", "--pain-during", "1", "--home", str(home)]
    assert main(added) == 0
    run = tmp_path / "run.PDF"
    assert main(["report", "last", "-o", str(run), "--home", str(home)]) == 0
    assert "20 min" in " ".join(text_of(run))
    assert main(["report", "week", "-o", str(out), "--home", str(home)]) == 2
    assert "is there already" in capsys.readouterr().err


def test_without_a_browser_it_says_how_to_print(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv(pdf.ENV, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(pdf, "_usual_places", lambda: iter(()))
    assert pdf.find_browser() is None
    assert not pdf.can_print()
    assert "was found here to print with" in str(pdf.why_not())
    out = tmp_path / "x.pdf"
    assert main(["report", "week", "-o", str(out), "--home", str(tmp_path / "home")]) == 2
    said = capsys.readouterr().err
    assert "needs a Chromium, Chrome or Edge to print with; none was found." in said
    assert "open it in any browser, and print it there" in said
    assert list(tmp_path.iterdir()) == []


def test_a_browser_that_is_named_counts_first_and_must_be_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(pdf.ENV, str(tmp_path / "absent"))
    with pytest.raises(UsageError, match=r"PFP_CHROMIUM names .*absent, which is no program here"):
        pdf.find_browser()
    assert not pdf.can_print()
    assert "PFP_CHROMIUM names" in str(pdf.why_not())
    if sys.platform != "win32":
        named = browser(tmp_path, "")
        monkeypatch.setenv(pdf.ENV, named)
        assert str(pdf.find_browser()) == named
        assert pdf.can_print()
        assert pdf.why_not() is None


@posix_only
@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("echo crashed >&2; exit 3", "printed no PDF. crashed"),
        ("exit 0", "printed no PDF."),
        ('echo "<html>" > "$OUT"', "printed no PDF."),
    ],
)
def test_a_browser_that_prints_nothing_is_told(
    script: str, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(pdf.ENV, browser(tmp_path, script))
    (tmp_path / "out").mkdir()
    with pytest.raises(PfpError, match=expected):
        pdf.print_pdf(HTML, tmp_path / "out" / "x.pdf")
    assert list((tmp_path / "out").iterdir()) == []


@posix_only
def test_a_file_that_is_no_program_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "browser"
    path.write_bytes(b"\x00\x01 no program")
    path.chmod(0o700)
    monkeypatch.setenv(pdf.ENV, str(path))
    with pytest.raises(PfpError, match="cannot be started"):
        pdf.print_pdf(HTML, tmp_path / "x.pdf")


@posix_only
def test_a_browser_that_hangs_is_ended_with_its_children(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    child = tmp_path / "child"
    monkeypatch.setenv(pdf.ENV, browser(tmp_path, f'sleep 60 & echo $! > "{child}"; wait'))
    monkeypatch.setattr(pdf, "TIME_LIMIT_S", 6.0)
    with pytest.raises(PfpError, match="did not finish printing within 6 s"):
        pdf.print_pdf(HTML, tmp_path / "x.pdf")
    number = int(child.read_text(encoding="utf-8"))
    wait_until(lambda: not is_running(number))
    assert not (tmp_path / "x.pdf").exists()


def wait_until(is_so: Callable[[], bool]) -> None:
    until_s = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < until_s
        time.sleep(0.02)


def is_running(number: int) -> bool:
    import psutil

    try:
        return psutil.Process(number).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@posix_only
def test_what_the_browser_is_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = tmp_path / "given"
    script = f'printf "%s\\n" "$@" > "{given}"; ls -l "${{OUT%/*}}" >> "{given}"; echo "%PDF-1.4" > "$OUT"'
    monkeypatch.setenv(pdf.ENV, browser(tmp_path, script))
    for is_root in (False, True):
        monkeypatch.setattr(os, "geteuid", lambda is_root=is_root: 0 if is_root else 1000)
        out = tmp_path / "x.pdf"
        pdf.print_pdf(HTML, out, replace=True)
        said = given.read_text(encoding="utf-8")
        assert ("--no-sandbox" in said) == is_root
        assert "--headless" in said
        assert "--host-resolver-rules=MAP * ~NOTFOUND" in said
        listed = [
            line for line in said.splitlines() if line.startswith("-rw") and line.endswith(" page.html")
        ]
        assert [line[:10] for line in listed] == ["-rw-------"]
        assert f"--user-data-dir={tmp_path}" in said
    with pytest.raises(UsageError, match="is there already"):
        pdf.print_pdf(HTML, out)


@posix_only
def test_one_browser_runs_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each browser writes when it begins and ends; the second begins when the first has ended."""
    book = tmp_path / "book"
    script = f'echo begin >> "{book}"; sleep 0.3; echo end >> "{book}"; echo "%PDF-1.4" > "$OUT"'
    monkeypatch.setenv(pdf.ENV, browser(tmp_path, script))
    printing = [threading.Thread(target=pdf.print_pdf, args=(HTML, tmp_path / f"{k}.pdf")) for k in range(3)]
    for one in printing:
        one.start()
    for one in printing:
        one.join(PATIENCE_S)
    assert book.read_text(encoding="utf-8").split() == ["begin", "end"] * 3
    assert len(list(tmp_path.glob("?.pdf"))) == 3


@posix_only
def test_whoever_waits_too_long_for_the_browser_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(pdf.ENV, browser(tmp_path, 'echo "%PDF-1.4" > "$OUT"'))
    monkeypatch.setattr(pdf, "TIME_LIMIT_S", 0.2)
    with pdf._ONE_AT_A_TIME, pytest.raises(PfpError, match="Others were being printed"):
        pdf.print_pdf(HTML, tmp_path / "x.pdf")
    monkeypatch.setattr(pdf, "TIME_LIMIT_S", PATIENCE_S)
    pdf.print_pdf(HTML, tmp_path / "x.pdf")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["browser.sh", "x.pdf"]
