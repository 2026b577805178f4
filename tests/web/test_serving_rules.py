"""``pfp serve`` as a process: where it listens, when it asks for a token, and what it refuses to begin."""

from __future__ import annotations

import http.client
import os
import socket
import stat
import subprocess
import urllib.parse
from typing import TYPE_CHECKING

import pytest

from bench.dashboard import PFP, Served, served

if TYPE_CHECKING:
    from pathlib import Path


def status(running: Served, path: str, host: str = "127.0.0.1", *, to: str = "127.0.0.1") -> int:
    """Ask a server for a path under a name."""
    port = urllib.parse.urlsplit(running.url).port
    link = http.client.HTTPConnection(to, port, timeout=60)
    link.request("GET", path, headers={"Host": f"{host}:{port}"})
    answer = link.getresponse().status
    link.close()
    return answer


def test_by_itself_it_listens_to_this_computer_alone(tmp_path: Path) -> None:
    with served(tmp_path / "home") as running:
        address = urllib.parse.urlsplit(running.url)
        assert (address.scheme, address.hostname, address.query) == ("http", "127.0.0.1", "")
        assert status(running, "/") == 200
        assert status(running, "/", "192.168.0.1") == 403
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.2", address.port or 0), timeout=60)


def test_on_other_addresses_it_asks_for_a_token(tmp_path: Path) -> None:
    with served(tmp_path / "home", ("--host", "0.0.0.0")) as running:
        query = urllib.parse.urlsplit(running.url).query
        assert len(query.removeprefix("token=")) >= 32
        for host in ("127.0.0.1", "192.168.0.1", socket.gethostname().lower()):
            assert status(running, "/", host) == 403
            assert status(running, f"/?{query}", host) == 303
        assert status(running, f"/?{query}", "evil.example") == 403
        assert status(running, f"/?{query}x") == 403


def test_a_token_can_be_asked_for_here_too_and_is_another_each_time(tmp_path: Path) -> None:
    seen = set()
    for _ in range(2):
        with served(tmp_path / "home", ("--token",)) as running:
            seen.add(query := urllib.parse.urlsplit(running.url).query)
            assert status(running, "/") == 403
            assert status(running, f"/?{query}") == 303
            assert status(running, f"/?{query}", "192.168.0.1") == 403
    assert len(seen) == 2


@pytest.mark.parametrize("options", [("--host", "not.an.address.invalid"), ("--port", "70000")])
def test_what_cannot_be_listened_on_is_said(tmp_path: Path, options: tuple[str, ...]) -> None:
    done = subprocess.run(
        [*PFP, "--home", str(tmp_path), "serve", *options], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert options[1] in done.stderr


def test_a_port_in_use_is_said(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            [*PFP, "--home", str(tmp_path), "serve", "--port", port],
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 2
    assert port in done.stderr


def test_what_it_writes_is_the_owners_alone(tmp_path: Path) -> None:
    """The first page is read, nothing is there; then a form is what makes the diary."""
    from web_bench import dashboard

    home, mask = tmp_path / "home", os.umask(0)
    try:
        with dashboard(home) as client:
            client.get("/")
            assert not home.exists()
            client.send("/setup", {"born": "1990"})
    finally:
        os.umask(mask)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (home, *home.rglob("*"))}
    assert modes
    assert {name: oct(mode) for name, mode in modes.items() if mode & 0o077} == {}
