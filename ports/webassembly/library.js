// What the firmware calls: ../qemu/host.h and js.h. All of it is passed on to Module.host, which run.js (Node.js) and
// the page's worker make: write(bytes), readChar(), open(path), read(fd, length), close(fd), args(), exit(status), now(),
// wait(ms), stopAsked(), value(number). emcc of Debian 12 takes functions here, no arrows.
mergeInto(LibraryManager.library, {
    host_write: function (text, length) {
        Module.host.write(HEAPU8.slice(text, text + length));
    },
    host_read_char: function () {
        return Module.host.readChar();
    },
    host_readable: function () {
        return 0;
    },
    host_open: function (path) {
        return Module.host.open(UTF8ToString(path));
    },
    host_read: function (fd, buffer, length) {
        const bytes = Module.host.read(fd, length);
        if (bytes === null) {
            return -1;
        }
        HEAPU8.set(bytes, buffer);
        return bytes.length;
    },
    host_close: function (fd) {
        Module.host.close(fd);
    },
    host_args: function (buffer, size) {
        const args = Module.host.args().join(" ");
        stringToUTF8(args, buffer, size);
        return Math.min(lengthBytesUTF8(args), size - 1);
    },
    // Ends by an exception that no frame of the firmware's catches.
    host_exit: function (status) {
        throw Module.host.exit(status);
    },
    js_now: function () {
        return Module.host.now();
    },
    js_wait: function (ms) {
        Module.host.wait(ms);
    },
    js_stop_asked: function () {
        return Module.host.stopAsked();
    },
    js_value: function (number) {
        return Module.host.value(number);
    },
});
