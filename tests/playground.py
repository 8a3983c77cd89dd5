#!/usr/bin/env python3
"""The page to try it in, in a headless Chromium: playground.py FOLDER [--screenshots WHERE]. Ends with `N passed, N failed`.

The browser is driven by its DevTools protocol over a pipe: messages of JSON, with a 0 behind each. Nothing is installed for it.
"""

import argparse
import base64
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = ROOT / "playground/samples"
CHROMIUM = "chromium", "chromium-browser", "google-chrome"
PATIENCE = 60  # s, on a busy machine


class Browser:
    """One page of a browser."""

    def __init__(self, profile):
        command = next((path for path in map(shutil.which, CHROMIUM) if path), None)
        if command is None:
            sys.exit(f"none of these is there: {' '.join(CHROMIUM)}")
        to_read, self.to = os.pipe()
        self.of, to_write = os.pipe()

        def pipes():
            # The browser reads from 3 and writes to 4. Copies first: one may be in the other's place.
            copies = os.dup(to_read), os.dup(to_write)
            os.dup2(copies[0], 3)
            os.dup2(copies[1], 4)

        self.process = subprocess.Popen(
            [
                command,
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--no-first-run",
                f"--user-data-dir={profile}",
                "--remote-debugging-pipe",
                "about:blank",
            ],
            preexec_fn=pipes,
            close_fds=False,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(to_read)
        os.close(to_write)
        self.sent = 0
        self.rest = b""
        self.session = None
        self.errors = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)[
            "sessionId"
        ]
        self.call("Runtime.enable")
        self.call("Log.enable")

    def message(self):
        while b"\0" not in self.rest:
            more = os.read(self.of, 65536)
            if not more:
                sys.exit("the browser is gone")
            self.rest += more
        first, self.rest = self.rest.split(b"\0", 1)
        return json.loads(first)

    def call(self, method, **params):
        self.sent += 1
        message = {"id": self.sent, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.to, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.message()
            if answer.get("method") == "Runtime.exceptionThrown":
                self.errors.append(answer["params"]["exceptionDetails"]["text"])
            elif answer.get("method") == "Log.entryAdded":
                entry = answer["params"]["entry"]
                if entry["level"] == "error":
                    self.errors.append(entry["text"])
            if answer.get("id") == self.sent:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                return answer["result"]

    def js(self, expression):
        """The value of an expression, in the page."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(answer["exceptionDetails"]["exception"]["description"])
        return answer["result"].get("value")

    def until(self, expression, patience=PATIENCE):
        """Wait until it is true; what it is then."""
        end = time.monotonic() + patience
        while not (value := self.js(expression)):
            if time.monotonic() > end:
                shown = self.js("document.body.innerText")
                raise RuntimeError(f"not so in {patience} s: {expression}. The page:\n{shown}")
            time.sleep(0.1)
        return value

    def size(self, width, height, phone):
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=2 if phone else 1,
            mobile=phone,
        )

    def picture(self, file):
        shot = self.call("Page.captureScreenshot", captureBeyondViewport=True)
        file.write_bytes(base64.b64decode(shot["data"]))

    def close(self):
        self.process.terminate()
        self.process.wait()


STATUS = "document.getElementById('status')?.textContent"  # the page may load anew
OUTPUT = "document.getElementById('output').textContent"
WAITS = "run ? run.waits : -1"
LOOKS = "run ? run.looks : -1"


def click(browser, name):
    assert browser.js(f"!document.getElementById('{name}').disabled"), f"{name} is disabled"
    browser.js(f"document.getElementById('{name}').click()")


def choose(browser, sample):
    browser.js(
        f"get('sample').value = '{sample}'; get('sample').dispatchEvent(new Event('change'))"
    )


def put(browser, program):
    browser.js(f"get('program').value = {json.dumps(program)}")


def slide(browser, name, value):
    browser.js(f"get('{name}').value = {value}; get('{name}').dispatchEvent(new Event('input'))")


def start(browser, sample):
    choose(browser, sample)
    click(browser, "run")


def ended(browser):
    """How the program ended."""
    browser.until("run === null")
    return browser.js(STATUS)


def equal(got, want):
    assert got == want, f"{got!r} is not {want!r}"


def loads(browser):
    browser.until(f"{STATUS} === 'ready'")
    equal(browser.js("get('problem').hidden"), True)
    names = browser.js("[...get('sample').options].map((option) => option.value)")
    equal(names, sorted(path.stem for path in SAMPLES.glob("*.py")))


def sample_runs(sample):
    """A test: it prints what it should."""

    def runs(browser):
        start(browser, sample)
        equal(ended(browser), "done")
        equal(browser.js(OUTPUT), (SAMPLES / f"{sample}.py.exp").read_text())

    runs.__name__ = f"sample {sample}"
    return runs


def edited_program_runs(browser):
    put(browser, "print('edited', 6 * 7)\nraise ValueError('mine')")
    click(browser, "run")
    equal(ended(browser), "ended by an exception")
    text = browser.js(OUTPUT)
    assert text.startswith("edited 42\nTraceback"), text
    assert text.endswith("ValueError: mine\n"), text


def stops_what_waits(browser):
    start(browser, "8_blink")
    slide(browser, "slider", 100)
    browser.until(f"{OUTPUT}.startsWith('on')")
    click(browser, "stop")
    equal(ended(browser), "stopped")
    assert browser.js(OUTPUT).endswith("KeyboardInterrupt: \n"), browser.js(OUTPUT)


def stops_what_never_waits(browser):
    start(browser, "9_never_waits")
    browser.until(f"{OUTPUT} === 'counting\\n'")
    click(browser, "stop")
    equal(ended(browser), "stopped")
    equal(browser.js(OUTPUT), "counting\ninterrupted\n")


def ends_by_force(browser):
    put(
        browser,
        "while True:\n    try:\n        while True:\n            pass\n    except KeyboardInterrupt:\n        print('no')",
    )
    click(browser, "run")
    browser.until("run !== null")
    time.sleep(0.5)
    click(browser, "stop")
    equal(ended(browser), "ended by force")
    # And another one runs.
    put(browser, "print('next')")
    click(browser, "run")
    equal(ended(browser), "done")
    equal(browser.js(OUTPUT), "next\n")


def slider_reaches_the_program(browser):
    put(
        browser,
        "import page, time\nwhile page.value(1) != 77:\n    time.sleep_ms(10)\nprint('77')",
    )
    slide(browser, "slider", 5)
    click(browser, "run")
    time.sleep(0.3)
    assert browser.js("run !== null")
    slide(browser, "slider", 77)
    equal(ended(browser), "done")
    equal(browser.js(OUTPUT), "77\n")


def idle_does_not_spin(browser):
    # A sleep of 1 s, six times: a wake-up for each, a few at the start, and no tick.
    put(
        browser,
        "import asyncio_priority as asyncio\nasync def main():\n    for n in range(6):\n"
        "        await asyncio.sleep(1)\n        print(n)\nasyncio.run(main())",
    )
    click(browser, "run")
    browser.until(f"{OUTPUT}.includes('0')")
    before = browser.js(WAITS), browser.js(LOOKS)
    browser.until(f"{OUTPUT}.includes('4')")
    woke = browser.js(WAITS) - before[0]
    looked = browser.js(LOOKS) - before[1]
    assert 4 <= woke <= 8, f"it woke up {woke} times in 4 sleeps"
    assert looked < 20 * woke, f"it looked {looked} times in 4 sleeps"
    equal(ended(browser), "done")
    # What waits for ever does not wake up at all.
    put(
        browser,
        "import asyncio_priority as asyncio\nprint('waits')\nasyncio.run(asyncio.Event().wait())",
    )
    click(browser, "run")
    browser.until(f"{OUTPUT} === 'waits\\n' && {WAITS} > 0")
    time.sleep(0.5)
    before = browser.js(WAITS), browser.js(LOOKS)
    time.sleep(2)
    equal((browser.js(WAITS), browser.js(LOOKS)), before)
    click(browser, "stop")
    equal(ended(browser), "stopped")


def draws(browser):
    slide(browser, "load", 20)
    click(browser, "measure")
    browser.until("LOOPS.every((loop) => measuring.times[loop].length > 30)")
    medians = browser.js("LOOPS.map((loop) => +get(loop).querySelectorAll('td')[1].textContent)")
    # 20 tasks of 2 ms: stock waits for some 20 ms, ours for the one that runs.
    assert medians[0] > 3 * medians[1] > 0, f"stock {medians[0]} ms, ours {medians[1]} ms"
    colors = browser.js("""(() => {
        const pen = get("chart").getContext("2d");
        const { data } = pen.getImageData(0, 0, get("chart").width, get("chart").height);
        const style = getComputedStyle(document.documentElement);
        return LOOPS.map((loop) => {
            const color = style.getPropertyValue("--" + loop).trim();
            const want = [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));
            let found = 0;
            for (let at = 0; at < data.length; at += 4) {
                found += want.every((part, n) => data[at + n] === part);
            }
            return found;
        });
    })()""")
    assert min(colors) > 100, f"points of each color: {colors}"
    # Less load: stock is quicker at once.
    slide(browser, "load", 0)
    browser.js("LOOPS.forEach((loop) => (measuring.times[loop].length = 0))")
    time.sleep(1)
    browser.js("LOOPS.forEach((loop) => (measuring.times[loop].length = 0))")
    browser.until("measuring.times.stock.length > 20")
    idle = browser.js("+get('stock').querySelectorAll('td')[1].textContent")
    assert idle < medians[0] / 3, f"stock: {idle} ms without load, {medians[0]} ms with"
    equal(browser.js("get('problem').hidden"), True)
    click(browser, "measure")
    equal(browser.js("measuring"), None)


def fits(browser):
    for width, height, phone in ((1280, 900, False), (360, 740, True)):
        browser.size(width, height, phone)
        wide = browser.js("document.documentElement.scrollWidth")
        assert wide <= width, f"{wide} pixels wide in a window of {width}"


def no_error_was_logged(browser):
    browser.js("1")
    equal(browser.errors, [])


def loads_from_any_server(browser):
    loads(browser)
    equal(browser.js("crossOriginIsolated"), True)
    equal(browser.js("navigator.serviceWorker.controller.state"), "activated")
    sample_runs("1_levels")(browser)


def problem_of(browser, words):
    """Nothing can be run, and the page says why."""
    browser.until(f"{STATUS} === 'not loaded'")
    text = browser.js("get('problem').innerText")
    assert words in text, text
    equal(browser.js("get('run').disabled && get('measure').disabled"), True)


def says_that_a_file_is_no_server(browser):
    problem_of(browser, "only to a page that a web server sends")


def says_that_service_workers_are_missing(browser):
    problem_of(browser, "It may forbid service workers")


def screenshots(browser, where):
    """Pictures for a person to look at."""
    where.mkdir(parents=True, exist_ok=True)
    browser.size(1280, 900, False)
    start(browser, "2_interrupt")
    slide(browser, "load", 20)
    click(browser, "measure")
    time.sleep(20)
    for name, scheme, width, height, phone in (
        ("desktop", "light", 1280, 900, False),
        ("dark", "dark", 1280, 900, False),
        ("phone", "light", 360, 740, True),
    ):
        browser.call(
            "Emulation.setEmulatedMedia",
            features=[{"name": "prefers-color-scheme", "value": scheme}],
        )
        browser.size(width, height, phone)
        time.sleep(0.5)
        browser.picture(where / f"{name}.png")
    click(browser, "measure")


TESTS = (
    loads,
    *(sample_runs(path.name.split(".")[0]) for path in sorted(SAMPLES.glob("*.exp"))),
    edited_program_runs,
    stops_what_waits,
    stops_what_never_waits,
    ends_by_force,
    slider_reaches_the_program,
    idle_does_not_spin,
    draws,
    fits,
    no_error_was_logged,
)


# Another web server, which does not send the two headers; none at all; such a server and a browser without service workers.
PLAIN_TESTS = loads_from_any_server, no_error_was_logged
FILE_TESTS = (says_that_a_file_is_no_server,)
NO_WORKER_TESTS = (says_that_service_workers_are_missing,)
NO_WORKER = "Object.defineProperty(Navigator.prototype, 'serviceWorker', { value: undefined })"


@contextmanager
def page(folder, handler="Handler", address=None, before=None):
    """The page, open in a browser, from a server with that handler or at `address`. The script `before` runs first."""
    spec = importlib.util.spec_from_file_location("serve", ROOT / "playground/serve.py")
    serve = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(serve)
    server = serve.server(folder, 0, getattr(serve, handler))
    with server as serving, tempfile.TemporaryDirectory() as profile:
        threading.Thread(target=serving.serve_forever, daemon=True).start()
        browser = Browser(profile)
        try:
            browser.size(1280, 900, False)
            address = address or f"http://localhost:{serving.server_address[1]}/"
            browser.call("Page.enable")
            if before:
                browser.call("Page.addScriptToEvaluateOnNewDocument", source=before)
            browser.call("Page.navigate", url=address)
            browser.until(f"document.readyState === 'complete' && location.href === '{address}'")
            yield browser
        finally:
            browser.close()
            serving.shutdown()


def run_tests(browser, tests):
    """How many failed."""
    failed = 0
    for test in tests:
        try:
            test(browser)
            print("pass", test.__name__, flush=True)
        except (AssertionError, RuntimeError) as error:
            failed += 1
            print(f"fail {test.__name__}: {error}", flush=True)
            if browser.js("run !== null"):
                browser.js("run.end('ended by the test')")
    return failed


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--screenshots", type=Path)
    args = parser.parse_args()
    with page(args.folder) as browser:
        failed = run_tests(browser, TESTS)
        if args.screenshots:
            screenshots(browser, args.screenshots)
    with page(args.folder, "PlainHandler") as browser:
        failed += run_tests(browser, PLAIN_TESTS)
    with page(args.folder, address=(args.folder.resolve() / "index.html").as_uri()) as browser:
        failed += run_tests(browser, FILE_TESTS)
    with page(args.folder, "PlainHandler", before=NO_WORKER) as browser:
        failed += run_tests(browser, NO_WORKER_TESTS)
    count = sum(map(len, (TESTS, PLAIN_TESTS, FILE_TESTS, NO_WORKER_TESTS)))
    print(f"{count - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
