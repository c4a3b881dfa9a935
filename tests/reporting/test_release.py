"""A release: only what may leave, whole, and every change of it found."""

from __future__ import annotations

import hashlib
import json
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


def test_a_signature_proves_the_maker(tmp_path):
    pytest.importorskip("cryptography", reason="the extra 'sign' is not installed")
    from skk_analysis.review.signatures import new_key

    key, other = new_key(tmp_path / "key.pem"), new_key(tmp_path / "other.pem")
    place = tmp_path / "signed.zip"
    place.write_bytes(packed(FILES, ABOUT, key))
    assert place.read_bytes() == packed(FILES, ABOUT, key)
    assert verified(place).key == verified(place, key.public).key == key.public
    assert "not with" in verified(place, other.public).told()
    # all files changed together with the manifest: only the signature shows it
    changed = packed(FILES | {"z.csv": b"2\r\n"}, ABOUT)
    with zipfile.ZipFile(place) as archive:
        signature = archive.read(SIGNATURE)
    place.write_bytes(changed)
    forged = rewritten(place, {SIGNATURE: signature})
    assert "its signature is not by its key" in verified(forged).told()
    assert "not signed with the key" in verified(place, key.public).told()


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
    page = (bench.folder / "index.html").read_bytes()
    [listed] = [f for f in manifest["files"] if f["path"] == "espoo/2019/fi/index.html"]
    assert listed["sha256"] == hashlib.sha256(page).hexdigest()

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
