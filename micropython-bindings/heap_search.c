// What the loop does not know: it has no list of all tasks, so that one which nothing can reach is collected. The few who
// look for a task that may be parked anywhere search the heap.
#include "py/gc.h"
#include "heap_search.h"

static void up_lock_heap(void) {
#if MICROPY_PY_THREAD && !MICROPY_PY_THREAD_GIL
    mp_thread_recursive_mutex_lock(&MP_STATE_MEM(gc_mutex), 1);
#endif
}

static void up_unlock_heap(void) {
#if MICROPY_PY_THREAD && !MICROPY_PY_THREAD_GIL
    mp_thread_recursive_mutex_unlock(&MP_STATE_MEM(gc_mutex));
#endif
}

// Calls found(entry, arg) for each task, or each object of another type that begins with an entry, in the heap, until that
// says true; that one, or NULL. One that nothing reaches may be among them, if it was not collected yet. O(heap).
// EXCEPTION: none.
up_entry_t *up_search_heap(const mp_obj_type_t *type, bool (*found)(up_entry_t *entry, void *arg), void *arg) {
    up_entry_t *result = NULL;
    // Of the first block of an object. While a finaliser runs: of one that something reaches.
    byte head = up_in_finaliser() ? 3 : 1;
    up_lock_heap();
    up_area_t area;
    for (bool more = up_first_area(&area); more && result == NULL; more = up_next_area(&area)) {
        for (size_t block = 0; block < area.blocks && result == NULL; ++block) {
            byte kinds = area.table[block / 4]; // two bits a block
            if ((kinds >> block % 4 * 2 & 3) != head) {
                if (kinds == 0) {
                    block |= 3; // four free ones
                }
                continue;
            }
            up_entry_t *entry = (up_entry_t *)(area.pool + block * UP_BLOCK_BYTES(area));
            // The first word of any object; what follows it is there if the second holds the tag: no other block does.
            if (entry->object == type && (entry->core & UP_TAG) == UP_TAG && found(entry, arg)) {
                result = entry;
            }
        }
    }
    up_unlock_heap();
    return result;
}
