// What a finaliser must leave alone: what the collector frees behind it.
#include "py/gc.h"
#include "garbage.h"

// Whether a finaliser runs and `object`, the head of a block, is freed behind it. Nothing that stays may be linked to it.
// O(size of the object), O(1) where no finaliser runs. EXCEPTION: none.
MP_NOINLINE bool up_is_garbage(const void *object) {
    return up_in_finaliser() && gc_nbytes(object) != 0; // that is 0 of what is marked
}
