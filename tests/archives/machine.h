// What driver.c needs of the machine that it runs on.
#ifndef ARCHIVES_MACHINE_H
#define ARCHIVES_MACHINE_H

#include <stddef.h>

// Write to the console.
void machine_write(const char *text, size_t len);

// End the machine with this exit status.
__attribute__((noreturn)) void machine_exit(int status);

#endif
