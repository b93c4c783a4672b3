"""The report in a real browser: readable by screen readers, in light and dark, and on a phone.

The page itself has no script; what looks at it is put into a copy.
"""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from PIL import Image

from ops.report.page import page
from tests.lake.test_regressions import TURNS
from tests.scenarios.report_cases import CASES

pytestmark = pytest.mark.scenario

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# Writes what it found into the page, which the browser prints when it has nothing left to do.
LOOK = """
axe.run().then(found => {
  const page = document.documentElement;
  const result = {
    violations: found.violations.map(it => [it.id, it.nodes.map(node => node.html)]),
    checked: found.passes.length,
    overflow: page.scrollWidth - page.clientWidth,
    dark: matchMedia("(prefers-color-scheme: dark)").matches,
    paper: getComputedStyle(document.body).backgroundColor,
    charts: [...document.querySelectorAll("figure svg")].map(it => it.getBoundingClientRect().height),
  };
  page.dataset.found = JSON.stringify(result);
});
"""


def browser() -> str:
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    assert found, f"no browser: install one of {', '.join(BROWSERS)}, such as Debian's package chromium"
    return found


def chromium(tmp_path: Path, *more: str, width: int, height: int, dark: bool) -> subprocess.CompletedProcess[str]:
    command = [browser(), "--headless=new", "--disable-gpu", "--hide-scrollbars", f"--window-size={width},{height}"]
    command += ["--enable-logging=stderr", f"--user-data-dir={tmp_path / 'profile'}"]
    command += ["--no-sandbox"] * (os.geteuid() == 0)
    command += ["--force-dark-mode", "--blink-settings=preferredColorScheme=0"] * dark
    return subprocess.run([*command, *more], capture_output=True, text=True, timeout=240, check=True)


def drawn(case: str) -> str:
    weeks, models = CASES[case]
    return page(weeks, models=models, turns=TURNS)


@pytest.mark.parametrize(
    ("case", "width", "dark"),
    [
        *(("many-models", width, dark) for width in (1280, 500) for dark in (False, True)),
        *((case, 1280, False) for case in CASES if case != "many-models"),
    ],
)
def test_the_page_is_readable(case: str, tmp_path: Path, *, width: int, dark: bool) -> None:
    file = tmp_path / "report.html"
    # Opened, so that what is folded away is looked at as well.
    opened = drawn(case).replace("<details>", "<details open>")
    scripts = f"<script>{AXE.read_text()}</script><script>{LOOK}</script></body>"
    file.write_text(opened.replace("</body>", scripts))
    looked = ("--virtual-time-budget=60000", "--dump-dom", file.as_uri())
    done = chromium(tmp_path, *looked, width=width, height=900, dark=dark)
    assert "CONSOLE" not in done.stderr
    found = json.loads(done.stdout.partition('data-found="')[2].partition('"')[0].replace("&quot;", '"'))
    assert found["violations"] == []
    assert found["checked"] > 10
    assert found["overflow"] <= 0
    assert found["dark"] is dark
    assert found["paper"] == ("rgb(20, 23, 26)" if dark else "rgb(255, 255, 255)")
    assert len(found["charts"]) == 6
    assert min(found["charts"]) > 30


_COLOURS = 64
# By file: the week, the height in pixels, and whether it is dark.
PICTURES = {
    "report.png": ("many-models", 1250, False),
    "report-dark.png": ("many-models", 1250, True),
    "report-one-model.png": ("one-model", 1500, False),
}


@pytest.mark.parametrize("name", PICTURES)
def test_the_documentation_shows_it(name: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    case, height, dark = PICTURES[name]
    file, picture = tmp_path / "report.html", ROOT / "docs" / "pictures" / name
    if request.config.getoption("--pictures", default=False):
        file.write_text(drawn(case))
        taken = tmp_path / name
        chromium(tmp_path, f"--screenshot={taken}", file.as_uri(), width=1000, height=height, dark=dark)
        # A third of the bytes, and nothing to be seen of it.
        with Image.open(taken) as found:
            found.convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE).save(picture, optimize=True)
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert picture.stat().st_size < 100_000
    assert f"pictures/{name}" in "".join((ROOT / page).read_text() for page in ("README.md", "docs/operating.md"))
