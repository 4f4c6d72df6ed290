# Copyright (c) 2026, the voip.rps contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A report in a browser, as a test asks about it."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

# Every text that is seen, against the first opaque colour below it: the ratio of WCAG 2, and where it is too low.
CONTRAST = """
const parse = text => (text.match(/[\\d.]+/g) || []).map(Number);
const part = v => v <= 10 ? v / 3294.6 : ((v / 255 + .055) / 1.055) ** 2.4;
const light = c => { const f = c.slice(0, 3).map(part); return .2126 * f[0] + .7152 * f[1] + .0722 * f[2]; };
const behind = e => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor);
  if (c.length === 3 || c[3] === 1) { return c; } } return [255, 255, 255]; };
const ratio = (a, b) => { const [x, y] = [light(a), light(b)].sort((p, q) => q - p); return (x + .05) / (y + .05); };
const bad = [];
let seen = 0;
for (const e of document.body.querySelectorAll('*')) {
  if (!e.checkVisibility() || e.closest('svg') || e.tagName === 'SCRIPT') { continue; }
  const own = [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim());
  if (!own && !['INPUT', 'SELECT'].includes(e.tagName)) { continue; }
  seen += 1;
  const r = ratio(parse(getComputedStyle(e).color), behind(e));
  if (r < 4.5) { bad.push([e.tagName, e.className, e.textContent.slice(0, 30), r]); }
}
for (const e of document.querySelectorAll('rect.s')) {
  seen += 1;
  const r = ratio(parse(getComputedStyle(e).fill), behind(e.closest('section')));
  if (r < 3) { bad.push(['rect', e.getAttribute('class'), '', r]); }
}
return [seen, bad];
"""


# The next time that the page has shown what a filter asks for; it says so itself.
SHOWN = """
const [text, act, done] = arguments;
const seen = event => { if (event.detail.text !== text) { return; }
  document.removeEventListener('rps:shown', seen); done(true); };
document.addEventListener('rps:shown', seen);
if (act) { document.querySelector(act).click(); }
else { const field = document.getElementById('f-text'); field.value = text; field.dispatchEvent(new Event('input')); }
"""


class ReportPage:
    """A report that is open in the one browser."""

    def __init__(self, driver: Chrome, path: Path, scripts: bool = True) -> None:
        self.driver = driver
        driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
        driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": not scripts})
        driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": []})
        driver.get("about:blank")
        for kind in ("browser", "performance"):
            self.log(kind)
        self.url = path.as_uri()
        driver.get(self.url)

    def ask(self, script: str, *values: Any) -> Any:
        return self.driver.execute_script(script, *values)

    def log(self, kind: str) -> list[dict[str, Any]]:
        """What the browser has logged since this was last asked."""
        entries: list[dict[str, Any]] = self.driver.get_log(kind)  # type: ignore[no-untyped-call]
        return entries

    def problems(self) -> list[str]:
        """What the console says, the policy's refusals too."""
        return [entry["message"] for entry in self.log("browser")]

    def requests(self) -> list[str]:
        """Every address that the page asked for, itself among them."""
        found = []
        for entry in self.log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                found.append(message["params"]["request"]["url"])
        return found

    def resize(self, width: int, dark: bool = False) -> None:
        features = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": features})
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)

    def shoot(self, path: Path, tallest: int = 2600) -> None:
        self.ask("scrollTo(0, 0)")
        width, height = self.ask("return [innerWidth, document.documentElement.scrollHeight]")
        clip = {"x": 0, "y": 0, "width": width, "height": min(height, tallest), "scale": 1}
        shot = self.driver.execute_cdp_cmd(
            "Page.captureScreenshot", {"format": "png", "captureBeyondViewport": True, "clip": clip}
        )
        path.write_bytes(base64.b64decode(shot["data"]))

    def print(self, path: Path) -> None:
        sheet = {"paperWidth": 8.27, "paperHeight": 11.69, "printBackground": False}
        path.write_bytes(base64.b64decode(self.driver.execute_cdp_cmd("Page.printToPDF", sheet)["data"]))

    def shown(self, part: str = "attention") -> list[str]:
        """The hosts of the rows that the document has, in order: those that need attention, or those in sync."""
        return list(
            self.ask("return [...document.querySelectorAll(arguments[0])].map(e => e.textContent)", f"#list-{part} .h")
        )

    def status(self) -> str:
        return str(self.ask("return document.getElementById('shown').textContent"))

    def metric(self, name: str) -> int:
        """A number of the browser itself, such as Nodes or LayoutObjects."""
        self.driver.execute_cdp_cmd("Performance.enable", {})
        metrics = self.driver.execute_cdp_cmd("Performance.getMetrics", {})["metrics"]
        return int(next(metric["value"] for metric in metrics if metric["name"] == name))

    def find(self, text: str) -> None:
        """Fill in the filter, and come back when the page has shown what matches."""
        self.driver.execute_async_script(SHOWN, text, None)

    def click(self, selector: str, text: str = "") -> None:
        """Click at what makes the page show other rows, and come back when it has; ``text`` is the filter's then."""
        self.driver.execute_async_script(SHOWN, text, selector)

    def choose(self, field: str, value: str) -> None:
        self.ask(
            "const e = document.getElementById(arguments[0]); e.value = arguments[1]; "
            "e.dispatchEvent(new Event('change'))",
            field,
            value,
        )

    def tree(self) -> list[dict[str, Any]]:
        """What a screen reader is told."""
        self.driver.execute_cdp_cmd("Accessibility.enable", {})
        nodes = self.driver.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
        return [node for node in nodes if not node.get("ignored")]
