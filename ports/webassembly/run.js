#!/usr/bin/env node
// Run a script on the firmware in Node.js, as the tests do: run.js [OPTION=VALUE...] SCRIPT [ARGUMENT...]
// The options are those of ../qemu/main.c. The exit status is the script's. Ctrl-C ends it at once.
//
// With --virtual before them time is virtual, so that each run is like the one before: a look at the clock takes LOOK_MS, and
// a wait none at all. With COUNT_WAITS in the environment the last line says how often the firmware waited.
"use strict";
const fs = require("fs");
const path = require("path");

const FOLDER = process.env.FIRMWARE || path.join(__dirname, "../../build/webassembly");
const createFirmware = require(path.resolve(FOLDER, "firmware.js"));

// The end of the firmware; not an error.
class Exit {
    constructor(status) {
        this.status = status;
    }
}

const bell = new Int32Array(new SharedArrayBuffer(4));
const LOOK_MS = 0.001;
const virtual = process.argv[2] === "--virtual";
const start = performance.now();
let virtualNow = 0;
const modules = (process.env.MICROPYPATH || "").split(":").filter((p) => p && p !== ".frozen");
// How often it woke up, for tests.
let waits = 0;

const host = {
    write(bytes) {
        for (let done = 0; done < bytes.length; ) {
            try {
                done += fs.writeSync(1, bytes, done);
            } catch (error) {
                if (error.code !== "EAGAIN") {
                    throw error;
                }
            }
        }
    },
    readChar() {
        const one = Buffer.alloc(1);
        return fs.readSync(0, one, 0, 1, null) === 1 ? one[0] : -1;
    },
    open(name) {
        try {
            return fs.openSync(name, "r");
        } catch {
            return -1;
        }
    },
    read(fd, length) {
        const bytes = Buffer.alloc(length);
        try {
            return bytes.subarray(0, fs.readSync(fd, bytes, 0, length, null));
        } catch {
            return null;
        }
    },
    close: (fd) => fs.closeSync(fd),
    args: () => [
        ...(modules.length ? ["path=" + modules.join(":")] : []),
        ...process.argv.slice(virtual ? 3 : 2),
    ],
    exit: (status) => new Exit(status),
    now: () => (virtual ? (virtualNow += LOOK_MS) : performance.now() - start),
    wait(ms) {
        waits++;
        if (virtual && ms >= 0) {
            virtualNow += ms;
            return;
        }
        Atomics.wait(bell, 0, 0, ms < 0 ? Infinity : ms);
    },
    stopAsked() {
        virtualNow += LOOK_MS;
        return 0;
    },
    value: () => 0,
};

process.on("exit", () => {
    if (process.env.COUNT_WAITS) {
        fs.writeSync(2, `waits: ${waits}\n`);
    }
});

function ended(error) {
    if (!(error instanceof Exit)) {
        console.error(error);
    }
    process.exit(error instanceof Exit ? error.status : 70);
}

// main() runs before the promise is kept, so its end is an exception in there.
process.on("uncaughtException", ended);
const module_ = new WebAssembly.Module(fs.readFileSync(path.join(FOLDER, "firmware.wasm")));
createFirmware({
    host,
    instantiateWasm(imports, receive) {
        receive(new WebAssembly.Instance(module_, imports));
        return {};
    },
}).catch(ended);
