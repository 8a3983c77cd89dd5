// What the worker does for the firmware besides ../qemu/host.h: library.js has both.
#ifndef WEBASSEMBLY_JS_H
#define WEBASSEMBLY_JS_H

#include <stdint.h>

// ms since the start, with a fraction.
double js_now(void);

// Sleep at most that many ms, or for ever if it is negative. Somebody who wants something ends it.
void js_wait(double ms);

// Whether somebody has asked to stop since the last call.
int js_stop_asked(void);

// The value that the page has set with that number.
int js_value(uint32_t number);

#endif
