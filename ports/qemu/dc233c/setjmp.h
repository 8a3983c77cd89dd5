// setjmp() with register windows: windows.S.
#ifndef QEMU_DC233C_SETJMP_H
#define QEMU_DC233C_SETJMP_H

#include <stdint.h>

// a0 to a7 of the caller, and where setjmp() returns to.
typedef uintptr_t jmp_buf[9];

__attribute__((returns_twice)) int setjmp(jmp_buf buf);
__attribute__((noreturn)) void longjmp(jmp_buf buf, int value);

#endif
