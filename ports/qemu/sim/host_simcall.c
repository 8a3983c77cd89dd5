// The emulator's services on Xtensa: the instruction `simcall`, with a number in a2 and arguments from a3 on.
#include <stdint.h>
#include <string.h>

#include "host.h"

// The numbers, of those that QEMU knows.
enum {
    SIM_EXIT = 1,
    SIM_READ = 3,
    SIM_WRITE = 4,
    SIM_OPEN = 5,
    SIM_CLOSE = 6,
    SIM_SELECT_ONE = 29,
    SIM_ARGC = 1000,
    SIM_ARGV_SIZE = 1001,
    SIM_ARGV = 1002,
};
#define SELECT_READ (1)

static int simcall(int number, int a, int b, int c) {
    register int a2 __asm__("a2") = number;
    register int a3 __asm__("a3") = a; // errno on return
    register int a4 __asm__("a4") = b;
    register int a5 __asm__("a5") = c;
    __asm__ volatile("simcall" : "+r"(a2), "+r"(a3) : "r"(a4), "r"(a5) : "memory");
    return a2;
}

void host_write(const char *text, size_t len) {
    while (len != 0) {
        int n = simcall(SIM_WRITE, 1, (int)text, len);
        if (n <= 0) {
            host_exit(95); // nobody listens
        }
        text += n;
        len -= n;
    }
}

int host_read_char(void) {
    unsigned char c;
    return simcall(SIM_READ, 0, (int)&c, 1) == 1 ? c : -1;
}

bool host_readable(void) {
    static const int at_once[2] = { 0, 0 }; // s, us
    return simcall(SIM_SELECT_ONE, 0, SELECT_READ, (int)at_once) > 0;
}

int host_open(const char *path) {
    return simcall(SIM_OPEN, (int)path, 0, 0);
}

int host_read(int fd, void *buf, size_t len) {
    return simcall(SIM_READ, fd, (int)buf, len);
}

void host_close(int fd) {
    simcall(SIM_CLOSE, fd, 0, 0);
}

size_t host_args(char *buf, size_t size) {
    // What SIM_ARGV fills in: pointers to the arguments, and the arguments behind them.
    uint32_t room[simcall(SIM_ARGV_SIZE, 0, 0, 0) / sizeof(uint32_t) + 1];
    int argc = simcall(SIM_ARGC, 0, 0, 0);
    simcall(SIM_ARGV, (int)room, 0, 0);
    size_t len = 0;
    for (int i = 0; i < argc; ++i) {
        if (i > 0 && len + 1 < size) {
            buf[len++] = ' ';
        }
        for (const char *arg = (const char *)room[i]; *arg != '\0' && len + 1 < size; ++arg) {
            buf[len++] = *arg;
        }
    }
    buf[len] = '\0';
    return len;
}

void host_exit(int status) {
    for (;;) {
        simcall(SIM_EXIT, status, 0, 0);
    }
}
