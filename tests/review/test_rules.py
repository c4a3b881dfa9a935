"""Each rule of the sign-off by itself, and that an entry which breaks one counts for nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from skk_analysis.review.actions import JUDGED, MACHINE
from skk_analysis.review.book import Book
from skk_analysis.review.ledger import FILE, HEAD, LedgerError, append, read
from skk_analysis.review.persons import checked_name, person
from skk_analysis.review.signatures import new_key, read_key
from skk_analysis.review.standing import Standing, standing
from skk_analysis.workspace import SkkError
from tests.review.conftest import HASH, OTHER, REPORT, draft, judged, signed

MAIJA, AINO, OLLI = "Maija Virtanen", "Aino Åberg", "Olli Öhman"


def state(folder: Path, report_hash: str = HASH) -> tuple[Standing, str]:
    found = standing(Book(read(folder).entries), REPORT, report_hash)
    return found.standing, found.why


def test_from_draft_to_approval_and_past_it(folder, add):
    assert state(folder) == (Standing.DRAFT, "not_opened")
    add(draft("open"))
    assert state(folder) == (Standing.IN_REVIEW, "waits")
    add(*judged(), signed(MAIJA))
    assert state(folder) == (Standing.IN_REVIEW, "waits")
    add(signed(AINO, conditions="Korjataan ensi vuonna."))
    found = standing(Book(read(folder).entries), REPORT, HASH)
    assert (found.standing, found.who, found.conditions) == (
        Standing.APPROVED,
        (f"{MAIJA} (Säätiö)", f"{AINO} (Säätiö)"),
        ("Korjataan ensi vuonna.",),
    )
    add(draft("release", what="alusta"))
    assert state(folder) == (Standing.APPROVED, "released")
    assert state(folder, OTHER) == (Standing.VOID, "changed")
    assert state(folder) == (Standing.APPROVED, "released")  # made again as it was
    add(draft("open", report_hash=OTHER))
    assert state(folder, OTHER) == (Standing.IN_REVIEW, "waits")
    add(draft("void", reason="Virhe löytyi.", report_hash=OTHER))
    assert state(folder) == (Standing.VOID, "voided")


def refused(add, *drafts) -> str:
    with pytest.raises(LedgerError) as told:
        add(*drafts)
    return str(told.value)


def test_every_row_must_be_judged_for_this_content(add):
    add(*judged()[1:])
    assert f"nobody has judged: {JUDGED[0]}" in refused(add, signed(MAIJA))
    add(draft("judge", row=JUDGED[0], verdict="accept", text=""))
    add(signed(MAIJA))
    assert "nobody has judged: sources" in refused(add, signed(MAIJA, report_hash=OTHER))


def test_a_failing_row_needs_a_waiver_of_this_very_failure(add):
    add(*judged())
    failing = {"disclosure": "1" * 64, "approval": "2" * 64}
    assert "row disclosure fails" in refused(add, signed(MAIJA, failed=failing))
    add(draft("waive", check="disclosure", check_hash="9" * 64, reason="Muu vika."))
    assert "row disclosure fails" in refused(add, signed(MAIJA, failed=failing))
    add(draft("waive", check="disclosure", check_hash="1" * 64, reason="Sallittu."))
    add(signed(MAIJA, failed=failing))
    assert "reason" in refused(add, draft("waive", check="dates", check_hash="1" * 64, reason=" "))


def test_blocking_comments_and_concerns(add):
    add(*judged())
    [comment] = add(
        draft("comment", anchor="gini.2019", shown="29,6", text="Miksi?", blocking=True)
    )
    assert "comment 17 of Maija Virtanen stops" in refused(add, signed(AINO))
    assert "no comment 99" in refused(add, draft("answer", to=99, text="Siksi."))
    add(draft("answer", OLLI, role="author", to=comment.sequence, text="Siksi."))
    add(draft("judge", AINO, row="figures", verdict="concern", text="Akseli."))
    assert "takes written conditions" in refused(add, signed(AINO))
    add(signed(AINO, conditions="Akseli korjataan."))
    assert "needs words" in refused(add, draft("judge", row="dates", verdict="concern", text=""))


@pytest.mark.parametrize(
    "same",
    ["maija  virtanen", "Virtanen, Maija", "MAIJA VIRTANEN", "Máija Virtanen", "Maija-Virtanen"],
)
def test_nobody_signs_as_two(folder, add, same):
    add(*judged(), signed(MAIJA))
    told = refused(add, signed(same))
    assert "signed this already" in told or "blanks too many" in told
    # put into the file past the rules it counts for nothing
    append(folder, [signed(same)])
    assert state(folder)[0] is Standing.IN_REVIEW
    assert len(Book(read(folder).entries).ignored) == 1


@pytest.mark.parametrize(
    "name", ["", " ", "42", "Mаija Virtanen", "Maija\u200bVirtanen", "x" * 201]
)
def test_names_that_are_none(name):
    """The third-last has a Cyrillic letter, the next one a blank that nobody sees."""
    with pytest.raises(ValueError):
        checked_name(name)


def test_a_person_is_told_from_another():
    assert person("Maija Virtanen") != person("Maija Virtala")
    assert person("Åberg, Aino") == person("aino aberg")


def test_one_of_the_two_has_no_ties(folder, add):
    """Ties once told stay, wherever they were told, and an adviser is tied by being one."""
    add(draft("open", MAIJA, report="espoo/2019/sv", ties=["funder"]))
    add(*judged(), signed(MAIJA), signed(AINO, role="adviser"))
    assert state(folder) == (Standing.IN_REVIEW, "independent")
    add(signed(OLLI))
    assert state(folder)[0] is Standing.APPROVED
    add(draft("open", OLLI, report="turku/2019/fi", ties=["city"]))
    assert state(folder)[0] is Standing.IN_REVIEW


def test_authors_neither_judge_nor_sign(add):
    told = refused(add, draft("judge", row="dates", verdict="accept", text="", role="author"))
    assert "author does not judge" in told
    add(*judged())
    assert "author does not sign" in refused(add, signed(MAIJA, role="author"))
    add(signed(MAIJA))


def test_a_return_takes_the_signatures_back(folder, add):
    add(*judged(), signed(MAIJA), signed(AINO))
    add(draft("return", OLLI, reason="Kuvio 3 johtaa harhaan."))
    assert state(folder) == (Standing.DRAFT, "returned")
    add(draft("comment", anchor="", shown="", text="Korjattu.", blocking=False))
    assert state(folder) == (Standing.IN_REVIEW, "waits")
    assert "is not approved" in refused(add, draft("release", what=""))
    add(signed(MAIJA), signed(AINO))
    assert state(folder)[0] is Standing.APPROVED


def test_a_bundle_is_added_whole_or_not_at_all(folder, add):
    refused(add, draft("open"), *judged(), signed(MAIJA), signed("Virtanen Maija"))
    assert read(folder).entries == ()


@pytest.mark.parametrize(
    ("bad", "word"),
    [
        (draft("open", role="boss"), "no role"),
        (draft("crown"), "no action"),
        (draft("open", report="../../etc"), "names no report"),
        (draft("open", report_hash="x"), "hashes"),
        (draft("open", extra="y"), "has no extra"),
        (draft("waive", check="approval", check_hash=HASH, reason="Ei."), "is not right"),
        (draft("sign", conditions="", failed={}), "ties"),
        (draft("sign", conditions="", failed={}, ties=["cousin"]), "ties"),
        (draft("judge", row="grade", verdict="accept", text="", to=2), "changed grade"),
        (draft("judge", row="grade", verdict="accept", text="", to=2, experiment="a", computed=3),
         "needs a reason"),
        (draft("comment", anchor="", shown="", text="\x07", blocking=False), "text"),
        (draft("comment", anchor="", shown="", text="a", blocking=1), "blocking"),
        (draft("return", reason="Ei."), "no review that goes on"),
    ],
)  # fmt: skip
def test_what_is_not_a_decision(add, bad, word):
    assert word in refused(add, bad)


def test_a_registered_key_is_needed_from_then_on(folder, add, tmp_path):
    hers, his = (new_key(tmp_path / name, word) for name, word in (("a", "sana"), ("b", "")))
    nothing = {"report": "", "report_hash": ""}
    register = draft("key", MAIJA, public_key=hers.public, **nothing)
    assert "by a signature with it" in refused(add, register)
    add(register, key=hers)
    assert "registered key; sign with it" in refused(add, draft("open", MAIJA))
    add(draft("open", MAIJA), key=hers)
    with pytest.raises(LedgerError, match="nobody is two persons"):
        add(draft("open", AINO), key=hers)
    with pytest.raises(LedgerError, match="not the registered one"):
        add(draft("open", MAIJA), key=his)
    add(draft("key", MAIJA, public_key=his.public, **nothing), key=hers)  # replaced
    add(draft("open", MAIJA), key=his)
    book = Book(read(folder).entries)
    assert book.ignored == [] and len(book.review(REPORT).entries) == 2


def test_a_signature_cannot_be_moved_to_another_entry(folder, add, tmp_path):
    """Nor can it be dropped: it is in the hash; nor can the content under it be changed."""
    key = new_key(tmp_path / "key")
    add(draft("key", MAIJA, public_key=key.public, report="", report_hash=""), key=key)
    add(*judged(AINO))
    [first] = add(signed(MAIJA), key=key)
    entries = read(folder).entries
    replayed = replace(
        first, sequence=len(entries) + 1, previous=entries[-1].hash, report_hash=OTHER
    )
    for forged in (replayed, replace(replayed, signature=None)):
        forged = replace(forged, hash=forged.computed_hash())
        content = b"".join(entry.line() for entry in (*entries, forged))
        (folder / FILE).write_bytes(content)
        head = {"format": 1, "length": forged.sequence, "head": forged.hash}
        (folder / HEAD).write_text(json.dumps(head), "utf-8")
        assert read(folder).faults == ()
        [(ignored, why)] = Book(read(folder).entries).ignored
        assert ignored.sequence == forged.sequence
        assert "signature is not by its key" in why[0] or "registered key" in why[0]


def test_key_files(tmp_path):
    made = new_key(tmp_path / "key", "sana")
    assert read_key(tmp_path / "key", "sana").public == made.public
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
    with pytest.raises(SkkError, match="never written over"):
        new_key(tmp_path / "key")
    with pytest.raises(SkkError, match="passphrase"):
        read_key(tmp_path / "key", "väärä")
    (tmp_path / "key").chmod(0o644)
    with pytest.raises(SkkError, match="chmod 600"):
        read_key(tmp_path / "key", "sana")


def test_the_checklist_is_that_of_the_programme():
    assert len(MACHINE) == 18 and len(JUDGED) == 16
    assert set(MACHINE) - set(JUDGED) == {"reproducible", "approval"}
