"""What the repository says about itself is true: versions, commands, links, nothing of one machine in it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

import pytest

import pfp_sensors

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
MAX_BYTES = 500_000

# Put together here, so that this file does not hold what it looks for.
MACHINE_PATH = re.compile(r"(^|[^A-Za-z0-9_.])/(work|farm|root|home)/", re.MULTILINE)
REGISTRY_HOST = re.compile(
    "|".join(
        ["py" + "pi[.]org", "python" + "hosted[.]", "npm" + "js[.]", "deb" + "ian[.]org", "ana" + "conda[.]"]
    )
)


@cache
def tracked() -> tuple[Path, ...]:
    """Return the files that a commit of everything here would hold."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    files = tuple(ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file())
    assert len(files) > len(LOCKS), "git lists no files"
    return files


@cache
def texts() -> dict[str, str]:
    """Return the tracked files that are text, by their name in the repository."""
    raw = {str(file.relative_to(ROOT)): file.read_bytes() for file in tracked()}
    return {name: data.decode("utf-8") for name, data in raw.items() if b"\0" not in data[:8000]}


def found_in_texts(pattern: re.Pattern[str]) -> list[str]:
    return [f"{name}: {hit[0]!r}" for name, text in texts().items() if (hit := pattern.search(text))]


def pages() -> dict[str, str]:
    return {name: text for name, text in texts().items() if name.endswith(".md")}


def commands_named(program: str, text: str) -> set[str]:
    """Return the words that follow a program's name where a page shows it as code."""
    code = re.findall(r"```.*?```|`[^`\n]+`", text, re.DOTALL)
    return {word for part in code for word in re.findall(rf"(?m)(?:^|[`$ ]){program} ([a-z][a-z-]*)", part)}


# --- one version everywhere -----------------------------------------------------------------------


def test_one_version_everywhere() -> None:
    versions = {"pyproject.toml": PROJECT["project"]["version"], "package": pfp_sensors.__version__}
    for name, pattern in (("CITATION.cff", r"(?m)^version: (.+)$"), ("CHANGELOG.md", r"(?m)^## \[(.+?)\]")):
        hit = re.search(pattern, texts()[name])
        versions[name] = hit[1] if hit else None
    assert set(versions.values()) == {pfp_sensors.__version__}, versions


def test_citation_has_what_the_format_requires() -> None:
    keys = set(re.findall(r"(?m)^([a-z-]+):", texts()["CITATION.cff"]))
    assert {"cff-version", "message", "title", "authors"} <= keys


def test_types_are_shipped() -> None:
    assert (ROOT / "pfp_sensors" / "py.typed").is_file()


# --- nothing of one machine -----------------------------------------------------------------------


def test_no_path_of_one_machine() -> None:
    assert found_in_texts(MACHINE_PATH) == []


def test_no_registry_is_named() -> None:
    assert found_in_texts(REGISTRY_HOST) == []


def test_the_searches_find_what_they_look_for() -> None:
    assert MACHINE_PATH.search("cd /" + "home/me")
    assert not MACHINE_PATH.search("see pages/home/index")
    assert REGISTRY_HOST.search("https://" + "py" + "pi.org/simple")


def test_no_large_file() -> None:
    large = {str(f.relative_to(ROOT)): f.stat().st_size for f in tracked() if f.stat().st_size > MAX_BYTES}
    assert large == {}


# --- the lock -------------------------------------------------------------------------------------


@pytest.mark.parametrize("lock", LOCKS, ids=lambda file: file.name)
def test_lock_is_hashed_and_names_no_index(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    entries = re.split(r"(?m)^(?=[a-z0-9])", text)[1:]
    assert entries
    assert [e.splitlines()[0] for e in entries if "==" not in e or "--hash=sha256:" not in e] == []
    assert re.findall(r"(?m)^\s*-.*|.*://.*", re.sub(r"--hash=\S+", "", text).replace("    ", "")) == []


def test_lock_holds_every_declared_dependency() -> None:
    extras = PROJECT["project"]["optional-dependencies"]
    declared = {"base": [*PROJECT["project"]["dependencies"], *extras["build"]]}
    declared["test"] = [*declared["base"], *extras["test"]]
    declared["dev"] = [*declared["test"], *extras["dev"]]
    for name, wanted in declared.items():
        locked = set(re.findall(r"(?m)^([a-z0-9-]+)==", (ROOT / f"requirements/{name}.txt").read_text()))
        names = {re.split(r"[^A-Za-z0-9-]", item)[0] for item in wanted} - {PROJECT["project"]["name"]}
        assert names <= locked, f"{name}.txt lacks {sorted(names - locked)}: run make lock"


def test_build_tool_is_locked() -> None:
    assert PROJECT["build-system"]["requires"] == PROJECT["project"]["optional-dependencies"]["build"]


# --- what the pages promise -----------------------------------------------------------------------


def test_make_targets_named_on_pages_exist() -> None:
    targets = set(re.findall(r"(?m)^([a-z-]+):", texts()["Makefile"]))
    named = {(name, target) for name, text in pages().items() for target in commands_named("make", text)}
    assert {"demo", "test"} <= commands_named("make", pages()["README.md"])
    assert {pair for pair in named if pair[1] not in targets} == set()


def test_pfp_commands_named_on_pages_exist() -> None:
    named = {(name, word) for name, text in pages().items() for word in commands_named("pfp", text)}
    assert ("README.md", "analyze") in named
    known = {word: pfp(word, "--help").returncode == 0 for _, word in named}
    assert {pair for pair in named if not known[pair[1]]} == set()


def test_the_check_of_commands_sees_a_wrong_one() -> None:
    assert commands_named("pfp", "```sh\npfp fly a.csv\n```\n`pfp land`; in prose pfp walks") == {
        "fly",
        "land",
    }
    assert pfp("fly", "--help").returncode == 2


def pfp(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pfp_sensors", *words]
    return subprocess.run(command, cwd=ROOT, env=os.environ, capture_output=True, text=True, check=False)


def links(text: str) -> list[str]:
    """Return the targets of a page's links and pictures that lie in the repository."""
    prose = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    return [target for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", prose) if "://" not in target]


def first_page_with_real_output() -> str:
    """Return the README with its sample output as ``pfp demo`` prints it now."""
    printed = pfp("demo")
    assert printed.returncode == 0, printed.stderr
    excerpt = re.search(r"(?ms)^Right leg\..*?^the kneecap\.$", printed.stdout)
    assert excerpt, printed.stdout
    page = pages()["README.md"]
    shown = re.search(r"(?<=```text\n).+?(?=\n```)", page, re.DOTALL)
    assert shown, "README.md has no ```text block"
    return page[: shown.start()] + excerpt[0] + page[shown.end() :]


def test_output_on_the_first_page_is_real() -> None:
    page = first_page_with_real_output()
    assert page == pages()["README.md"], "renew it with: python tests/test_repository.py"


def test_local_links_lead_somewhere() -> None:
    targets = [(name, target) for name, text in pages().items() for target in links(text)]
    assert ("docs/wearing.md", "img/wearing.svg") in targets
    assert [pair for pair in targets if not (ROOT / pair[0]).parent.joinpath(pair[1]).exists()] == []


if __name__ == "__main__":
    (ROOT / "README.md").write_text(first_page_with_real_output(), encoding="utf-8")
