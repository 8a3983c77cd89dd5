// The entry store's memory: chunks on the garbage collected heap, and the object of each entry.
#include <string.h>

#include "shim.h"

// Cuts what names no chunk off the end of the array, in place: the heap may be locked. EXCEPTION: none.
static void up_trim(up_core_t *core) {
    size_t n = core->chunk_count;
    while (core->chunks[n - 1] == NULL) { // there is always one that is in use
        --n;
    }
    (void)m_renew_maybe(up_chunk_t *, core->chunks, core->chunk_count, n, false);
    core->chunk_count = n;
}

// `n` chunks more, in place of those that were given back or at the end. Raises MemoryError with nothing changed, or, if
// handles cannot name so many, with some of them in use.
static void up_grow(up_loop_t *loop, size_t n) {
    up_core_t *core = &loop->core;
    // All memory first: a chain of chunks, and room for their names.
    up_chunk_t *chain = NULL;
    for (size_t i = 0; i < n; ++i) {
        up_chunk_t *chunk = m_new0(up_chunk_t, 1);
        chunk->object[0] = MP_OBJ_FROM_PTR(chain);
        chain = chunk;
    }
    size_t count = core->chunk_count;
    core->chunks = m_renew(up_chunk_t *, core->chunks, count, count + n);
    core->chunk_count = count + n;
    memset(core->chunks + count, 0, n * sizeof(up_chunk_t *)); // gaps are filled first: these may be left
    for (size_t i = 0; chain != NULL; ++i) {
        if (core->chunks[i] != NULL) {
            continue;
        }
        up_chunk_t *chunk = chain;
        chain = MP_OBJ_TO_PTR(chunk->object[0]);
        chunk->object[0] = MP_OBJ_NULL;
        core->chunks[i] = chunk;
        if (!up_core_grown(core, i)) {
            core->chunks[i] = NULL;
            mp_raise_msg(&mp_type_MemoryError, MP_ERROR_TEXT("too many tasks and callbacks"));
        }
    }
    up_trim(core);
}

// Makes room for `entries` in all, so that queueing them allocates nothing, and keeps it. Raises
// MemoryError with nothing changed.
void up_reserve(up_loop_t *loop, size_t entries) {
    size_t have = up_core_room(&loop->core) + up_core_len(&loop->core);
    if (have < entries) {
        up_grow(loop, (entries - have + UP_CHUNK_LEN - 1) / UP_CHUNK_LEN);
    }
    loop->reserved = MAX(loop->reserved, entries);
}

// The object of an entry in use. EXCEPTION: none.
MP_NOINLINE mp_obj_t *up_object(up_loop_t *loop, uint32_t handle) {
    return up_object_inline(loop, handle);
}

MP_NOINLINE uint32_t up_place(up_loop_t *loop, uint32_t handle) {
    return UP_PLACE(up_core_look(&loop->core, handle));
}

// A new idle entry for `object`, its own level normal. Raises MemoryError with nothing changed.
uint32_t up_entry_new(up_loop_t *loop, mp_obj_t object) {
    uint32_t handle = up_core_create(&loop->core);
    if (handle == 0) {
        up_grow(loop, 1);
        handle = up_core_create(&loop->core);
    }
    *up_object(loop, handle) = object;
    return handle;
}

// Frees an entry and lets go of its object; 0 is none. EXCEPTION: none.
void up_entry_free(up_loop_t *loop, uint32_t handle) {
    if (handle == 0) {
        return;
    }
    *up_object(loop, handle) = MP_OBJ_NULL;
    up_core_free(&loop->core, handle);
    while (up_core_shrink(&loop->core, loop->reserved) != UP_NO_CHUNK) {
        up_trim(&loop->core); // the chunk is garbage from here on
    }
}

// Queues an entry, from wherever it is, `delay` ms from now. EXCEPTION: none.
void up_schedule(up_loop_t *loop, uint32_t handle, uint32_t level, uint32_t delay) {
    up_core_schedule(&loop->core, handle, level, delay, up_now(loop));
    up_rouse();
}

// Parks a task in a list, from wherever it is. Raises MemoryError, not parked.
void up_park(up_loop_t *loop, up_task_t *task, up_list_t *list) {
    uint32_t handle = up_task_entry(loop, task);
    if (!up_core_park(&loop->core, handle, list)) {
        up_grow(loop, 1);
        up_core_park(&loop->core, handle, list);
    }
}

// Makes the `n` tasks of a list due that have waited longest; how many there were. EXCEPTION: none.
size_t up_wake(up_loop_t *loop, up_list_t *list, uint32_t level, size_t n) {
    uint32_t now = up_now(loop);
    size_t woken = 0;
    while (woken < n && up_core_wake(&loop->core, list, level, now) != 0) {
        ++woken;
    }
    up_rouse();
    return woken;
}

// The object of the first entry from `*at` on that has one, or MP_OBJ_NULL; `*at` is behind it then.
// EXCEPTION: none.
mp_obj_t up_next_object(up_loop_t *loop, size_t *at) {
    while (*at < loop->core.chunk_count * UP_CHUNK_LEN) {
        up_chunk_t *chunk = loop->core.chunks[*at / UP_CHUNK_LEN];
        size_t i = (*at)++ % UP_CHUNK_LEN;
        if (chunk != NULL && chunk->object[i] != MP_OBJ_NULL) {
            return chunk->object[i];
        }
    }
    return MP_OBJ_NULL;
}

// The task that runs `coro`, or NULL. O(entries). EXCEPTION: none.
up_task_t *up_find_task(up_loop_t *loop, mp_obj_t coro) {
    mp_obj_t object;
    for (size_t at = 0; (object = up_next_object(loop, &at)) != MP_OBJ_NULL;) {
        up_task_t *task = MP_OBJ_TO_PTR(object);
        if (up_is_task(object) && task->coro == coro && !(task->flags & UP_TASK_DONE)) {
            return task;
        }
    }
    return NULL;
}
