// When interrupts and other threads posted something, for the trace. It is static: an interrupt may outlive a soft reset.
#include "posts.h"

#if UP_TRACES
#include "clock.h"
#include "threads.h"

up_posts_t up_posts;

// Notes the time. From any context. EXCEPTION: none.
MP_NOINLINE void up_post_note(void) {
    up_core_trace_post(&up_posts, up_now_us(MP_STATE_VM(up_loop)));
}
#endif
