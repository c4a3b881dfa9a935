"""Check a whole site with axe-core and write down what was found.

    skk reports --language fi --language sv --language en
    python validation/accessibility/check.py reports [KIND ...]

writes ``summary.csv`` beside this file, a row for each kind of page, language and mode, and
``tested.toml`` in the library, from which the site's accessibility statement tells when and with
what the pages were tested.
"""

from __future__ import annotations

import csv
import re
import shutil
import sys
from datetime import date
from pathlib import Path

from site_check import axe_script, check, pages

import skk_analysis

SUMMARY = Path(__file__).resolve().parent / "summary.csv"
TESTED = Path(skk_analysis.__file__).parent / "reporting" / "page" / "tested.toml"


def main(site: Path, *kinds: str) -> None:
    """Check the site in a folder, or of it these kinds of pages; the others keep their rows."""
    from playwright.sync_api import sync_playwright

    found = {key: file for key, file in pages(site).items() if not kinds or key[0] in kinds}
    kept = [row for row in _former() if kinds and row[0] not in kinds]
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        version = browser.version.partition(".")[0]
        rows = []
        for one in check(browser, found):
            violations, unsure = sum(one.violations.values()), sum(one.open.values())
            rules = " ".join(sorted(one.violations)) or "-", " ".join(sorted(one.open)) or "-"
            rows.append((
                one.kind, one.language, one.mode, violations, rules[0], unsure, rules[1],
                one.too_wide,
            ))  # fmt: skip
            print(*rows[-1], one.example, flush=True)
        browser.close()
    _write(sorted([*kept, *rows], key=lambda row: row[:2]), version)


def _former() -> list[tuple]:
    with SUMMARY.open(encoding="utf-8", newline="") as file:
        _, *rows = csv.reader(file)
    return [(*row[:3], int(row[3]), row[4], int(row[5]), row[6], int(row[7])) for row in rows]


def _write(rows: list[tuple], browser: str) -> None:
    """The rows, and what the accessibility statement tells of them."""
    with SUMMARY.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        head = "page,language,mode,violations,rules_violated,left_to_people,rules_left_to_people"
        writer.writerow([*head.split(","), "px_too_wide"])
        writer.writerows(rows)
    axe = re.search(r"axe v([\d.]+)", axe_script())
    lines = [
        "# When all pages were last checked; written by validation/accessibility/check.py, told by",
        "# the accessibility statement.",
        f'date = "{date.today().isoformat()}"',
        f'version = "{skk_analysis.__version__}"',
        f'browser = "{browser}"',
        f'axe = "{axe[1] if axe else ""}"',
        f"pages = {len({row[:2] for row in rows})}",
        f"checks = {len(rows)}",
        f"violations = {sum(row[3] + (row[7] > 0) for row in rows)}",
    ]
    TESTED.write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
