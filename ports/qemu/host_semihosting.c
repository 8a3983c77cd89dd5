// host.h by semihosting, as ARM defines it and RISC-V took it over: a number and the address of its
// arguments in registers, and an instruction that stops the processor.
#include <stdint.h>
#include <string.h>

#include "hal.h"
#include "host.h"

enum {
    SYS_OPEN = 0x01,
    SYS_CLOSE = 0x02,
    SYS_WRITE = 0x05,
    SYS_READ = 0x06,
    SYS_GET_CMDLINE = 0x15,
    SYS_EXIT_EXTENDED = 0x20,
};

#define ADP_STOPPED_APPLICATION_EXIT (0x20026)

static intptr_t semihost(uintptr_t what, const void *how) {
#if defined(__riscv)
    register uintptr_t a0 __asm__("a0") = what;
    register const void *a1 __asm__("a1") = how;
    // The three must be 4 bytes each, and on one page.
    __asm__ volatile(".option push; .option norvc; .balign 16\n"
                     "slli zero, zero, 0x1f\n"
                     "ebreak\n"
                     "srai zero, zero, 7\n"
                     ".option pop"
                     : "+r"(a0)
                     : "r"(a1)
                     : "memory");
    return a0;
#else
    register uintptr_t r0 __asm__("r0") = what;
    register const void *r1 __asm__("r1") = how;
    __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
#endif
}

static int open_as(const char *path, uintptr_t mode) {
    const uintptr_t how[] = { (uintptr_t)path, mode, strlen(path) };
    return semihost(SYS_OPEN, how);
}

// What fopen() calls "rb"; the console has a name of its own, and "r" and "w" are its two ends.
#define MODE_RB (1)
#define MODE_R (0)
#define MODE_W (4)

int host_open(const char *path) {
    return open_as(path, MODE_RB);
}

int host_read(int fd, void *buf, size_t len) {
    const uintptr_t how[] = { fd, (uintptr_t)buf, len };
    // It returns how many bytes are missing: all of them at the end.
    intptr_t missing = semihost(SYS_READ, how);
    return missing < 0 || (size_t)missing > len ? -1 : (int)(len - missing);
}

void host_close(int fd) {
    const uintptr_t how[] = { fd };
    semihost(SYS_CLOSE, how);
}

static int console(uintptr_t mode) {
    static int fds[2];
    int *fd = &fds[mode == MODE_W];
    if (*fd == 0) {
        *fd = open_as(":tt", mode);
    }
    return *fd;
}

void host_write(const char *text, size_t len) {
    const uintptr_t how[] = { console(MODE_W), (uintptr_t)text, len };
    semihost(SYS_WRITE, how);
}

// Semihosting knows no way to ask whether there is a character: the serial port does.
static bool keyboard;

void host_keyboard(void) {
    keyboard = true;
}

bool host_readable(void) {
    return keyboard && hal_serial_readable();
}

int host_read_char(void) {
    if (keyboard) {
        return hal_serial_read();
    }
    unsigned char c;
    return host_read(console(MODE_R), &c, 1) == 1 ? c : -1;
}

size_t host_args(char *buf, size_t size) {
    uintptr_t how[] = { (uintptr_t)buf, size };
    if (semihost(SYS_GET_CMDLINE, how) != 0) {
        how[1] = 0;
    }
    buf[how[1] < size ? how[1] : size - 1] = '\0';
    return how[1];
}

void host_exit(int status) {
    const uintptr_t how[] = { ADP_STOPPED_APPLICATION_EXIT, status };
    for (;;) {
        semihost(SYS_EXIT_EXTENDED, how);
    }
}
