"""Which recordings a list of names holds: one per format, and for any tree each file in one place only."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pfp_sensors.cohort.inputs import NO_ENDING, find_inputs, inputs_of
from pfp_sensors.cohort.place import LINKED, UNREADABLE, Asked, PlaceFile
from pfp_sensors.cohort.places import open_place
from pfp_sensors.formats.grouping import ending_of

if TYPE_CHECKING:
    import random
    from pathlib import Path

    from pfp_sensors.model.cohort import FoundInputs

ALL = Asked()
ONE_TO_ONE = {"a.csv", "a.csv.gz", "a.tsv", "a.parquet", "a.zip"}
BIDS = "sub-01_task-run_tracksys"


def found_in(*names: str, asked: Asked = ALL, leave_out: str | None = None) -> FoundInputs:
    return inputs_of([PlaceFile(name, 1, f"1:{name}") for name in names], asked, leave_out)


def by_source(*names: str, asked: Asked = ALL) -> dict[str, set[str]]:
    return {one.source: set(one.files) for one in found_in(*names, asked=asked).inputs}


# --- one listing per format -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "names",
    [
        {"imu.parquet", "meta.json", "side.parquet", "packets.parquet", "events.jsonl", "watch.parquet"},
        {"imu.parquet", "live.json", "live.jsonl", "packets-damaged.arrows", "packets-damaged-2.arrows"},
        {"imu-left_leg.parquet", "imu-right_leg.parquet", "meta.json"},
        {"packets.arrows", "recording.lock"},
        {"download.json", "download.bin"},
    ],
)
def test_a_folder_of_this_program_is_one_input_without_its_truth(names: set[str]) -> None:
    inside = {f"clinic=a/run=1/{name}" for name in names}
    found = found_in(*inside, "clinic=a/run=1/truth/contacts.csv", "clinic=a/run=1/old/imu.parquet")
    one, below = found.inputs
    assert (one.source, set(one.files)) == ("clinic=a/run=1", inside)
    assert below.source == "clinic=a/run=1/old"
    assert found.passed_over == {".csv": 1}


@pytest.mark.parametrize("sign", ["imu.parquet", "packets.arrows"])
def test_what_lies_beside_our_own_files_is_a_recording_or_counted(sign: str) -> None:
    own = {f"y/{sign}", "y/meta.json"}
    found = found_in(*own, "y/other.csv", "y/l_lowg.csv", "y/l_highg.csv", "y/notes.txt")
    assert {one.source: set(one.files) for one in found.inputs} == {
        "y": own,
        "y/l_lowg.csv": {"y/l_lowg.csv", "y/l_highg.csv", "y/meta.json"},
        "y/other.csv": {"y/other.csv", "y/meta.json"},
    }
    assert found.passed_over == {".txt": 1}


def test_one_folder_is_one_source_only() -> None:
    phone = {"y/Accelerometer.csv", "y/Gyroscope.csv"}
    found = by_source("y/imu.parquet", *phone)
    assert found == {"y": {"y/imu.parquet"}, **{name: {name} for name in phone}}
    legs = {f"y/motion/{BIDS}-{leg}_motion.tsv" for leg in ("left", "right")}
    assert by_source(*legs, *phone) == {"y": phone, **{name: {name} for name in legs}}


def test_watch_files_hold_no_samples() -> None:
    assert found_in("a/watch.parquet", "a/positions.parquet").passed_over == {".parquet": 2}


def test_tables_of_somebody_else_that_begin_like_ours_are_recordings_each() -> None:
    names = {"imu_001.parquet", "imu_002.parquet", "imu2.parquet"}
    assert by_source(*names) == {name: {name} for name in names}
    assert by_source(*names, "meta.json") == {".": {*names, "meta.json"}}


def test_a_recording_that_is_the_root_itself_is_named_by_a_dot() -> None:
    assert by_source("imu.parquet", "meta.json", "truth/a.csv") == {".": {"imu.parquet", "meta.json"}}


def test_blue_trident_keeps_the_files_of_a_sensor_together() -> None:
    left = {f"x/left_2026_{kind}.csv" for kind in ("lowg", "highg", "mag")}
    found = found_in(*left, "x/right_2026_highg.csv", "x/other_mag.csv")
    assert {one.source: set(one.files) for one in found.inputs} == {
        "x/left_2026_lowg.csv": left,
        "x/right_2026_highg.csv": {"x/right_2026_highg.csv"},
    }
    assert found.passed_over == {".csv": 1}


def test_two_recordings_of_blue_trident_with_one_stem_are_two_inputs() -> None:
    assert set(by_source("a_lowg.csv", "a__lowg.csv", "a_lowg.csv.gz")) == {"a_lowg.csv", "a__lowg.csv"}


def test_metabase_keeps_the_files_of_a_sensor_together() -> None:
    stem = "left_2026-01-02T07.30.05.123_0123456789AB_"
    names = {f"{stem}{end}" for end in ("Accelerometer_100Hz.csv", "Gyroscope_50Hz.csv", "Gravity.csv")}
    found = found_in(
        *names, f"{stem}Accelerometer_100Hz.csv.gz", "b_Linear Acceleration.csv", "c_Gyroscope.csv"
    )
    assert {one.source: set(one.files) for one in found.inputs} == {
        f"{stem}Accelerometer_100Hz.csv": {*names, f"{stem}Accelerometer_100Hz.csv.gz"},
        "b_Linear Acceleration.csv": {"b_Linear Acceleration.csv"},
    }
    assert found.passed_over == {".csv": 1}


def test_two_recordings_of_metabase_with_one_stem_are_two_inputs() -> None:
    names = ("anna_Accelerometer_1.csv", "anna_Accelerometer_2.csv")
    assert set(by_source(*names)) == set(names)


def test_an_unpacked_export_of_sensor_logger_is_one_input() -> None:
    names = {f"run/{name}.csv" for name in ("Accelerometer", "Gravity", "Gyroscope", "Metadata")}
    found = found_in(*names, "run/meta.json", "run/Annotation.csv", "run/WristMotion.csv")
    assert [(one.source, set(one.files)) for one in found.inputs] == [("run", {*names, "run/meta.json"})]
    assert found.passed_over == {".csv": 2}


def test_an_unpacked_export_of_phyphox_is_one_input() -> None:
    names = {"run/Accelerometer.csv", "run/Gyroscope.csv", "run/meta/time.csv"}
    found = found_in(*names, "run/meta/device.csv", "run/Magnetometer.csv")
    assert [(one.source, set(one.files)) for one in found.inputs] == [("run", names)]
    assert found.passed_over == {".csv": 2}
    assert by_source("Acceleration with g.csv", "Gyroscope.csv").keys() == {"."}
    assert by_source("a/Raw Data.csv", "a/meta/device.csv") == {"a": {"a/Raw Data.csv"}}
    own_names = {"a/foot.csv", "a/turns.csv", "a/meta/time.csv"}
    assert by_source(*own_names) == {"a": own_names}, "an experiment of one's own calls its tables anything"
    assert found_in("a/Light.csv", "a/meta/time.csv", "a/meta/device.csv").passed_over == {".csv": 3}


@pytest.mark.parametrize(
    "names",
    [
        {"x/Accelerometer.csv", "x/Gyroscope.csv"},
        {"x/TotalAcceleration.csv", "x/Metadata.csv"},
        {"x/Accelerometer.csv", "x/Gyroscope.csv", "x/meta/time.csv"},
    ],
)
def test_a_table_of_somebody_else_beside_a_phone_s_export_is_a_recording(names: set[str]) -> None:
    found = found_in(*names, "x/knee_left.csv", "x/knee_right.csv.gz", "x/deep/Gravity.csv")
    assert {one.source: set(one.files) for one in found.inputs} == {
        "x": names,
        "x/knee_left.csv": {"x/knee_left.csv"},
        "x/knee_right.csv.gz": {"x/knee_right.csv.gz"},
        "x/deep/Gravity.csv": {"x/deep/Gravity.csv"},
    }


def test_one_table_with_a_phone_like_name_is_a_table() -> None:
    assert by_source("a/accelerometer.csv").keys() == {"a/accelerometer.csv"}
    names = ("accelerometer_1.csv", "accelerometer_2.csv", "gyroscope_1.csv")
    assert by_source(*names).keys() == set(names)


def test_one_tracking_system_comes_with_what_describes_it() -> None:
    stem = f"sub-01/motion/{BIDS}-left"
    names = {f"{stem}_motion.tsv", f"{stem}_motion.json", f"{stem}_channels.tsv", "sub-01/sub-01_scans.tsv"}
    found = found_in(*names, "participants.tsv", "dataset_description.json", f"{stem}_events.tsv")
    (one,) = found.inputs
    assert (one.source, set(one.files)) == (f"{stem}_motion.tsv", names)
    assert found.passed_over == {".tsv": 2, ".json": 1}


def test_tracking_systems_of_one_recording_are_read_together_by_their_session() -> None:
    folder = "sub-01/ses-1"
    names = {f"{folder}/motion/{BIDS}-{leg}_motion.tsv" for leg in ("left", "right")}
    scans = f"{folder}/sub-01_ses-1_scans.tsv"
    assert by_source(*names) == {folder: names}
    two_runs = {f"{folder}/motion/sub-01_ses-1_task-{task}_motion.tsv" for task in ("run", "walk")}
    apart = by_source(*two_runs, scans)
    assert apart == {name: {name, scans} for name in two_runs}
    deeper = "sub-01/motion"
    both = {f"{deeper}/{BIDS}-{leg}_motion.tsv" for leg in ("left", "right")}
    assert set(by_source(*both, *names)) == {folder, *both}, "the subject holds more than one recording"


def test_tables_named_as_in_bids_are_set_aside_in_a_dataset_of_motion_only() -> None:
    alone = ("samples.tsv", "a/sub-07.tsv", "a/participants.tsv", "sub-01/sub-01_scans.tsv")
    assert by_source(*alone) == {name: {name} for name in alone}
    dataset = ("d/participants.tsv", "d/sub-01/eeg/sub-01_task-run_channels.tsv", "d/sub-01/sub-01_scans.tsv")
    samples = f"d/sub-01/motion/{BIDS}-left_motion.tsv"
    elsewhere = {"a/sub-07.tsv", "a/participants.tsv"}
    assert by_source(*elsewhere, *dataset, samples).keys() == {*elsewhere, samples}
    of_subject = {name.removeprefix("d/sub-01/") for name in (*dataset[1:], samples)}
    assert by_source(*of_subject).keys() == {samples.removeprefix("d/sub-01/")}


def test_meta_json_belongs_to_each_table_beside_it_and_changes_its_stamp() -> None:
    names = ("a/1.csv", "a/2.parquet", "a/meta.json", "b/3.csv", "b/report.json")
    assert by_source(*names) == {
        "a/1.csv": {"a/1.csv", "a/meta.json"},
        "a/2.parquet": {"a/2.parquet", "a/meta.json"},
        "b/3.csv": {"b/3.csv"},
    }
    files = [PlaceFile(name, 1, "1") for name in names]
    changed = [PlaceFile(f.name, 1, "2" if f.name == "a/meta.json" else "1") for f in files]
    before, after = ([one.stamp for one in inputs_of(each, ALL).inputs] for each in (files, changed))
    assert [old == new for old, new in zip(before, after, strict=True)] == [False, False, True]


def test_tables_are_told_by_their_ending_and_the_rest_is_counted() -> None:
    others = ("a.pdf", "a.fit", "a.json", "README", "a.txt", "x.2026-01-02", "strides.csv", "packets.parquet")
    found = found_in(*ONE_TO_ONE - {"a.csv.gz"}, "B.CSV", *others)
    assert {one.source for one in found.inputs} == {*ONE_TO_ONE - {"a.csv.gz"}, "B.CSV"}
    counted = {".pdf": 1, ".fit": 1, ".json": 1, NO_ENDING: 2, ".txt": 1, ".csv": 1, ".parquet": 1}
    assert found.passed_over == counted


def test_a_packed_copy_beside_its_table_is_not_a_second_recording() -> None:
    assert by_source("a.csv", "a.csv.gz", "b.csv.gz") == {
        "a.csv": {"a.csv", "a.csv.gz"},
        "b.csv.gz": {"b.csv.gz"},
    }


def test_results_of_a_cohort_are_no_recordings() -> None:
    part = "old/strides/method=1/parameters_sha256=ab12/part-1.parquet"
    assert found_in("a.csv", part, "out/x.csv", leave_out="out").passed_over == {".parquet": 1}
    assert [one.source for one in found_in("out/x.csv", "outer/x.csv", leave_out="out").inputs] == [
        "outer/x.csv"
    ]
    assert len(found_in("a.csv", part, leave_out="").inputs) == 1


def test_a_tree_without_recordings_says_what_it_holds() -> None:
    folders = [PlaceFile("locked/", None, UNREADABLE), PlaceFile("elsewhere/", None, LINKED)]
    found = inputs_of([PlaceFile("a.pdf", 1, "1"), *folders], ALL)
    assert (found.inputs, found.passed_over) == ((), {".pdf": 1})
    assert (found.not_listed, found.linked) == (("locked/",), ("elsewhere/",))


# --- what is asked for ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("*.csv", {"run1.csv"}),
        ("**/*.csv", {"run1.csv", "a/run2.csv", "a/b/run3.csv"}),
        ("*/run*.csv", {"a/run2.csv"}),
        ("a", {"a/run2.csv", "a/b/run3.csv"}),
        ("**/imu.parquet", {"c/d"}),
        ("c/**", {"c/d"}),
        ("run?.csv", {"run1.csv"}),
        ("run[2-9].csv", set()),
        ("*.txt", {"table.txt"}),
        ("**/**/meta.json", set()),
    ],
)
def test_a_pattern_chooses_recordings_by_any_of_their_files(pattern: str, expected: set[str]) -> None:
    tree = (
        "run1.csv",
        "a/run2.csv",
        "a/b/run3.csv",
        "c/d/imu.parquet",
        "c/d/meta.json",
        "table.txt",
        "x.pdf",
    )
    found = found_in(*tree, asked=Asked(pattern))
    assert {one.source for one in found.inputs} == expected
    assert ".pdf" not in found.passed_over


def test_one_file_means_itself_with_its_companions() -> None:
    two_legs = ("imu-left.parquet", "imu-right.parquet", "meta.json")
    one_file = Asked("imu-left.parquet", is_file=True)
    assert by_source(*two_legs, asked=one_file) == {"imu-left.parquet": {"imu-left.parquet", "meta.json"}}
    pair = ("a_Gyroscope.csv", "a_Accelerometer.csv")
    assert by_source(*pair, asked=Asked(pair[0], is_file=True)) == {pair[0]: set(pair)}
    odd = Asked("table.txt", is_file=True)
    assert by_source("table.txt", "meta.json", "b.csv", asked=odd) == {
        "table.txt": {"table.txt", "meta.json"}
    }


# --- any tree -------------------------------------------------------------------------------------

PARTS = st.sampled_from(
    ["a", "b-1", "motion", "meta", "ses-1", "sub-01", "truth", "method=1", "parameters_sha256=0"]
)
PLAIN_NAMES = (
    *("imu.parquet", "imu-left.parquet", "meta.json", "packets.arrows", "side.parquet", "strides.csv"),
    *(
        "x_lowg.csv",
        "x_highg.csv",
        "x_mag.csv",
        "x_highg.csv.gz",
        "y_Accelerometer.csv",
        "y_Gyroscope.csv",
    ),
    *(
        "Accelerometer.csv",
        "Gyroscope.csv",
        "Metadata.csv",
        "time.csv",
        "device.csv",
        "run.csv",
        "run.csv.gz",
    ),
    *(f"{BIDS}-l_motion.tsv", f"{BIDS}-r_motion.tsv", f"{BIDS}-l_channels.tsv", "sub-01_scans.tsv"),
    *("knee_left.csv", "samples.tsv", "Annotation.csv", "Raw Data.csv", "events.jsonl"),
    *("part-1.parquet", "a.pdf", "README", "export.zip", "participants.tsv"),
)
PLAIN = st.sampled_from(PLAIN_NAMES)
PATHS = st.builds(lambda folders, name: "/".join([*folders, name]), st.lists(PARTS, max_size=4), PLAIN)
SHARED = ("meta.json", "_scans.tsv")


@given(st.sets(PATHS, max_size=25), st.randoms(use_true_random=False))
def test_each_file_is_in_one_place_and_order_does_not_matter(paths: set[str], chance: random.Random) -> None:
    files = [PlaceFile(path, 1, path) for path in sorted(paths)]
    found = inputs_of(files, ALL)
    mixed = list(files)
    chance.shuffle(mixed)
    assert inputs_of(mixed, ALL) == found
    used = [path for one in found.inputs for path in one.files]
    assert set(used) <= paths
    once = [path for path in used if not path.endswith(SHARED)]
    assert len(once) == len(set(once))
    assert sum(found.passed_over.values()) == len(paths) - len(set(used))
    sources = [one.source for one in found.inputs]
    assert sources == sorted(set(sources))
    assert all(one.files and list(one.files) == sorted(set(one.files)) for one in found.inputs)


OWN_NAME = re.compile(r"imu.*\.parquet|meta\.json|packets\.arrows|side\.parquet|events\.jsonl")
PHONE_NAME = re.compile(
    r"Accelerometer\.csv|Gyroscope\.csv|Metadata\.csv|Raw Data\.csv|meta/time\.csv|meta\.json"
)
LEG_NAME = re.compile(
    r"motion/(sub-01_task-run_tracksys-._(motion|channels)\.tsv|meta\.json)|sub-01_scans\.tsv"
)
BESIDE = {
    "x_lowg.csv": {"x_highg.csv", "x_highg.csv.gz", "x_mag.csv"},
    "x_highg.csv": {"x_highg.csv.gz", "x_mag.csv"},
    "x_highg.csv.gz": {"x_mag.csv"},
    "y_Accelerometer.csv": {"y_Gyroscope.csv"},
    "run.csv": {"run.csv.gz"},
    **{f"{BIDS}-{k}_motion.tsv": {f"{BIDS}-{k}_channels.tsv", "../sub-01_scans.tsv"} for k in "lr"},
}


def is_read(source: str, path: str, own_experiment: bool) -> bool:
    """Tell from the names alone whether the reader of a source looks at a file."""
    if source.rpartition("/")[2] in PLAIN_NAMES:
        place, name = source.rpartition("/")[::2]
        beside = {posixpath.normpath(posixpath.join(place, one)) for one in BESIDE.get(name, ())}
        return path in {source, posixpath.join(place, "meta.json"), *beside}
    name = path if source == "." else path.removeprefix(f"{source}/")
    kinds = (OWN_NAME, PHONE_NAME, LEG_NAME)
    return any(kind.fullmatch(name) for kind in kinds) or (own_experiment and name.endswith(".csv"))


def is_own_experiment(folder: str, paths: set[str]) -> bool:
    """Tell an experiment of one's own in phyphox: with its folder meta, and none of the usual names."""
    usual = {"Accelerometer.csv", "Raw Data.csv"}
    about = {"meta/time.csv", "meta/device.csv"}
    below = {path.removeprefix(folder) for path in paths if path.startswith(folder)}
    return bool(about & below) and not usual & below


@given(st.sets(PATHS, max_size=25))
def test_nothing_is_in_an_input_that_its_reader_does_not_look_at(paths: set[str]) -> None:
    found = inputs_of([PlaceFile(path, 1, path) for path in sorted(paths)], ALL)
    for one in found.inputs:
        own_experiment = is_own_experiment("" if one.source == "." else f"{one.source}/", paths)
        assert not [path for path in one.files if not is_read(one.source, path, own_experiment)]
    sources = {one.source for one in found.inputs}
    for path in paths:
        folder, slash, name = path.rpartition("/")
        if name == "knee_left.csv" and not {"truth", "parameters_sha256=0"} & set(path.split("/")):
            assert path in sources or is_own_experiment(folder + slash, paths)


@pytest.mark.parametrize(
    ("name", "ending"),
    [
        *(("a.CSV", ".csv"), ("x/a.b.csv.gz", ".csv.gz"), ("a.gz", ".gz"), ("README", ""), ("a.b c", "")),
        *(("a.2026-01-02", ""), (".gz", ".gz"), ("a." + "x" * 90, "")),
    ],
)
def test_endings(name: str, ending: str) -> None:
    assert ending_of(name) == ending


# --- the samples of this repository ---------------------------------------------------------------


def test_the_samples_of_all_formats(root: Path) -> None:
    found = find_inputs(open_place(str(root / "tests" / "formats" / "samples")))
    kinds = [one.source.split("/")[0] for one in found.inputs]
    counts = {kind: kinds.count(kind) for kind in kinds}
    assert counts == {
        "blue-trident": 1,
        "metabase": 3,
        "motion-bids": 1,
        "phyphox": 7,
        "sensor-logger": 2,
        "strava": 1,
        "xsens-dot": 6,
    }
    assert {".gpx", ".tcx", ".md"} < found.passed_over.keys()
    own = find_inputs(open_place(str(root / "recordings")))
    assert [one.source for one in own.inputs] == ["easy_run", "hard_landings_accelerometer_only", "two_legs"]
