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

#define MAX_TASKS 640
#define LISTS 6
#define ROWS 64
#define FLAGS 0x05e8 // none of them is the core's, or UP_ENDED
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

// The core, and what it refers to

static up_core_t core;
static up_mailbox_t mail;
static up_list_t lists[LISTS];
static up_permits_t permits[] = { { .level = UP_OWN, .bounded = 1, .free = 1 }, { .level = UP_LOW, .free = 2 } };
static up_entry_t locks[2];
static up_entry_t deadlines[3];
static up_flag_t flags[] = { { .level = UP_OWN }, { .level = UP_HIGH }, { .level = UP_LOW } };
static up_record_t records[5];
static up_trace_t trace = { .records = records, .length = 5 };
static up_posts_t posts;
static uint32_t now = 0xfffff000;

// As the shim's objects: each begins with its entry.
typedef struct task {
    up_entry_t entry;
    uintptr_t guard;
    bool used;
} task_t;

static task_t objects[MAX_TASKS];
static task_t *tasks[MAX_TASKS]; // those that are used
static uint32_t task_count;
static uint32_t again = UP_NOT; // at which level what ran last is due again
static uint32_t actions[UP_WAIT_FOREVER + 1];
static uint32_t created, ended, cleared;

static bool sound(const task_t *task) {
    return task->used && task->guard == GUARD && task->entry.object == task && (task->entry.flags & ~UP_CORE_FLAGS) == FLAGS;
}

// An entry as every machine has it: its number.
static uint32_t common(const up_entry_t *entry) {
    if (entry == NULL) {
        return 0;
    }
    for (uint32_t i = 0; i < 2; i++) {
        if (entry == &locks[i]) {
            return MAX_TASKS + 1 + i;
        }
    }
    uint32_t number = 0;
    while (number < MAX_TASKS && &objects[number].entry != entry) {
        number++;
    }
    check(number < MAX_TASKS && sound(&objects[number]), "an entry is one of a task");
    return number + 1;
}

// The collector's view of the core and of a task: it follows whole words.
static bool refers(const void *object, size_t bytes, const task_t *to) {
    const uintptr_t *words = object;
    for (size_t i = 0; i < bytes / sizeof(uintptr_t); i++) {
        if (words[i] == (uintptr_t)to) {
            return true;
        }
    }
    return false;
}

// Tasks

static void create(void) {
    uint32_t level = below(4);
    uint32_t place = below(MAX_TASKS);
    while (objects[place].used) {
        place = place + 1 == MAX_TASKS ? 0 : place + 1;
    }
    task_t *task = &objects[place];
    task->used = true;
    task->guard = GUARD;
    task->entry.object = task;
    task->entry.core = UP_NEW;
    task->entry.flags = FLAGS;
    task->entry.due = 0;
    task->entry.up = NULL;
    task->entry.prev = NULL;
    task->entry.next = NULL;
    up_core_set_level(&core, &task->entry, level);
    got(UP_PLACE(&task->entry));
    got(UP_LEVEL(&task->entry));
    tasks[task_count++] = task;
    created++;
}

// A task ends, and its memory is used for something else at once.
static void destroy(task_t *task) {
    for (uint32_t i = 0; i < 2; i++) {
        if (UP_PLACE(&locks[i]) == UP_HELD && locks[i].up == &task->entry) {
            got(up_core_unlock(&core, &locks[i], now)); // not if it is on its way: then it goes on when the task is forgotten
        }
    }
    for (uint32_t i = 0; i < 3; i++) {
        if (deadlines[i].up == &task->entry) {
            got(up_core_end_deadline(&core, &deadlines[i], now));
        }
    }
    while (got(common(up_core_wake_joiner(&core, &task->entry, now))) != 0) {
    }
    up_core_forget(&core, &task->entry);
    calls++;
    check(sound(task) && UP_PLACE(&task->entry) == UP_IDLE, "a task that has ended is idle");
    check(!refers(&core, sizeof(core), task), "the core does not refer to a task that has ended");
    uint32_t at = 0;
    while (tasks[at] != task) {
        at++;
    }
    tasks[at] = tasks[--task_count];
    task->used = false;
    task->entry.object = (void *)GUARD;
    task->entry.core = (uint16_t)GUARD;
    task->entry.up = (void *)GUARD;
    task->entry.prev = (void *)GUARD;
    task->entry.next = (void *)GUARD;
    ended++;
}

static task_t *some_task(void) {
    if (task_count == 0) {
        create();
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

static void schedule(task_t *task) {
    uint32_t level = below(4);
    up_core_schedule(&core, &task->entry, level, some_delay(), now);
    calls++;
}

// Lets a task wait for something.
static void wait(task_t *task) {
    switch (below(17)) {
        case 15:
            got(up_core_join(&core, &task->entry, &some_task()->entry));
            break;
        case 0:
        case 1:
        case 2:
        case 3:
            schedule(task);
            break;
        case 4:
        case 5:
            up_core_park(&core, &task->entry, &lists[below(LISTS)]);
            calls++;
            break;
        case 6:
            up_core_when(&core, &task->entry);
            calls++;
            break;
        case 7:
        case 8: {
            uint32_t events = once_in(2) ? UP_READ : UP_WRITE;
            uint32_t fast = once_in(4);
            uint32_t fd = once_in(2);
            uint32_t interest = events | (fast ? UP_FAST : 0) | (fd ? UP_FD : 0);
            // Two streams have each descriptor, as where one was closed and its number is another's.
            uint32_t stream = below(16);
            got(up_core_wait_stream(&core, &task->entry, interest, 4 * stream + 4, stream / 2));
            break;
        }
        case 9:
            again = below(4);
            break;
        case 10:
            destroy(task);
            break;
        case 11:
        case 12:
            if (once_in(2)) {
                got(up_core_lock(&core, &locks[below(2)], &task->entry));
            } else {
                got(up_core_acquire(&core, &permits[below(2)], &task->entry));
            }
            break;
        case 13:
        case 14: {
            up_flag_t *flag = &flags[below(3)];
            if (got(up_core_wait_flag(&core, &task->entry, flag, below(4) | (once_in(3) ? UP_URGENT : 0))) == UP_SET_MEANWHILE) {
                up_core_wake_flag(&core, flag, now); // by another context: there is none here
            }
            break;
        }
        default:
            break; // somebody else will schedule it
    }
}

static void found_fds(void) {
    static up_pollfd_t table[ROWS];
    static up_entry_t *owners[ROWS];
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
    for (uint32_t i = 0; i < rows; i++) {
        check(owners[i] == NULL, "the table does not refer to its owners any more");
    }
}

static void take_flags(void) {
    up_flag_t *flag;
    while ((flag = up_core_take_flag(&core, &mail, now)) != NULL) {
        got(flag - flags);
    }
}

static void turn(void) {
    up_todo_t todo = { 0 };
    up_entry_t *entry = up_core_next(&core, &mail, again, now, &todo);
    uint32_t action = todo.action;
    again = UP_NOT;
    got(action);
    check(action <= UP_WAIT_FOREVER, "it is an action");
    check((entry == NULL) == (action != 0), "an entry runs, or there is something to do");
    actions[action]++;
    if (entry != NULL) {
        note(common(entry));
        got(UP_PLACE(entry));
        wait((task_t *)entry);
        return;
    }
    entry = action <= UP_ASK_STREAM ? todo.of.entry : NULL;
    uint32_t ms = action == UP_WAIT ? todo.of.ms : 0;
    check((entry != NULL) == (action <= UP_ASK_STREAM), "there is an entry where one is needed");
    note(common(entry));
    switch (action) {
        case UP_ASK:
            do { // some conditions of a pass in one go
                up_core_found(&core, entry, once_in(12) ? UP_TRUE : 0, now);
                entry = once_in(2) ? up_core_next_condition(&core, &mail) : NULL;
                note(common(entry));
                calls += 2;
            } while (entry != NULL);
            return;
        case UP_ASK_STREAM:
            got(UP_EVENTS(entry));
            up_core_found(&core, entry, some_events(), now);
            calls++;
            return;
        case UP_ASK_FDS:
            found_fds();
            return;
        case UP_MAIL:
            got(up_mail_lost(&mail));
            take_flags();
            while (got(up_mail_take(&mail)) != 0) {
            }
            return;
        case UP_WAIT:
            note(ms);
            now += once_in(4) ? below(ms < 0x10000 ? ms + 1 : 0x10000) : ms;
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

// Who became due, the records of a trace, and the times of what was posted.
static void trace_call(void) {
    up_entry_t *woken = NULL;
    up_record_t *record;
    const up_record_t *nth;
    uint32_t at = 0;
    switch (below(4)) {
        case 0:
            do {
                woken = up_core_trace_woken(&core, &trace, woken, NULL);
            } while (got(common(woken)) != 0);
            break;
        case 1:
            record = up_core_trace_record(&trace);
            record->at = now;
            got((uint32_t)(record - records));
            break;
        case 2:
            nth = up_core_trace_nth(&trace, below(6));
            got(nth == NULL ? 0 : nth->at);
            got(up_core_trace_written(&trace));
            got(up_core_trace_lost(&trace));
            break;
        default:
            if (once_in(4)) {
                up_core_trace_switch(&posts, below(3) != 0);
                calls++;
            }
            up_core_trace_post(&posts, now);
            calls++;
            if (once_in(8)) {
                while (got(up_core_trace_posted(&posts, &at)) != 0) {
                    note(at);
                }
            }
            got(up_core_trace_lost_posts(&posts));
            break;
    }
}

static void one_call(void) {
    task_t *task = some_task();
    up_entry_t *entry = &task->entry;
    up_list_t *list = &lists[below(LISTS)];
    uint32_t level, awaits;
    switch (below(42)) {
        case 31:
            awaits = below(2);
            up_core_rouse(&core, entry, awaits, once_in(2) ? &some_task()->entry : NULL, now);
            calls++;
            break;
        case 32:
            up_core_arm(&core, entry, some_delay(), now);
            calls++;
            break;
        case 33:
            up_core_call_back(&core, entry, &some_task()->entry, now);
            calls++;
            break;
        case 34:
            got(up_core_late(&core, below(3), now));
            break;
        case 28:
            got(common(up_core_first_joiner(&core, entry)));
            break;
        case 29:
            got(common(up_core_wake_joiner(&core, entry, now)));
            break;
        case 30:
            got(common(up_core_stream_waiter(&core, 4 * below(16) + 4)));
            break;
        case 0:
            // One number at a time: in which order arguments are computed is the compiler's to say.
            level = below(4);
            got(up_core_wake(&core, list, level, below(3), now));
            break;
        case 1:
            got(common(up_core_first(&core, list)));
            break;
        case 2:
            got(up_core_waiting(&core, list));
            break;
        case 3:
            got(UP_PLACE(entry));
            break;
        case 4:
            if (UP_PLACE(entry) == UP_READY || UP_PLACE(entry) == UP_TIMER) {
                got(entry->due);
            }
            break;
        case 5:
            got(UP_LEVEL(entry));
            break;
        case 6:
            up_core_set_level(&core, entry, below(4));
            calls++;
            break;
        case 7:
            up_core_cancel(&core, entry, now);
            calls++;
            break;
        case 8:
            up_core_unqueue(&core, entry);
            calls++;
            break;
        case 9:
            if (UP_PLACE(entry) == UP_STREAM) {
                got(UP_EVENTS(entry));
            }
            got(up_core_fd_count(&core));
            break;
        case 10:
            got(common(up_core_first(&core, list)));
            got(up_core_waiting(&core, list));
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
            up_core_found(&core, entry, once_in(2) ? UP_TRUE : 0, now);
            up_core_found(&core, entry, some_events(), now);
            calls += 2;
            break;
        case 17:
            destroy(task);
            break;
        case 18:
            got(up_core_acquire(&core, &permits[below(2)], NULL));
            break;
        case 19:
        case 20:
            got(up_core_release(&core, &permits[below(2)], now));
            break;
        case 21:
            got(up_core_unlock(&core, &locks[below(2)], now));
            break;
        case 22:
            up_core_refuse(&core, entry);
            calls++;
            break;
        case 23:
        case 24:
            up_flag_raise(&flags[below(3)], &mail);
            calls++;
            break;
        case 25:
            got(up_flag_is_set(&flags[0]));
            up_flag_lower(&flags[below(3)]);
            got((uint32_t)up_core_version()[0]);
            calls += 2;
            break;
        case 26:
            up_core_set_flag(&core, &flags[below(3)], now);
            calls++;
            break;
        case 27:
            awaits = below(2);
            level = below(4);
            up_core_revive(&core, entry, awaits, level, some_delay(), now);
            calls++;
            break;
        case 35:
        case 36:
        case 37:
            level = below(3);
            up_core_set_deadline(&core, &deadlines[level], entry, now + some_delay());
            calls++;
            break;
        case 38:
            got(up_core_end_deadline(&core, &deadlines[below(3)], now));
            break;
        case 40:
        case 41:
            trace_call();
            break;
        default:
            wait(task);
            break;
    }
}

// As the shim does. Who is parked stays so, but is not there any more.
static void clear_core(void) {
    up_entry_t *entry = up_core_clear(&core);
    calls++;
    while (entry != NULL) {
        up_entry_t *next = entry->next;
        note(common(entry));
        entry->next = NULL;
        entry = next;
    }
    for (uint32_t i = 0; i < task_count; i++) {
        check(!refers(&core, sizeof(core), tasks[i]), "a core that was cleared refers to no task");
    }
    cleared++;
}

int main(void) {
    uint32_t crowd = 0;
    uint32_t checkpoint = 0;
    up_mail_clear(&mail);
    for (uint32_t i = 0; i < 2; i++) {
        locks[i].object = &locks[i];
        locks[i].core = UP_NEW_WATCHER;
    }
    for (uint32_t i = 0; i < 3; i++) {
        deadlines[i].object = &deadlines[i];
        deadlines[i].core = UP_NEW_WATCHER;
    }
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
            clear_core();
            take_flags(); // none of them may be used again that is in there
            up_mail_clear(&mail);
            calls++;
            // Others end, with all that is linked to them still.
            while (task_count > 0 && !once_in(50)) {
                destroy(some_task());
            }
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

    for (uint32_t i = 0; i < task_count; i++) {
        check(sound(tasks[i]), "what is the shim's in a task is as it was");
    }

    text("actions ");
    for (int i = 0; i <= UP_WAIT_FOREVER; i++) {
        number(actions[i]);
    }
    text("created, ended, cleared ");
    number(created);
    number(ended);
    number(cleared);
    text("\nhash ");
    number(hash);
    text("\n");
    machine_exit(0);
}
