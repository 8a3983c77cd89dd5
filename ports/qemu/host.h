// What the emulator does for the board: a console, files to read, arguments, an end.
#ifndef QEMU_HOST_H
#define QEMU_HOST_H

#include <stdbool.h>
#include <stddef.h>

// Write to the console.
void host_write(const char *text, size_t len);

// A character from the console, waiting for it; -1 at its end.
int host_read_char(void);

// Whether host_read_char() would not wait; false where that cannot be known.
bool host_readable(void);

// From now on the console is a keyboard: host_readable() knows, and both may be called in an interrupt.
void host_keyboard(void);

// Open a file for reading: a number, or -1.
int host_open(const char *path);

// Read up to `len` bytes: how many, 0 at the end, -1 if that fails.
int host_read(int fd, void *buf, size_t len);

// Close a file.
void host_close(int fd);

// The arguments QEMU was given, with a space between them and a 0 at the end, cut to `size`; their
// length.
size_t host_args(char *buf, size_t size);

// End QEMU with this exit status.
__attribute__((noreturn)) void host_exit(int status);

#endif
