"""Who may come in: forged names, origins and tokens, other users, hostile bodies and addresses."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import urllib.parse
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from form_reader import get_paths
from web_bench import PATIENCE_S, Client, dashboard

from pfp_sensors.actions.demo_diary import make_demo_diary
from pfp_sensors.actions.now import now
from pfp_sensors.actions.read_diary import read_diary
from pfp_sensors.settings.load import load_web_settings
from pfp_sensors.web import today
from pfp_sensors.web.guard import POLICY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from web_bench import Reply

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
SCORE = {"score": "7", "when": "day"}
NOBODY = 65534


@pytest.fixture(scope="module")
def home(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(demo, tmp_path_factory.mktemp("guard") / "home"))


@pytest.fixture(scope="module")
def running(home: Path) -> Iterator[Client]:
    with dashboard(home) as client:
        yield client


@pytest.fixture
def browser(running: Client) -> Client:
    """A browser of its own, without cookies."""
    return Client(running.port)


def raw(port: int, text: str) -> str:
    """Send bytes as they are, and return the first line of the answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S) as link:
        link.sendall(text.encode("latin-1"))
        return link.makefile("r", encoding="latin-1").readline().strip()


def score_body(browser: Client, **changes: str) -> bytes:
    return urllib.parse.urlencode(SCORE | {"form_token": browser.token("/pain", "/pain")} | changes).encode()


def scores(home: Path) -> int:
    return len(read_diary(home).pain)


def assert_strict(reply: Reply) -> None:
    """Check the headers that every answer has."""
    sent = reply.headers
    assert sent["content-security-policy"] == POLICY
    assert sent["x-content-type-options"] == "nosniff"
    assert sent["x-frame-options"] == "DENY"
    assert sent["referrer-policy"] == "same-origin"
    assert sent["cross-origin-opener-policy"] == "same-origin"
    assert sent["cross-origin-resource-policy"] == "same-origin"
    assert sent["cache-control"] == "no-store"
    assert "server" not in sent or "uvicorn" not in sent["server"]
    assert "access-control-allow-origin" not in sent


# --- the name under which it is asked -------------------------------------------------------------


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "LOCALHOST", "[::1]"])
def test_its_own_names_are_answered(browser: Client, name: str) -> None:
    assert browser.ask("GET", "/", headers={"Host": f"{name}:{browser.port}"}).status == 200


@pytest.mark.parametrize(
    "name",
    [
        "evil.example:PORT",
        "127.0.0.1.evil.example:PORT",
        "localhost.evil.example:PORT",
        "evil@127.0.0.1:PORT",
        "127.0.0.1:1",
        "127.0.0.1",
        "127.0.0.1:",
        "127.0.0.1:PORT:PORT",
        "10.0.0.7:PORT",
        "0.0.0.0:PORT",
        "[fe80::1]:PORT",
        "localhost.:PORT",
        ":PORT",
        "",
    ],
)
def test_another_name_or_port_is_refused(browser: Client, name: str) -> None:
    reply = browser.ask("GET", "/", headers={"Host": name.replace("PORT", str(browser.port))})
    assert reply.status == 403
    assert "not known by that name" in reply.text
    assert "evil" not in reply.text
    assert_strict(reply)


def test_no_name_and_two_names_are_refused(browser: Client) -> None:
    own = f"Host: 127.0.0.1:{browser.port}\r\n"
    rest = "Connection: close\r\n\r\n"
    assert raw(browser.port, f"GET / HTTP/1.1\r\n{own}{rest}").split()[1] == "200"
    for hosts in ("", f"{own}Host: evil.example\r\n", f"{own}{own}"):
        assert raw(browser.port, f"GET / HTTP/1.1\r\n{hosts}{rest}").split()[1] in {"400", "403"}
    assert raw(browser.port, f"GET / HTTP/1.0\r\n{rest}").split()[1] == "403"


# --- from another site ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": "https://127.0.0.1:PORT"},
        {"Origin": "http://127.0.0.1"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "http://127.0.0.1:PORT.evil.example"},
        {"Origin": "http://localhost:PORT"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "anything"},
        {"Origin": "http://127.0.0.1:PORT", "Sec-Fetch-Site": "cross-site"},
    ],
)
def test_a_form_of_another_site_stores_nothing(browser: Client, home: Path, headers: dict[str, str]) -> None:
    body, before = score_body(browser), scores(home)
    sent = {name: value.replace("PORT", str(browser.port)) for name, value in headers.items()}
    reply = browser.ask("POST", "/pain", body, FORM | sent)
    assert reply.status == 403
    assert "another site" in reply.text
    assert scores(home) == before
    assert_strict(reply)


def test_a_form_of_its_own_is_stored(browser: Client, home: Path) -> None:
    before = scores(home)
    own = {"Origin": f"http://127.0.0.1:{browser.port}", "Sec-Fetch-Site": "same-origin"}
    assert browser.ask("POST", "/pain", score_body(browser), FORM | own).status == 303
    assert scores(home) == before + 1


@pytest.mark.parametrize("mode", ["cors", "no-cors", "same-origin", "websocket", ""])
@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_site_reads_nothing(browser: Client, site: str, mode: str) -> None:
    for path in ("/", "/static/app.css", "/nowhere"):
        reply = browser.ask("GET", path, headers={"Sec-Fetch-Site": site, "Sec-Fetch-Mode": mode})
        assert reply.status == 403
        assert_strict(reply)


@pytest.fixture
def issuing(tmp_path: Path) -> Iterator[Client]:
    """A dashboard whose first page keeps a new limit in the diary."""
    place = tmp_path / "home"
    make_demo_diary(place, now() - timedelta(days=15))
    with dashboard(place) as client:
        client.home = place  # type: ignore[attr-defined]
        yield client


def caps(client: Client) -> int:
    return len(read_diary(client.home).caps)  # type: ignore[attr-defined]


LED_HERE = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_link_on_another_site_may_lead_here_and_opens_nothing(issuing: Client, site: str) -> None:
    before = caps(issuing)
    for path in ("/", "/week", "/runs/last", "/nowhere", "//evil.example/"):
        reply = issuing.ask("GET", path, headers=LED_HERE | {"Sec-Fetch-Site": site})
        assert reply.status == 200
        assert '<a class="button" href="/">Open the dashboard</a>' in reply.text
        assert "Next run" not in reply.text
        assert "set-cookie" not in reply.headers
        assert_strict(reply)
    assert caps(issuing) == before
    opened = issuing.ask("GET", "/", headers=LED_HERE | {"Sec-Fetch-Site": "same-origin"})
    assert "set-cookie" in opened.headers
    assert caps(issuing) > before


@pytest.mark.parametrize(
    "ahead",
    [
        {"Sec-Purpose": "prefetch"},
        {"Sec-Purpose": "prefetch;prerender"},
        {"Sec-Purpose": "Prefetch;anonymous-client-ip"},
        {"Purpose": "prefetch"},
        {"X-Moz": "prefetch"},
    ],
)
def test_a_page_that_is_loaded_ahead_or_asked_for_its_head_stores_nothing(
    issuing: Client, ahead: dict[str, str]
) -> None:
    before = caps(issuing)
    reply = issuing.ask("GET", "/", headers=ahead | {"Sec-Fetch-Site": "none"})
    assert (reply.status, reply.text) == (503, "Pages are not sent ahead of time.\n")
    assert_strict(reply)
    assert issuing.ask("HEAD", "/").status == 405
    assert caps(issuing) == before
    assert issuing.ask("HEAD", "/static/app.css").status == 200
    assert issuing.ask("GET", "/static/app.css", headers=ahead).status == 200


def test_a_link_on_another_site_leaves_open_forms_as_they_are(browser: Client, home: Path) -> None:
    """The browser keeps its cookies back then; a new one would take the place of the old."""
    body, before, own = score_body(browser), scores(home), dict(browser.cookies)
    browser.cookies.clear()
    for path in ("/", "/pain", "/nowhere"):
        browser.ask("GET", path, headers=LED_HERE | {"Sec-Fetch-Site": "cross-site"})
    assert browser.cookies == {}
    browser.cookies.update(own)
    assert browser.ask("POST", "/pain", body, FORM).status == 303
    assert scores(home) == before + 1


# --- the token of a form --------------------------------------------------------------------------


def test_without_the_token_of_this_form_and_browser_nothing_is_stored(browser: Client, home: Path) -> None:
    before = scores(home)
    right = browser.token("/pain", "/pain")
    other_form = browser.token("/pain", "/undo") if "/undo" in browser.get("/pain").text else right[::-1]
    stranger = Client(browser.port)
    for token in (
        "",
        "x",
        right[:-1],
        right + "0",
        right.upper(),
        other_form,
        stranger.token("/pain", "/pain"),
    ):
        body = urllib.parse.urlencode(SCORE | {"form_token": token}).encode()
        reply = browser.ask("POST", "/pain", body, FORM)
        assert reply.status == 403, token
        assert "Nothing was stored" in reply.text
        assert_strict(reply)
    assert browser.ask("POST", "/pain", urllib.parse.urlencode(SCORE).encode(), FORM).status == 403
    assert browser.ask("POST", "/pain").status == 403
    assert scores(home) == before


def test_a_token_is_of_no_use_without_its_cookie_or_after_a_restart(browser: Client, home: Path) -> None:
    body, before = score_body(browser), scores(home)
    assert Client(browser.port).ask("POST", "/pain", body, FORM).status == 403
    with dashboard(home) as later:
        later.cookies = {
            f"pfp_session_{later.port}": value for name, value in browser.cookies.items() if "session" in name
        }
        assert later.ask("POST", "/pain", body, FORM).status == 403
    assert scores(home) == before


def test_the_token_of_one_form_does_not_fit_another(browser: Client, home: Path) -> None:
    before = scores(home)
    body = urllib.parse.urlencode({"form_token": browser.token("/pain", "/pain")}).encode()
    assert browser.ask("POST", "/undo", body, FORM).status == 403
    assert scores(home) == before


@pytest.mark.parametrize(
    "cookie",
    [
        "\xff\xfe",
        "=",
        ";;;",
        "pfp_session=; a",
        "pfp_session_PORT=" + "x" * 43,
        "pfp_session_PORT=../../etc",
        "a" * 9000,
    ],
)
def test_garbage_for_a_cookie_is_a_new_browser(browser: Client, home: Path, cookie: str) -> None:
    body, before = score_body(browser), scores(home)
    forged = {"Cookie": cookie.replace("PORT", str(browser.port))}
    browser.cookies.clear()
    assert browser.ask("GET", "/", headers=forged).status == 200
    browser.cookies.clear()
    assert browser.ask("POST", "/pain", body, FORM | forged).status == 403
    assert scores(home) == before


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(browser: Client) -> None:
    said = browser.ask("GET", "/").headers["set-cookie"].lower()
    assert "httponly" in said
    assert "samesite=strict" in said


# --- methods, bodies, addresses -------------------------------------------------------------------


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND"])
def test_other_methods_are_refused(browser: Client, method: str) -> None:
    reply = browser.ask(method, "/pain")
    assert reply.status == 403
    assert_strict(reply)


def test_a_form_is_not_sent_by_a_link(browser: Client, home: Path) -> None:
    before = scores(home)
    query = urllib.parse.urlencode(SCORE | {"form_token": browser.token("/pain", "/pain")})
    assert browser.ask("GET", f"/pain?{query}").status == 200
    assert browser.ask("GET", f"/undo?{query}").status == 405
    assert browser.ask("POST", "/").status == 405
    assert browser.ask("HEAD", "/").status == 405
    assert scores(home) == before


def test_a_form_that_is_too_long_is_not_read(browser: Client, home: Path) -> None:
    body, before = score_body(browser, note="x" * load_web_settings().max_form_bytes), scores(home)
    said = browser.ask("POST", "/pain", body, FORM)
    assert said.status == 413
    assert "Nothing was stored" in said.text
    assert_strict(said)
    chunks = f"{len(body):x}\r\n".encode() + body + b"\r\n0\r\n\r\n"
    headers = FORM | {"Transfer-Encoding": "chunked"}
    unsaid = browser.ask("POST", "/pain", chunks, headers)
    assert unsaid.status == 413
    assert_strict(unsaid)
    assert scores(home) == before


def test_a_form_in_pieces_is_taken(browser: Client, home: Path) -> None:
    """Shows that the one before is refused for its length."""
    body, before = score_body(browser), scores(home)
    chunks = f"{len(body):x}\r\n".encode() + body + b"\r\n0\r\n\r\n"
    assert browser.ask("POST", "/pain", chunks, FORM | {"Transfer-Encoding": "chunked"}).status == 303
    assert scores(home) == before + 1


@pytest.mark.parametrize("length", ["-1", "+5", "1e3", "0x10", "5, 5", "9" * 30])
def test_a_length_that_is_none_is_refused(browser: Client, length: str) -> None:
    text = f"POST /pain HTTP/1.1\r\nHost: 127.0.0.1:{browser.port}\r\nContent-Length: {length}\r\n\r\n"
    assert raw(browser.port, text).split()[1] in {"400", "403", "413"}


@pytest.mark.parametrize(
    "kind", ["multipart/form-data", "multipart/form-data; boundary=x", "text/plain", "application/json", ""]
)
def test_a_body_that_is_no_form_is_refused(browser: Client, home: Path, kind: str) -> None:
    before = scores(home)
    reply = browser.ask("POST", "/pain", b'--x\r\nnot: a form\r\n\r\n{"score": 7}', {"Content-Type": kind})
    assert reply.status in {400, 403}
    assert_strict(reply)
    assert scores(home) == before


def test_too_many_fields_are_refused(browser: Client, home: Path) -> None:
    before = scores(home)
    body = score_body(browser) + b"&a=1" * 2000
    assert browser.ask("POST", "/pain", body, FORM).status == 400
    assert scores(home) == before


HOSTILE_PARTS = (
    "..", "../..", "..%2f..%2f..%2fetc%2fpasswd", "%2e%2e/%2e%2e/%2e%2e/etc/passwd",
    "%2e%2e%2f%2e%2e%2fguard.py",
    "..%5c..%5cguard.py", "..\\guard.py", "/etc/passwd", "%2fetc%2fpasswd", "%00", "app.css%00.png",
    "%0d%0aX-Evil:%201",
    "%ff%fe", "r1%27%20OR%201=1", "%3Cscript%3E", "x" * 4000, "..%252f..%252fetc",
)  # fmt: skip


@pytest.mark.parametrize("part", HOSTILE_PARTS, ids=lambda part: part[:20])
def test_nothing_is_reached_by_a_hostile_address(browser: Client, part: str) -> None:
    paths = [re.sub(r"\{[^}]*\}", part.replace("\\", "\\\\"), path) for path in get_paths() if "{" in path]
    for path in (f"/static/{part}", f"/static/uplot/{part}", f"/{part}", *paths):
        status = raw_status(browser.port, path)
        assert status in {400, 403, 404, 405}, path


def raw_status(port: int, path: str) -> int:
    """Ask for an address that no client would send as it is."""
    line = raw(port, f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n")
    return int(line.split()[1])


def test_code_and_templates_are_not_sent(browser: Client) -> None:
    assert browser.ask("GET", "/static/app.css").status == 200
    for path in (
        "/static",
        "/static/",
        "/templates/base.html",
        "/guard.py",
        "/static/../guard.py",
        "/diary.db",
    ):
        assert browser.ask("GET", path).status == 404, path


# --- what each answer says ------------------------------------------------------------------------


WORD = "zq9reflected"


@pytest.fixture(scope="module")
def answers(running: Client) -> dict[str, Reply]:
    """What every address without parts answers, asked with a word that must not come back."""
    paths = [path for path in get_paths() if "{" not in path and not path.endswith(("/events", ".pdf"))]
    query = f"{WORD}={WORD}&run={WORD}&day={WORD}&said={WORD}&%3C{WORD}%3E"
    return {path: running.ask("GET", f"{path}?{query}") for path in paths}


def test_every_page_has_the_headers_and_reflects_nothing(answers: dict[str, Reply]) -> None:
    assert "/" in answers
    for path, reply in answers.items():
        assert reply.status < 500, path
        assert WORD.encode() not in reply.body, path
        assert_strict(reply)


def test_pages_hold_no_script_and_no_style_of_their_own(answers: dict[str, Reply]) -> None:
    for path, reply in answers.items():
        if reply.headers.get("content-disposition", "").startswith("attachment"):
            continue
        text = reply.body.decode(errors="replace")
        found = re.findall(r"<style|<script(?![^>]*\ssrc=)|\sstyle=|<[^>]*\son\w+=|javascript:", text)
        assert found == [], path


def test_errors_and_files_have_the_headers_too(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in ("/nowhere", "/static/app.css", "/static/report.css", "/static/none", "/undo"):
        assert_strict(browser.ask("GET", path))

    def broken(*_: object) -> None:
        raise RuntimeError("broken on purpose: secret-of-the-traceback")

    monkeypatch.setattr(today, "next_run", broken)
    reply = browser.ask("GET", "/")
    assert reply.status == 500
    assert "this is a bug" in reply.text
    assert "secret-of-the-traceback" not in reply.text
    assert_strict(reply)


def test_a_line_end_in_a_field_makes_no_header(browser: Client) -> None:
    values = SCORE | {"from": "r1\r\nX-Evil: 1", "note": "a\r\nSet-Cookie: evil=1"}
    body = urllib.parse.urlencode(values | {"form_token": browser.token("/pain", "/pain")}).encode()
    reply = browser.ask("POST", "/pain", body, FORM)
    assert "x-evil" not in reply.headers
    assert "evil" not in reply.headers.get("set-cookie", "") + reply.headers.get("location", "")


# --- the token of the address ---------------------------------------------------------------------


def test_with_a_token_each_browser_must_show_it_once(home: Path) -> None:
    before = scores(home)
    with dashboard(home, token="right-token") as known:
        stranger = Client(known.port)
        for path in (
            "/",
            "/static/app.css",
            "/pain",
            "/?token=",
            "/?token=wrong",
            "/?token=right-toke",
            "/?TOKEN=right-token",
        ):
            reply = stranger.ask("GET", path)
            assert reply.status == 403, path
            assert "right-token" not in reply.text
            assert_strict(reply)
        assert stranger.ask("POST", "/pain?token=right-token", b"", FORM).status == 403
        shown = known.ask("GET", "/?token=right-token")
        assert (shown.status, shown.headers["location"]) == (303, "/")
        assert "httponly" in shown.headers["set-cookie"].lower()
        assert "samesite=strict" in shown.headers["set-cookie"].lower()
        assert known.get("/").status == 200
        for forged in ("guessed", "right-token", ""):
            stranger.cookies[f"pfp_token_{known.port}"] = forged
            assert stranger.ask("GET", "/").status == 403
    assert scores(home) == before


def test_what_the_browser_keeps_is_not_the_token_and_ends_with_the_server(home: Path) -> None:
    kept = []
    for _ in range(2):
        with dashboard(home, token="right-token") as known:
            known.ask("GET", "/?token=right-token")
            kept.append(known.cookies[f"pfp_token_{known.port}"])
            stranger = Client(known.port)
            stranger.cookies[f"pfp_token_{known.port}"] = kept[0]
            assert stranger.ask("GET", "/").status == (200 if len(kept) == 1 else 403)
    assert kept[0] != kept[1]
    assert not any("right-token" in one for one in kept)


def test_a_link_with_the_token_on_another_site_lets_in_by_a_click(home: Path) -> None:
    elsewhere = LED_HERE | {"Sec-Fetch-Site": "cross-site"}
    with dashboard(home, token="right-token") as known:
        without = known.ask("GET", "/", headers=elsewhere)
        assert "Open the dashboard" in without.text
        assert "set-cookie" not in without.headers
        assert known.ask("GET", "/?token=right-token", headers={"Sec-Purpose": "prefetch"}).status == 503
        assert known.ask("GET", "/").status == 403
        shown = known.ask("GET", "/?token=right-token", headers=elsewhere)
        assert "Open the dashboard" in shown.text
        assert "right-token" not in shown.text
        assert known.ask("GET", "/").status == 200


# --- other users of this computer -----------------------------------------------------------------


ASKS = """
import os, socket, sys
port, address, own_port, how, user = sys.argv[1:]
if user != "None":
    os.setgid(int(user))
    os.setuid(int(user))
link = socket.socket()
link.settimeout(60)
link.bind((address, int(own_port)))
link.connect(("127.0.0.1", int(port)))
link.sendall(f"GET / HTTP/1.1\\r\\nHost: 127.0.0.1:{port}\\r\\nConnection: close\\r\\n\\r\\n".encode())
if how == "half":
    link.shutdown(socket.SHUT_WR)
print(link.makefile("rb").readline()[9:12].decode("latin-1"))
"""


def asked_as(
    user: int | None, port: int, *, source: tuple[str, int] = ("127.0.0.1", 0), how: str = ""
) -> str:
    """Ask for the first page in a process of another user; return the status."""
    words = [str(word) for word in (port, *source, how, user)]
    command = [sys.executable, "-I", "-c", ASKS, *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture
def other_user() -> int:
    if not sys.platform.startswith("linux") or os.getuid() != 0:
        pytest.skip("only root on Linux can ask as another user")
    return NOBODY


def test_another_user_of_this_computer_is_refused(browser: Client, other_user: int) -> None:
    assert asked_as(None, browser.port) == "200"
    assert asked_as(other_user, browser.port) == "403"


def test_another_user_who_stops_sending_is_refused_too(browser: Client, other_user: int) -> None:
    for _ in range(5):
        assert asked_as(other_user, browser.port, how="half") in {"403", ""}


def test_another_user_does_not_hide_behind_a_connection_of_ours(browser: Client, other_user: int) -> None:
    """From another address of the loopback, from the same port as an open connection of the own user."""
    links = [socket.create_connection(("127.0.0.1", browser.port)) for _ in range(8)]
    try:
        for number, link in enumerate(links):
            source = (f"127.0.0.{number + 2}", link.getsockname()[1])
            assert asked_as(other_user, browser.port, source=source) == "403"
    finally:
        for link in links:
            link.close()
