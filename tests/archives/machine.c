// machine.h for the machine of the tests and for those of QEMU, which has a service for programs that run alone: on
// ARM and RISC-V semihosting, on Xtensa simcall.
#include "machine.h"

#include <stdint.h>

#if !defined(FREESTANDING)
#include <stdio.h>
#include <stdlib.h>

void machine_write(const char *text, size_t len) {
    fwrite(text, 1, len, stdout);
}

void machine_exit(int status) {
    exit(status);
}

// Tables of core's, which the link takes in and nothing uses, name it.
void rust_eh_personality(void) {
    abort();
}

#elif defined(__xtensa__)

enum {
    SIM_EXIT = 1,
    SIM_WRITE = 4,
};

#if defined(__clang__)
#define SIMCALL ".byte 0x00, 0x51, 0x00" // which LLVM does not know by its name
#else
#define SIMCALL "simcall"
#endif

static int simcall(int number, int a, int b, int c) {
    register int a2 __asm__("a2") = number;
    register int a3 __asm__("a3") = a;
    register int a4 __asm__("a4") = b;
    register int a5 __asm__("a5") = c;
    __asm__ volatile(SIMCALL : "+r"(a2), "+r"(a3) : "r"(a4), "r"(a5) : "memory");
    return a2;
}

void machine_write(const char *text, size_t len) {
    simcall(SIM_WRITE, 1, (int)text, len);
}

void machine_exit(int status) {
    for (;;) {
        simcall(SIM_EXIT, status, 0, 0);
    }
}

#else

enum {
    SYS_WRITEC = 0x03,
    SYS_EXIT_EXTENDED = 0x20,
    APPLICATION_EXIT = 0x20026,
};

static void semihost(uintptr_t what, const void *how) {
#if defined(__riscv)
    register uintptr_t a0 __asm__("a0") = what;
    register const void *a1 __asm__("a1") = how;
    // Known by the three together: 4 bytes each, on one page.
    __asm__ volatile(".option push\n"
                     ".option norvc\n"
                     ".balign 16\n"
                     "slli zero, zero, 0x1f\n"
                     "ebreak\n"
                     "srai zero, zero, 7\n"
                     ".option pop"
                     : "+r"(a0)
                     : "r"(a1)
                     : "memory");
#else
    register uintptr_t r0 __asm__("r0") = what;
    register const void *r1 __asm__("r1") = how;
    __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
#endif
}

void machine_write(const char *text, size_t len) {
    while (len-- > 0) {
        semihost(SYS_WRITEC, text++);
    }
}

void machine_exit(int status) {
    const uintptr_t how[] = { APPLICATION_EXIT, status };
    for (;;) {
        semihost(SYS_EXIT_EXTENDED, how);
    }
}

#endif
