// A long random program of calls across the border, and a hash of all that comes back.
//
// It runs on every machine that we have the core for and must print the same everywhere: so a function that was
// compiled wrongly for one of them, or is called otherwise than C calls it there, shows. It keeps to the header, needs
// no C library, and knows nothing of what the core should answer: the core's own tests do.
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "machine.h"
#include "uasyncio_priority.h"

#define CALLS 300000
#define CHECKPOINTS 12

#define WIDE (UINTPTR_MAX > UINT32_MAX)
#define INDEX_BITS (WIDE ? UP_INDEX_BITS_64 : UP_INDEX_BITS_32)
#define ENTRY_BYTES (WIDE ? UP_ENTRY_BYTES_64 : UP_ENTRY_BYTES_32)
#define CHUNK_WORDS (UP_CHUNK_LEN * (sizeof(uintptr_t) + ENTRY_BYTES) / sizeof(uintptr_t))
#define MAX_CHUNKS 40
#define MAX_TASKS (MAX_CHUNKS * UP_CHUNK_LEN)
#define LISTS 6
#define STALE 16
#define ROWS 64
#define GUARD ((uintptr_t)0xa5a5a5a5)

// Random numbers, the hash. C does not say in which order arguments are worked out, so no expression has two of them.

static uint32_t state = 0x9e3779b9;
static uint32_t hash = 0x811c9dc5;
static uint32_t calls;

static uint32_t any(void) {
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state;
}

// A number below n, which is at most 2^16: a multiplication and no division, which an lx106 has not.
static uint32_t below(uint32_t n) {
    return (any() >> 16) * n >> 16;
}

static bool once_in(uint32_t n) {
    return below(n) == 0;
}

static void note(uint32_t value) {
    hash = (hash ^ value) * 0x01000193;
    hash = hash << 15 | hash >> 17;
}

// What one call returned.
static uint32_t got(uint32_t value) {
    calls++;
    note(value);
    return value;
}

static void text(const char *line) {
    size_t len = 0;
    while (line[len] != 0) {
        len++;
    }
    machine_write(line, len);
}

static void number(uint32_t value) {
    char digits[9];
    for (int i = 7; i >= 0; i--, value >>= 4) {
        digits[i] = "0123456789abcdef"[value & 15];
    }
    digits[8] = ' ';
    machine_write(digits, sizeof(digits));
}

static void check(bool truth, const char *what) {
    if (!truth) {
        text("failed: ");
        text(what);
        text("\n");
        machine_exit(1);
    }
}

// What the core and compilers call

static uint32_t depth;

uint32_t up_atomic_begin(void) {
    return 0x80000000 | depth++;
}

void up_atomic_end(uint32_t before) {
    depth--;
    check(before == (0x80000000 | depth), "the critical section is given back as it was");
}

void up_panic(void) {
    text("panic\n");
    machine_exit(1);
}

#ifdef FREESTANDING
// Byte by byte: none of them may become a call of itself.
void *memcpy(void *to, const void *from, size_t len) {
    for (size_t i = 0; i < len; i++) {
        ((volatile uint8_t *)to)[i] = ((const uint8_t *)from)[i];
    }
    return to;
}

void *memset(void *to, int byte, size_t len) {
    for (size_t i = 0; i < len; i++) {
        ((volatile uint8_t *)to)[i] = byte;
    }
    return to;
}

int memcmp(const void *a, const void *b, size_t len) {
    for (size_t i = 0; i < len; i++) {
        int differ = ((const volatile uint8_t *)a)[i] - ((const uint8_t *)b)[i];
        if (differ != 0) {
            return differ;
        }
    }
    return 0;
}

size_t strlen(const char *line) {
    size_t len = 0;
    while (((const volatile char *)line)[len] != 0) {
        len++;
    }
    return len;
}
#endif

// The core and its memory

static up_core_t core;
static up_mailbox_t mail;
static up_list_t lists[LISTS];
static uint32_t now = 0xfffff000;
static uint32_t keep;

static struct {
    uintptr_t words[CHUNK_WORDS];
    uintptr_t guard;
} blocks[MAX_CHUNKS];
// Which block is chunk i: the core forgets the address of one that it gives back.
static uint8_t block_of[MAX_CHUNKS];
static bool block_used[MAX_CHUNKS];
// The array of chunks is in one of these, and moves to the other.
static up_chunk_t *arrays[2][MAX_CHUNKS];
static uint32_t array;

static uint32_t tasks[MAX_TASKS];
static uint32_t task_count;
static uint32_t stale[STALE];
static uint32_t again = UP_NOT; // at which level what ran last is due again
static uint32_t actions[UP_FAULT + 1];
static uint32_t grown, shrunk, cleared;

// A handle as every machine has it: the bits of an index differ.
static uint32_t common(uint32_t handle) {
    return (handle & ((1u << INDEX_BITS) - 1)) | handle >> INDEX_BITS << 24;
}

static uint32_t *object(uint32_t handle) {
    uint32_t index = (handle & ((1u << INDEX_BITS) - 1)) - UP_FIRST_INDEX;
    check(index < core.chunk_count * UP_CHUNK_LEN, "a handle is within the chunks");
    return (uint32_t *)((uintptr_t *)core.chunks[index / UP_CHUNK_LEN] + index % UP_CHUNK_LEN);
}

// A chunk more, where one was given back or at the end; false if there is none.
static bool grow(void) {
    uint32_t chunk = 0;
    uint32_t block = 0;
    while (chunk < core.chunk_count && core.chunks[chunk] != NULL) {
        chunk++;
    }
    while (block < MAX_CHUNKS && block_used[block]) {
        block++;
    }
    if (block == MAX_CHUNKS) {
        return false;
    }
    for (uint32_t i = 0; i < CHUNK_WORDS; i++) {
        blocks[block].words[i] = 0;
    }
    blocks[block].guard = GUARD;
    block_used[block] = true;
    block_of[chunk] = block;
    up_chunk_t **to = arrays[array ^ 1];
    for (uint32_t i = 0; i < core.chunk_count; i++) {
        to[i] = core.chunks[i];
        core.chunks[i] = (up_chunk_t *)GUARD;
    }
    array ^= 1;
    to[chunk] = (up_chunk_t *)blocks[block].words;
    core.chunks = to;
    core.chunk_count += chunk == core.chunk_count;
    check(got(up_core_grown(&core, chunk)) == 1, "a chunk can be used");
    grown++;
    return true;
}

static void shrink(void) {
    uint32_t chunk;
    while ((chunk = got(up_core_shrink(&core, keep))) != UP_NO_CHUNK) {
        uint32_t block = block_of[chunk];
        check(core.chunks[chunk] == NULL && block_used[block], "the chunk that is given back is one");
        check(blocks[block].guard == GUARD, "nothing is written behind a chunk");
        for (uint32_t i = 0; i < CHUNK_WORDS; i++) {
            blocks[block].words[i] = GUARD;
        }
        block_used[block] = false;
        shrunk++;
    }
}

static void forget_all(void) {
    for (uint32_t i = 0; i < MAX_CHUNKS; i++) {
        block_used[i] = false;
    }
    for (uint32_t i = 0; i < STALE; i++) {
        stale[i] = 0;
    }
    task_count = 0;
    again = UP_NOT;
}

// Tasks

static void create(void) {
    uint32_t level = below(4);
    uint32_t handle = up_core_create(&core);
    if (got(common(handle)) == 0) {
        if (!grow()) {
            return;
        }
        handle = up_core_create(&core);
        got(common(handle));
    }
    check(handle != 0 && task_count < MAX_TASKS, "a task is created where there is room");
    up_core_set_level(&core, handle, level);
    *object(handle) = common(handle);
    tasks[task_count++] = handle;
}

static void destroy(uint32_t handle) {
    up_core_free(&core, handle);
    calls++;
    for (uint32_t i = 0; i < task_count; i++) {
        if (tasks[i] == handle) {
            tasks[i] = tasks[--task_count];
        }
    }
    stale[below(STALE)] = handle;
    check(UP_PLACE(up_core_look(&core, handle)) == UP_FREE, "a task that was freed is free");
    shrink();
}

// A task; sometimes one that is no more, or never was.
static uint32_t some_task(void) {
    uint32_t odd = below(40);
    if (odd == 0 || task_count == 0) {
        return stale[below(STALE)];
    }
    if (odd == 1) {
        uint32_t generation = below(256);
        return generation << INDEX_BITS | (UP_FIRST_INDEX + below(MAX_TASKS));
    }
    return tasks[below(task_count)];
}

static uint32_t some_delay(void) {
    switch (below(8)) {
        case 0:
        case 1:
            return 0;
        case 2:
        case 3:
        case 4:
            return below(8);
        case 5:
        case 6:
            return below(300);
        default:
            return once_in(50) ? UP_MAX_DELAY - below(1000) : below(0x10000);
    }
}

static uint32_t some_events(void) {
    static const uint8_t events[] = { 0, 0, UP_READ, UP_WRITE, UP_READ | UP_WRITE, 0x10 };
    return events[below(sizeof(events))];
}

static void schedule(uint32_t handle) {
    uint32_t level = below(4);
    up_core_schedule(&core, handle, level, some_delay(), now);
    calls++;
}

// Lets a task wait for something.
static void wait(uint32_t handle) {
    switch (below(12)) {
        case 0:
        case 1:
        case 2:
        case 3:
            schedule(handle);
            break;
        case 4:
        case 5: {
            up_list_t *list = &lists[below(LISTS)];
            if (got(up_core_park(&core, handle, list)) == 0 && grow()) {
                got(up_core_park(&core, handle, list));
            }
            break;
        }
        case 6:
            up_core_when(&core, handle);
            calls++;
            break;
        case 7:
        case 8: {
            uint32_t events = once_in(2) ? UP_READ : UP_WRITE;
            uint32_t fast = once_in(4);
            uint32_t fd = once_in(2);
            got(up_core_wait_stream(&core, handle, events | (fast ? UP_FAST : 0) | (fd ? UP_FD : 0), below(16)));
            break;
        }
        case 9:
            again = below(4);
            break;
        case 10:
            destroy(handle);
            break;
        default:
            break; // somebody else will schedule it
    }
}

static void found_fds(void) {
    static up_pollfd_t table[ROWS];
    static uint32_t owners[ROWS];
    uint32_t room = once_in(8) ? below(4) : ROWS;
    uint32_t rows = got(up_core_fds(&core, table, owners, room));
    check(rows <= room, "no more rows than there is room for");
    for (uint32_t i = 0; i < rows; i++) {
        note(table[i].fd);
        note((uint16_t)table[i].events);
        note((uint16_t)table[i].revents);
        note(common(owners[i]));
        table[i].revents = some_events();
    }
    up_core_found_fds(&core, table, owners, rows, now);
    calls++;
}

static void turn(void) {
    uint64_t next = up_core_next(&core, &mail, again, now);
    uint32_t action = next >> 32;
    uint32_t value = (uint32_t)next;
    again = UP_NOT;
    got(action);
    check(action < UP_FAULT, "the state is sound");
    actions[action]++;
    switch (action) {
        case UP_RUN:
            note(common(value));
            check(*object(value) == common(value), "what runs is a task of ours");
            wait(value);
            return;
        case UP_ASK:
            note(common(value));
            up_core_found(&core, value, once_in(12) ? UP_TRUE : 0, now);
            calls++;
            return;
        case UP_ASK_STREAM:
            note(common(value));
            got(UP_EVENTS(up_core_look(&core, value)));
            up_core_found(&core, value, some_events(), now);
            calls++;
            return;
        case UP_ASK_FDS:
            found_fds();
            return;
        case UP_MAIL:
            got(up_mail_lost(&mail));
            while (got(up_mail_take(&mail)) != 0) {
            }
            return;
        case UP_WAIT:
            note(value);
            now += once_in(4) ? below(value < 0x10000 ? value + 1 : 0x10000) : value;
            return;
        default:
            // Something comes from outside.
            found_fds();
            for (uint32_t i = 0; i < 8; i++) {
                schedule(some_task());
            }
            now++;
            return;
    }
}

static void one_call(void) {
    uint32_t handle = some_task();
    up_list_t *list = &lists[below(LISTS)];
    switch (below(20)) {
        case 0:
            got(common(up_core_wake(&core, list, below(4), now)));
            break;
        case 1:
            got(common(up_core_first(&core, list)));
            break;
        case 2:
            got(up_core_waiting(&core, list));
            break;
        case 3:
            got(UP_PLACE(up_core_look(&core, handle)));
            break;
        case 4:
            got(UP_DUE(up_core_look(&core, handle)));
            break;
        case 5:
            got(UP_LEVEL(up_core_look(&core, handle)));
            break;
        case 6:
            up_core_set_level(&core, handle, below(4));
            calls++;
            break;
        case 7:
            up_core_cancel(&core, handle, now);
            calls++;
            break;
        case 8:
            up_core_unqueue(&core, handle);
            calls++;
            break;
        case 9:
            got(UP_EVENTS(up_core_look(&core, handle)));
            got(up_core_fd_count(&core));
            break;
        case 10:
            got(up_core_room(&core));
            got(up_core_len(&core));
            break;
        case 11:
        case 12:
            got(up_mail_post(&mail, (any() & 0x7fffffff) | 1));
            break;
        case 13:
            got(up_mail_pending(&mail));
            break;
        case 14:
            if (once_in(8)) {
                up_mail_lose(&mail);
                calls++;
            }
            break;
        case 15:
            up_core_set_max_overdue(&core, once_in(2) ? 0 : below(200));
            calls++;
            break;
        case 16:
            up_core_found(&core, handle, once_in(2) ? UP_TRUE : 0, now);
            up_core_found(&core, handle, some_events(), now);
            calls += 2;
            break;
        case 17:
            keep = below(100);
            break;
        default:
            wait(handle);
            break;
    }
}

// As the shim does. No memset(), which a bare machine may lack.
static void clear_core(void) {
    uint32_t lists = core.lists;
    for (size_t i = 0; i < sizeof(core); i++) {
        ((volatile uint8_t *)&core)[i] = 0;
    }
    core.lists = lists;
}

int main(void) {
    uint32_t crowd = 0;
    uint32_t checkpoint = 0;
    up_mail_clear(&mail);
    while (calls < CALLS) {
        if (once_in(400)) {
            crowd = once_in(4) ? 0 : below(MAX_TASKS); // how many tasks there will be for a while
        }
        if (task_count < crowd && once_in(3)) {
            create();
        } else if (task_count > crowd && once_in(3)) {
            destroy(tasks[below(task_count)]);
        }
        if (once_in(3)) {
            one_call();
        }
        if (once_in(6000)) {
            forget_all();
            clear_core();
            up_mail_clear(&mail);
            calls++;
            cleared++;
        }
        now += once_in(10);
        turn();
        if (calls >= (checkpoint + 1) * (CALLS / CHECKPOINTS)) {
            checkpoint++;
            number(calls);
            number(hash);
            text("\n");
        }
    }
    check(depth == 0, "each critical section was left");

    // A table of chunks that is gone: the core notices, and goes on noticing.
    create();
    up_core_schedule(&core, tasks[0], UP_NORMAL, 0, now);
    core.chunk_count = 0;
    for (int i = 0; i < 3; i++) {
        uint64_t next = up_core_next(&core, &mail, UP_NOT, now);
        actions[UP_FAULT] += next >> 32 == UP_FAULT;
        note(next >> 32);
    }

    text("actions ");
    for (int i = 0; i <= UP_FAULT; i++) {
        number(actions[i]);
    }
    text("grown, shrunk, cleared ");
    number(grown);
    number(shrunk);
    number(cleared);
    text("\nhash ");
    number(hash);
    text("\n");
    machine_exit(0);
}
