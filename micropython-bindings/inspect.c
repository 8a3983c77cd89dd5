// What a person sees of tasks and of what they wait at: their reprs, and what asyncio_priority.tasks() prints
// (docs/debugging.md).
//
// To print may run Python, as the stream may be one of the program's, and so may an allocation. So each repr first notes
// all that it says, without either: names, levels, times. Then it prints that, whatever becomes of the queues meanwhile.
#include <string.h>

#include "callbacks.h"
#include "clock.h"
#include "deadline.h"
#include "heap_search.h"
#include "inspect.h"
#include "lock.h"
#include "loop_state.h"
#include "queue.h"
#include "sync.h"
#include "task.h"
#include "threads.h"
#include "where.h"

#if UP_INSPECTS

// -- names, and lines of coroutines

// What a task is called: its name, else that of its coroutine's function, else that of the type of what it runs. A str.
// EXCEPTION: none.
mp_obj_t up_task_known_as(up_task_t *task) {
    up_annex_t *annex = up_task_annex(task);
    mp_obj_t name = annex == NULL ? mp_const_none : *up_annex_name(annex);
    if (name != mp_const_none) {
        return name;
    }
    return MP_OBJ_NEW_QSTR(up_function_of(up_task_coro(task)));
}

// Where a coroutine is: of a task that awaits others, each one's line, the outermost first.
#define UP_LINES 4
typedef struct _up_lines_t {
    up_where_t of[UP_LINES];
    size_t n;
} up_lines_t;

// Notes the line of a suspended coroutine, and those of the coroutines that it awaits. None of one that is native code, or has
// ended. The line of one that runs is that of its last call. EXCEPTION: none.
static void up_lines_of(mp_obj_t coro, up_lines_t *lines) {
    lines->n = 0;
    up_coroutine_t *self = mp_obj_is_type(coro, &mp_type_gen_instance) ? MP_OBJ_TO_PTR(coro) : NULL;
    while (self != NULL && lines->n < UP_LINES) {
        const uint8_t *ip = self->code_state.ip;
        if (ip == NULL || up_is_native(self)) {
            return;
        }
        lines->of[lines->n++] = up_where_of(&(up_frame_t){ MP_OBJ_FROM_PTR(self), ip });
        self = self->pend_exc == MP_OBJ_NULL ? NULL : up_awaited_by(self, ip); // what is on the stack of one that runs is not known
    }
}

// -- what is noted, and printed

void up_print_name(const mp_print_t *print, mp_obj_t name) {
    mp_obj_print_helper(print, name, PRINT_REPR);
}

// Notes one more. EXCEPTION: none.
static void up_names_add(up_names_t *names, up_entry_t *entry) {
    if (entry->object == &up_task_type) {
        if (names->n < UP_NAMES) {
            names->of[names->n] = up_task_known_as((up_task_t *)entry);
        }
        ++names->n;
    }
}

// Notes all of a ring. EXCEPTION: none.
static void up_names_of_ring(up_entry_t *first, up_names_t *names) {
    names->n = 0;
    for (up_entry_t *entry = first; entry != NULL; entry = entry->next == first ? NULL : entry->next) {
        up_names_add(names, entry);
    }
}

// Notes who waits in a list. EXCEPTION: none.
void up_names_of_list(up_loop_t *loop, up_list_t *list, up_names_t *names) {
    up_names_of_ring(up_core_first(&loop->core, list), names);
}

// `before`, and the names; nothing if there are none.
void up_print_names(const mp_print_t *print, const char *before, const up_names_t *names) {
    for (uint32_t i = 0; i < names->n && i < UP_NAMES; ++i) {
        mp_print_str(print, i == 0 ? before : ", ");
        up_print_name(print, names->of[i]);
    }
    if (names->n > UP_NAMES) {
        mp_printf(print, " and %u more", (unsigned)(names->n - UP_NAMES));
    }
}

// When something is due, `due` ms from now.
void up_print_due(const mp_print_t *print, int32_t due) {
    if (due == 0) {
        mp_print_str(print, ", due now");
    } else {
        mp_printf(print, due > 0 ? ", due in %d ms" : ", due for %d ms", (int)(due > 0 ? due : -due));
    }
}

static const char *up_level_text(uint32_t level) {
    return level == UP_HIGH ? "high" : level == UP_NORMAL ? "normal"
                                                          : "low";
}

// -- tasks

enum {
    UP_IS_RUNNING,
    UP_IS_READY,
    UP_IS_SLEEPING,
    UP_IS_WAITING, // for `what`
    UP_IS_PARKED, // until somebody else schedules it
    UP_IS_NEW, // or forgotten by new_event_loop()
    UP_HAS_RETURNED,
    UP_HAS_RAISED, // `what`
};

// All that is said of a task.
typedef struct _up_about_t {
    mp_obj_t name;
    mp_obj_t other; // the name of the task that it waits for, or that has what it waits for; or MP_OBJ_NULL
    qstr what; // the type of what it waits for, or of what is to be thrown into it, or of what left it; or MP_QSTRnull
    int32_t due; // if it is ready or sleeps: in so many ms
    uint8_t state;
    uint8_t level;
    uint8_t queued; // if it is ready or sleeps: the level at which it is queued
    uint8_t inherited; // UP_OWN: none
    uint8_t events; // of a stream
    bool room; // it waits for room in `what`
    int32_t since; // for how many ms it waits, if it does; -1: that is not known
} up_about_t;

static void up_about_what(up_about_t *about, mp_obj_t what) {
    about->state = UP_IS_WAITING;
    about->what = mp_obj_get_type(what)->name;
#if MICROPY_UASYNCIO_PRIORITY_CPYTHON
    if (mp_obj_is_type(what, &up_put_type)) {
        about->room = true;
        about->what = ((const mp_obj_type_t *)((up_put_t *)MP_OBJ_TO_PTR(what))->queue->items.waiters.object)->name;
    }
#endif
}

// Notes all that is said of a task. EXCEPTION: none.
static void up_about_task(up_loop_t *loop, up_task_t *task, up_about_t *about) {
    up_entry_t *entry = &task->entry;
    *about = (up_about_t){
        .name = up_task_known_as(task),
        .level = UP_LEVEL(entry),
        .queued = UP_QUEUED(entry),
        .inherited = UP_OWN,
        .state = UP_IS_NEW,
        .since = -1,
    };
    if (entry->flags & UP_TASK_DONE) {
        about->state = entry->flags & UP_TASK_RAISED ? UP_HAS_RAISED : UP_HAS_RETURNED;
        about->what = mp_obj_get_type(entry->data)->name;
        return;
    }
    if (task == loop->cur) {
        about->state = UP_IS_RUNNING;
    } else if (!up_task_known(loop, task)) {
        return;
    }
    about->inherited = UP_INHERITED(entry);
    if (task == loop->cur) {
        return;
    }
    up_annex_t *annex = up_task_annex(task);
    if (annex != NULL && annex->seen != NULL && annex->seen->since != 0) {
        about->since = (int32_t)((up_now(loop) - annex->seen->since) & INT32_MAX);
    }
    uint32_t place = up_place(task);
    mp_obj_t at = up_task_at(task);
    if (place == UP_READY || place == UP_TIMER) {
        about->state = place == UP_READY ? UP_IS_READY : UP_IS_SLEEPING;
        about->due = (int32_t)(entry->due - up_now(loop));
        if (up_is_exception(at)) {
            about->what = mp_obj_is_exception_type(at) ? ((const mp_obj_type_t *)MP_OBJ_TO_PTR(at))->name : mp_obj_get_type(at)->name;
        }
    } else if (place == UP_JOINING) {
        up_entry_t *other = entry->up;
        about->state = UP_IS_WAITING;
        about->what = ((const mp_obj_type_t *)other->object)->name;
        if (other->object == &up_lock_type) {
            other = UP_PLACE(other) == UP_HELD ? other->up : NULL;
        }
        if (other != NULL) {
            about->other = up_task_known_as((up_task_t *)other);
        }
    } else if (place == UP_CONDITION) {
        about->state = UP_IS_WAITING;
        about->what = MP_QSTR_When;
    } else if (place == UP_STREAM) {
        up_about_what(about, MP_OBJ_FROM_PTR(entry->up));
        about->events = UP_EVENTS(entry);
    } else if (at != mp_const_none) {
        up_about_what(about, at);
    } else if (place == UP_PARKED) {
        about->state = UP_IS_WAITING;
        about->what = ((const mp_obj_type_t *)((up_list_t *)entry->up)->object)->name;
    } else {
        about->state = UP_IS_PARKED;
    }
}

// Whether it waits, and it is known for how long.
static bool up_about_waits(const up_about_t *about) {
    return about->since >= 0 && (about->state == UP_IS_WAITING || about->state == UP_IS_PARKED);
}

static void up_print_what(const mp_print_t *print, const up_about_t *about) {
    if (about->events != 0) {
        mp_print_str(print, about->events == UP_READ ? "reading " : about->events == UP_WRITE ? "writing "
                                                                                              : "events of ");
    }
    if (about->room) {
        mp_print_str(print, "room in ");
    }
    if (about->what == MP_QSTR_When) {
        mp_print_str(print, "a condition");
    } else {
        mp_printf(print, "%q", about->what);
    }
    if (about->other != MP_OBJ_NULL) {
        mp_print_str(print, about->what == MP_QSTR_Task ? " " : " held by ");
        up_print_name(print, about->other);
    }
}

// <Task 'sensor' waits for Lock held by 'logger', high, 12 ms>: the time only while stats() counts.
void up_task_print(const mp_print_t *print, mp_obj_t self_in, mp_print_kind_t kind) {
    (void)kind;
    up_loop_t *loop = MP_STATE_VM(up_loop);
    up_task_t *self = MP_OBJ_TO_PTR(self_in);
    up_about_t about;
    if (!up_owns(loop)) {
        mp_print_str(print, "<Task ");
        up_print_name(print, up_task_known_as(self));
        mp_print_str(print, ">");
        return;
    }
    up_about_task(loop, self, &about);
    mp_print_str(print, "<Task ");
    up_print_name(print, about.name);
    static const char *const texts[] = { " runs", " is ready", " sleeps", " waits for ", " is parked", " is not scheduled", " has returned", " has raised " };
    mp_print_str(print, texts[about.state]);
    if (about.state == UP_IS_READY || about.state == UP_IS_SLEEPING) {
        up_print_due(print, about.due);
        if (about.queued != about.level) {
            mp_printf(print, " at %s", up_level_text(about.queued));
        }
        if (about.what != MP_QSTRnull) {
            mp_printf(print, ", gets %q", about.what);
        }
    } else if (about.state == UP_IS_WAITING) {
        up_print_what(print, &about);
    } else if (about.state == UP_HAS_RAISED) {
        mp_printf(print, "%q", about.what);
    }
    if (about.state < UP_HAS_RETURNED) {
        mp_printf(print, ", %s", up_level_text(about.level));
        if (about.inherited < about.level) {
            mp_printf(print, ", inherits %s", up_level_text(about.inherited));
        }
    }
    if (up_about_waits(&about)) {
        mp_printf(print, ", %d ms", (int)about.since);
    }
    mp_print_str(print, ">");
}

static mp_obj_t up_text(const char *text) {
    return mp_obj_new_str(text, strlen(text));
}

// _task_info(task): (name, level, the level that it inherited or None, state, what it waits for, in how many ms it is due
// or None, where its coroutine is, for how many ms it waits or None: it does not, or that is not known), for tasks(). TypeError,
// MemoryError.
static mp_obj_t up_task_info(mp_obj_t task_in) {
    up_loop_t *loop = up_loop();
    up_task_t *task = up_arg_task(task_in);
    up_about_t about;
    up_lines_t lines;
    up_about_task(loop, task, &about);
    up_lines_of(up_task_coro(task), &lines);
    static const char *const texts[] = { "runs", "ready", "sleeps", "waits", "parked", "new", "returned", "raised" };
    vstr_t vstr;
    mp_print_t print;
    mp_obj_t info[8] = { about.name, up_text(up_level_text(about.level)), mp_const_none, up_text(texts[about.state]), mp_const_none, mp_const_none };
    if (about.inherited < about.level) {
        info[2] = up_text(up_level_text(about.inherited));
    }
    vstr_init_print(&vstr, 16, &print);
    if (about.state == UP_IS_WAITING || about.state == UP_HAS_RAISED) {
        up_print_what(&print, &about);
    } else if (about.what != MP_QSTRnull && about.state != UP_HAS_RETURNED) {
        mp_printf(&print, "to get %q", about.what);
    }
    info[4] = mp_obj_new_str_from_vstr(&vstr);
    if (about.state == UP_IS_READY || about.state == UP_IS_SLEEPING) {
        info[5] = mp_obj_new_int(about.due);
    }
    vstr_init_print(&vstr, 16, &print);
    for (size_t i = 0; i < lines.n; ++i) {
        mp_printf(&print, i == 0 ? "%q" : " > %q", lines.of[i].file);
        if (lines.of[i].line != 0) {
            mp_printf(&print, ":%u", (unsigned)lines.of[i].line);
        }
    }
    info[6] = mp_obj_new_str_from_vstr(&vstr);
    info[7] = up_about_waits(&about) ? mp_obj_new_int(about.since) : mp_const_none;
    return mp_obj_new_tuple(MP_ARRAY_SIZE(info), info);
}
MP_DEFINE_CONST_FUN_OBJ_1(up_task_info_obj, up_task_info);

// -- what tasks wait at

// Opens with the type's name; who waits is noted, unless another thread runs the loop.
static void up_print_open(const mp_print_t *print, const void *type, up_list_t *list, up_names_t *names) {
    up_loop_t *loop = MP_STATE_VM(up_loop);
    names->n = 0;
    if (up_owns(loop)) {
        up_names_of_list(loop, list, names);
    }
    mp_printf(print, "<%q", ((const mp_obj_type_t *)type)->name);
}

static void up_print_close(const mp_print_t *print, const up_names_t *names) {
    up_print_names(print, ", waiting: ", names);
    mp_print_str(print, ">");
}

// <Event not set, waiting: 'a', 'b'>; <ThreadSafeFlag set>; <WaitQueue, waiting: 'a'>
void up_waitqueue_print(const mp_print_t *print, mp_obj_t self_in, mp_print_kind_t kind) {
    (void)kind;
    up_flag_t *self = MP_OBJ_TO_PTR(self_in);
    up_names_t names;
    bool set = up_flag_is_set(self);
    up_print_open(print, self->waiters.object, &self->waiters, &names);
    if (self->waiters.object != &up_waitqueue_type) {
        mp_print_str(print, set ? " set" : " not set");
    }
    up_print_close(print, &names);
}

// <Semaphore 0 free, waiting: 'a'>
void up_permits_print(const mp_print_t *print, mp_obj_t self_in, mp_print_kind_t kind) {
    (void)kind;
    up_permits_t *self = MP_OBJ_TO_PTR(self_in);
    up_names_t names;
    unsigned available = self->free;
    up_print_open(print, self->waiters.object, &self->waiters, &names);
    mp_printf(print, " %u free", available);
    up_print_close(print, &names);
}

#if MICROPY_UASYNCIO_PRIORITY_CPYTHON
// <Queue 5 of 5 items, putting: 'a'>
void up_queue_print(const mp_print_t *print, mp_obj_t self_in, mp_print_kind_t kind) {
    (void)kind;
    up_queue_t *self = MP_OBJ_TO_PTR(self_in);
    up_loop_t *loop = MP_STATE_VM(up_loop);
    up_names_t getting;
    up_names_t putting = { .n = 0 };
    unsigned items = self->items.free;
    bool shut = self->shut;
    if (up_owns(loop)) {
        up_names_of_list(loop, &self->room->waiters, &putting);
    }
    up_print_open(print, self->items.waiters.object, &self->items.waiters, &getting);
    if (self->maxsize > 0) {
        mp_printf(print, " %u of %d items", items, (int)self->maxsize);
    } else {
        mp_printf(print, " %u items", items);
    }
    if (shut) {
        mp_print_str(print, ", shut down");
    }
    up_print_names(print, ", getting: ", &getting);
    up_print_names(print, ", putting: ", &putting);
    mp_print_str(print, ">");
}
#endif

// <Lock held by 'a', waiting: 'b'>; <Lock handed to 'b'>; <Lock free>
void up_lock_print(const mp_print_t *print, mp_obj_t self_in, mp_print_kind_t kind) {
    (void)kind;
    up_loop_t *loop = MP_STATE_VM(up_loop);
    up_entry_t *self = MP_OBJ_TO_PTR(self_in);
    if (!up_owns(loop)) {
        mp_print_str(print, "<Lock>");
        return;
    }
    up_names_t names;
    up_names_of_ring(up_core_first_joiner(&loop->core, self), &names);
    up_entry_t *holder = UP_PLACE(self) == UP_HELD ? self->up : NULL;
    if (holder == NULL) {
        mp_print_str(print, "<Lock free");
    } else {
        bool handed = UP_IS_HANDED(holder, self);
        mp_obj_t name = up_task_known_as((up_task_t *)holder);
        mp_print_str(print, handed ? "<Lock handed to " : "<Lock held by ");
        up_print_name(print, name);
    }
    up_print_close(print, &names);
}

// -- the loop

static bool up_count_place(up_entry_t *entry, void *arg) {
    unsigned *counts = arg;
    ++counts[UP_PLACE(entry)];
    return false; // goes on
}

// <Loop runs 'main', ready: 2, timers: 5>: what is queued in it, found by a look through the heap.
void up_loop_print(const mp_print_t *print, mp_obj_t self_in, mp_print_kind_t kind) {
    (void)self_in;
    (void)kind;
    up_loop_t *loop = MP_STATE_VM(up_loop);
    if (!up_owns(loop)) {
        mp_print_str(print, "<Loop of another thread>");
        return;
    }
    unsigned counts[8] = { 0 };
    // What is ready, sleeps, or waits for a condition or a stream is the loop's. One that is parked may be garbage.
    up_search_heap(&up_task_type, up_count_place, counts);
    up_search_heap(&up_callback_type, up_count_place, counts);
    mp_obj_t name = loop->cur == NULL ? MP_OBJ_NULL : up_task_known_as(loop->cur);
    mp_print_str(print, loop->running ? "<Loop runs" : "<Loop rests");
    if (name != MP_OBJ_NULL) {
        mp_print_str(print, " ");
        up_print_name(print, name);
    }
    static const struct {
        uint8_t place;
        const char *text;
    } places[] = { { UP_READY, "ready" }, { UP_TIMER, "later" }, { UP_CONDITION, "conditions" }, { UP_STREAM, "streams" } };
    for (size_t i = 0; i < MP_ARRAY_SIZE(places); ++i) {
        if (counts[places[i].place] != 0) {
            mp_printf(print, ", %s: %u", places[i].text, counts[places[i].place]);
        }
    }
    mp_print_str(print, ">");
}

#endif
