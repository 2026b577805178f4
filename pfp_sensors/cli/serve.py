"""``pfp serve``: the dashboard on this computer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pfp_sensors.cli.judging import home_of
from pfp_sensors.cli.output import flush_out, json_line, write_error, write_out

if TYPE_CHECKING:
    import argparse

DESCRIPTION = """\
Open the dashboard: pages for your browser that show your diary, runs, week and
programme, with forms that do what the commands do. It answers this computer
only and needs no network. Ctrl-C ends it."""

EXAMPLES = ("pfp serve", "pfp serve --port 8731", "pfp serve --token")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--port", type=int, metavar="P", help="port to listen on; 0 for any free one")
    parser.add_argument(
        "--host",
        default="127.0.0.1",
        metavar="ADDRESS",
        help="address to listen on; any but this computer's own loopback asks each browser for a token, and "
        "what goes over the network is not encrypted",
    )
    parser.add_argument(
        "--token",
        action="store_true",
        help="ask each browser for a token, here too (a computer that is shared)",
    )
    parser.add_argument("--open", action="store_true", help="open the page in your browser")


def run(args: argparse.Namespace) -> int:
    """Serve until interrupted.

    Raises
    ------
    UsageError
        If the address or port cannot be listened on.
    """
    from pfp_sensors.errors import UsageError
    from pfp_sensors.settings.load import load_web_settings
    from pfp_sensors.web.serving import ServeOptions, serve

    settings = load_web_settings()
    port = settings.port if args.port is None else args.port
    if not 0 <= port <= 65_535:
        raise UsageError(f"--port {port}: there is no such port.", "Give a number from 0 to 65535.")

    def ready(address: str) -> None:
        if args.json:
            write_out(json_line({"schema": "pfp.serve/1", "url": address}))
        else:
            write_out(f"The dashboard is at {address}")
            write_error("It shows your health data to this computer only. Ctrl-C ends it.")
        flush_out()
        if args.open:
            import webbrowser

            webbrowser.open(address)

    serve(home_of(args), ServeOptions(args.host, port, args.token), settings, ready)
    return 0
