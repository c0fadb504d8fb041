"""The device's modules on a page of their own, under the site's policy, in real Chromium."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import ansim.centre.portal
from ansim.centre.shell.policy import file_policy, page_policy

FOLDER = Path(ansim.centre.portal.__file__).parent / "static" / "ansim" / "device"
NONCE = "bm9uY2U"
PAGE = f"""<!doctype html><title>-</title><input type="file" multiple data-worker="/worker.js">
<script type="module" nonce="{NONCE}">
import {{ strips, upright }} from "/canvas.js";
import {{ engineAt }} from "/engine.js";
import {{ kindOf }} from "/header.js";
import {{ turnOf }} from "/orientation.js";
import {{ film }} from "/video.js";
import * as work from "/work.js";
const quiet = () => {{}};
const chosen = (number) => document.querySelector("input").files[number];
// On the page, strip by strip, what the canvas gave.
const rgbOf = async (number) => {{
  const how = {{ colorSpaceConversion: "none", premultiplyAlpha: "none" }};
  const file = chosen(number);
  const bitmap = await createImageBitmap(file, how);
  const turn = await turnOf(file, (await kindOf(file)).name);
  const [width, height] = upright(bitmap.width, bitmap.height, turn);
  let text = "";
  for (const strip of strips(bitmap, [bitmap.width, bitmap.height], turn)) {{
    for (let at = 0; at < strip.length; at += 4) {{
      text += String.fromCharCode(strip[at], strip[at + 1], strip[at + 2]);
    }}
  }}
  return {{ width, height, text: btoa(text) }};
}};
const numbersOf = async (number, engine) => {{
  const file = chosen(number);
  const kind = await kindOf(file);
  const start = performance.now();
  const act = kind.family === "video" ? "film" : kind.moves ? "animation" : "picture";
  try {{
    const sha256 = await engine.run("digest", [file], quiet);
    const hash = (bitmap) => engine.run("frame", [bitmap], quiet);
    const numbers =
      act === "film" ? await film(file, 600, hash, quiet)
      : await engine.run(act, act === "picture" ? [file, kind] : [file, kind, 600], quiet);
    return {{ ...numbers, sha256, kind, ms: performance.now() - start }};
  }} catch (error) {{
    return {{ problem: error.reason ?? String(error), kind }};
  }}
}};
window.device = {{ engineAt, numbersOf, rgbOf, faithful: work.faithful }};
</script>"""


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        name = self.path.removeprefix("/")
        self.send_response(200)
        if name.endswith(".js"):
            body, kind, policy = (FOLDER / name).read_bytes(), "text/javascript", file_policy()
        else:
            body, kind = PAGE.encode(), "text/html; charset=utf-8"
            policy = page_policy(NONCE, local_media=True)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Security-Policy", policy)
        self.send_header("Cross-Origin-Embedder-Policy", "require-corp")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def served() -> Iterator[str]:
    """The address of the page."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Device:
    """One browser window with the page open."""

    def __init__(self, page: Any, address: str) -> None:
        self.page = page
        self.heard: list[str] = []
        page.on("console", lambda message: self.heard.append(message.text))
        page.on("pageerror", lambda error: self.heard.append(str(error)))
        page.goto(address)
        page.wait_for_function("window.device !== undefined")

    def choose(self, files: Sequence[Path]) -> None:
        """Pick files."""
        self.page.set_input_files("input", [str(one) for one in files])

    def numbers(self, count: int, worker: str = "/worker.js") -> list[dict[str, Any]]:
        """What the device makes of the first ``count`` chosen files."""
        script = """async ([count, worker]) => {
          const engine = await device.engineAt(worker);
          const found = [];
          for (let number = 0; number < count; number += 1) {
            found.push({...await device.numbersOf(number, engine), by: engine.constructor.name});
          }
          engine.close();
          return found;
        }"""
        return list(self.page.evaluate(script, [count, worker]))

    def rgb(self, number: int) -> dict[str, Any]:
        """The pixels that the canvas gives of one chosen file: width, height, base64 text."""
        return dict(self.page.evaluate("(number) => device.rgbOf(number)", number))
