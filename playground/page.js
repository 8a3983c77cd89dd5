// The page: programs go to workers (worker.js), what comes back is shown.
"use strict";

const BELL = 0;
const STOP = 1;
const WAITS = 2;
const LOOKS = 3;
const VALUES = 4;
const WORDS = 8;
const STOP_MS = 1000; // how long a program may take to end once it is asked to
const KEEP_CHARS = 100000;
const SECONDS = 20; // that the chart shows
const RELOADED = "loaded anew for its headers"; // in sessionStorage

const get = (id) => document.getElementById(id);
let firmware; // WebAssembly.Module

// A program that runs. `heard` is called with its text, `ended` with how it ended.
class Run {
    constructor(source, args, values, heard, ended) {
        this.shared = new Int32Array(new SharedArrayBuffer(4 * WORDS));
        values.forEach((value, number) => this.set(number, value));
        this.ended = ended;
        this.worker = new Worker("worker.js");
        this.worker.onmessage = ({ data }) => {
            if (data.text !== undefined) {
                heard(data.text);
            } else {
                this.end(data.failed ? "failed: " + data.failed : data.ended ? "ended by an exception" : "done");
            }
        };
        this.worker.onerror = (event) => this.end("failed: " + event.message);
        this.worker.postMessage({ module: firmware, shared: this.shared, source, args });
    }

    // What page.value(number) is.
    set(number, value) {
        Atomics.store(this.shared, VALUES + number, value);
    }

    // How often it has waited.
    get waits() {
        return Atomics.load(this.shared, WAITS);
    }

    // How often it has looked whether something came. Who waits does not.
    get looks() {
        return Atomics.load(this.shared, LOOKS);
    }

    // KeyboardInterrupt; and an end by force for what catches that.
    stop() {
        Atomics.store(this.shared, STOP, 1);
        Atomics.add(this.shared, BELL, 1);
        Atomics.notify(this.shared, BELL);
        this.force = setTimeout(() => this.end("ended by force"), STOP_MS);
    }

    end(how) {
        if (this.worker) {
            clearTimeout(this.force);
            this.worker.terminate();
            this.worker = null;
            this.ended(this.force && !how.startsWith("ended by force") ? "stopped" : how);
        }
    }
}

// Try it ----------------------------------------------------------------------------------------------------------------

let run = null;
let ticker;

function say(text) {
    get("status").textContent = text;
}

function show(text) {
    const output = get("output");
    output.textContent = (output.textContent + text).slice(-KEEP_CHARS);
    output.scrollTop = output.scrollHeight;
}

function start() {
    if (run || get("run").disabled) {
        return;
    }
    get("output").textContent = "";
    get("run").disabled = true;
    get("stop").disabled = false;
    const since = performance.now();
    let waits = 0;
    run = new Run(get("program").value, ["main.py"], [0, +get("slider").value], show, (how) => {
        run = null;
        clearInterval(ticker);
        get("run").disabled = false;
        get("stop").disabled = true;
        say(how);
    });
    say("runs");
    ticker = setInterval(() => {
        const now = run.waits;
        get("status").dataset.waits = now;
        say(`runs, ${Math.round((performance.now() - since) / 1000)} s; woke up ${now - waits} times in the last`);
        waits = now;
    }, 1000);
}

get("run").onclick = start;
get("stop").onclick = () => run && run.stop();
get("slider").oninput = () => {
    get("slider-value").textContent = get("slider").value;
    if (run) {
        run.set(1, +get("slider").value);
    }
};
get("program").onkeydown = (event) => {
    const area = event.target;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        start();
    } else if (event.key === "Tab" && !event.shiftKey) {
        event.preventDefault();
        area.setRangeText("    ", area.selectionStart, area.selectionEnd, "end");
    } else if (event.key === "Enter") {
        // As far in as the line before, and farther behind a colon.
        event.preventDefault();
        const line = area.value.slice(0, area.selectionStart).split("\n").pop();
        const more = /:\s*(#.*)?$/.test(line) ? "    " : "";
        area.setRangeText("\n" + /^ */.exec(line)[0] + more, area.selectionStart, area.selectionEnd, "end");
    } else if (event.key === "Escape") {
        area.blur(); // Tab leads on from here
    }
};

// How long does a driver wait? ------------------------------------------------------------------------------------------

const LOOPS = ["stock", "ours"];
let measuring = null; // { runs, times: of each loop [[s, ms]], since }
let latencyProgram;

function measure() {
    const since = performance.now();
    measuring = { since, times: {}, runs: [] };
    for (const loop of LOOPS) {
        const times = (measuring.times[loop] = []);
        let rest = "";
        const heard = (text) => {
            const lines = (rest + text).split("\n");
            rest = lines.pop();
            for (const line of lines) {
                if (/^\d+$/.test(line)) {
                    times.push([(performance.now() - since) / 1000, line / 1000]);
                } else {
                    problem(loop + ": " + line);
                }
            }
        };
        const ended = (how) => measuring && problem(loop + " " + how);
        measuring.runs.push(new Run(latencyProgram, ["latency.py", loop], [+get("load").value], heard, ended));
    }
    get("measure").textContent = "Stop";
    requestAnimationFrame(draw);
}

function unmeasure() {
    const { runs } = measuring;
    measuring = null;
    runs.forEach((one) => one.end());
    get("measure").textContent = "Start";
}

get("measure").onclick = () => (measuring ? unmeasure() : measure());
get("load").oninput = () => {
    get("load-value").textContent = get("load").value;
    if (measuring) {
        measuring.runs.forEach((one) => one.set(0, +get("load").value));
    }
};

const digits = (ms) => (ms < 10 ? ms.toFixed(2) : ms.toFixed(ms < 100 ? 1 : 0));

// The times as points over the last seconds, by a logarithm: the two differ by a hundred times.
function draw() {
    const chart = get("chart");
    const scale = window.devicePixelRatio || 1;
    const width = chart.clientWidth;
    const height = chart.clientHeight;
    if (chart.width !== width * scale || chart.height !== height * scale) {
        chart.width = width * scale;
        chart.height = height * scale;
    }
    const style = getComputedStyle(document.documentElement);
    const color = (name) => style.getPropertyValue("--" + name);
    const pen = chart.getContext("2d");
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    pen.clearRect(0, 0, width, height);
    pen.font = "12px system-ui, sans-serif";
    const left = 64;
    const bottom = height - 24;
    const [low, high] = [-2, 3]; // 0.01 ms to 1000 ms
    const y = (ms) => bottom - ((Math.min(Math.max(Math.log10(ms), low), high) - low) / (high - low)) * (bottom - 12);
    pen.strokeStyle = color("line");
    pen.fillStyle = color("dim");
    pen.textAlign = "right";
    for (let power = low; power <= high; power++) {
        pen.beginPath();
        pen.moveTo(left, y(10 ** power));
        pen.lineTo(width, y(10 ** power));
        pen.stroke();
        pen.fillText(10 ** power + " ms", left - 6, y(10 ** power) + 4);
    }
    const now = measuring ? (performance.now() - measuring.since) / 1000 : SECONDS;
    const end = Math.max(now, SECONDS);
    const x = (s) => left + ((s - end + SECONDS) / SECONDS) * (width - left - 8);
    pen.textAlign = "center";
    for (let s = Math.ceil((end - SECONDS) / 5) * 5; s <= end; s += 5) {
        if (x(s) > left + 10 && x(s) < width - 16) {
            pen.fillText(s + " s", x(s), height - 7);
        }
    }
    if (!measuring) {
        return;
    }
    for (const loop of LOOPS) {
        const times = measuring.times[loop];
        while (times.length && times[0][0] < end - SECONDS) {
            times.shift();
        }
        pen.fillStyle = color(loop);
        for (const [s, ms] of times) {
            pen.beginPath();
            pen.arc(x(s), y(ms), 3, 0, 7);
            pen.fill();
        }
        if (times.length) {
            const sorted = times.map(([, ms]) => ms).sort((a, b) => a - b);
            const figures = [times[times.length - 1][1], sorted[sorted.length >> 1], sorted[sorted.length - 1]];
            get(loop).querySelectorAll("td").forEach((cell, n) => (cell.textContent = digits(figures[n])));
        }
    }
    requestAnimationFrame(draw);
}
addEventListener("resize", () => measuring || draw());

// The start -------------------------------------------------------------------------------------------------------------

function problem(text) {
    get("problem").textContent = text;
    get("problem").hidden = false;
}

async function fetched(path) {
    const answer = await fetch(path);
    if (!answer.ok) {
        throw new Error(`${path}: ${answer.status} ${answer.statusText}`);
    }
    return answer;
}

// Shared memory is there for a page that comes with two headers, over https or from localhost. Where the web server does not
// send them, a service worker adds them (headers.js), and the page is loaded anew, once. Whether there is shared memory.
async function isolated() {
    if (self.crossOriginIsolated) {
        sessionStorage.removeItem(RELOADED);
        return true;
    }
    if (!self.isSecureContext || !/^https?:$/.test(location.protocol)) {
        throw new Error(
            "This page needs shared memory, which a browser gives only to a page that a web server sends, over https or from localhost. " +
                "`make playground` is such a server, or `python3 -m http.server` in this folder."
        );
    }
    if (!navigator.serviceWorker || sessionStorage.getItem(RELOADED)) {
        throw new Error(
            "This page needs shared memory, and this browser does not give it any. It may forbid service workers, as a private window does: " +
                "then the web server must send Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp, " +
                "as `make playground` does."
        );
    }
    const registration = await navigator.serviceWorker.register("headers.js");
    const worker = registration.installing || registration.waiting || registration.active;
    await new Promise((ready) => {
        const look = () => worker.state === "activated" && ready();
        worker.addEventListener("statechange", look);
        look();
    });
    sessionStorage.setItem(RELOADED, "1");
    location.reload();
    return false;
}

async function load() {
    draw();
    if (!(await isolated())) {
        return;
    }
    const samples = await (await fetched("samples.json")).json();
    for (const { name, title } of samples) {
        get("sample").add(new Option(title, name));
    }
    const choose = () => (get("program").value = samples.find(({ name }) => name === get("sample").value).source);
    get("sample").onchange = choose;
    choose();
    latencyProgram = await (await fetched("latency.py")).text();
    firmware = await WebAssembly.compile(await (await fetched("firmware.wasm")).arrayBuffer());
    get("run").disabled = get("measure").disabled = false;
    say("ready");
}

load().catch((error) => {
    say("not loaded");
    problem(error.message);
});
