"""The keyboard user's path through a page, and what must not move, shrink or vanish."""

from __future__ import annotations

from typing import Any

import pytest

ACTIVE = """() => {
  const e = document.activeElement, style = getComputedStyle(e), box = e.getBoundingClientRect();
  return {tag: e.tagName, id: e.id, name: e.className, outline: style.outlineStyle,
          width: parseFloat(style.outlineWidth), seen: box.width > 0 && box.height > 0,
          top: box.top, bottom: box.bottom};
}"""
SMALL = """() => [...document.querySelectorAll('a, summary, input, select, button')]
  .filter(e => getComputedStyle(e).display !== 'inline' && !e.closest('.skip'))
  .map(e => [e.outerHTML.slice(0, 80), e.getBoundingClientRect()])
  .filter(([, box]) => box.width > 0 && Math.min(box.width, box.height) < 24)
  .map(([told]) => told)"""


def press(page: Any, key: str) -> dict[str, Any]:
    """Press a key and tell where the focus is."""
    page.keyboard.press(key)
    return page.evaluate(ACTIVE)


def test_the_first_stop_skips_to_the_content(card, opened):
    page = opened(card)
    first = press(page, "Tab")
    assert first["name"] == "skip"
    assert first["top"] >= 0
    assert press(page, "Enter")["id"] == "content"
    assert page.evaluate(
        "document.querySelector('main').contains(document.activeElement)"
        " && scrollY < document.querySelector('main').offsetTop + 5"
    )


@pytest.mark.parametrize(
    "name",
    [
        "experiments/turku-1/fi/index.html", "experiments/turku-1/fi/review.html", "index.html",
        "audit/sv.html", "accessibility/en.html",
    ],
)  # fmt: skip
def test_each_stop_is_seen_and_none_is_a_trap(site, opened, name):
    """From the skip link to the end of every kind of page that has more than text."""
    page = opened(site / name, reduced_motion="reduce")  # else a stop is measured while it moves
    stops = []
    for _ in range(300):
        stop = press(page, "Tab")
        if stop["tag"] == "BODY":
            break
        stops.append(stop)
    assert 5 < len(stops) < 300, "the focus must leave the page at its end"
    assert stops[0]["name"] == "skip"
    assert [s for s in stops if s["outline"] == "none" or s["width"] < 2] == []
    assert [s for s in stops if not s["seen"] or s["bottom"] <= 0 or s["top"] >= 900] == []


def test_the_contents_lead_to_a_section(card, opened):
    page = opened(card)
    link = page.locator("nav a").nth(4)
    link.focus()
    page.keyboard.press("Enter")
    target = page.locator(link.get_attribute("href"))
    page.wait_for_function(
        "id => document.getElementById(id).getBoundingClientRect().top < 300",
        arg=target.get_attribute("id"),
    )
    assert target.bounding_box()["y"] >= 0


@pytest.mark.parametrize("kind", [".region", ".picture"])
def test_what_is_wider_than_a_phone_scrolls_by_keyboard(card, opened, kind):
    page = opened(card, width=320)
    wide = page.evaluate(
        """kind => [...document.querySelectorAll(kind)]
             .findIndex(e => e.scrollWidth > e.clientWidth + 20 && !e.closest('details'))""",
        kind,
    )
    assert wide >= 0
    region = page.locator(kind).nth(wide)
    region.focus()
    assert page.evaluate(ACTIVE)["name"] == kind[1:]
    page.keyboard.press("ArrowRight")
    page.wait_for_function(
        "([kind, n]) => document.querySelectorAll(kind)[n].scrollLeft > 0", arg=[kind, wide]
    )
    name = region.evaluate("e => document.getElementById(e.getAttribute('aria-labelledby'))")
    assert name is not None


def test_the_data_behind_a_figure_open_and_close(card, opened):
    page = opened(card)
    details, table = page.locator("details.behind").first, page.locator("details.behind table")
    details.locator("summary").focus()
    page.keyboard.press("Enter")
    assert table.first.is_visible()
    page.keyboard.press("Space")
    assert not table.first.is_visible()


def test_the_code_shows_at_a_key(card, opened):
    page = opened(card)
    page.locator("#show-code").focus()
    page.keyboard.press("Space")
    assert page.locator(".code").first.is_visible()
    page.keyboard.press("Space")
    assert not page.locator(".code").first.is_visible()


@pytest.mark.parametrize("width", [1280, 320])
def test_targets_are_24_pixels(card, city, site, opened, width):
    for file in (card, city, site / "index.html", site / "accessibility" / "sv.html"):
        assert opened(file, width=width).evaluate(SMALL) == []


@pytest.mark.parametrize("wish", ["reduce", "no-preference"])
def test_nothing_moves_for_who_does_not_want_it(card, opened, wish):
    page = opened(card, reduced_motion=wish)
    expected = "auto" if wish == "reduce" else "smooth"
    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == expected
    assert page.evaluate("document.getAnimations().length") == 0
