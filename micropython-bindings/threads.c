// The loop among threads: whose it is.
#include "args.h"
#include "loop_state.h"
#include "threads.h"

// Not inlined: that would be 6 bytes more each time on a Cortex-M.
MP_NOINLINE up_loop_t *up_loop(void) {
    up_loop_t *loop = MP_STATE_VM(up_loop);
    up_own(loop);
    return loop;
}

#if UP_THREADS
#if UP_HAVE_FDS
__thread char up_thread_mark;
#endif

// The loop is this thread's from here on, and with `run` nobody else's until its run is over. A loop that does
// not run belongs to whoever used it last: two who prepare it at a time are not told. RuntimeError if it runs.
void up_take(up_loop_t *loop, bool run) {
    mp_thread_mutex_lock(&loop->handover, 1);
    bool taken = up_load(&loop->taken);
    if (!taken) {
        up_store(&loop->thread, UP_THREAD);
        up_store(&loop->taken, run);
    }
    mp_thread_mutex_unlock(&loop->handover);
    if (taken) {
        up_raise_runtime(up_load(&loop->thread) == UP_THREAD ? MP_ERROR_TEXT("the loop is running already") : MP_ERROR_TEXT("another thread runs the loop: use call_soon_threadsafe()"));
    }
}

#endif
