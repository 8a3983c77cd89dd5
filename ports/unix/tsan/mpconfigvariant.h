// The unix firmware under ThreadSanitizer is configured as the ordinary one, but that exceptions go by the C library's
// longjmp(), which the sanitizer knows.
#include "../mpconfigvariant.h"

#define MICROPY_NLR_SETJMP (1)
