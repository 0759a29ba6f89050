"""The short form of `python -m bench.faults`: builds under faults, kills, power cuts, full disks and rivals."""

import random
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

import toolkit
from bench.campaign import MEMORY, SKIPPED
from bench.faults.flushes import check_flushes, find_unflushed
from bench.faults.full import run_inodes, run_sizes
from bench.faults.kills import BUILD_VICTIMS, WORKER_VICTIMS, run_kills
from bench.faults.mounts import CannotMountError, LoopDisk, try_memory, why_no_mounts
from bench.faults.points import KINDS, Part, compound_faults, count_calls, run_compound, run_points, single_faults
from bench.faults.power import run_cuts
from bench.faults.reads import Readers
from bench.faults.releases import ReleaseStand
from bench.faults.rivals import Rivals
from bench.faults.shim import Shim, why_no_shim
from bench.faults.stand import Build, Stand, Subject
from bench.faults.states import state_of
from bench.faults.tally import Tally
from toolkit.errors import LockedError
from toolkit.storage.output import lock

ROOT = Path(__file__).parents[1]


def run_faults(*options):
    done = subprocess.run(
        [sys.executable, "-m", "bench.faults", *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == SKIPPED:
        pytest.skip(done.stdout.strip())
    return done


@contextmanager
def make_stand(kind=Stand, **subject):
    """In memory, for flushing a real disk takes most of the time."""
    if why_no_shim():
        pytest.skip(why_no_shim())
    with TemporaryDirectory(dir=MEMORY) as folder, kind(Path(folder), Subject(name="toolkit", **subject)) as made:
        yield made


@pytest.fixture(scope="module")
def stand():
    with make_stand() as made:
        yield made


@pytest.fixture(scope="module")
def stand_of_two():
    with make_stand(workers=2, pages=6) as made:
        yield made


def mountable(*programs):
    if why_no_mounts(*programs):
        pytest.skip(why_no_mounts(*programs))


def test_after_any_fault_of_a_build_over_storage_the_output_is_old_or_new_and_the_next_build_is_clean():
    done = run_faults("points", "--subject", "storage", "--every", "18", "--compound", "20")
    assert done.returncode == 0, done.stdout + done.stderr
    assert " 0 torn outputs" in done.stdout


@pytest.mark.timeout(120)
@pytest.mark.parametrize("what", ["kills", "power"])
def test_a_campaign_that_is_told_to_end_leaves_nothing_behind(tmp_path, what):
    if why_no_shim():
        pytest.skip(why_no_shim())
    if what == "power":
        mountable("losetup", "mkfs.ext4")
    command = [sys.executable, "-m", "bench.faults", what, "--number", "100000", "--folder", str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        while process.poll() is None and not is_under_way(tmp_path, what):
            time.sleep(0.01)
        process.terminate()
        said, _ = process.communicate()
    if process.returncode == SKIPPED:
        pytest.skip(said.strip())
    assert process.returncode == 128 + signal.SIGTERM
    assert list(tmp_path.iterdir()) == []
    assert str(tmp_path) not in Path("/proc/mounts").read_text()


def is_under_way(folder, what):
    is_mounted = what != "power" or str(folder) in Path("/proc/mounts").read_text()
    return is_mounted and any(folder.glob("faults-*/new")) and any(folder.glob("faults-*/place/.out.lock"))


def test_a_careless_build_is_found_at_fault():
    done = run_faults("points", "--subject", "careless")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "torn output, exit 4" in done.stdout


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["points", "--subject", "storage", "--kinds", "late", "--first", "9999"], "nothing was run"),
        (["kills", "--number", "0"], "nothing was run"),
        (["points", "--kinds", "kill,sigkill"], "there is no sigkill"),
    ],
    ids=["no call", "no run", "no such kind"],
)
def test_a_campaign_in_which_nothing_was_run_has_shown_nothing(options, said):
    done = run_faults(*options)
    assert (done.returncode, said in done.stderr) == (2, True), done.stdout + done.stderr


@pytest.mark.parametrize("over_old", [False, True], ids=["new output", "old output"])
def test_after_a_fault_the_output_is_old_or_new_with_the_right_exit_code_and_the_next_build_is_clean(stand, over_old):
    tally = Tally()
    faults = single_faults(count_calls(stand, tally, over_old=over_old), KINDS[:5], Part(every=131))
    run_points(stand, tally, faults, over_old=over_old)
    assert (tally.torn, len(faults) > 6) == ([], True)


def leave(place, content=b"half", *, mode=0o644, name=".latest.4242.partial", folder="v1.0.0"):
    (place / folder).mkdir(parents=True)
    (place / name).write_bytes(content)
    (place / name).chmod(mode)
    return state_of(place)


@pytest.mark.parametrize(
    "other",
    [{"content": b"halF"}, {"mode": 0o600}, {"name": ".SHA256SUMS.4242.partial"}, {"folder": "v2.0.0"}],
    ids=["bytes", "mode", "name", "folder"],
)
def test_what_two_faults_leave_is_one_state_only_if_all_is_the_same_but_ids_of_processes(tmp_path, other):
    first = leave(tmp_path / "first")
    assert leave(tmp_path / "second", name=".latest.4343.partial") == first
    assert leave(tmp_path / "other", **other) != first


def test_a_state_with_a_note_of_an_inode_is_like_no_other(tmp_path):
    leave(tmp_path)
    (tmp_path / "commit").write_text('{"inode": 7}')
    assert state_of(tmp_path) is None


def test_a_fault_that_meets_no_call_is_counted_as_such(stand):
    tally = Tally()
    run_points(stand, tally, [Build(at=10**6, kind="eio")], over_old=False)
    assert (tally.torn, tally.missed) == ([], {"eio": 1})


def test_faults_in_workers_are_no_different(stand_of_two):
    tally = Tally()
    kinds = ("kill", "enospc", "eio", "kill-one")
    faults = single_faults(count_calls(stand_of_two, tally, over_old=True), kinds, Part(every=307))
    run_points(stand_of_two, tally, faults, over_old=True)
    assert (tally.torn, len(faults) > 6) == ([], True)


def test_a_publication_that_meets_a_fault_leaves_the_old_release_or_the_new_one():
    tally = Tally()
    with make_stand(ReleaseStand) as stand:
        faults = single_faults(count_calls(stand, tally, over_old=True), KINDS[:5], Part(every=173))
        run_points(stand, tally, faults, over_old=True)
    assert (tally.torn, len(faults) > 4) == ([], True)


@pytest.mark.parametrize("kind", [Stand, ReleaseStand], ids=["build", "publish"])
def test_what_is_committed_was_flushed_before_and_any_flush_that_is_left_out_is_found(kind):
    tally, needless = Tally(), []
    with make_stand(kind) as stand:
        for over_old in (False, True):
            check_flushes(stand, tally, over_old=over_old)
            stand.reset(over_old=over_old)
            lines = stand.record_calls()
            for flush in {line for line in lines if line.startswith("fsync ")}:
                left = [line for line in lines if line != flush]
                flaws = find_unflushed(left, commit=str(stand.commit), before=list(map(str, stand.flushed_before)))
                needless += [] if list(flaws) else [flush]
    assert (tally.torn, tally.calls["fsync"] > 30, needless) == ([], True, [])


def test_a_fault_in_the_recovery_from_a_fault_is_survived(stand):
    tally = Tally()
    pairs = compound_faults(count_calls(stand, tally, over_old=True), KINDS[:5], number=5, seed=0)
    run_compound(stand, tally, pairs, over_old=True)
    assert tally.torn == []


def test_what_cannot_be_read_is_never_taken_for_nothing(stand):
    tally = Tally()
    readers = Readers(stand, stand.folder)
    for verb in readers.verbs:
        readers.fail(tally, verb, every=53)
    assert tally.torn == []


def test_a_build_that_is_killed_leaves_the_old_output_and_the_next_gives_the_same_bytes(stand_of_two):
    tally = Tally()
    run_kills(stand_of_two, tally, number=4, victims=BUILD_VICTIMS, chance=random.Random(0), over_old=True)
    assert tally.torn == []


def test_a_build_whose_worker_is_killed_ends_with_the_same_bytes(stand_of_two):
    tally = Tally()
    run_kills(stand_of_two, tally, number=4, victims=WORKER_VICTIMS, chance=random.Random(0), over_old=False)
    assert tally.torn == []


def test_a_power_cut_leaves_the_old_output_or_the_new_and_always_the_new_after_exit_code_0(stand, tmp_path):
    mountable("losetup", "mkfs.ext4")
    try:
        disk = LoopDisk(tmp_path / "image", stand.place)
    except CannotMountError as refusal:
        pytest.skip(str(refusal))
    tally = Tally()
    try:
        run_cuts(stand, disk, tally, number=5, chance=random.Random(0), over_old=True)
    finally:
        disk.close()
    assert tally.torn == []


@pytest.mark.parametrize("over_old", [False, True], ids=["new output", "old output"])
def test_a_full_disk_ends_with_exit_code_4_and_the_old_output(stand, over_old):
    mountable()
    try:
        try_memory(stand.place)
    except CannotMountError as refusal:
        pytest.skip(str(refusal))
    tally = Tally()
    run_sizes(stand, tally, number=3, over_old=over_old)
    run_inodes(stand, tally, every=24, over_old=over_old)
    assert tally.torn == []
    assert tally.runs["size, too small"]
    assert tally.runs["nr_inodes, too small"]


def test_of_eight_builders_at_one_output_the_losers_exit_with_6(stand, tmp_path):
    tally = Tally()
    Rivals(stand, tmp_path, builders=8).compete(tally, rounds=2, chance=random.Random(0))
    assert tally.torn == []
    assert tally.codes["builder 6"] >= 7


def test_builders_that_wait_for_one_another_are_found(stand, tmp_path):
    rivals = Rivals(stand, tmp_path, builders=2)
    rivals.compete(Tally(), rounds=1, chance=random.Random(0))
    assert "" in [rivals.judge(codes, at_once=True) for codes in ([0, 6], [6, 0])]
    assert rivals.judge([0, 0], at_once=True) == "nobody has lost"


def test_an_output_that_another_build_holds_is_not_judged(tmp_path):
    out = tmp_path / "dist"
    toolkit.build([ROOT / "raw"], out, workers=1)
    (out / "of-the-other-build.txt").write_text("moved in between reading the manifest and the folder")
    with lock(out), pytest.raises(LockedError):
        toolkit.build([ROOT / "raw"], out, workers=1)


def test_a_publication_removes_what_a_killed_one_left(tmp_path):
    toolkit.build([ROOT / "raw"], tmp_path / "dist", workers=1, version="1.0.0")
    releases = tmp_path / "releases"
    names = [".latest.4242.partial", ".rolled-back.4242.partial", "v1.0.0/data/.train.4242.partial"]
    left = [releases / name for name in names]
    for path in left:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"half")
    toolkit.publish(tmp_path / "dist", str(releases))
    assert [path for path in left if path.exists()] == []
    assert (releases / "latest").read_text() == "v1.0.0\n"


WRITES_A_FILE = """
import sys
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from toolkit.storage.output import lock
from toolkit.storage.delivery import write_file
from toolkit.errors import ToolkitError
try:
    write_file(Path(sys.argv[1]), b"new")
except ToolkitError as failure:
    sys.exit(failure.exit_code)
"""


def test_a_single_file_is_old_with_exit_code_4_or_new_with_9_whichever_call_fails(tmp_path):
    if why_no_shim():
        pytest.skip(why_no_shim())
    place = tmp_path / "place"
    place.mkdir()
    shim, file = Shim(tmp_path, place), place / "report.html"
    ends = []
    while not ends or shim.first_failed():
        file.write_bytes(b"old")
        shim.arm(at=len(ends) + 1, kind="eio", sticky=False)
        done = subprocess.run(
            [sys.executable, "-c", WRITES_A_FILE, str(file)], check=False, cwd=ROOT, env=shim.environment()
        )
        ends.append((shim.first_failed().removesuffix(f" {place}"), done.returncode, file.read_bytes()))
    assert ends.pop() == ("", 0, b"new")
    assert {(code, content) for _, code, content in ends} == {(4, b"old"), (9, b"new")}
    assert ends[-1] == ("fsync", 9, b"new")


def test_folders_that_are_made_for_a_file_are_on_the_medium_too(tmp_path):
    if why_no_shim():
        pytest.skip(why_no_shim())
    place = tmp_path / "place"
    place.mkdir()
    shim = Shim(tmp_path, place)
    shim.arm(at=0, kind="none", sticky=False, logging=True)
    subprocess.run(
        [sys.executable, "-c", WRITES_A_FILE, str(place / "a" / "b" / "report.html")],
        check=True, cwd=ROOT, env=shim.environment(),
    )  # fmt: skip
    calls = [line.split()[:2] for line in shim.log.read_text().splitlines()]
    assert [path for call, path in calls if call == "mkdir"] == [f"{place}/a", f"{place}/a/b"]
    synced = [path for call, path in calls if call == "fsync" and not path.endswith(".partial")]
    assert synced == [str(place), f"{place}/a", f"{place}/a/b"]
