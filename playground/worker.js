// One run of the firmware, in a thread of its own, which it holds while it runs: see ports/webassembly/library.js.
// From the page comes { module, shared, source, args }; to it go { text }, and at the end { ended: status } or { failed: why }.
"use strict";
importScripts("firmware.js");

// The words of `shared`, which page.js has too: to be woken by, to stop, how often it waited, how often it looked whether
// something came, which it does all the time unless it waits; page.value(n) from VALUES on.
const BELL = 0;
const STOP = 1;
const WAITS = 2;
const LOOKS = 3;
const VALUES = 4;
const FLUSH_MS = 20;
const FLUSH_CHARS = 16384;

class Exit {
    constructor(status) {
        this.status = status;
    }
}

onmessage = function ({ data: { module, shared, source, args } }) {
    const start = performance.now();
    const file = new TextEncoder().encode(source);
    const decoder = new TextDecoder();
    let at = 0; // in the file: one is open at a time, the program
    let text = "";
    let flushed = start;

    function flush() {
        if (text) {
            postMessage({ text });
            text = "";
        }
        flushed = performance.now();
    }

    const host = {
        write(bytes) {
            text += decoder.decode(bytes, { stream: true });
            if (text.length > FLUSH_CHARS || performance.now() - flushed > FLUSH_MS) {
                flush();
            }
        },
        readChar: () => -1, // no keyboard
        open(name) {
            at = 0;
            return name === args[0] ? 3 : -1;
        },
        read(fd, length) {
            const bytes = file.subarray(at, at + length);
            at += bytes.length;
            return bytes;
        },
        close() {},
        args: () => args,
        exit: (status) => new Exit(status),
        now: () => performance.now() - start,
        wait(ms) {
            flush();
            Atomics.add(shared, WAITS, 1);
            const rung = Atomics.load(shared, BELL);
            if (Atomics.load(shared, STOP) === 0) {
                Atomics.wait(shared, BELL, rung, ms < 0 ? Infinity : ms);
            }
        },
        stopAsked() {
            shared[LOOKS]++;
            if (text && performance.now() - flushed > FLUSH_MS) {
                flush();
            }
            return Atomics.load(shared, STOP) !== 0 && Atomics.exchange(shared, STOP, 0);
        },
        value: (number) => Atomics.load(shared, VALUES + number),
    };

    function ended(error) {
        flush();
        postMessage(error instanceof Exit ? { ended: error.status } : { failed: String(error) });
    }
    // The firmware runs, and ends, before the promise is kept.
    onunhandledrejection = (event) => ended(event.reason);
    try {
        createFirmware({
            host,
            instantiateWasm(imports, receive) {
                receive(new WebAssembly.Instance(module, imports));
                return {};
            },
        }).catch(ended);
    } catch (error) {
        ended(error);
    }
};
