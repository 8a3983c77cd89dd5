#include <stdint.h>

typedef uint8_t uint8;
typedef uint32_t uint32;
