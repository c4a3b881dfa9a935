"""A release: only what may leave, whole, and every change of it found."""

from __future__ import annotations

import hashlib
import io
import json
import posixpath
import re
import sys
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from skk_analysis.cli import app
from skk_analysis.reporting.makings import differences_between
from skk_analysis.reporting.plan import Choice
from skk_analysis.reporting.release.archive import (
    MANIFEST,
    SIGNATURE,
    packed,
    verified,
    write_new,
)
from skk_analysis.reporting.release.pack import release
from skk_analysis.reporting.signoff import statuses
from skk_analysis.reporting.stamp import unstamped
from skk_analysis.review.standing import Standing, Status
from skk_analysis.workspace import SkkError

FILES = {"a/index.html": b"<p>a</p>" * 40, "a/kuvio ä.png": bytes(range(256)), "z.csv": b"1\r\n"}
ABOUT = {"draft": False, "reports": {"a": "approved"}}


@pytest.fixture
def whole(tmp_path) -> Path:
    place = tmp_path / "julkaisu.zip"
    write_new(place, packed(FILES, ABOUT))
    return place


def rewritten(place: Path, changes: dict[str, bytes | None]) -> Path:
    """The zip with other, further (None: without) files, well-formed as a zip."""
    with zipfile.ZipFile(place) as archive:
        files = {name: archive.read(name) for name in archive.namelist()} | changes
    other = place.with_name("other.zip")
    with zipfile.ZipFile(other, "w") as archive:
        for name, content in files.items():
            if content is not None:
                archive.writestr(name, content)
    return other


def test_the_same_files_give_the_same_bytes_and_an_existing_file_is_never_replaced(whole):
    assert whole.read_bytes() == packed(dict(reversed(FILES.items())), ABOUT)
    found = verified(whole)
    assert (found.whole, found.files, found.key) == (True, 4, "")
    assert "not signed" in found.told() and not found.notes
    before = whole.read_bytes()
    with pytest.raises(SkkError, match="never replaced"):
        write_new(whole, b"other")
    assert whole.read_bytes() == before and len(list(whole.parent.iterdir())) == 1


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"z.csv": b"2\r\n"}, "z.csv is not what the manifest says"),
        ({"z.csv": None}, "z.csv is missing"),
        ({"new.html": b"x"}, "new.html is not in the manifest"),
        ({"../evil": b"x"}, "'../evil' is no name"),
        ({"/etc/evil": b"x"}, "is no name of a file"),
        ({MANIFEST: b"{}"}, "manifest.json cannot be read"),
        ({MANIFEST: None}, "manifest.json cannot be read"),
    ],
)
def test_every_change_of_a_file_is_found(whole, changes, fault):
    found = verified(rewritten(whole, changes))
    assert not found.whole and fault in found.told()


def test_a_changed_byte_of_content_is_found_wherever_it_is(whole):
    content = whole.read_bytes()
    with zipfile.ZipFile(whole) as archive:
        spans = [(i.header_offset + 30 + len(i.filename.encode()), i.compress_size)
                 for i in archive.infolist()]  # fmt: skip
    for start, size in spans:
        for place in (start, start + size // 2, start + size - 1):
            whole.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
            found = verified(whole)  # a bit of deflate that changes no content is told, too
            assert not found.whole or found.notes, place
    whole.write_bytes(content[: len(content) // 2])
    with pytest.raises(SkkError, match="is no release"):
        verified(whole)


@pytest.fixture
def keys(tmp_path):
    """Somebody's key, and another one."""
    pytest.importorskip("cryptography", reason="the extra 'sign' is not installed")
    from skk_analysis.review.signatures import new_key

    return new_key(tmp_path / "key.pem"), new_key(tmp_path / "other.pem")


@pytest.fixture
def signed(tmp_path, keys) -> Path:
    place = tmp_path / "signed.zip"
    place.write_bytes(packed(FILES, ABOUT, keys[0]))
    return place


def part(archive: bytes | Path, name: str) -> bytes:
    with zipfile.ZipFile(archive if isinstance(archive, Path) else io.BytesIO(archive)) as opened:
        return opened.read(name)


def test_a_signature_proves_the_maker(signed, keys):
    key, other = keys
    assert signed.read_bytes() == packed(FILES, ABOUT, key)
    assert verified(signed).key == verified(signed, key.public.upper()).key == key.public
    assert "Anybody can make a key" in verified(signed).told()
    assert "as expected" in verified(signed, key.public).told()
    found = verified(signed, other.public)
    assert not found.whole and f"with the key {key.public}, not with {other.public}" in found.told()
    with pytest.raises(SkkError, match="is no public key"):
        verified(signed, "nonsense")


def test_whoever_changes_a_signed_release_is_found(signed, keys):
    """Also if everything that can be computed anew is: without the key there is no signature."""
    key, other = keys
    changed = FILES | {"z.csv": b"2\r\n"}
    manifest = part(packed(changed, ABOUT), MANIFEST)
    others = part(packed(changed, ABOUT, other), SIGNATURE)
    drafts = part(packed(FILES, {**ABOUT, "draft": True}), MANIFEST)
    moved = json.dumps(key.signature(b"skk-review-1\n" + manifest)).encode()  # of another purpose
    not_by_key = "its signature is not by its key over its content"
    for changes, public, fault in (
        ({"z.csv": b"2\r\n"}, "", "z.csv is not what the manifest says"),
        ({"z.csv": b"2\r\n", MANIFEST: manifest}, "", not_by_key),
        ({MANIFEST: drafts}, "", not_by_key),
        ({"z.csv": b"2\r\n", MANIFEST: manifest, SIGNATURE: moved}, "", not_by_key),
        ({"z.csv": b"2\r\n", MANIFEST: manifest, SIGNATURE: others}, key.public, "not with"),
        ({"z.csv": b"2\r\n", MANIFEST: manifest, SIGNATURE: None}, key.public, "it is not signed"),
        ({SIGNATURE: b"{}"}, "", "other fields"),
        ({SIGNATURE: b"[]"}, "", "is no signature"),
        ({SIGNATURE: b"{"}, "", "cannot be read"),
    ):
        found = verified(rewritten(signed, changes), public)
        assert not found.whole and fault in found.told(), (changes, found.told())
    # a maker is not proven by just any good signature, nor by none: both are said
    whole_by_other = rewritten(signed, {"z.csv": b"2\r\n", MANIFEST: manifest, SIGNATURE: others})
    assert verified(whole_by_other).key == other.public
    unsigned = rewritten(signed, {SIGNATURE: None})
    assert "not signed: its maker is unproven" in verified(unsigned).told()


def test_without_cryptography_nothing_is_signed_and_the_signature_is_told_as_unchecked(
    signed, keys, tmp_path, monkeypatch
):
    from skk_analysis.review.signatures import new_key, read_key

    for name in [name for name in sys.modules if name.startswith("cryptography")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "cryptography", None)
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    found = verified(signed)
    assert found.whole and not found.key and "unchecked: install" in found.told()
    assert "cannot be checked here" in verified(signed, keys[0].public).told()
    for ask in (lambda: read_key(tmp_path / "key.pem"), lambda: new_key(tmp_path / "new.pem")):
        with pytest.raises(SkkError, match=r"pip install 'skk-analysis\[sign\]'"):
            ask()
    assert not (tmp_path / "new.pem").exists()


def test_entries_that_lead_elsewhere_are_told(whole, monkeypatch):
    """Links, names for other systems, encryption, and more than fits into memory."""
    with zipfile.ZipFile(whole) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    for change, fault in (
        ({"external_attr": 0o120777 << 16}, "is no file, but a link"),
        ({"filename": "a\\..\\evil"}, "is no name of a file"),
        ({"filename": "C:evil"}, "is no name of a file"),
        ({"filename": "a/../../evil"}, "is no name of a file"),
    ):
        with zipfile.ZipFile(whole, "w") as archive:
            for name, content in files.items():
                info = zipfile.ZipInfo(name)
                for field, value in change.items() if name == "z.csv" else ():
                    setattr(info, field, value)
                archive.writestr(info, content)
        found = verified(whole)
        assert not found.whole and fault in found.told(), found.told()
    monkeypatch.setattr("skk_analysis.reporting.release.archive.LARGEST", 100)
    assert "at most 100 are read" in verified(whole).told()


def test_only_what_is_approved_and_made_to_be_read_leaves(bench, monkeypatch, tmp_path):
    assert bench.run().ok
    with pytest.raises(SkkError, match="None of the 4 chosen reports is approved"):
        release(bench.workspace, Choice(), kinds=[bench.kind])
    real = statuses.statuses

    def approved(workspace, reports):
        return {
            report: Status(Standing.APPROVED) if report.path.parts[0] == "espoo" else status
            for report, status in real(workspace, reports).items()
        }

    monkeypatch.setattr("skk_analysis.reporting.release.pack.statuses", approved)
    found = release(bench.workspace, Choice(), kinds=[bench.kind])
    assert found.reports == {"espoo/2019/fi": "approved", "espoo/2020/fi": "approved"}
    assert found.left_out == ("jyvaskyla/2019/fi", "jyvaskyla/2020/fi")
    assert found.content == release(bench.workspace, Choice(), kinds=[bench.kind]).content
    place = tmp_path / "r.zip"
    place.write_bytes(found.content)
    with zipfile.ZipFile(place) as archive:
        names = archive.namelist()
        manifest = json.loads(archive.read(MANIFEST))
        front = archive.read("index.html").decode()
    inside = {n.removeprefix("espoo/2019/fi/") for n in names if n.startswith("espoo/2019/fi/")}
    assert {"index.html", "results.json", "report.json", "content.json"} <= inside
    assert not {"notebook.ipynb", "ro-crate-metadata.json", "review.html", "review.json"} & inside
    assert not [n for n in names if n.startswith("jyvaskyla")]
    assert (
        "jyvaskyla" not in front.split("<main")[1].split("states")[0] and "espoo/2020/fi" in front
    )
    assert not manifest["draft"] and len(manifest["files"]) == len(names) - 1
    # the page is that of the site, and leads to nothing that has not left with it
    page = part(place, "espoo/2019/fi/index.html")
    assert unstamped(page) == unstamped((bench.folder / "index.html").read_bytes())
    assert b"review.html" in (bench.folder / "index.html").read_bytes() and b"Luonnos" not in page
    [listed] = [f for f in manifest["files"] if f["path"] == "espoo/2019/fi/index.html"]
    assert listed["sha256"] == hashlib.sha256(page).hexdigest()
    for name in (n for n in names if n.endswith(".html")):
        for link in re.findall(rb'href="((?!https:)[^"#:]+)', part(place, name)):
            target = posixpath.normpath(posixpath.join(posixpath.dirname(name), link.decode()))
            assert target in names, (name, link)

    drafts = release(bench.workspace, Choice(), draft=True, kinds=[bench.kind])
    place.write_bytes(drafts.content)
    assert verified(place).drafts == ("jyvaskyla/2019/fi", "jyvaskyla/2020/fi")
    # a release can be compared with the site
    assert {
        (name, one.changes_content)
        for name, one in differences_between(str(place), str(bench.workspace.root), bench.workspace)
    } == {(name, False) for name in drafts.reports}
    (bench.folder / "index.html").write_text("x")
    with pytest.raises(SkkError, match="is not as it was made"):
        release(bench.workspace, Choice(), kinds=[bench.kind])


def test_the_command_refuses_and_tells_by_its_exit_status(whole):
    run = CliRunner().invoke
    assert run(app, ["release", "verify", str(whole)]).exit_code == 0
    assert run(app, ["release", "verify", str(rewritten(whole, {"z.csv": b"x"}))]).exit_code == 3
    assert run(app, ["release"]).exit_code == 2
    refused = run(app, ["release", "--to", str(whole)])
    assert isinstance(refused.exception, SkkError) and "never replaced" in str(refused.exception)
