"""Whose connection it is, by tables as Linux writes them."""

from __future__ import annotations

import os
import socket
import sys
from typing import TYPE_CHECKING

import pytest

from pfp_sensors.web.neighbour import NobodyThereError, owner_of_connection

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.byteorder != "little", reason="the sample tables are of such a machine")

HEAD = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
CLIENT, SERVER = ("127.0.0.1", 40000), ("127.0.0.1", 8730)
CLIENT_HEX, SERVER_HEX, NEXT_DOOR_HEX = "0100007F:9C40", "0100007F:221A", "0200007F:9C40"


def line(local: str, remote: str, user: int, state: str = "01") -> str:
    return f"   0: {local} {remote} {state} 00000000:00000000 00:00000000 00000000 {user:>5} 0 4242 1\n"


def tables(folder: Path, *lines: str, six: str = "") -> tuple[Path, ...]:
    (folder / "tcp").write_text(HEAD + "".join(lines), encoding="ascii")
    (folder / "tcp6").write_text(HEAD + six, encoding="ascii")
    return folder / "tcp", folder / "tcp6", folder / "absent"


def test_the_end_that_asks_is_found(tmp_path: Path) -> None:
    listed = tables(tmp_path, line(SERVER_HEX, CLIENT_HEX, 1), line(CLIENT_HEX, SERVER_HEX, 1000))
    assert owner_of_connection(CLIENT, SERVER, listed) == 1000


def test_the_same_port_on_another_address_is_somebody_else(tmp_path: Path) -> None:
    ours, theirs = line(CLIENT_HEX, SERVER_HEX, 1000), line(NEXT_DOOR_HEX, SERVER_HEX, 65534)
    for order in ((ours, theirs), (theirs, ours)):
        listed = tables(tmp_path, *order)
        assert owner_of_connection(("127.0.0.2", 40000), SERVER, listed) == 65534
        assert owner_of_connection(CLIENT, SERVER, listed) == 1000


def test_one_who_has_stopped_sending_is_known_all_the_same(tmp_path: Path) -> None:
    listed = tables(tmp_path, line(CLIENT_HEX, SERVER_HEX, 65534, state="05"))
    assert owner_of_connection(CLIENT, SERVER, listed) == 65534


def test_ipv4_within_ipv6_is_the_same_address(tmp_path: Path) -> None:
    within = "0000000000000000FFFF0000"
    six = line(f"{within}{CLIENT_HEX}", f"{within}{SERVER_HEX}", 1001)
    assert owner_of_connection(CLIENT, SERVER, tables(tmp_path, six=six)) == 1001
    loop = "00000000000000000000000001000000"
    six = line(f"{loop}:9C40", f"{loop}:221A", 1002)
    assert owner_of_connection(("::1", 40000), ("::1", 8730), tables(tmp_path, six=six)) == 1002


def test_a_table_with_the_own_end_alone_means_nobody(tmp_path: Path) -> None:
    with pytest.raises(NobodyThereError):
        owner_of_connection(CLIENT, SERVER, tables(tmp_path, line(SERVER_HEX, CLIENT_HEX, 1)))


def test_no_table_or_an_empty_one_tells_nothing(tmp_path: Path) -> None:
    assert owner_of_connection(CLIENT, SERVER, (tmp_path / "absent",)) is None
    assert owner_of_connection(CLIENT, SERVER, tables(tmp_path)) is None


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux has the table")
@pytest.mark.parametrize(("family", "address"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")])
def test_a_connection_of_this_process_is_its_users(family: int, address: str) -> None:
    with socket.socket(family) as listening:
        try:
            listening.bind((address, 0))
        except OSError:
            pytest.skip(f"no {address} here")
        listening.listen()
        server = listening.getsockname()[:2]
        with socket.create_connection(server) as link:
            assert owner_of_connection(link.getsockname()[:2], server) == os.getuid()
