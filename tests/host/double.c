// A double of the shim: it drives the border from C as the firmware does, without MicroPython.
//
// It keeps to the header alone. Memory is allocated by the header's sizes with a guard behind each
// block, the array of chunks moves whenever it grows, and objects lie in the chunks beside the
// core's entries, where the shim keeps them for the garbage collector.
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "uasyncio_priority.h"

#define ENTRY_BYTES (UINTPTR_MAX > UINT32_MAX ? UP_ENTRY_BYTES_64 : UP_ENTRY_BYTES_32)
#define CHUNK_BYTES (UP_CHUNK_LEN * (sizeof(void *) + ENTRY_BYTES))
#define GUARD_BYTES 64
#define GUARD 0xa5
#define MAX_CHUNKS 400

typedef struct loop loop_t;
typedef struct task task_t;

struct task {
    const char *name;
    // Does a step, and says where the task waits next.
    void (*step)(loop_t *loop, task_t *task);
    uint32_t handle;
    uint32_t steps;
    // When the condition of the task comes true, or its stream is ready; what step() wants to keep.
    uint32_t value;
    // What its stream is found to be then.
    uint32_t found;
};

struct loop {
    up_core_t *core;
    up_mailbox_t mail;
    uint32_t index_bits;
    uint32_t start;
    // Milliseconds since the start.
    uint32_t now;
    // Entries that are never given back.
    uint32_t keep;
    up_list_t lists[2];
    // The task whose step just ended without naming a wake-up.
    uint32_t again;
    task_t *victim;
    // The trace: lines of text, as far as they fit.
    char *out;
    size_t size;
    size_t len;
};

// What the core calls in a panic. Its tests unwind instead, so nothing may come here.
void up_panic(void) {
    fputs("up_panic\n", stderr);
    abort();
}

static void say(loop_t *loop, const char *format, ...) {
    va_list args;
    va_start(args, format);
    int n = vsnprintf(loop->out + loop->len, loop->size - loop->len, format, args);
    va_end(args);
    if (n < 0 || (size_t)n >= loop->size - loop->len) {
        abort(); // the test gave too little room
    }
    loop->len += n;
}

#define CHECK(loop, truth) \
    do { \
        if (!(truth)) { \
            say(loop, "line %d: %s\n", __LINE__, #truth); \
        } \
    } while (0)

static void *guarded(size_t bytes) {
    uint8_t *block = calloc(1, bytes + GUARD_BYTES);
    if (block == NULL) {
        abort();
    }
    memset(block + bytes, GUARD, GUARD_BYTES);
    return block;
}

static bool intact(const void *block, size_t bytes) {
    for (size_t i = 0; i < GUARD_BYTES; i++) {
        if (((const uint8_t *)block)[bytes + i] != GUARD) {
            return false;
        }
    }
    return true;
}

static uint32_t tick(const loop_t *loop) {
    return loop->start + loop->now;
}

// Memory

static loop_t loop_new(char *out, size_t size, uint32_t index_bits, uint32_t start) {
    loop_t loop = { .index_bits = index_bits, .start = start, .out = out, .size = size, .again = UP_NOT };
    loop.core = guarded(sizeof(up_core_t));
    return loop;
}

// Adds a chunk where one was given back, or at the end. The array moves, and the old one is
// overwritten before it is freed.
static void grow(loop_t *loop) {
    up_core_t *core = loop->core;
    uint32_t count = core->chunk_count;
    uint32_t chunk = 0;
    while (chunk < count && core->chunks[chunk] != NULL) {
        chunk++;
    }
    up_chunk_t **chunks = calloc(count + 1, sizeof(up_chunk_t *));
    if (chunks == NULL) {
        abort();
    }
    if (count > 0) {
        memcpy(chunks, core->chunks, count * sizeof(up_chunk_t *));
        memset(core->chunks, 0xff, count * sizeof(up_chunk_t *));
        free(core->chunks);
    }
    chunks[chunk] = guarded(CHUNK_BYTES);
    core->chunks = chunks;
    core->chunk_count = chunk < count ? count : count + 1;
    uint32_t room = up_core_room(core);
    CHECK(loop, up_core_grown(core, chunk) != 0);
    CHECK(loop, core->chunks == chunks && chunks[chunk] != NULL);
    CHECK(loop, up_core_room(core) == room + UP_CHUNK_LEN);
    CHECK(loop, up_core_shrink(core, UINT32_MAX) == UP_NO_CHUNK);
}

// Frees an entry, and the chunks that the core gives back.
static void entry_free(loop_t *loop, uint32_t handle) {
    up_core_t *core = loop->core;
    up_core_free(core, handle);
    CHECK(loop, UP_PLACE(up_core_look(core, handle)) == UP_FREE);
    for (;;) {
        up_chunk_t *before[MAX_CHUNKS];
        if (core->chunk_count > MAX_CHUNKS) {
            abort();
        }
        memcpy(before, core->chunks, core->chunk_count * sizeof(before[0]));
        uint32_t room = up_core_room(core);
        uint32_t chunk = up_core_shrink(core, loop->keep);
        if (chunk == UP_NO_CHUNK) {
            CHECK(loop, up_core_room(core) == room);
            return;
        }
        CHECK(loop, core->chunks[chunk] == NULL && before[chunk] != NULL);
        CHECK(loop, up_core_room(core) == room - UP_CHUNK_LEN);
        CHECK(loop, intact(before[chunk], CHUNK_BYTES));
        memset(before[chunk], 0xff, CHUNK_BYTES);
        free(before[chunk]);
    }
}

// The object that belongs to an entry.
static void **object(loop_t *loop, uint32_t handle) {
    uint32_t index = (handle & ((1u << loop->index_bits) - 1)) - UP_FIRST_INDEX;
    if (index >= loop->core->chunk_count * UP_CHUNK_LEN || loop->core->chunks[index / UP_CHUNK_LEN] == NULL) {
        abort(); // the core gave out a handle beyond its memory
    }
    return (void **)loop->core->chunks[index / UP_CHUNK_LEN] + index % UP_CHUNK_LEN;
}

static void loop_free(loop_t *loop) {
    up_core_t *core = loop->core;
    for (uint32_t i = 0; i < core->chunk_count; i++) {
        if (core->chunks[i] != NULL) {
            CHECK(loop, intact(core->chunks[i], CHUNK_BYTES));
            free(core->chunks[i]);
        }
    }
    CHECK(loop, intact(core, sizeof(up_core_t)));
    free(core->chunks);
    free(core);
}

// Tasks

static uint32_t create(loop_t *loop, uint32_t level) {
    uint32_t handle = up_core_create(loop->core);
    if (handle == 0) {
        CHECK(loop, up_core_room(loop->core) == 0);
        grow(loop);
        handle = up_core_create(loop->core);
    }
    CHECK(loop, handle != 0);
    CHECK(loop, UP_PLACE(up_core_look(loop->core, handle)) == UP_IDLE);
    CHECK(loop, UP_LEVEL(up_core_look(loop->core, handle)) == UP_NORMAL);
    up_core_set_level(loop->core, handle, level);
    CHECK(loop, *object(loop, handle) == NULL);
    return handle;
}

// Starts a task: it is due now, at its own level.
static void task_start(loop_t *loop, task_t *task, uint32_t level) {
    task->handle = create(loop, level);
    *object(loop, task->handle) = task;
    up_core_schedule(loop->core, task->handle, UP_OWN, 0, tick(loop));
}

static void task_end(loop_t *loop, task_t *task) {
    CHECK(loop, *object(loop, task->handle) == task);
    *object(loop, task->handle) = NULL;
    entry_free(loop, task->handle);
}

static void park(loop_t *loop, task_t *task, up_list_t *list) {
    uint32_t before = up_core_waiting(loop->core, list);
    if (!up_core_park(loop->core, task->handle, list)) {
        CHECK(loop, before == 0 && up_core_waiting(loop->core, list) == 0);
        grow(loop);
        CHECK(loop, up_core_park(loop->core, task->handle, list));
    }
    CHECK(loop, up_core_waiting(loop->core, list) == before + 1);
    CHECK(loop, UP_PLACE(up_core_look(loop->core, task->handle)) == UP_PARKED);
}

// Stands in for poll(2), with tables of exactly as many rows as there are.
static void poll_fds(loop_t *loop, bool loud) {
    up_core_t *core = loop->core;
    uint32_t count = up_core_fd_count(core);
    up_pollfd_t *table = guarded(count * sizeof(up_pollfd_t));
    uint32_t *owners = guarded(count * sizeof(uint32_t));
    CHECK(loop, up_core_fds(core, table, owners, count) == count);
    for (uint32_t i = 0; i < count; i++) {
        task_t *task = *object(loop, owners[i]);
        CHECK(loop, (uint32_t)table[i].events == UP_EVENTS(up_core_look(core, owners[i])));
        CHECK(loop, table[i].revents == 0);
        if (loud) {
            say(loop, "  %s %d %d\n", task->name, (int)table[i].fd, (int)table[i].events);
        }
        table[i].revents = task->value <= loop->now ? (int16_t)task->found : 0;
    }
    up_core_found_fds(core, table, owners, count, tick(loop));
    CHECK(loop, intact(table, count * sizeof(up_pollfd_t)));
    CHECK(loop, intact(owners, count * sizeof(uint32_t)));
    free(table);
    free(owners);
}

// Does one thing that the core says; false if there is nothing left to do.
static bool turn(loop_t *loop, bool quiet) {
    uint64_t next = up_core_next(loop->core, &loop->mail, loop->again, tick(loop));
    loop->again = UP_NOT;
    uint32_t value = (uint32_t)next;
    switch (next >> 32) {
        case UP_RUN: {
            task_t *task = *object(loop, value);
            CHECK(loop, task != NULL && task->handle == value);
            CHECK(loop, UP_PLACE(up_core_look(loop->core, value)) == UP_IDLE);
            if (!quiet) {
                say(loop, "%u run %s\n", loop->now, task->name);
            }
            task->steps++;
            task->step(loop, task);
            return true;
        }
        case UP_ASK: {
            task_t *task = *object(loop, value);
            CHECK(loop, UP_PLACE(up_core_look(loop->core, value)) == UP_CONDITION);
            say(loop, "%u ask %s\n", loop->now, task->name);
            up_core_found(loop->core, value, task->value <= loop->now ? UP_TRUE : 0, tick(loop));
            return true;
        }
        case UP_ASK_STREAM: {
            task_t *task = *object(loop, value);
            CHECK(loop, UP_PLACE(up_core_look(loop->core, value)) == UP_STREAM);
            CHECK(loop, UP_EVENTS(up_core_look(loop->core, value)) != 0);
            say(loop, "%u poll %s\n", loop->now, task->name);
            up_core_found(loop->core, value, task->value <= loop->now ? task->found : 0, tick(loop));
            return true;
        }
        case UP_ASK_FDS:
            CHECK(loop, value == 0);
            say(loop, "%u poll fds\n", loop->now);
            poll_fds(loop, true);
            return true;
        case UP_WAIT:
            if (!quiet) {
                say(loop, "%u wait %u\n", loop->now, value);
            }
            loop->now += value;
            return true;
        case UP_WAIT_FOREVER:
            CHECK(loop, value == 0);
            say(loop, "%u wait for ever\n", loop->now);
            if (up_core_fd_count(loop->core) > 0) {
                loop->now++;
                poll_fds(loop, false);
                return true;
            }
            return false;
        default:
            say(loop, "%u fault %u\n", loop->now, value);
            return false;
    }
}

// The steps of a small program that uses all there is

static void sleeper(loop_t *loop, task_t *task) {
    if (task->steps == 3) {
        task_end(loop, task);
        return;
    }
    up_core_schedule(loop->core, task->handle, UP_OWN, 5, tick(loop));
    CHECK(loop, UP_PLACE(up_core_look(loop->core, task->handle)) == UP_TIMER);
    CHECK(loop, UP_DUE(up_core_look(loop->core, task->handle)) == tick(loop) + 5);
}

static void yielder(loop_t *loop, task_t *task) {
    if (task->steps == 3) {
        task_end(loop, task);
    }
    loop->again = UP_OWN; // also where the task has ended: then it does nothing
}

static void low(loop_t *loop, task_t *task) {
    if (task->steps == 2) {
        task_end(loop, task);
        return;
    }
    up_core_schedule(loop->core, task->handle, UP_LOW, 4, tick(loop));
}

static void conditional(loop_t *loop, task_t *task) {
    if (task->steps == 2) {
        task_end(loop, task);
        return;
    }
    up_core_when(loop->core, task->handle);
    up_core_found(loop->core, task->handle, 0, tick(loop));
    CHECK(loop, UP_PLACE(up_core_look(loop->core, task->handle)) == UP_CONDITION);
}

static void waiter(loop_t *loop, task_t *task) {
    if (task->steps == 2) {
        task_end(loop, task);
        return;
    }
    park(loop, task, &loop->lists[0]);
}

static void victim(loop_t *loop, task_t *task) {
    if (task->steps == 2) {
        task_end(loop, task);
        return;
    }
    up_core_schedule(loop->core, task->handle, UP_LOW, UP_MAX_DELAY, tick(loop));
}

static void boss(loop_t *loop, task_t *task) {
    up_core_t *core = loop->core;
    if (task->steps == 1) {
        up_core_schedule(core, task->handle, UP_NORMAL, 7, tick(loop));
        return;
    }
    up_list_t *list = &loop->lists[0];
    CHECK(loop, up_core_waiting(core, list) == 3);
    uint32_t first = up_core_first(core, list);
    up_core_cancel(core, loop->victim->handle, tick(loop));
    CHECK(loop, UP_PLACE(up_core_look(core, loop->victim->handle)) == UP_READY);
    CHECK(loop, up_core_wake(core, list, UP_OWN, tick(loop)) == first);
    CHECK(loop, UP_DUE(up_core_look(core, first)) == tick(loop));
    CHECK(loop, up_core_wake(core, list, UP_LOW, tick(loop)) != 0);
    CHECK(loop, up_core_wake(core, list, UP_HIGH, tick(loop)) != 0);
    CHECK(loop, up_core_wake(core, list, UP_HIGH, tick(loop)) == 0);
    CHECK(loop, up_core_first(core, list) == 0);
    task_end(loop, task);
}

// Tasks of each kind, from before a wrap of the clock to behind it.
uint32_t double_program(char *out, size_t size, uint32_t index_bits) {
    loop_t loop = loop_new(out, size, index_bits, UINT32_MAX - 5);
    task_t tasks[] = {
        { .name = "sleeper", .step = sleeper },
        { .name = "low", .step = low },
        { .name = "conditional", .step = conditional, .value = 2 },
        { .name = "waiter1", .step = waiter },
        { .name = "waiter2", .step = waiter },
        { .name = "waiter3", .step = waiter },
        { .name = "victim", .step = victim },
        { .name = "boss", .step = boss },
        { .name = "yielder", .step = yielder },
    };
    uint32_t count = sizeof(tasks) / sizeof(tasks[0]);
    loop.victim = &tasks[6];
    for (uint32_t i = 0; i < count; i++) {
        task_start(&loop, &tasks[i], UP_NORMAL);
    }
    CHECK(&loop, up_core_len(loop.core) == count);
    CHECK(&loop, up_core_room(loop.core) == UP_CHUNK_LEN - count);
    while (turn(&loop, false)) {
    }
    CHECK(&loop, up_core_len(loop.core) == 0);
    CHECK(&loop, up_core_room(loop.core) == UP_CHUNK_LEN);
    loop_free(&loop);
    return loop.len;
}

// Levels and the limit of overdue

static void spin(loop_t *loop, task_t *task) {
    loop->now += task->value;
    up_core_schedule(loop->core, task->handle, UP_OWN, 0, tick(loop));
}

// A task at each level that never waits: with a limit, without one, at other levels.
uint32_t double_levels(char *out, size_t size, uint32_t index_bits) {
    loop_t loop = loop_new(out, size, index_bits, 0);
    up_core_t *core = loop.core;
    task_t high = { .name = "high", .step = spin };
    task_t normal = { .name = "normal", .step = spin, .value = 5 };
    task_t low = { .name = "low", .step = spin, .value = 1 };
    task_start(&loop, &low, UP_LOW);
    task_start(&loop, &normal, UP_NORMAL);
    task_start(&loop, &high, UP_HIGH);
    CHECK(&loop, UP_LEVEL(up_core_look(core, high.handle)) == UP_HIGH);
    CHECK(&loop, UP_LEVEL(up_core_look(core, low.handle)) == UP_LOW);
    up_core_set_max_overdue(core, 9);
    for (int i = 0; i < 8; i++) {
        turn(&loop, false);
    }
    up_core_set_max_overdue(core, 0);
    up_core_set_level(core, high.handle, UP_NORMAL);
    CHECK(&loop, UP_LEVEL(up_core_look(core, high.handle)) == UP_NORMAL);
    for (int i = 0; i < 6; i++) {
        turn(&loop, false);
    }
    // A level that is none: normal for an entry, its own for a wake-up.
    uint32_t odd = create(&loop, 99);
    CHECK(&loop, UP_LEVEL(up_core_look(core, odd)) == UP_NORMAL);
    up_core_set_level(core, odd, UP_LOW);
    up_core_set_level(core, odd, UINT32_MAX);
    CHECK(&loop, UP_LEVEL(up_core_look(core, odd)) == UP_NORMAL);
    loop_free(&loop);
    return loop.len;
}

// Growing

typedef struct many {
    task_t task;
    uint32_t due;
    uint32_t number;
    const struct many **last;
    uint32_t *count;
} many_t;

static void many(loop_t *loop, task_t *task) {
    many_t *self = (many_t *)task;
    if (task->steps == 1) {
        self->due = loop->now + 1 + self->number * 7919 % 50;
        up_core_schedule(loop->core, task->handle, UP_OWN, self->due - loop->now, tick(loop));
        return;
    }
    const many_t *last = *self->last;
    CHECK(loop, self->due == loop->now);
    CHECK(loop, last == NULL || last->due < self->due || (last->due == self->due && last->number < self->number));
    *self->last = self;
    ++*self->count;
    task_end(loop, task);
}

// As many tasks as asked for, asleep in chunks that come and go while others are in use.
uint32_t double_growing(char *out, size_t size, uint32_t index_bits, uint32_t count, uint32_t keep) {
    loop_t loop = loop_new(out, size, index_bits, (1u << 30) - 20);
    many_t *tasks = calloc(count, sizeof(many_t));
    if (tasks == NULL) {
        abort();
    }
    const many_t *last = NULL;
    uint32_t ended = 0;
    for (uint32_t i = 0; i < count; i++) {
        tasks[i] = (many_t){ .task = { .name = "many", .step = many }, .number = i, .last = &last, .count = &ended };
        task_start(&loop, &tasks[i].task, UP_NORMAL);
    }
    uint32_t chunks = loop.core->chunk_count;
    loop.keep = keep;
    while (turn(&loop, true)) {
    }
    CHECK(&loop, loop.core->chunk_count == chunks);
    CHECK(&loop, up_core_len(loop.core) == 0);
    uint32_t left = 0;
    for (uint32_t i = 0; i < chunks; i++) {
        left += loop.core->chunks[i] != NULL;
    }
    CHECK(&loop, up_core_room(loop.core) == left * UP_CHUNK_LEN);
    // What was given back can be had again, in its place.
    for (uint32_t i = left; i < chunks; i++) {
        grow(&loop);
    }
    CHECK(&loop, loop.core->chunk_count == chunks);
    say(&loop, "%u ended in order, %u chunks, %u left\n", ended, chunks, left);
    free(tasks);
    loop_free(&loop);
    return loop.len;
}

// Handles that name nothing

// All bytes that the core could change.
static uint8_t *snapshot(loop_t *loop, size_t *bytes) {
    uint32_t count = loop->core->chunk_count;
    *bytes = sizeof(up_core_t) + count * CHUNK_BYTES;
    uint8_t *copy = malloc(*bytes);
    if (copy == NULL) {
        abort();
    }
    memcpy(copy, loop->core, sizeof(up_core_t));
    for (uint32_t i = 0; i < count; i++) {
        memcpy(copy + sizeof(up_core_t) + i * CHUNK_BYTES, loop->core->chunks[i], CHUNK_BYTES);
    }
    return copy;
}

// Calls every function with a handle that names nothing: not a bit may change.
static void poke(loop_t *loop, uint32_t handle) {
    up_core_t *core = loop->core;
    uint32_t now = tick(loop);
    size_t bytes;
    uint8_t *before = snapshot(loop, &bytes);
    up_list_t list = { 0, 0 };

    CHECK(loop, UP_PLACE(up_core_look(core, handle)) == UP_FREE);
    CHECK(loop, UP_LEVEL(up_core_look(core, handle)) == UP_NORMAL);
    CHECK(loop, UP_DUE(up_core_look(core, handle)) == 0);
    up_core_free(core, handle);
    up_core_set_level(core, handle, UP_HIGH);
    for (uint32_t level = UP_HIGH; level <= UP_OWN; level++) {
        up_core_schedule(core, handle, level, 0, now);
        up_core_schedule(core, handle, level, 1, now);
    }
    up_core_when(core, handle);
    up_core_found(core, handle, UP_TRUE, now);
    up_core_cancel(core, handle, now);
    up_core_unqueue(core, handle);
    up_core_found(core, handle, UP_READ | UP_WRITE, now);
    up_pollfd_t row = { .fd = 1, .events = UP_READ, .revents = UP_READ };
    up_core_found_fds(core, &row, &handle, 1, now);
    CHECK(loop, UP_EVENTS(up_core_look(core, handle)) == 0);
    // Nobody else waits for it, so not 0; and it does not wait either.
    CHECK(loop, up_core_wait_stream(core, handle, UP_READ, 77) == 1);
    CHECK(loop, up_core_wait_stream(core, handle, UP_WRITE | UP_FAST | UP_FD, 77) == 1);
    CHECK(loop, up_core_shrink(core, 0) == UP_NO_CHUNK);
    // Not for lack of room, so not 0; and nobody waits.
    CHECK(loop, up_core_park(core, handle, &list) == 1);
    CHECK(loop, list.handle == 0 && list.stamp == 0);
    // A list that names such an entry is an empty one.
    list.handle = handle;
    for (list.stamp = 0; list.stamp < 3; list.stamp++) {
        CHECK(loop, up_core_first(core, &list) == 0);
        CHECK(loop, up_core_waiting(core, &list) == 0);
        CHECK(loop, up_core_wake(core, &list, UP_OWN, now) == 0);
    }

    size_t same;
    uint8_t *after = snapshot(loop, &same);
    if (same != bytes || memcmp(before, after, bytes) != 0) {
        say(loop, "handle %08x changed something\n", handle);
    }
    free(before);
    free(after);
}

static void end(loop_t *loop, task_t *task) {
    task_end(loop, task);
}

// Stale and invented handles, while the entries they could be taken for are in every place.
uint32_t double_stale(char *out, size_t size, uint32_t index_bits) {
    loop_t loop = loop_new(out, size, index_bits, 1000);
    up_core_t *core = loop.core;
    uint32_t bits = index_bits;
    uint32_t invented[] = { 0, 1, UP_FIRST_INDEX, UP_FIRST_INDEX + UP_CHUNK_LEN, 1u << (bits - 1), 5u << bits, (1u << bits) - 1, 0x7fffffff, UINT32_MAX };
    uint32_t count = sizeof(invented) / sizeof(invented[0]);
    for (uint32_t i = 0; i < count; i++) {
        poke(&loop, invented[i]); // nothing is allocated yet
    }

    enum {
        READY,
        HIGH,
        NORMAL,
        LOW,
        CONDITION,
        STREAM,
        FD,
        PARKED1,
        PARKED2,
        OWNERS
    };
    static const char *const names[OWNERS] = { "ready", "high", "normal", "low", "condition", "stream", "fd", "parked1", "parked2" };
    uint32_t stale[OWNERS];
    task_t owners[OWNERS];
    for (int i = 0; i < OWNERS; i++) {
        stale[i] = create(&loop, UP_HIGH);
        poke(&loop, UINT32_MAX);
    }
    for (int i = OWNERS - 1; i >= 0; i--) {
        entry_free(&loop, stale[i]);
        poke(&loop, stale[i]);
    }
    for (int i = 0; i < OWNERS; i++) {
        owners[i] = (task_t){ .name = names[i], .step = end, .found = UP_READ };
        task_start(&loop, &owners[i], UP_LOW);
        CHECK(&loop, object(&loop, owners[i].handle) == object(&loop, stale[i]));
    }
    up_core_schedule(core, owners[HIGH].handle, UP_HIGH, 1, tick(&loop));
    up_core_schedule(core, owners[NORMAL].handle, UP_NORMAL, 1, tick(&loop));
    up_core_schedule(core, owners[LOW].handle, UP_LOW, 1, tick(&loop));
    up_core_when(core, owners[CONDITION].handle);
    CHECK(&loop, up_core_wait_stream(core, owners[STREAM].handle, UP_READ | UP_FAST, 3) == 1);
    CHECK(&loop, up_core_wait_stream(core, owners[FD].handle, UP_READ | UP_FD, 3) == 1);
    park(&loop, &owners[PARKED1], &loop.lists[0]);
    park(&loop, &owners[PARKED2], &loop.lists[0]);
    for (int i = 0; i < OWNERS; i++) {
        poke(&loop, stale[i]);
    }
    // The next number behind the tasks' is the list's own entry.
    uint32_t forged = owners[OWNERS - 1].handle - (1u << bits) + 1;
    CHECK(&loop, loop.lists[0].handle == forged);
    size_t bytes;
    uint8_t *before = snapshot(&loop, &bytes);
    CHECK(&loop, UP_PLACE(up_core_look(core, forged)) == UP_FREE);
    up_core_free(core, forged);
    up_core_schedule(core, forged, UP_OWN, 0, tick(&loop));
    up_core_when(core, forged);
    up_core_cancel(core, forged, tick(&loop));
    up_core_unqueue(core, forged);
    up_core_found(core, forged, UP_READ, tick(&loop));
    CHECK(&loop, up_core_wait_stream(core, forged, UP_WRITE, 3) == 1);
    uint8_t *after = snapshot(&loop, &bytes);
    CHECK(&loop, memcmp(before, after, bytes) == 0);
    free(before);
    free(after);
    for (uint32_t i = 0; i < count; i++) {
        poke(&loop, invented[i]);
    }
    poke(&loop, (1u << bits) | 0xfff0); // a generation in use, in a chunk that there is not

    // All of them are still where they were.
    while (up_core_wake(core, &loop.lists[0], UP_OWN, tick(&loop)) != 0) {
    }
    while (turn(&loop, false)) {
    }
    CHECK(&loop, up_core_len(core) == 0);
    loop_free(&loop);
    return loop.len;
}

// Streams

static uint32_t wait_stream(loop_t *loop, task_t *task, uint32_t events, uint32_t fast, uint32_t fd, uint32_t key) {
    up_core_unqueue(loop->core, task->handle);
    uint32_t count = up_core_fd_count(loop->core);
    uint32_t waits = up_core_wait_stream(loop->core, task->handle, events | (fast ? UP_FAST : 0) | (fd ? UP_FD : 0), key);
    CHECK(loop, UP_EVENTS(up_core_look(loop->core, task->handle)) == (waits ? events : 0));
    CHECK(loop, UP_PLACE(up_core_look(loop->core, task->handle)) == (waits ? UP_STREAM : UP_IDLE));
    CHECK(loop, up_core_fd_count(loop->core) == count + (waits && fd != 0));
    return waits;
}

static void reader(loop_t *loop, task_t *task) {
    if (task->steps == 2) {
        task_end(loop, task);
        return;
    }
    CHECK(loop, wait_stream(loop, task, UP_READ, 0, 0, 0xfffffffc) == 1);
}

// Writes what the reader reads, as urgently as can be.
static void writer(loop_t *loop, task_t *task) {
    if (task->steps == 2) {
        task_end(loop, task);
        return;
    }
    CHECK(loop, wait_stream(loop, task, UP_WRITE, 0x80000000, 0, 0xfffffffc) == 1);
}

static void fd_reader(loop_t *loop, task_t *task) {
    if (task->steps == 2) {
        task_end(loop, task);
        return;
    }
    CHECK(loop, wait_stream(loop, task, UP_READ, 0, 0x80000000, 0x7fffffff) == 1);
}

static void fd_writer(loop_t *loop, task_t *task) {
    if (task->steps == 2) {
        task_end(loop, task);
        return;
    }
    CHECK(loop, wait_stream(loop, task, UP_WRITE, 0, 1, 0x7fffffff) == 1);
}

// Wants what others have, gets nothing, and waits for nothing.
static void second(loop_t *loop, task_t *task) {
    for (uint32_t fast = 0; fast < 2; fast++) {
        CHECK(loop, wait_stream(loop, task, UP_READ, fast, 0, 0xfffffffc) == 0);
        CHECK(loop, wait_stream(loop, task, UP_WRITE, fast, 0, 0xfffffffc) == 0);
        CHECK(loop, wait_stream(loop, task, UP_READ, fast, 1, 0x7fffffff) == 0);
        CHECK(loop, wait_stream(loop, task, UP_WRITE, fast, 1, 0x7fffffff) == 0);
        // The same number is another stream if it is no descriptor, and if it is one.
        CHECK(loop, wait_stream(loop, task, UP_READ, fast, 0, 0x7fffffff) == 1);
        CHECK(loop, wait_stream(loop, task, UP_READ, fast, 1, 0xfffffffc) == 1);
    }
    up_core_unqueue(loop->core, task->handle);
    CHECK(loop, UP_PLACE(up_core_look(loop->core, task->handle)) == UP_IDLE);
    CHECK(loop, UP_EVENTS(up_core_look(loop->core, task->handle)) == 0);
    // A table with too little room is filled as far as it goes.
    up_pollfd_t *table = guarded(sizeof(up_pollfd_t));
    uint32_t *owners = guarded(sizeof(uint32_t));
    CHECK(loop, up_core_fds(loop->core, table, owners, 0) == 0);
    CHECK(loop, owners[0] == 0);
    CHECK(loop, up_core_fds(loop->core, table, owners, 1) == 1);
    CHECK(loop, intact(table, sizeof(up_pollfd_t)) && intact(owners, sizeof(uint32_t)));
    CHECK(loop, table[0].fd == 0x7fffffff && table[0].events == UP_READ && table[0].revents == 0);
    CHECK(loop, UP_EVENTS(up_core_look(loop->core, owners[0])) == UP_READ);
    free(table);
    free(owners);
    task_end(loop, task);
}

// Tasks that wait for both directions of two streams, one of which is a descriptor.
uint32_t double_streams(char *out, size_t size, uint32_t index_bits) {
    loop_t loop = loop_new(out, size, index_bits, UINT32_MAX - 1);
    task_t tasks[] = {
        { .name = "reader", .step = reader, .value = 2, .found = UP_READ },
        { .name = "writer", .step = writer, .value = 3, .found = UP_WRITE },
        { .name = "fd_reader", .step = fd_reader, .value = 2, .found = UP_READ | UP_WRITE },
        { .name = "fd_writer", .step = fd_writer, .value = 4, .found = 0x10 }, // POLLHUP
        { .name = "second", .step = second },
    };
    uint32_t count = sizeof(tasks) / sizeof(tasks[0]);
    for (uint32_t i = 0; i < count; i++) {
        task_start(&loop, &tasks[i], UP_NORMAL);
    }
    while (turn(&loop, false)) {
    }
    CHECK(&loop, up_core_len(loop.core) == 0);
    loop_free(&loop);
    return loop.len;
}

// Clearing

// A core with all kinds of entries is cleared, and is like a new one but for its wait lists' stamps.
uint32_t double_clear(char *out, size_t size, uint32_t index_bits) {
    loop_t loop = loop_new(out, size, index_bits, 5);
    up_core_t *core = loop.core;
    task_t tasks[UP_CHUNK_LEN + 5];
    up_list_t old[2];
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < UP_CHUNK_LEN + 5; i++) {
            tasks[i] = (task_t){ .name = "task", .step = spin };
            task_start(&loop, &tasks[i], i % 3);
        }
        up_core_set_max_overdue(core, 1);
        up_core_schedule(core, tasks[0].handle, UP_OWN, 9, tick(&loop));
        up_core_when(core, tasks[1].handle);
        CHECK(&loop, wait_stream(&loop, &tasks[2], UP_READ, 1, 1, 0) == 1);
        CHECK(&loop, wait_stream(&loop, &tasks[3], UP_READ, 1, 0, 0) == 1);
        up_list_t lists[2] = { { 0, 0 }, { 0, 0 } };
        park(&loop, &tasks[4], &lists[0]);
        park(&loop, &tasks[5], &lists[1]);
        for (int i = 0; round > 0 && i < 2; i++) {
            // The same handles as before, of entries that are lists again.
            CHECK(&loop, old[i].handle == lists[i].handle && old[i].stamp != lists[i].stamp);
            CHECK(&loop, up_core_first(core, &old[i]) == 0);
            CHECK(&loop, up_core_wake(core, &old[i], UP_OWN, tick(&loop)) == 0);
            CHECK(&loop, up_core_waiting(core, &old[i]) == 0);
            CHECK(&loop, up_core_waiting(core, &lists[i]) == 1);
        }
        memcpy(old, lists, sizeof(lists));
        turn(&loop, true); // in the middle of a pass
        up_chunk_t **chunks = core->chunks;
        uint32_t chunk_count = core->chunk_count;
        *core = (up_core_t){ .lists = core->lists };
        CHECK(&loop, core->chunks == NULL && core->chunk_count == 0);
        CHECK(&loop, up_core_len(core) == 0 && up_core_room(core) == 0);
        CHECK(&loop, up_core_fd_count(core) == 0);
        CHECK(&loop, up_core_create(core) == 0);
        CHECK(&loop, up_core_waiting(core, &old[0]) == 0);
        for (uint32_t i = 0; i < chunk_count; i++) {
            CHECK(&loop, intact(chunks[i], CHUNK_BYTES));
            memset(chunks[i], 0xff, CHUNK_BYTES);
            free(chunks[i]);
        }
        free(chunks);
        turn(&loop, false);
    }
    task_t last = { .name = "last", .step = end };
    task_start(&loop, &last, UP_LOW);
    while (turn(&loop, false)) {
    }
    loop_free(&loop);
    return loop.len;
}

// A state that is damaged: here, a chunk that is gone.
uint32_t double_fault(char *out, size_t size, uint32_t index_bits) {
    loop_t loop = loop_new(out, size, index_bits, 0);
    task_t tasks[UP_CHUNK_LEN + 1];
    for (int i = 0; i <= UP_CHUNK_LEN; i++) {
        tasks[i] = (task_t){ .name = "task", .step = spin };
        task_start(&loop, &tasks[i], UP_NORMAL);
    }
    loop.core->chunk_count = 1;
    while (turn(&loop, true)) {
    }
    loop.core->chunk_count = 2;
    turn(&loop, true); // found once, it is not forgotten
    loop_free(&loop);
    return loop.len;
}
