// What the Rust core calls of its own compiler's ThreadSanitizer and GCC's library does not have.
#include <stddef.h>
#include <string.h>

void *__tsan_memset(void *to, int c, size_t n);
void *__tsan_memset(void *to, int c, size_t n) {
    return memset(to, c, n); // GCC's library sees that one
}
