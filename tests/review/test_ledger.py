"""The ledger under attack: whatever is done to its file is found, or said to be unprovable."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from skk_analysis.review.ledger import (
    FILE,
    HEAD,
    TORN,
    Anchor,
    LedgerError,
    append,
    canonical,
    parse,
    read,
)
from tests.review.conftest import draft

pytestmark = pytest.mark.usefixtures("filled")


@pytest.fixture
def filled(folder: Path) -> Path:
    """Four entries, added in three goes."""
    append(
        folder,
        [
            draft("open"),
            draft("comment", anchor="", shown="", text="«Ä» \n\ufeff €", blocking=True),
        ],
    )
    append(folder, [draft("answer", "Aino", to=2, text="Kyllä.")])
    append(folder, [draft("return", reason="Korjattava.")])
    return folder / FILE


def lines(file: Path) -> list[bytes]:
    return file.read_bytes().splitlines(keepends=True)


def test_what_was_added_is_read_again(folder, filled):
    found = read(folder)
    assert (found.faults, found.notes, len(found.entries)) == ((), (), 4)
    assert [entry.sequence for entry in found.entries] == [1, 2, 3, 4]
    assert found.entries[1].payload["text"] == "«Ä» \n\ufeff €"
    assert b"".join(entry.line() for entry in found.entries) == filled.read_bytes()


def test_every_byte_counts(folder, filled):
    """Any single byte changed in any way of three is a fault, also in the very last entry."""
    good, head = filled.read_bytes(), [read(folder).head._replace(place=HEAD)]
    unseen = []
    for place in range(len(good)):
        for flip in (1, 32, 128):
            changed = good[:place] + bytes([good[place] ^ flip]) + good[place + 1 :]
            found = parse(changed)
            if not (found.faults or found.lacks(head)):
                unseen.append((place, flip))
    assert unseen == []


def test_every_byte_of_the_head_counts(folder):
    """A changed length or hash is a fault; the rest of the head says nothing."""
    good = (folder / HEAD).read_bytes()
    told = json.loads(good)
    for place in range(len(good)):
        (folder / HEAD).write_bytes(good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :])
        try:
            changed = json.loads((folder / HEAD).read_bytes())
            same = all(changed.get(name) == told[name] for name in ("length", "head"))
        except ValueError:
            same = False
        assert bool(read(folder).faults) != same, place


@pytest.mark.parametrize(
    ("attack", "word"),
    [
        (lambda one: [one[0], one[2], one[1], one[3]], "line 2"),
        (lambda one: one[:1] + one[2:], "line 2"),
        (lambda one: one[1:], "line 1"),
        (lambda one: [*one[:2], one[1], *one[2:]], "line 3"),
        (lambda one: [*one, one[3]], "line 5"),
        (lambda one: one[:3], "cut off"),
        (lambda one: one[:0], "cut off"),
        (lambda one: [*one, b"\n"], "line 5"),
        (lambda one: [*one[:3], one[3].replace(b'":"', b'": "', 1)], "spelled"),
        (lambda one: [*one[:3], one[3].replace("ä".encode(), b"\\u00e4", 1)], "spelled"),
    ],
    ids=["swapped", "removed", "beheaded", "doubled", "repeated", "truncated", "emptied",
         "blank line", "blank", "escape"],
)  # fmt: skip
def test_lines_moved_removed_or_repeated(folder, filled, attack, word):
    content = lines(filled)
    filled.write_bytes(b"".join(attack(content)))
    found = read(folder)
    assert any(word in fault for fault in found.faults), found.faults
    with pytest.raises(LedgerError, match="Nothing is added"):
        append(folder, [draft("open")])


def test_a_forged_hash_and_a_forged_end(folder, filled):
    """An entry with a wrong hash is found at once, one with a right hash by the head."""
    last = read(folder).entries[-1]
    forged = replace(last, payload={"reason": "Hyvä."})
    filled.write_bytes(b"".join(lines(filled)[:3]) + forged.line())
    assert "not what its hash says" in read(folder).faults[0]
    again = replace(forged, hash=forged.computed_hash())
    filled.write_bytes(b"".join(lines(filled)[:3]) + again.line())
    assert "another one in the ledger" in read(folder).faults[0]
    assert parse(filled.read_bytes()).faults == ()  # the file alone cannot know


def test_truncation_together_with_the_head_is_found_by_a_quotation(folder, filled):
    """Who cuts the end off and mends the head is found by whatever quotes the entry."""
    quoted = [Anchor(4, read(folder).entries[-1].hash, "espoo/2019/fi/index.html")]
    filled.write_bytes(b"".join(lines(filled)[:3]))
    kept = parse(filled.read_bytes()).head
    (folder / HEAD).write_text(json.dumps({"format": 1, "length": 3, "head": kept.hash}))
    found = read(folder)
    assert found.faults == ()
    assert "cut off" in found.lacks(quoted)[0]


@pytest.mark.parametrize(
    ("rewritten", "told"),
    [
        (lambda b: b.replace(b"\n", b"\r\n"), "line ends of Windows"),
        (lambda b: b"\xef\xbb\xbf" + b, "byte order mark"),
        (lambda b: b.decode().encode("utf-16"), "UTF-16"),
        (lambda b: b.decode().encode("latin-1", "replace"), "no JSON"),
    ],
    ids=["CR LF", "mark", "UTF-16", "Latin 1"],
)
def test_a_file_that_another_programme_wrote_anew_is_told_as_such(folder, filled, rewritten, told):
    filled.write_bytes(rewritten(filled.read_bytes()))
    assert told in read(folder).faults[0]
    with pytest.raises(LedgerError, match="Put data/review back from a copy"):
        append(folder, [draft("open")])


def test_an_old_ledger_put_back_whole_is_found_by_a_quotation_only(folder):
    """With its own head it holds together: the pages that quote a later entry tell."""
    old = {name: (folder / name).read_bytes() for name in (FILE, HEAD)}
    append(folder, [draft("open"), draft("open", "Aino")])
    page = [Anchor(6, read(folder).head.hash, "reports/review.json")]
    for name, content in old.items():
        (folder / name).write_bytes(content)
    found = read(folder)
    assert found.faults == () and len(found.entries) == 4  # by itself it is a good ledger
    assert found.lacks(page) == [
        f"reports/review.json quotes entry 6 ({page[0].hash[:12]}), the ledger ends at 4: its end "
        "was cut off"
    ]
    # and goes on to be found when others have been added in the place of the lost ones
    append(folder, [draft("open", "Bertta"), draft("open", "Cecilia"), draft("open")])
    assert "entries were replaced" in read(folder).lacks(page)[0]


def test_two_ledgers_that_parted_cannot_be_put_together(folder, filled):
    """Two places went on from the same four entries; no order of the lines is one ledger."""
    common = lines(filled)
    append(folder, [draft("open", "Aino"), draft("open", "Aino")])
    one = lines(filled)[4:]
    head = (folder / HEAD).read_bytes()
    filled.write_bytes(b"".join(common))
    (folder / HEAD).unlink()
    last = parse(filled.read_bytes()).head
    (folder / HEAD).write_text(json.dumps({"format": 1, "length": 4, "head": last.hash}))
    append(folder, [draft("open", "Bertta")])
    other = lines(filled)[4:]
    (folder / HEAD).write_bytes(head)
    for merged in ([*one, *other], [*other, *one], [one[0], *other, one[1]], other):
        filled.write_bytes(b"".join([*common, *merged]))
        assert read(folder).faults, merged
    filled.write_bytes(b"".join([*common, *one]))
    assert read(folder).faults == ()


@pytest.mark.parametrize("name", [FILE, HEAD])
def test_a_full_disk_leaves_a_ledger_that_holds_together(folder, filled, monkeypatch, name):
    before, opened = filled.read_bytes(), Path.open

    def full(path, *arguments, **options):
        if path.name == f".{name}.new":
            raise OSError(errno.ENOSPC, "No space left on device")
        return opened(path, *arguments, **options)

    monkeypatch.setattr(Path, "open", full)
    with pytest.raises((OSError, LedgerError), match="No space left") as told:
        append(folder, [draft("open")])
    assert not list(folder.glob(".*.new"))
    found = read(folder)
    assert found.faults == ()
    if name == FILE:
        assert filled.read_bytes() == before
    else:  # the entry counts, which is said, and the head follows with the next one
        assert "were added and count" in str(told.value) and len(found.entries) == 5
    monkeypatch.undo()
    append(folder, [draft("open")])
    assert read(folder).notes == ()


def test_a_lost_head_is_a_fault(folder, filled):
    (folder / HEAD).unlink()
    assert "is missing" in read(folder).faults[0]
    filled.unlink()
    assert read(folder) == parse(b"")


def test_a_torn_line_is_told_set_aside_and_counts_for_nothing(folder, filled):
    """Bytes after the last newline are no entry; if they were one, the head misses it."""
    whole = filled.read_bytes()
    filled.write_bytes(whole + whole[:50])
    found = read(folder)
    assert found.faults == () and "unfinished (50 bytes)" in found.notes[0]
    [entry] = append(folder, [draft("open")])
    assert entry.sequence == 5 and read(folder).notes == ()
    assert (folder / TORN).read_bytes() == whole[:50] + b"\n"
    filled.write_bytes(filled.read_bytes()[:-1])
    assert "cut off" in read(folder).faults[0]


def test_a_head_that_lags_is_mended(folder):
    """A writer killed between ledger and head has added whole entries."""
    before = (folder / HEAD).read_bytes()
    append(folder, [draft("open")])
    (folder / HEAD).write_bytes(before)
    found = read(folder)
    assert found.faults == () and "lags behind by 1" in found.notes[0]
    append(folder, [draft("open")])
    assert read(folder).notes == () and len(read(folder).entries) == 6


def test_nothing_with_two_spellings_gets_in(folder):
    for bad in (0.5, float("nan"), {1: "a"}, b"a", "\ud800"):
        with pytest.raises(ValueError):
            canonical({"value": bad})
    assert len(read(folder).entries) == 4


WRITER = """
import sys
from pathlib import Path
from skk_analysis.review.ledger import append
from tests.review.conftest import draft
folder, name, count, many = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
print("begun", flush=True)
for number in range(count):
    append(folder, [draft("comment", name, anchor="", shown="", text=f"{number} " + "x" * 500,
                          blocking=False)] * many)
    print(number, flush=True)
"""


def writer(folder: Path, name: str, count: int, many: int = 1) -> subprocess.Popen[str]:
    root = str(Path(__file__).parents[2])
    command = [sys.executable, "-c", WRITER, str(folder), name, str(count), str(many)]
    environment = {**os.environ, "PYTHONPATH": root}
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)


def test_two_who_add_at_once_lose_nothing(folder):
    with writer(folder, "Aino", 25) as one, writer(folder, "Bertta", 25) as other:
        one.communicate()
        other.communicate()
    assert (one.returncode, other.returncode) == (0, 0)
    found = read(folder)
    assert found.faults == () and len(found.entries) == 54
    for name in ("Aino", "Bertta"):
        texts = [e.payload["text"].split()[0] for e in found.entries[4:] if e.reviewer == name]
        assert texts == [str(number) for number in range(25)]


@pytest.mark.parametrize("wait", range(3))
def test_killed_while_adding(folder, wait):
    """At whatever moment: the ledger holds together, holds all that was told done, all or none."""
    with writer(folder, "Cecilia", 200, many=40) as one:
        assert one.stdout is not None
        for _ in range(2 + wait):
            told = one.stdout.readline()
        one.send_signal(signal.SIGKILL)
        rest = one.stdout.read().split()
    done = int((rest or [told])[-1]) + 1
    found = read(folder)
    added = len(found.entries) - 4
    assert found.faults == ()
    assert added % 40 == 0 and added // 40 in (done, done + 1)
    append(folder, [draft("open")])
    assert read(folder).notes == ()
