"""The guided session on a page: its form, and its timer in a real Chromium where there is one."""

from __future__ import annotations

import contextlib
import json
import shutil
from typing import TYPE_CHECKING

import pytest
from web_bench import Client, dashboard

from pfp_sensors.actions.exercise_session import propose_session
from pfp_sensors.actions.now import now
from pfp_sensors.actions.read_diary import read_diary
from pfp_sensors.model.diary import Exercise
from pfp_sensors.store.database import open_diary
from pfp_sensors.store.diary import add_entry

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page


BEGUN = "20261122-180000"


@pytest.fixture
def home(demo_home: Path) -> Path:
    return demo_home


def of_session(home: Path) -> list[Exercise]:
    return [one for one in read_diary(home).exercises if one.session and one.session.startswith("session-")]


def filled(home: Path, **more: str) -> list[tuple[str, str]]:
    """Fill the form in for the first exercise of the session that is due."""
    session = propose_session(read_diary(home), now()).session
    assert session is not None
    first = session.items[0].exercise.id
    values = {f"sets-{first}": "2", f"reps-{first}": "12", f"pain-{first}": "1", f"form-{first}": "yes"}
    values |= {key.replace("first", first): value for key, value in more.items()}
    return [("begun", BEGUN), *(("did", item.exercise.id) for item in session.items), *values.items()]


def test_before_the_first_questions_there_is_no_session(tmp_path: Path) -> None:
    with dashboard(tmp_path / "new") as client:
        page = client.get("/session")
    assert page.status == 200
    assert "answer the start questions first" in page.words
    assert not (tmp_path / "new").exists()


def test_the_page_lists_the_session_that_is_due_as_the_command_does(browser: Client, home: Path) -> None:
    session = propose_session(read_diary(home), now()).session
    assert session is not None
    words = browser.get("/session").words
    for item in session.items:
        assert item.exercise.name in words
        assert item.exercise.how_to[0] in words
    assert "Mobility and light activation" in browser.get("/session?short=1").words


def test_what_was_done_is_stored_once_and_taken_back(browser: Client, home: Path) -> None:
    told = browser.send("/session", filled(home))
    assert "Stored: 1 exercise." in told.words
    (stored,) = of_session(home)
    assert (stored.sets, stored.reps, stored.pain, stored.form_ok) == (2, 12, 1, True)
    assert stored.session == f"session-{BEGUN}"
    again = browser.send("/session", filled(home))
    assert "nothing was stored twice" in again.words
    assert len(of_session(home)) == 1
    browser.send("/undo", {}, page=told)
    assert of_session(home) == []


def test_more_pain_than_an_exercise_should_give_is_said(browser: Client, home: Path) -> None:
    told = browser.send("/session", [*filled(home), ("pain-glute_bridge", "6")])
    assert "more pain than an exercise should give" in told.words


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("sets-glute_bridge", "two", "Give a whole number"),
        ("sets-glute_bridge", "51", "it must be 0 to 50"),
        ("pain-glute_bridge", "11", "it must be 0 to 10"),
        ("form-glute_bridge", "<script>", "Choose one of yes, no"),
        ("did", "no_such", "not in the book"),
        ("begun", "../../x", "Load the page again"),
        ("sets-glute_bridge", "", "Nothing was done"),
    ],
)
def test_a_wrong_field_is_named_and_the_rest_stays(
    browser: Client, home: Path, name: str, value: str, said: str
) -> None:
    values = [pair for pair in filled(home) if name == "did" or pair[0] != name]
    page = browser.send("/session", [*values, (name, value)])
    assert page.status == 422
    assert said in page.words
    assert (
        'name="reps-glute_bridge" type="text" inputmode="numeric" autocomplete="off" value="12"' in page.text
    )
    assert "<script>" not in page.text
    assert of_session(home) == []


def test_the_timer_gets_the_steps_of_the_command(browser: Client, home: Path) -> None:
    answer = browser.get("/session/steps")
    session = propose_session(read_diary(home), now()).session
    assert session is not None
    assert [step["text"] for step in json.loads(answer.text)["steps"]] == [
        s.text for s in session.guided.steps
    ]
    assert answer.headers["content-type"] == "application/json"


@pytest.fixture(scope="module")
def started() -> Iterator[Browser]:
    sync_api = pytest.importorskip("playwright.sync_api")
    found = shutil.which("chromium")
    if found is None:
        pytest.skip("no chromium here")
    with sync_api.sync_playwright() as play:
        made = play.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield made
        made.close()


@pytest.fixture
def chromium(browser: Client, started: Browser) -> Iterator[Page]:
    """Open the short session in a real Chromium whose clock the test moves."""
    page = started.new_page()
    page.set_default_timeout(60_000)
    page.clock.install()
    page.goto(f"http://127.0.0.1:{browser.port}/session?short=1")
    page.locator("#timer").wait_for(state="visible")
    yield page
    page.close()


def digits(page: Page) -> str:
    return page.locator("#timer-digits").inner_text()


def press_until(page: Page, key: str, text: str) -> None:
    """Press a key of the timer until a step with a text is shown."""
    for _ in range(60):
        if text in page.locator("#timer-step").inner_text():
            return
        page.locator("#timer-go").press(key)
    raise AssertionError(f"{text!r} never came")


def test_the_timer_counts_down_pauses_and_survives_a_reload(chromium: Page) -> None:
    assert digits(chromium) == "5:00"
    chromium.locator("#timer-go").press("Enter")
    chromium.clock.run_for(250_000)
    chromium.locator("#timer-go").press("p")
    left = digits(chromium)
    assert 40 < int(left) <= 50
    chromium.clock.run_for(30_000)
    assert digits(chromium) == left
    chromium.reload()
    chromium.locator("#timer").wait_for(state="visible")
    assert digits(chromium) == left
    assert chromium.locator("#timer-go").inner_text() == "Start"


def test_a_set_counts_once_its_time_is_over_and_is_stored(chromium: Page, home: Path) -> None:
    press_until(chromium, "n", "Hold on the")
    chromium.locator("#timer-go").press("Enter")
    chromium.clock.run_for(31_000)
    sets = chromium.locator("#done input[name^='sets-']").evaluate_all("all => all.map(one => one.value)")
    assert max(sets) == "1"
    assert sum(bool(one) for one in sets) == 1
    chromium.locator("#timer-go").press("b")
    sets = chromium.locator("#done input[name^='sets-']").evaluate_all("all => all.map(one => one.value)")
    assert not any(sets)
    chromium.locator("#timer-go").press("n")
    chromium.locator("#done button").click()
    chromium.get_by_text("Stored: 1 exercise.").wait_for()
    (stored,) = of_session(home)
    assert (stored.sets, stored.hold_s) == (1, 30.0)
    chromium.locator("#timer").wait_for(state="visible")
    assert chromium.evaluate("sessionStorage.length") == 0


def test_a_skipped_exercise_counts_nothing_and_what_was_typed_stays(chromium: Page) -> None:
    first = chromium.locator("#done input[name^='sets-']").first
    first.fill("3")
    chromium.locator("#timer-go").press("n")
    name = chromium.locator("#timer-exercise").inner_text()
    chromium.locator("#timer-go").press("s")
    assert chromium.locator("#timer-exercise").inner_text() != name
    press_until(chromium, "n", "That was the session")
    assert first.input_value() == "3"
    assert chromium.evaluate("document.activeElement.id") == "done-title"
    chromium.reload()
    chromium.locator("#timer").wait_for(state="visible")
    assert chromium.locator("#done input[name^='sets-']").first.input_value() == "3"


def test_the_live_region_speaks_at_each_step_and_not_each_second(chromium: Page) -> None:
    chromium.evaluate(
        "window.said = []; new MutationObserver(() => window.said.push(1))"
        ".observe(document.getElementById('timer-said'), {childList: true, subtree: true})"
    )
    chromium.locator("#timer-go").press("Enter")
    chromium.clock.run_for(60_000)
    assert chromium.evaluate("window.said.length") <= 2


def test_what_was_done_stays_where_the_session_has_changed_since(chromium: Page, home: Path) -> None:
    press_until(chromium, "n", "Hold on the")
    chromium.locator("#timer-go").press("n")
    first = chromium.locator("#done input[name^='sets-']").first
    assert first.input_value() == "1"
    name = first.get_attribute("name")
    with contextlib.closing(open_diary(home)) as diary:
        add_entry(diary, Exercise(now(), "strength", "glute_bridge", pain=9), at=now())
    chromium.reload()
    chromium.locator("#timer").wait_for(state="visible")
    kept = chromium.locator(f"#done input[name='{name}']")
    assert kept.input_value() == "1"
