"""The page in a real browser: the link, its button, the strict cookie, what is to be seen.

Pictures go to the folder named by LEHRWERK_PICTURES, for people to look at.
"""

import asyncio
import base64
import json
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
import websockets

from app.api.door import Runtime
from app.main import build_app
from tests.factories import people, reconciled
from tests.gateways.simulator.running import listening

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser")
WIDTHS = {"desktop": 1280, "phone": 390, "narrow": 320}
# State → the words of its verdict, in English and German.
STATES = {
    "never": ("Not reconciled yet", "Noch nicht abgeglichen"),
    "even": ("Everything agrees to the cent", "Alles stimmt auf den Cent"),
    "differs": ("5 differences are open", "5 Abweichungen sind offen"),
    "crowded": ("65 differences are open", "65 Abweichungen sind offen"),
}
# Everything that holds more than it shows, or sticks out of what it stands in.
_OVERFLOWING = """
[...document.querySelectorAll('section, section *, .figures *')].filter(each =>
  !each.closest('.hidden, thead') && !(each instanceof SVGElement)
  && each.scrollWidth > each.clientWidth + 1 && getComputedStyle(each).display !== 'inline'
).map(each => each.outerHTML.slice(0, 90))
"""
# The words and their ground, told apart as WCAG 2 asks for: 4.5 to 1.
_FAINT = """
(() => {
  const light = colour => {
    const [r, g, b] = colour.match(/[\\d.]+/g).slice(0, 3).map(part => {
      const share = part / 255
      return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const ground = each => {
    for (let at = each; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor
      if (colour !== 'rgba(0, 0, 0, 0)') return colour
    }
    return 'rgb(255, 255, 255)'
  }
  return [...document.querySelectorAll('body *')].filter(each =>
    [...each.childNodes].some(node => node.nodeType === 3 && node.textContent.trim())
    && !each.closest('svg, .hidden, style')
  ).filter(each => {
    const [a, b] = [light(getComputedStyle(each).color), light(ground(each))]
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) < 4.5
  }).map(each => each.outerHTML.slice(0, 90))
})()
"""
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(BROWSER is None, reason="no Chromium here (Debian: apt install chromium)"),
]


@dataclass
class Tab:
    """One tab, driven by the DevTools protocol."""

    socket: Any
    calls: int = 0

    async def ask(self, method: str, **params: Any) -> dict[str, Any]:
        self.calls += 1
        number = self.calls
        await self.socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            answer = json.loads(await self.socket.recv())
            if answer.get("id") == number:
                assert "error" not in answer, answer
                return dict(answer["result"])

    async def value(self, expression: str) -> Any:
        said = await self.ask("Runtime.evaluate", expression=expression, returnByValue=True)
        return said["result"].get("value")

    async def until(self, expression: str) -> None:
        """The time limit only keeps a broken test from hanging."""
        async with asyncio.timeout(20):
            while not await self.value(expression):  # noqa: ASYNC110 – another process's doing
                await asyncio.sleep(0.05)

    async def go(self, url: str) -> None:
        await self.ask("Page.navigate", url=url)
        await self.until(f"location.href === {json.dumps(url)} && document.readyState==='complete'")

    async def paper(self, path: Path) -> None:
        """The page as it is printed."""
        sheet = await self.ask("Page.printToPDF", printBackground=False, preferCSSPageSize=True)
        await asyncio.to_thread(path.write_bytes, base64.b64decode(sheet["data"]))

    async def picture(self, path: Path, width: int) -> None:
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
        await self.ask("Emulation.setDeviceMetricsOverride", **size)
        shot = await self.ask("Page.captureScreenshot", captureBeyondViewport=True)
        await asyncio.to_thread(path.write_bytes, base64.b64decode(shot["data"]))


def _written(file: Path) -> bool:
    return file.exists() and "\n" in file.read_text()


@asynccontextmanager
async def browser(folder: Path) -> AsyncIterator[Tab]:
    assert BROWSER is not None
    process = await asyncio.create_subprocess_exec(
        BROWSER, "--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0",
        "--no-first-run", f"--user-data-dir={folder}", "about:blank",
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        port_file = folder / "DevToolsActivePort"
        async with asyncio.timeout(60):
            while not _written(port_file):  # noqa: ASYNC110 – another process's file
                await asyncio.sleep(0.1)
        port = port_file.read_text().split("\n")[0]
        async with httpx.AsyncClient() as http:
            tabs = (await http.get(f"http://127.0.0.1:{port}/json")).json()
        address = next(tab["webSocketDebuggerUrl"] for tab in tabs if tab["type"] == "page")
        async with websockets.connect(address, max_size=None) as socket:
            tab = Tab(socket)
            await tab.ask("Page.enable")
            await tab.ask("Log.enable")
            yield tab
    finally:
        process.terminate()
        await process.wait()


@pytest.mark.parametrize("state", STATES)
async def test_finance_opens_the_page_and_sees_it_whole(
    runtime: Runtime, tmp_path: Path, state: str
) -> None:
    pictures = Path(os.environ.get("LEHRWERK_PICTURES", tmp_path))
    now = runtime.clock.now()
    async with runtime.database.begin() as session:
        user = await people.user(session, now=now, door="finance")
        token = await people.token(session, user.id, now=now)
        if state == "crowded":
            await reconciled.crowded(session, now=now)
        elif state != "never":
            await reconciled.fortnight(session, now=now, differs=state == "differs")
    config = uvicorn.Config(build_app(runtime), port=0, log_level="warning", lifespan="off")
    async with listening(uvicorn.Server(config)) as base, browser(tmp_path / "profile") as tab:
        await _look(tab, base, token, state=state, pictures=pictures)


async def _look(tab: Tab, base: str, token: str, *, state: str, pictures: Path) -> None:
    async with httpx.AsyncClient(base_url=base) as http:
        answer = await http.post(
            "/finance/v1/reconciliation/page-links", headers={"Authorization": f"Bearer {token}"}
        )
    link = httpx.URL(answer.json()["url"])
    await tab.go(f"{base}{link.path}?{link.query.decode()}")
    await tab.picture(pictures / "enter.png", WIDTHS["desktop"])
    # The press of a person; the page itself has no script, and its policy would let none run.
    await tab.value("document.querySelector('button').click()")
    await tab.until(
        "location.pathname.endsWith('/reconciliation') && !!document.querySelector('section')"
    )
    assert await tab.value("document.cookie") == ""
    for language, verdict in zip(("en", "de"), STATES[state], strict=True):
        await tab.go(f"{base}/finance/pages/reconciliation?lang={language}")
        text = await tab.value("document.body.innerText")
        assert verdict in text
        if state == "crowded":
            sum_ = "1,234,567,890.12 EUR" if language == "en" else "1.234.567.890,12 EUR"
            assert {sum_, "98,765,432 JPY".replace(",", "." if language == "de" else ",")} <= {
                *text.replace("\t", "\n").split("\n")
            }
        for device, width in WIDTHS.items():
            await tab.picture(pictures / f"{state}-{language}-{device}.png", width)
            # Nothing sticks out sideways, and the style has been let in by the policy.
            assert await tab.value("document.documentElement.scrollWidth") <= width
            assert await tab.value(_OVERFLOWING) == []
            assert await tab.value(
                "getComputedStyle(document.querySelector('section')).borderRadius === '10px'"
            )
        assert await tab.value(_FAINT) == []
        await tab.paper(pictures / f"{state}-{language}.pdf")
    # A script in the page would be refused by its policy.
    await tab.value(
        "document.body.append(Object.assign(document.createElement('script'),"
        " {textContent: 'window.ran = 1'}))"
    )
    assert await tab.value("window.ran === undefined")
