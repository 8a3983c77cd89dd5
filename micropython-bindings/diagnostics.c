// What shows what the loop does. All of it is off at first, and costs nothing then.
#include "diagnostics.h"

#if MICROPY_UASYNCIO_PRIORITY_DIAGNOSTICS
#include "clock.h"
#include "loop_state.h"
#include "threads.h"

// What is counted from stats(True) to stats(False).
typedef struct _up_stats_t {
    uint32_t since; // us, when it began
} up_stats_t;

// stats(True): counts from now on, anew. stats(False): no more. stats(): what was counted, a dict; None if nothing is.
static mp_obj_t up_loop_stats(size_t n, const mp_obj_t *a) {
    up_loop_t *loop = MP_OBJ_TO_PTR(a[0]);
    up_own(loop);
    if (n == 2) {
        up_stats_t *stats = NULL;
        if (mp_obj_is_true(a[1])) {
            stats = m_new0(up_stats_t, 1);
            stats->since = up_now_us(loop);
        }
        loop->stats = stats;
        return mp_const_none;
    }
    if (loop->stats == NULL) {
        return mp_const_none;
    }
    mp_obj_t dict = mp_obj_new_dict(1);
    mp_obj_dict_store(dict, MP_OBJ_NEW_QSTR(MP_QSTR_us), mp_obj_new_int_from_uint(up_now_us(loop) - loop->stats->since));
    return dict;
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(up_loop_stats_obj, 1, 2, up_loop_stats);
#endif
