"""From decisions to the site: what binds a signature, what voids it, and what cannot be faked."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import nbformat
import pytest
from typer.testing import CliRunner

from skk_analysis.cli import app
from skk_analysis.reporting import companions, grid, publication, runner
from skk_analysis.reporting.checks import RESULTS_TYPE
from skk_analysis.reporting.execute import INJECTED
from skk_analysis.reporting.report import PAGE, Report
from skk_analysis.reporting.signoff.companion import review_companion
from skk_analysis.reporting.signoff.decisions import Voice, decide, restamp, take_in
from skk_analysis.reporting.signoff.facts import FACTS, REVIEW_PAGE, read_facts
from skk_analysis.reporting.signoff.proof import proof
from skk_analysis.reporting.signoff.statuses import statuses
from skk_analysis.reporting.verify import verify
from skk_analysis.review.actions import JUDGED, MACHINE
from skk_analysis.review.ledger import FILE, LedgerError, canonical, folder_of, read
from skk_analysis.review.review_file import ReviewFileError
from skk_analysis.review.standing import Standing
from skk_analysis.review.words import status_text
from skk_analysis.workspace import SkkError
from tests.reporting import conftest

WORDS = "Gini oli"
MAIJA, AINO = Voice("Maija Virtanen", "Säätiö"), Voice("Aino Åberg", "Stiftelsen")


def machine(failing: str = "") -> bytes:
    """What the machine says; all rows pass but one."""
    rows = [
        {"id": name, "status": "fail" if name == failing else "pass", "told": "<b>Koneen</b> sana",
         "evidence": [{"href": "#summary", "label": "Tiivistelmä"},
                      {"href": "javascript:alert(1)", "label": "paha"}], "details": []}
        for name in MACHINE
    ]  # fmt: skip
    return json.dumps({"format": 1, "checks": rows}).encode()


def executed(workspace: Path, city: str, words: str) -> nbformat.NotebookNode:
    """What running a notebook gives whose one number is the length of a raw file."""
    v4 = nbformat.v4
    size = len((workspace / "data" / "raw" / f"{city.lower()}.csv").read_bytes())
    gini = {"id": "gini", "value": size / 100, "unit": "index", "kind": "value"}
    told = {"alt": "Neliö", "caption": "Kuvio 1. Neliö", "table": conftest.TABLE}
    said = f'<p>{words} <data value="gini">{size},0</data>.</p>'
    outputs = [
        ({"text/html": f"<h1>{city}</h1>"}, {}),
        ({"text/html": f'<h2 id="summary">Tiivistelmä</h2>{said}'}, {}),
        ({"image/svg+xml": conftest.SVG}, {"image/svg+xml": told}),
        ({"text/html": '<h2 id="origin">Lähteet</h2>'}, {}),
        ({RESULTS_TYPE: [gini]}, {}),
        ({"text/html": ""}, {"text/html": {"skk": "end"}}),
    ]
    shown = [v4.new_output("display_data", data=d, metadata=m) for d, m in outputs]
    given = v4.new_code_cell("city", metadata={"tags": [INJECTED]}, execution_count=1)
    cell = v4.new_code_cell("show()", outputs=shown, execution_count=2)
    return v4.new_notebook(cells=[given, cell])


@pytest.fixture
def review(bench: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A bench with one report whose number is the length of a raw file; no kernel is needed."""
    bench.failing, bench.words = "", WORDS

    def execute(_notebook: Path, parameters: dict[str, Any], root: Path, *_: Any) -> Any:
        return executed(root, parameters["city"], bench.words)

    checks = lambda _made: {"checks.json": machine(bench.failing)}  # noqa: E731
    monkeypatch.setattr(companions, "COMPANIONS", (checks, review_companion))
    monkeypatch.setattr(runner, "execute", execute)
    monkeypatch.setattr(grid, "warm_forks", lambda *_: None)
    monkeypatch.setattr(publication, "published_changes", lambda *_: ())
    assert not bench.one().failed
    return bench


def report_of(bench: Any) -> Report:
    from skk_analysis.reporting.plan import Choice, chosen_reports

    [report] = chosen_reports(bench.workspace, Choice(["Espoo"], [2019]), [bench.kind])
    return report


def act(bench: Any, voice: Voice, action: str, **payload: Any) -> Any:
    return decide(bench.workspace, report_of(bench), voice, action, [bench.kind], **payload)


def judge_all(bench: Any, voice: Voice = MAIJA) -> None:
    undecided = {"action": "none", "conditions": ""}
    imported(bench, saved(bench, voice, "judged.json", decision=undecided))


def status(bench: Any) -> Any:
    report = report_of(bench)
    return statuses(bench.workspace, [report])[report]


def approve(bench: Any) -> None:
    imported(bench, saved(bench, MAIJA))
    act(bench, AINO, "sign", conditions="")


def saved(bench: Any, voice: Voice, name: str = "a.json", **changes: Any) -> Path:
    """A file as the review page saves it: every row accepted, and signed."""
    facts = read_facts(bench.folder)
    content = {
        "kind": "skk-review", "format": 1, "report": facts.report,
        "report_hash": facts.report_hash, "data_hash": facts.data_hash, "code": facts.code,
        "ledger": "0:", "saved": "2021-03-03T12:00:00.000Z",
        "reviewer": {"name": voice.name, "body": voice.body, "role": voice.role, "ties": [],
                     "ties_told": ""},
        "judgements": {row: {"verdict": "accept", "text": ""} for row in JUDGED},
        "waivers": {}, "grades": [], "comments": [], "answers": {},
        "decision": {"action": "sign", "conditions": ""},
    } | changes  # fmt: skip
    checksum = hashlib.sha256(canonical(content)).hexdigest()
    file = bench.workspace.root / name
    file.write_text(json.dumps({**content, "checksum": checksum}, indent=1), "utf-8")
    return file


def imported(bench: Any, file: Path) -> Any:
    return take_in(bench.workspace, file, lambda _: report_of(bench), kinds=[bench.kind])


def page(bench: Any, name: str = PAGE) -> str:
    return (bench.folder / name).read_text("utf-8")


def test_the_banner_follows_the_ledger_and_the_report_stays_proven(review):
    """Signing changes the pages' stamps; report, record and notebook stay byte for byte."""
    others = {n: c for n, c in review.files().items() if not n.endswith((".html", "view.json"))}
    assert "Luonnos" in page(review) and report_of(review).record()
    judge_all(review)
    assert "Arvioitavana" in page(review)
    act(review, MAIJA, "sign", conditions="")
    act(review, AINO, "sign", conditions="Kuvio 1 selkeytetään.")
    assert "Hyväksytty" in page(review) and "Hyväksytty" in page(review, REVIEW_PAGE)
    assert "Maija Virtanen (Säätiö) ja Aino Åberg (Stiftelsen)" in page(review)
    assert "Ehdot: Kuvio 1 selkeytetään." in page(review)
    record = report_of(review).record()
    assert record is not None
    now = review.files()
    assert {name: now[name] for name in others if "/fi/" in name} == {
        name: content for name, content in others.items() if "/fi/" in name
    }
    summary = review.one()
    assert (summary.skipped, summary.published) == (["Espoo 2019 fi"], False)
    site = json.loads(now["review.json"])
    assert site["reports"]["espoo/2019/fi"]["state"] == "approved"
    assert site["ledger"]["length"] == len(JUDGED) + 3


def test_a_faked_stamp_is_found_and_replaced(review):
    """Whatever is written into a region does not pass: not for verify, not for the next run."""
    honest = page(review)
    faked = honest.replace("status-draft", "status-approved").replace("Luonnos", "Hyväksytty")
    (review.folder / PAGE).write_text(faked, "utf-8")
    assert report_of(review).record() is not None  # the rest is as it was made
    assert "stamped on index.html" in str(verify(report_of(review), kinds=[review.kind]))
    assert review.one().published
    assert page(review) == honest
    beyond = honest.replace("</main>", "<!--skk:status--><p>lisä</p><!--/skk:status--></main>")
    (review.folder / PAGE).write_text(beyond, "utf-8")
    assert report_of(review).record() is None


def test_a_changed_number_voids_and_is_named(review):
    approve(review)
    assert status(review).standing is Standing.APPROVED
    review.change("espoo")
    assert review.one().made
    found = status(review)
    assert (found.standing, found.why) == (Standing.VOID, "changed")
    assert [(c.id, c.shown("fi")) for c in found.changes] == [("gini", ("8,0", "10,0"))]
    assert "Muuttuneet" not in status_text(found, "fi")
    said = "Sen jälkeen muuttuneita lukuja: 1. Suurin muutos: gini, ennen 8,0, nyt 10,0."
    assert said in status_text(found, "fi") and said in page(review)
    assert "Vanhentunut" in page(review) and "10,0</td>" in page(review, REVIEW_PAGE)
    with pytest.raises(LedgerError, match="is not approved"):
        act(review, MAIJA, "release", what="")
    file = review.workspace.raw / "espoo.csv"
    file.write_text(file.read_text("utf-8")[:-2], "utf-8")
    review.change("jyväskylä")  # describes all anew
    review.one()
    assert status(review).standing is Standing.APPROVED  # the same content again


def test_other_code_with_the_same_content_keeps_the_approval(review):
    """A run id, a date of retrieval and versions are not what a reader is told."""
    approve(review)
    record = report_of(review).record()
    (review.library / "metrics.py").write_text("two = 2\n")
    assert review.one().made
    again = report_of(review).record()
    assert (again.run_id, again.code) != (record.run_id, record.code)
    assert status(review).standing is Standing.APPROVED and "Hyväksytty" in page(review)


def test_changed_words_void_too(review):
    approve(review)
    review.words = "Gini nousi ja oli"
    review.one(force=True)
    assert "tekstit tai kuviot ovat muuttuneet, luvut eivät" in status_text(status(review), "fi")


def test_a_failing_row_needs_a_waiver(review):
    review.failing = "disclosure"
    review.one(force=True)
    judge_all(review)
    with pytest.raises(LedgerError, match="row disclosure fails and has no written waiver"):
        act(review, MAIJA, "sign", conditions="")
    with pytest.raises(SkkError, match="does not fail"):
        act(review, MAIJA, "waive", check="dates", reason="Turha.")
    act(review, MAIJA, "waive", check="disclosure", reason="Findata on sallinut.")
    act(review, MAIJA, "sign", conditions="")
    assert "Findata on sallinut." in page(review, REVIEW_PAGE)


def test_a_file_is_taken_in_once(review):
    file = saved(review, MAIJA)
    assert len(imported(review, file).entries) == len(JUDGED) + 2
    before = (folder_of(review.workspace) / FILE).read_bytes()
    assert imported(review, file).again
    assert (folder_of(review.workspace) / FILE).read_bytes() == before
    second = saved(review, AINO, "b.json", judgements={})
    imported(review, second)
    assert status(review).standing is Standing.APPROVED
    assert proof(review.workspace, [file, second]).holds


def tampered(file: Path) -> None:
    file.write_text(file.read_text("utf-8").replace("Maija", "Liisa"), "utf-8")


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"report_hash": "0" * 64}, "another content"),
        ({"data_hash": "0" * 64}, "another data"),
        ({"ledger": "3:" + "0" * 64}, "cut off"),
        ({"kind": "else"}, "kind is not one of"),
        ({"extra": 1}, "not an object with"),
        ({"judgements": {"crown": {"verdict": "accept", "text": ""}}}, "a name in"),
        ({"judgements": {}}, "nobody has judged"),
        ({"waivers": {"dates": "Ohi."}}, "does not fail"),
        ({"comments": [{"anchor": "no-such", "text": "a", "blocking": False}]}, "not there"),
        ({"comments": [{"anchor": "", "text": "a", "blocking": "yes"}]}, "type bool"),
        ({"answers": {"7": "Siksi."}}, "no comment 7"),
        ({"grades": [{"experiment": "espoo-1", "to": 1, "reason": "a"}]}, "grades no experiment"),
        ({"reviewer": {"name": "Mаija", "body": "S", "role": "reviewer", "ties": [],
                       "ties_told": ""}}, "mixes"),
        ({"reviewer": {"name": "Maija", "body": "S", "role": "king", "ties": [],
                       "ties_told": ""}}, "role"),
        ({"decision": {"action": "release", "conditions": ""}}, "action"),
    ],
)  # fmt: skip
def test_files_that_are_refused_leave_nothing(review, changes, word):
    file = saved(review, MAIJA, **changes)
    with pytest.raises((ReviewFileError, LedgerError), match=word):
        imported(review, file)
    assert read(folder_of(review.workspace)).entries == ()


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"\xff", "cannot be read as JSON"),
        (b"[" * 100_000, "cannot be read as JSON"),
        (b"[]", "not an object"),
        (b'{"kind": 1, "kind": 2}', "twice"),
        (b" " * 5_000_001, "bytes"),
    ],
)
def test_files_that_are_none(review, content, word):
    file = review.workspace.root / "x.json"
    file.write_bytes(content)
    with pytest.raises(ReviewFileError, match=word):
        imported(review, file)
    file = saved(review, MAIJA)
    tampered(file)
    with pytest.raises(ReviewFileError, match="checksum"):
        imported(review, file)


def test_hostile_words_stay_words(review):
    """A script in a comment, a name or the machine's answer is shown, and runs nowhere."""
    evil = "</blockquote><script>alert(1)</script><!--/skk:thread--><img src=x onerror=alert(2)>"
    act(review, Voice("Maija", "<script>S</script>"), "comment", anchor="gini", text=evil,
        blocking=True)  # fmt: skip
    for name in (PAGE, REVIEW_PAGE):
        content = page(review, name)
        assert "<script>alert" not in content and "<img src=x" not in content
        assert "<script>S" not in content and "javascript:" not in content
    assert "&lt;script&gt;alert(1)" in page(review, REVIEW_PAGE)
    assert "&lt;b&gt;Koneen&lt;/b&gt; sana" in page(review, REVIEW_PAGE)
    assert report_of(review).record() is not None
    review.one()
    assert page(review, REVIEW_PAGE).count("<!--/skk:thread-->") == 1


def test_a_lost_ledger_is_noticed_by_the_site(review):
    """Who removes the whole folder removes no approval without a trace."""
    approve(review)
    place = folder_of(review.workspace)
    for file in sorted(place.rglob("*"), reverse=True):
        file.unlink() if file.is_file() else file.rmdir()
    assert status(review).why == "ledger"
    assert any("cut off" in fault for fault in proof(review.workspace).faults)
    with pytest.raises(LedgerError, match="cut off"):
        act(review, MAIJA, "open")
    restamp(review.workspace, [review.kind])
    assert "Hyväksytty" not in page(review) and "ei ole ehjä" in page(review)
    assert any("cut off" in fault for fault in proof(review.workspace).faults)


def test_a_copied_signature_of_another_report_counts_for_nothing(review):
    approve(review)
    review.run(cities=["Espoo"], years=[2020])
    from skk_analysis.reporting.plan import Choice, chosen_reports

    [other] = chosen_reports(review.workspace, Choice(["Espoo"], [2020]), [review.kind])
    assert statuses(review.workspace, [other])[other].standing is Standing.DRAFT


def test_three_languages(review):
    approve(review)
    assert status_text(status(review), "fi").startswith("Hyväksytty. Maija Virtanen (Säätiö) ja ")
    assert status_text(status(review), "sv").startswith("Godkänd. Maija Virtanen (Säätiö) och ")
    assert status_text(status(review), "en").startswith("Approved. Maija Virtanen (Säätiö) and ")
    review.one(languages=["sv", "en"])
    for language, word in (("sv", "Granskarens sida"), ("en", "Reviewer’s page")):
        folder = review.folder.with_name(language)
        assert word in (folder / REVIEW_PAGE).read_text("utf-8")
        assert read_facts(folder).report_hash != read_facts(review.folder).report_hash


def test_the_command(review, monkeypatch):
    """The verbs end with the statuses that they promise."""
    monkeypatch.setattr("skk_analysis.reporting.kinds.KINDS", (review.kind,))
    run = CliRunner().invoke
    base = ["--workspace", str(review.workspace.root), "review"]
    who = ["--name", "Maija Virtanen", "--body", "Säätiö"]
    name = str(review.folder)
    opened = run(app, [*base, "open", name, *who])
    assert opened.exit_code == 0, opened.output
    assert "Signatures: 0, needed: 2" in opened.output
    assert run(app, [*base, "sign", name, *who]).exit_code == 2  # ties are not told
    refused = run(app, [*base, "sign", name, *who, "--no-ties"])
    assert "rows nobody has judged" in str(refused.exception)
    bad = saved(review, MAIJA, "bad.json", report_hash="0" * 64)
    good = saved(review, MAIJA, "good.json")
    taken = run(app, [*base, "import", str(bad), str(good)])
    assert taken.exit_code == 1 and "another content" in taken.output
    assert "good.json: entries 2–18" in taken.output
    assert "taken in before" in run(app, [*base, "import", str(good)]).output
    told = run(app, [*base, "status", name, "--anchors"]).output
    assert "Signature Maija" in told or "Signature" in told
    assert "gini: 8,0 – Gini oli" in told
    assert run(app, [*base, "verify"]).exit_code == 0
    file = folder_of(review.workspace) / FILE
    file.write_bytes(file.read_bytes()[:-100])
    broken = run(app, [*base, "verify"])
    assert broken.exit_code == 4 and "FAULT" in broken.output


def test_facts_name_what_a_comment_can_be_about(review):
    anchors = json.loads((review.folder / FACTS).read_text("utf-8"))["anchors"]
    assert anchors["summary"] == "Tiivistelmä" and anchors["figure-1"] == "Kuvio 1. Neliö"
    assert anchors["gini"] == "8,0 – Gini oli"
