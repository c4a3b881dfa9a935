"""The reviewer's path in a real browser: from disk, by keyboard, to a file and back to the page."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from skk_analysis.reporting.signoff.companion import review_companion  # noqa: F401
from skk_analysis.review.actions import JUDGED
from skk_analysis.review.ledger import folder_of, read
from skk_analysis.review.review_file import read_review_file
from skk_analysis.review.standing import Standing
from tests.reporting.test_signoff import MAIJA, act, imported, page, review, status  # noqa: F401

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
EVIL = '"><script>window.hacked = 1</script>'

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not on this machine")


class Reader:
    """Somebody at the review page who has a keyboard and nothing else."""

    def __init__(self, browser: Any, folder: Path, **settings: Any) -> None:
        self.heard: list[str] = []
        self.page = browser.new_page(accept_downloads=True, **settings)
        self.page.on("console", lambda message: self.heard.append(message.text))
        self.page.on("pageerror", lambda error: self.heard.append(str(error)))
        self.page.on("request", lambda request: self.heard.append(request.url[:5]))
        self.page.goto((folder / "review.html").as_uri())

    def tab_to(self, selector: str) -> None:
        """Press Tab until the field has the focus."""
        wanted = self.page.locator(selector).element_handle()
        for _ in range(400):
            if self.page.evaluate("one => document.activeElement === one", wanted):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{selector} is not reached by Tab")

    def type_in(self, selector: str, words: str) -> None:
        self.tab_to(selector)
        self.page.keyboard.type(words)

    def press_on(self, selector: str, key: str = "Enter") -> None:
        self.tab_to(selector)
        self.page.keyboard.press(key)

    def say_who(self, name: str, body: str) -> None:
        self.type_in("#name", name)
        self.type_in("#body", body)

    def judge_all(self) -> None:
        for row in JUDGED:
            self.tab_to(f"input[name='judge.{row}'][value='accept']")
            self.page.keyboard.press("Space")

    def save(self, to: Path) -> Path:
        self.tab_to("#save")
        with self.page.expect_download() as waiting:
            self.page.keyboard.press("Enter")
        waiting.value.save_as(to)
        return to

    def hears(self, words: str) -> None:
        """Wait for what the page says; the policy of the page forbids to ask it by a script."""
        self.page.get_by_text(words, exact=True).wait_for()

    @property
    def said(self) -> str:
        return str(self.page.locator("#said").text_content())


def test_two_reviewers_sign_and_a_changed_number_voids(review, browser, tmp_path):  # noqa: F811
    one = Reader(browser, review.folder)
    assert "Luonnos" in one.page.locator(".status").inner_text()
    one.say_who("Maija Virtanen", "Säätiö")
    one.judge_all()
    one.press_on("#add")
    assert one.page.evaluate("document.activeElement.dataset.field") == "anchor"
    one.page.keyboard.type("8,0")  # the list is searched by what is shown
    assert one.page.locator("[data-field=anchor]").input_value() == "gini"
    assert one.page.locator(".place").get_attribute("href") == "index.html#summary"
    one.type_in("[data-field=text]", EVIL)
    one.press_on("[data-field=blocking]", "Space")
    one.press_on("input[name=decision][value=none]", "Space")
    first = one.save(tmp_path / "first.json")
    assert one.said.endswith("espoo-2019-fi-Maija-Virtanen.json")
    saved = read_review_file(first.read_bytes())
    assert (saved.comments[0]["anchor"], saved.comments[0]["text"]) == ("gini", EVIL)
    assert one.heard == ["file:", "blob:"] or one.heard == ["file:"]
    imported(review, first)

    two = Reader(browser, review.folder)
    assert "Hyväksynnän estäviä huomautuksia ilman vastausta: 1." in page(review)
    assert two.page.locator(".thread blockquote").inner_text() == EVIL
    assert two.page.evaluate("window.hacked") is None
    two.say_who("Aino Åberg", "Stiftelsen")
    number = read(folder_of(review.workspace)).head.sequence
    two.type_in(f"#answer-{number}", "Luku on oikein.")
    two.press_on("input[name=decision][value=none]", "Space")
    two.page.keyboard.press("ArrowDown")
    two.type_in("#conditions", "Tarkistetaan vuoden päästä.")
    assert two.page.locator("input[name=decision]:checked").input_value() == "sign"
    imported(review, two.save(tmp_path / "second.json"))
    assert status(review).standing is Standing.IN_REVIEW

    # the first one goes on with the saved file, and signs now
    again = Reader(browser, review.folder)
    again.page.set_input_files("#load", first)
    again.hears("Tiedosto on luettu lomakkeeseen.")
    assert again.page.locator("#name").input_value() == "Maija Virtanen"
    assert again.page.locator("[data-field=text]").input_value() == EVIL
    again.press_on(".remove")
    again.press_on("input[name=decision]:checked", "ArrowDown")
    imported(review, again.save(tmp_path / "third.json"))
    assert status(review).standing is Standing.APPROVED

    report = browser.new_page()
    report.goto((review.folder / "index.html").as_uri())
    assert report.locator(".status strong").inner_text() == "Hyväksytty"
    review.change("espoo")
    review.one()
    report.reload()
    banner = report.locator(".status").inner_text()
    assert "Vanhentunut" in banner and "gini, ennen 8,0, nyt 10,0" in banner
    report.locator(".status a").click()
    assert report.locator("table caption").inner_text().startswith("Hyväksynnän jälkeen muuttuneet")


def test_a_draft_is_kept_and_mistakes_are_told(review, browser, tmp_path):  # noqa: F811
    one = Reader(browser, review.folder)
    one.press_on("#save")
    assert one.said == "Kirjoita nimesi ja organisaatiosi."
    assert one.page.evaluate("document.activeElement.id") == "name"
    one.page.keyboard.type("Maija Virtanen")
    one.type_in("#body", "Säätiö")
    one.press_on("#save")
    assert one.said.startswith("Arvio on tyhjä")
    one.page.locator("input[name='judge.figures'][value='concern']").check()
    one.page.locator("#save").click()
    assert one.said == "Kirjoita huolen perustelu."
    assert one.page.evaluate("document.activeElement.name") == "words.figures"
    one.page.keyboard.type("Akseli ei ala nollasta.")
    one.page.reload()
    assert one.page.locator("#words-figures").input_value() == "Akseli ei ala nollasta."
    assert one.page.locator("#name").input_value() == "Maija Virtanen"
    # what the import would refuse of a signature is told before anything is saved
    one.page.locator("input[name=decision][value=sign]").check()
    one.page.locator("#save").click()
    assert one.said.endswith(f"Vastaamatta olevia rivejä: {len(JUDGED) - 1}.")
    assert one.page.evaluate("document.activeElement.name") == f"judge.{JUDGED[0]}"
    for row in JUDGED:
        if row != "figures":
            one.page.locator(f"input[name='judge.{row}'][value='accept']").check()
    one.page.locator("#save").click()
    assert one.said == "Kirjasit huolen: kirjoita allekirjoitukselle ehdot."
    one.page.locator("#add").click()
    one.page.locator("[data-field=text]").fill("Miksi?")
    one.page.locator("[data-field=blocking]").check()
    one.page.locator("#save").click()
    assert one.said.startswith("Oma huomautuksesi estää")
    one.page.locator(".remove").click()
    for bad in (b"{}", b"[", json.dumps({"reviewer": {"name": EVIL}}).encode()):
        file = tmp_path / "bad.json"
        file.write_bytes(bad)
        one.page.locator("#said").evaluate("said => { said.textContent = ''; }")
        one.page.set_input_files("#load", file)
        one.hears("Tiedostoa ei voitu lukea.")
    assert one.page.locator("#name").input_value() == "Maija Virtanen"
    linked = Reader(browser, review.folder)
    linked.page.goto((review.folder / "review.html").as_uri() + "#comment=figure-1")
    linked.page.reload()
    assert linked.page.locator("[data-field=anchor]").input_value() == "figure-1"


def test_what_others_decided_counts_and_what_they_left_open_is_told(review, browser, tmp_path):  # noqa: F811
    """The thread says which rows, failures and comments have been dealt with for this content."""
    review.failing = "dates"
    review.one(force=True)
    act(review, MAIJA, "comment", anchor="", text="Miksi?", blocking=True)
    one = Reader(browser, review.folder)
    one.say_who("Aino Åberg", "Stiftelsen")
    one.judge_all()
    one.page.locator("input[name=decision][value=sign]").check()
    number = read(folder_of(review.workspace)).head.sequence
    one.page.locator("#save").click()
    assert one.said.startswith("Tämä huomautus estää hyväksynnän")
    assert one.page.evaluate("document.activeElement.id") == f"answer-{number}"
    one.page.keyboard.type("Siksi.")
    one.page.locator("#save").click()
    assert one.said.startswith("Kone ei hyväksy tätä riviä")
    one.page.keyboard.type("Sovittu.")
    imported(review, one.save(tmp_path / "first.json"))
    two = Reader(browser, review.folder)
    two.say_who("Maija Virtanen", "Säätiö")
    two.page.locator("input[name=decision][value=sign]").check()
    imported(review, two.save(tmp_path / "second.json"))
    assert status(review).standing is Standing.APPROVED


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_on_a_phone_in_the_dark_without_a_fault(review, browser, language):  # noqa: F811
    """320 px wide, dark: nothing sticks out, every field has a name; axe finds nothing."""
    if language != "fi":
        review.one(languages=[language])
    folder = review.folder.with_name(language)
    settings = {"viewport": {"width": 320, "height": 800}, "color_scheme": "dark"}
    one = Reader(browser, folder, **settings)
    one.page.locator("#add").click()
    assert one.page.evaluate("document.documentElement.scrollWidth") == 320
    nameless = one.page.evaluate(
        "[...document.querySelectorAll('input, select, textarea')]"
        ".filter(field => !field.labels.length).map(field => field.name)"
    )
    assert nameless == []
    assert all(sound == "file:" for sound in one.heard), one.heard
    axe = axe_script()
    if axe:
        one.page.evaluate(axe)
        found = one.page.evaluate("async () => (await axe.run(document)).violations")
        assert [(v["id"], [n["target"] for n in v["nodes"]][:3]) for v in found] == []


def axe_script() -> str:
    """axe-core where a package brings it; the page is checked for what needs none in any case."""
    from importlib.util import find_spec

    spec = find_spec("axe_playwright_python")
    found = Path(str(spec.origin)).parent.rglob("axe.min.js") if spec and spec.origin else ()
    return next((file.read_text("utf-8") for file in found), "")
