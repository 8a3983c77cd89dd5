// What is done before an idle wait, or in place of it (docs/debugging.md): a collection while nobody wants to run, and a function
// of the program's, as one that puts the board to sleep.
#include "idle.h"
#include "args.h"
#include "loop_state.h"
#include "report.h"
#include "threads.h"

#if UP_IDLE_WORKS
#include "py/gc.h"

// Collects, and notes how long that took.
static void up_idle_collect(up_loop_t *loop) {
    mp_uint_t began = mp_hal_ticks_us();
    gc_collect();
    loop->gc_took_us = mp_hal_ticks_us() - began;
}

// The hook waits. One that raises is taken off, because the loop would call it again at once; the exception is reported as a
// callback's.
static void up_idle_call(up_loop_t *loop, uint32_t ms) {
    mp_obj_t hook = loop->idle_hook;
    up_idle_set_hook(loop, mp_const_none);
    loop->idle_work |= UP_IDLE_CALLS;
    mp_obj_t arg = ms == UINT32_MAX ? mp_const_none : MP_OBJ_NEW_SMALL_INT(MIN(ms, UP_MAX_DELAY / 2));
    loop->doing = UP_DOING_CALLBACK;
    mp_call_function_1(hook, arg);
    loop->doing = UP_DOING_NOTHING;
    if (loop->idle_work & UP_IDLE_CALLS) { // else it took itself off, or set another
        up_idle_set_hook(loop, hook);
    }
}

// The loop is about to wait for `ms`, UINT32_MAX for ever, and has more to do than that. True: it is to look again in place of
// the wait. Raises what the hook raises.
bool up_idle_work(up_loop_t *loop, uint32_t ms) {
    loop->idle_work &= ~UP_IDLE_CALLS; // of a hook that raised
    if (loop->context_state == UP_CONTEXT_LOCKED && !gc_is_locked()) {
        up_context_renew(loop); // the old one holds an exception
        return true; // that allocates, and a finaliser may have queued something
    }
    if (loop->context_state != UP_CONTEXT_LOCKED) {
        loop->idle_work &= ~UP_IDLE_CONTEXT;
    }
    // In blocks, which is what the collector counts.
    if ((loop->idle_work & UP_IDLE_GC) && MP_STATE_MEM(gc_alloc_amount) >= loop->gc_least && !gc_is_locked() && ms > loop->gc_took_us / 1000) {
        up_idle_collect(loop);
        return true;
    }
    if (loop->idle_work & UP_IDLE_HOOK) {
        up_idle_call(loop, ms);
        return true;
    }
    return false;
}

// gc_idle(threshold): from here on garbage is collected when the loop would wait for longer than the last such collection took,
// and at least `threshold` bytes were allocated since the last one, whoever began it; the first one is now, to see how long it
// takes. None: no more. Returns how long the last one took, in us, or None if it is off; without an argument it changes nothing.
// TypeError, ValueError.
static mp_obj_t up_loop_gc_idle(size_t n, const mp_obj_t *args) {
    up_loop_t *loop = MP_OBJ_TO_PTR(args[0]);
    up_own(loop);
    if (n == 2 && args[1] == mp_const_none) {
        loop->idle_work &= ~UP_IDLE_GC;
    } else if (n == 2) {
        loop->gc_least = (up_arg_range(args[1], MP_QSTR_threshold, 1, UP_MAX_DELAY) + MICROPY_BYTES_PER_GC_BLOCK - 1) / MICROPY_BYTES_PER_GC_BLOCK;
        loop->idle_work |= UP_IDLE_GC;
        if (!gc_is_locked()) {
            up_idle_collect(loop);
        }
    }
    return loop->idle_work & UP_IDLE_GC ? mp_obj_new_int_from_uint(loop->gc_took_us) : mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(up_loop_gc_idle_obj, 1, 2, up_loop_gc_idle);

// Sets what is called in place of the idle wait; None: nothing. EXCEPTION: none.
void up_idle_set_hook(up_loop_t *loop, mp_obj_t hook) {
    loop->idle_hook = hook;
    loop->idle_work &= ~(UP_IDLE_HOOK | UP_IDLE_CALLS);
    if (hook != mp_const_none) {
        loop->idle_work |= UP_IDLE_HOOK;
    }
}

#endif
