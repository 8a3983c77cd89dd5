// A double of the shim: it drives the border from C as the firmware does, without MicroPython.
//
// It keeps to the header alone. The core is allocated by the header's size with a guard behind it; a task begins with its
// entry, whose own fields the core must not touch, and behind which there is a guard too.
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "uasyncio_priority.h"

#define GUARD_BYTES 64
#define GUARD 0xa5
#define FLAGS 0x05e8 // none of them is the core's, or UP_ENDED

typedef struct loop loop_t;
typedef struct task task_t;

struct task {
    up_entry_t entry;
    uintptr_t guard;
    const char *name;
    // Does a step, and says where the task waits next.
    void (*step)(loop_t *loop, task_t *task);
    uint32_t steps;
    // When the condition of the task comes true, or its stream is ready; what step() wants to keep.
    uint32_t value;
    // What its stream is found to be then.
    uint32_t found;
};

struct loop {
    up_core_t *core;
    up_mailbox_t mail;
    uint32_t start;
    // Milliseconds since the start.
    uint32_t now;
    up_list_t lists[2];
    // At which level the task is due again whose step just ended without naming a wake-up.
    uint32_t again;
    task_t *victim;
    // The trace: lines of text, as far as they fit.
    char *out;
    size_t size;
    size_t len;
};

// The type words.
static const int task_type;
static const int list_type;

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

static loop_t loop_new(char *out, size_t size, uint32_t start) {
    loop_t loop = { .start = start, .out = out, .size = size, .again = UP_NOT };
    loop.core = guarded(sizeof(up_core_t));
    for (int i = 0; i < 2; i++) {
        loop.lists[i].object = &list_type;
    }
    return loop;
}

// Whether an object refers to this, as the garbage collector would find.
static bool refers(const void *object, size_t bytes, const void *to) {
    const uintptr_t *words = object;
    for (size_t i = 0; i < bytes / sizeof(uintptr_t); i++) {
        if (words[i] == (uintptr_t)to) {
            return true;
        }
    }
    return false;
}

static void loop_free(loop_t *loop) {
    CHECK(loop, intact(loop->core, sizeof(up_core_t)));
    for (int i = 0; i < 2; i++) {
        CHECK(loop, loop->lists[i].object == &list_type);
    }
    free(loop->core);
}

// Tasks

// What is the shim's in a task is as it was.
static bool sound(const task_t *task) {
    return task->entry.object == &task_type && task->entry.flags == FLAGS && task->guard == GUARD;
}

static void task_new(loop_t *loop, task_t *task, uint32_t level) {
    task->entry = (up_entry_t){ .object = &task_type, .core = UP_NEW, .flags = FLAGS };
    task->guard = GUARD;
    CHECK(loop, UP_PLACE(&task->entry) == UP_IDLE);
    CHECK(loop, UP_LEVEL(&task->entry) == UP_NORMAL);
    up_core_set_level(loop->core, &task->entry, level);
}

// Starts a task: it is due now, at its own level.
static void task_start(loop_t *loop, task_t *task, uint32_t level) {
    task_new(loop, task, level);
    up_core_schedule(loop->core, &task->entry, UP_OWN, 0, tick(loop));
    CHECK(loop, UP_PLACE(&task->entry) == UP_READY);
}

// Its memory may be used for something else from here on.
static void task_end(loop_t *loop, task_t *task) {
    up_core_forget(loop->core, &task->entry);
    CHECK(loop, sound(task));
    CHECK(loop, UP_PLACE(&task->entry) == UP_IDLE);
    CHECK(loop, task->entry.up == NULL && task->entry.prev == NULL && task->entry.next == NULL);
    CHECK(loop, !refers(loop->core, sizeof(up_core_t), task));
    CHECK(loop, !refers(loop->lists, sizeof(loop->lists), task));
    memset(task, 0xff, sizeof(up_entry_t));
}

static void park(loop_t *loop, task_t *task, up_list_t *list) {
    uint32_t before = up_core_waiting(loop->core, list);
    up_core_park(loop->core, &task->entry, list);
    CHECK(loop, up_core_waiting(loop->core, list) == before + 1);
    CHECK(loop, UP_PLACE(&task->entry) == UP_PARKED);
    CHECK(loop, list->object == &list_type);
}

// Stands in for poll(2), with tables of exactly as many rows as there are.
static void poll_fds(loop_t *loop, bool loud) {
    up_core_t *core = loop->core;
    uint32_t count = up_core_fd_count(core);
    up_pollfd_t *table = guarded(count * sizeof(up_pollfd_t));
    up_entry_t **owners = guarded(count * sizeof(up_entry_t *));
    CHECK(loop, up_core_fds(core, table, owners, count) == count);
    for (uint32_t i = 0; i < count; i++) {
        task_t *task = (task_t *)owners[i];
        CHECK(loop, (uint32_t)table[i].events == UP_EVENTS(owners[i]));
        CHECK(loop, table[i].revents == 0);
        if (loud) {
            say(loop, "  %s %d %d\n", task->name, (int)table[i].fd, (int)table[i].events);
        }
        table[i].revents = task->value <= loop->now ? (int16_t)task->found : 0;
    }
    up_core_found_fds(core, table, owners, count, tick(loop));
    for (uint32_t i = 0; i < count; i++) {
        CHECK(loop, owners[i] == NULL);
    }
    CHECK(loop, intact(table, count * sizeof(up_pollfd_t)));
    CHECK(loop, intact(owners, count * sizeof(up_entry_t *)));
    free(table);
    free(owners);
}

// Does one thing that the core says; false if there is nothing left to do.
static bool turn(loop_t *loop, bool quiet) {
    up_todo_t todo = { 0 };
    up_entry_t *entry = up_core_next(loop->core, &loop->mail, loop->again, tick(loop), &todo);
    uint32_t action = todo.action;
    loop->again = UP_NOT;
    CHECK(loop, (entry == NULL) == (action != 0));
    bool asks = action == UP_ASK || action == UP_ASK_STREAM;
    task_t *task = (task_t *)(asks ? todo.of.entry : entry);
    CHECK(loop, task == NULL ? entry == NULL && !asks : sound(task));
    if (entry != NULL) {
        CHECK(loop, UP_PLACE(entry) == UP_IDLE);
        if (!quiet) {
            say(loop, "%u run %s\n", loop->now, task->name);
        }
        task->steps++;
        task->step(loop, task);
        return true;
    }
    entry = asks ? todo.of.entry : NULL;
    uint32_t ms = todo.of.ms;
    switch (action) {
        case UP_ASK:
            CHECK(loop, UP_PLACE(entry) == UP_CONDITION);
            say(loop, "%u ask %s\n", loop->now, task->name);
            up_core_found(loop->core, entry, task->value <= loop->now ? UP_TRUE : 0, tick(loop));
            return true;
        case UP_ASK_STREAM:
            CHECK(loop, UP_PLACE(entry) == UP_STREAM);
            CHECK(loop, UP_EVENTS(entry) != 0);
            say(loop, "%u poll %s\n", loop->now, task->name);
            up_core_found(loop->core, entry, task->value <= loop->now ? task->found : 0, tick(loop));
            return true;
        case UP_ASK_FDS:
            say(loop, "%u poll fds\n", loop->now);
            poll_fds(loop, true);
            return true;
        case UP_MAIL:
            say(loop, "%u mail %u", loop->now, up_mail_lost(&loop->mail));
            for (uintptr_t item; (item = up_mail_take(&loop->mail)) != 0;) {
                say(loop, " %u", (unsigned)item);
            }
            say(loop, "\n");
            return true;
        case UP_WAIT:
            if (!quiet) {
                say(loop, "%u wait %u\n", loop->now, ms);
            }
            loop->now += ms;
            return true;
        case UP_WAIT_FOREVER:
            say(loop, "%u wait for ever\n", loop->now);
            if (up_core_fd_count(loop->core) > 0) {
                loop->now++;
                poll_fds(loop, false);
                return true;
            }
            return false;
        default:
            say(loop, "%u action %u\n", loop->now, action);
            return false;
    }
}

// The steps of a small program that uses all there is

static void sleeper(loop_t *loop, task_t *task) {
    if (task->steps == 3) {
        task_end(loop, task);
        return;
    }
    up_core_schedule(loop->core, &task->entry, UP_OWN, 5, tick(loop));
    CHECK(loop, UP_PLACE(&task->entry) == UP_TIMER);
    CHECK(loop, task->entry.due == tick(loop) + 5);
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
    up_core_schedule(loop->core, &task->entry, UP_LOW, 4, tick(loop));
}

static void conditional(loop_t *loop, task_t *task) {
    if (task->steps == 2) {
        task_end(loop, task);
        return;
    }
    up_core_when(loop->core, &task->entry);
    up_core_found(loop->core, &task->entry, 0, tick(loop));
    CHECK(loop, UP_PLACE(&task->entry) == UP_CONDITION);
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
    up_core_schedule(loop->core, &task->entry, UP_LOW, UP_MAX_DELAY, tick(loop));
}

static void boss(loop_t *loop, task_t *task) {
    up_core_t *core = loop->core;
    if (task->steps == 1) {
        up_core_schedule(core, &task->entry, UP_NORMAL, 7, tick(loop));
        return;
    }
    up_list_t *list = &loop->lists[0];
    CHECK(loop, up_core_waiting(core, list) == 3);
    up_entry_t *first = up_core_first(core, list);
    up_core_cancel(core, &loop->victim->entry, tick(loop));
    CHECK(loop, UP_PLACE(&loop->victim->entry) == UP_READY);
    up_core_rouse(core, &loop->victim->entry, 0, NULL, tick(loop));
    CHECK(loop, UP_PLACE(&loop->victim->entry) == UP_READY);
    CHECK(loop, up_core_wake(core, list, UP_OWN, 1, tick(loop)) == 1 && UP_PLACE(first) == UP_READY);
    CHECK(loop, first->due == tick(loop));
    CHECK(loop, up_core_wake(core, list, UP_LOW, 1, tick(loop)) == 1);
    CHECK(loop, up_core_wake(core, list, UP_HIGH, 2, tick(loop)) == 1);
    CHECK(loop, up_core_wake(core, list, UP_HIGH, 2, tick(loop)) == 0);
    CHECK(loop, up_core_first(core, list) == NULL);
    task_end(loop, task);
}

// Tasks of each kind, from before a wrap of the clock to behind it.
uint32_t double_program(char *out, size_t size) {
    loop_t loop = loop_new(out, size, UINT32_MAX - 5);
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
    while (turn(&loop, false)) {
    }
    CHECK(&loop, loop.lists[0].first == NULL);
    loop_free(&loop);
    return loop.len;
}

// Levels and the limit of overdue

static void spin(loop_t *loop, task_t *task) {
    loop->now += task->value;
    up_core_schedule(loop->core, &task->entry, UP_OWN, 0, tick(loop));
}

// A task at each level that never waits: with a limit, without one, at other levels.
uint32_t double_levels(char *out, size_t size) {
    loop_t loop = loop_new(out, size, 0);
    up_core_t *core = loop.core;
    task_t high = { .name = "high", .step = spin };
    task_t normal = { .name = "normal", .step = spin, .value = 5 };
    task_t low = { .name = "low", .step = spin, .value = 1 };
    task_start(&loop, &low, UP_LOW);
    task_start(&loop, &normal, UP_NORMAL);
    task_start(&loop, &high, UP_HIGH);
    CHECK(&loop, UP_LEVEL(&high.entry) == UP_HIGH);
    CHECK(&loop, UP_LEVEL(&low.entry) == UP_LOW);
    up_core_set_max_overdue(core, 9);
    for (int i = 0; i < 8; i++) {
        turn(&loop, false);
    }
    up_core_set_max_overdue(core, 0);
    up_core_set_level(core, &high.entry, UP_NORMAL);
    CHECK(&loop, UP_LEVEL(&high.entry) == UP_NORMAL);
    for (int i = 0; i < 6; i++) {
        turn(&loop, false);
    }
    // A level that is none: normal for an entry, its own for a wake-up.
    task_t odd;
    task_new(&loop, &odd, 99);
    CHECK(&loop, UP_LEVEL(&odd.entry) == UP_NORMAL);
    up_core_set_level(core, &odd.entry, UP_LOW);
    up_core_set_level(core, &odd.entry, UINT32_MAX);
    CHECK(&loop, UP_LEVEL(&odd.entry) == UP_NORMAL);
    up_core_schedule(core, &odd.entry, UP_OWN, 0, tick(&loop));
    CHECK(&loop, UP_PLACE(&odd.entry) == UP_READY && odd.entry.due == tick(&loop));
    CHECK(&loop, sound(&odd) && sound(&high) && sound(&normal) && sound(&low));
    loop_free(&loop);
    return loop.len;
}

// Many tasks

typedef struct many {
    task_t task;
    uint32_t due;
    uint32_t number;
    // Due time and number of the one that ended last, and how many did.
    uint32_t *ended;
} many_t;

static void many(loop_t *loop, task_t *task) {
    many_t *self = (many_t *)task;
    if (task->steps == 1) {
        self->due = loop->now + 1 + self->number * 7919 % 50;
        up_core_schedule(loop->core, &task->entry, UP_OWN, self->due - loop->now, tick(loop));
        return;
    }
    uint32_t *ended = self->ended;
    CHECK(loop, self->due == loop->now);
    CHECK(loop, ended[2] == 0 || ended[0] < self->due || (ended[0] == self->due && ended[1] < self->number));
    ended[0] = self->due;
    ended[1] = self->number;
    ended[2]++;
    task_end(loop, task);
    memset(self, 0xff, sizeof(many_t));
    free(self);
}

// As many tasks as asked for, asleep while others end.
uint32_t double_many(char *out, size_t size, uint32_t count) {
    loop_t loop = loop_new(out, size, (1u << 30) - 20);
    uint32_t ended[3] = { 0, 0, 0 };
    for (uint32_t i = 0; i < count; i++) {
        many_t *self = guarded(sizeof(many_t));
        *self = (many_t){ .task = { .name = "many", .step = many }, .number = i, .ended = ended };
        task_start(&loop, &self->task, UP_NORMAL);
    }
    while (turn(&loop, true)) {
    }
    CHECK(&loop, up_core_clear(loop.core) == NULL);
    say(&loop, "%u ended in order\n", ended[2]);
    loop_free(&loop);
    return loop.len;
}

// What does not fit, and what ends anywhere

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
    IDLE,
    PLACES
};

static void end(loop_t *loop, task_t *task) {
    task_end(loop, task);
}

// Tasks in all places; the keys of streams begin with this one.
static void everywhere(loop_t *loop, task_t *tasks, uint32_t key) {
    static const char *const names[PLACES] = { "ready", "high", "normal", "low", "condition", "stream", "fd", "parked1", "parked2", "idle" };
    static const uint8_t places[PLACES] = { UP_READY, UP_TIMER, UP_TIMER, UP_TIMER, UP_CONDITION, UP_STREAM, UP_STREAM, UP_PARKED, UP_PARKED, UP_IDLE };
    up_core_t *core = loop->core;
    for (int i = 0; i < PLACES; i++) {
        tasks[i] = (task_t){ .name = names[i], .step = end, .found = UP_READ };
        task_start(loop, &tasks[i], UP_LOW);
    }
    up_core_schedule(core, &tasks[HIGH].entry, UP_HIGH, 1, tick(loop));
    up_core_schedule(core, &tasks[NORMAL].entry, UP_NORMAL, 1, tick(loop));
    up_core_schedule(core, &tasks[LOW].entry, UP_LOW, 1, tick(loop));
    up_core_when(core, &tasks[CONDITION].entry);
    CHECK(loop, up_core_wait_stream(core, &tasks[STREAM].entry, UP_READ | UP_FAST, key, UINT32_MAX) == 1);
    CHECK(loop, up_core_wait_stream(core, &tasks[FD].entry, UP_READ | UP_FD, key, key) == 1);
    park(loop, &tasks[PARKED1], &loop->lists[0]);
    park(loop, &tasks[PARKED2], &loop->lists[0]);
    up_core_unqueue(core, &tasks[IDLE].entry);
    for (int i = 0; i < PLACES; i++) {
        CHECK(loop, UP_PLACE(&tasks[i].entry) == places[i] && sound(&tasks[i]));
    }
}

// All bytes that the core could change.
static void snapshot(const loop_t *loop, const task_t *tasks, uint8_t *copy) {
    memcpy(copy, loop->core, sizeof(up_core_t));
    memcpy(copy + sizeof(up_core_t), tasks, PLACES * sizeof(task_t));
    memcpy(copy + sizeof(up_core_t) + PLACES * sizeof(task_t), loop->lists, sizeof(loop->lists));
}

// What was found of a task that does not wait so changes not a bit. Then tasks end in every place beside others that do
// not, and those run as if nothing had been.
uint32_t double_ends(char *out, size_t size) {
    loop_t loop = loop_new(out, size, 1000);
    up_core_t *core = loop.core;
    uint32_t now = tick(&loop);
    task_t doomed[PLACES];
    task_t tasks[PLACES];
    everywhere(&loop, doomed, 3);

    uint8_t before[sizeof(up_core_t) + PLACES * sizeof(task_t) + sizeof(loop.lists)];
    uint8_t after[sizeof(before)];
    snapshot(&loop, doomed, before);
    for (int i = 0; i < PLACES; i++) {
        up_entry_t *entry = &doomed[i].entry;
        if (i != CONDITION) {
            up_core_found(core, entry, UP_TRUE, now);
        }
        if (i != STREAM && i != FD) {
            up_core_found(core, entry, UP_READ | UP_WRITE | 0x18, now);
        }
        up_core_found(core, entry, UP_WRITE, now); // those that wait, wait to read
        up_core_found(core, entry, 0, now);
        // Rows of other descriptors and directions, and what was not found.
        static const up_pollfd_t rows[] = {
            { .fd = 4, .events = UP_READ, .revents = UP_READ },
            { .fd = 3, .events = UP_WRITE, .revents = UP_READ },
            { .fd = 3, .events = UP_READ, .revents = 0 },
            { .fd = 3, .events = UP_READ, .revents = UP_READ },
        };
        for (int row = 0; row < (i == FD ? 3 : 4); row++) {
            up_entry_t *owner = entry;
            up_core_found_fds(core, &rows[row], &owner, 1, now);
            CHECK(&loop, owner == NULL);
        }
    }
    CHECK(&loop, up_core_first(core, &loop.lists[1]) == NULL);
    CHECK(&loop, up_core_waiting(core, &loop.lists[1]) == 0);
    CHECK(&loop, up_core_wake(core, &loop.lists[1], UP_OWN, 1, now) == 0);
    CHECK(&loop, up_core_first(core, &loop.lists[0]) == &doomed[PARKED1].entry);
    snapshot(&loop, doomed, after);
    CHECK(&loop, memcmp(before, after, sizeof(before)) == 0);

    everywhere(&loop, tasks, 7);
    for (int i = PLACES - 1; i >= 0; i--) {
        task_end(&loop, &doomed[i]);
        for (int n = 0; n < PLACES; n++) {
            CHECK(&loop, !refers(&tasks[n], sizeof(up_entry_t), &doomed[i]));
        }
    }
    CHECK(&loop, up_core_fd_count(core) == 1);
    // All the others are still where they were.
    CHECK(&loop, up_core_waiting(core, &loop.lists[0]) == 2);
    CHECK(&loop, up_core_wake(core, &loop.lists[0], UP_OWN, 9, tick(&loop)) == 2);
    while (turn(&loop, false)) {
    }
    loop_free(&loop);
    return loop.len;
}

// Streams

static uint32_t wait_stream(loop_t *loop, task_t *task, uint32_t events, uint32_t fast, uint32_t fd, uintptr_t key) {
    up_core_unqueue(loop->core, &task->entry);
    uint32_t count = up_core_fd_count(loop->core);
    uint32_t waits = up_core_wait_stream(loop->core, &task->entry, events | (fast ? UP_FAST : 0) | (fd ? UP_FD : 0), key, (uint32_t)key);
    CHECK(loop, !waits || UP_EVENTS(&task->entry) == events);
    CHECK(loop, UP_PLACE(&task->entry) == (waits ? UP_STREAM : UP_IDLE));
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
    up_core_unqueue(loop->core, &task->entry);
    CHECK(loop, UP_PLACE(&task->entry) == UP_IDLE);
    // They are found by their keys.
    CHECK(loop, UP_PLACE(up_core_stream_waiter(loop->core, 0xfffffffc)) == UP_STREAM);
    CHECK(loop, UP_PLACE(up_core_stream_waiter(loop->core, 0x7fffffff)) == UP_STREAM);
    CHECK(loop, up_core_stream_waiter(loop->core, 0xfffffff8) == NULL);
    // A table with too little room is filled as far as it goes.
    up_pollfd_t *table = guarded(sizeof(up_pollfd_t));
    up_entry_t **owners = guarded(sizeof(up_entry_t *));
    CHECK(loop, up_core_fds(loop->core, table, owners, 0) == 0);
    CHECK(loop, owners[0] == NULL);
    CHECK(loop, up_core_fds(loop->core, table, owners, 1) == 1);
    CHECK(loop, intact(table, sizeof(up_pollfd_t)) && intact(owners, sizeof(up_entry_t *)));
    CHECK(loop, table[0].fd == 0x7fffffff && table[0].events == UP_READ && table[0].revents == 0);
    CHECK(loop, UP_EVENTS(owners[0]) == UP_READ);
    free(table);
    free(owners);
    task_end(loop, task);
}

// Tasks that wait for both directions of two streams, one of which is a descriptor.
uint32_t double_streams(char *out, size_t size) {
    loop_t loop = loop_new(out, size, UINT32_MAX - 1);
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
    loop_free(&loop);
    return loop.len;
}

// Clearing

// A core with all kinds of entries is cleared, in the middle of a pass, and is like a new one but for what it was set to
// do. Who was parked is there no more, can be parked again, and counts once.
uint32_t double_clear(char *out, size_t size) {
    loop_t loop = loop_new(out, size, 5);
    up_core_t *core = loop.core;
    for (int round = 0; round < 3; round++) {
        task_t tasks[PLACES];
        task_t runner = { .name = "runner", .step = spin };
        task_start(&loop, &runner, UP_HIGH);
        turn(&loop, false); // it ran at high level, and is due again
        up_core_unqueue(core, &runner.entry);
        everywhere(&loop, tasks, 0);
        turn(&loop, false); // asks the condition
        uint32_t cleared = 0;
        for (up_entry_t *entry = up_core_clear(core); entry != NULL; cleared++) {
            up_entry_t *next = entry->next;
            CHECK(&loop, UP_PLACE(entry) == UP_IDLE && entry->up == NULL && entry->prev == NULL);
            CHECK(&loop, sound((task_t *)entry));
            entry->next = NULL;
            entry = next;
        }
        say(&loop, "%u were queued\n", cleared);
        CHECK(&loop, up_core_fd_count(core) == 0);
        CHECK(&loop, !refers(core, sizeof(up_core_t), &runner));
        for (int i = 0; i < PLACES; i++) {
            CHECK(&loop, !refers(core, sizeof(up_core_t), &tasks[i]));
        }
        // One leaves by itself, the other is let go of when somebody looks.
        park(&loop, &tasks[PARKED2], &loop.lists[1]);
        if (round == 0) {
            CHECK(&loop, up_core_first(core, &loop.lists[0]) == NULL);
        } else if (round == 1) {
            CHECK(&loop, up_core_waiting(core, &loop.lists[0]) == 0);
        } else {
            CHECK(&loop, up_core_wake(core, &loop.lists[0], UP_OWN, 1, tick(&loop)) == 0);
        }
        CHECK(&loop, UP_PLACE(&tasks[PARKED1].entry) == UP_IDLE);
        CHECK(&loop, loop.lists[0].first == NULL);
        CHECK(&loop, up_core_wake(core, &loop.lists[1], UP_OWN, 1, tick(&loop)) == 1);
        CHECK(&loop, UP_PLACE(&tasks[PARKED2].entry) == UP_READY);
        while (turn(&loop, false)) {
        }
    }
    task_t last = { .name = "last", .step = end };
    task_start(&loop, &last, UP_LOW);
    while (turn(&loop, false)) {
    }
    loop_free(&loop);
    return loop.len;
}

// Mail from an interrupt comes before all else.
uint32_t double_mail(char *out, size_t size) {
    loop_t loop = loop_new(out, size, 0);
    task_t task = { .name = "task", .step = end };
    task_start(&loop, &task, UP_HIGH);
    CHECK(&loop, up_mail_pending(&loop.mail) == 0);
    for (uintptr_t i = 1; i <= UP_MAIL_LEN; i++) {
        CHECK(&loop, up_mail_post(&loop.mail, i) == 1);
    }
    CHECK(&loop, up_mail_pending(&loop.mail) == 1);
    CHECK(&loop, up_mail_post(&loop.mail, 99) == 0);
    up_mail_lose(&loop.mail);
    while (turn(&loop, false)) {
    }
    CHECK(&loop, up_mail_post(&loop.mail, 99) == 1);
    up_mail_lose(&loop.mail);
    up_mail_clear(&loop.mail);
    CHECK(&loop, up_mail_pending(&loop.mail) == 0 && up_mail_lost(&loop.mail) == 0);
    CHECK(&loop, strchr(up_core_version(), '.') != NULL);
    turn(&loop, false);
    loop_free(&loop);
    return loop.len;
}
