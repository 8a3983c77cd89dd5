// The idle wait on unix: poll(2), which asks about the streams' descriptors on the way.
//
// Sleeps in poll(2). Whoever schedules something from a signal handler or another thread writes to
// a pipe; the flag `idle` spares that write while nobody sleeps. The flag is raised before the last
// look at what is pending, so nothing that comes between that look and poll(2) is missed; nor is Ctrl-C, whose handler writes to
// the pipe too (ports/unix/interrupt.c).
#include "platform.h"

#if UP_PLATFORM_UNIX

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "../clock.h"
#include "../loop_state.h"
#include "../mailbox.h"

static int wake_pipe[2] = { -1, -1 };
static int idle;

void mp_uasyncio_priority_wake(void) {
    // mutation: sleeper-not-roused
    if (__atomic_load_n(&idle, __ATOMIC_SEQ_CST)) {
        int before = errno; // of what a signal interrupted
        while (write(wake_pipe[1], "", 1) < 0 && errno == EINTR) { // a full pipe wakes as well
        }
        errno = before;
    }
}

static bool open_pipe(void) {
    if (wake_pipe[0] < 0) {
        if (pipe(wake_pipe) != 0) {
            return false;
        }
        for (int i = 0; i < 2; ++i) {
            if (fcntl(wake_pipe[i], F_SETFL, O_NONBLOCK) != 0 || fcntl(wake_pipe[i], F_SETFD, FD_CLOEXEC) != 0) {
                close(wake_pipe[0]);
                close(wake_pipe[1]);
                wake_pipe[0] = wake_pipe[1] = -1;
                return false;
            }
        }
    }
    return true;
}

static bool pending(void) {
    if (up_mail_pending(up_mail())) {
        return true;
    }
    if (up_pending_abort() || MP_STATE_THREAD(mp_pending_exception) != MP_OBJ_NULL) {
        return true;
    }
    // Without a global lock the main thread runs what is scheduled.
    return MP_STATE_VM(sched_state) == MP_SCHED_PENDING && (!UP_THREADS || mp_thread_is_main_thread());
}

void up_poll_reserve(up_loop_t *loop, size_t n) {
    if (n + 1 > loop->fd_room) {
        size_t room = n + n / 2 + 4;
        up_pollfd_t *fds = m_new(up_pollfd_t, room);
        up_entry_t **owners = m_new0(up_entry_t *, room);
        m_del(up_pollfd_t, loop->fds, loop->fd_room);
        m_del(up_entry_t *, loop->fd_owners, loop->fd_room);
        loop->fds = fds;
        loop->fd_owners = owners;
        loop->fd_room = room;
    }
}

_Static_assert(sizeof(struct pollfd) == sizeof(up_pollfd_t), "poll(2)'s table is the core's");

// What poll(2) returned for these rows of the table. Where it found nothing, or failed, their owners are let go.
static void polled(up_loop_t *loop, int found, uint32_t rows) {
    if (found > 0) {
        up_core_found_fds(&loop->core, loop->fds + 1, loop->fd_owners, rows, up_now(loop));
    } else if (rows != 0) {
        memset(loop->fd_owners, 0, rows * sizeof(*loop->fd_owners));
    }
}

void up_poll(up_loop_t *loop) {
    uint32_t rows = up_core_fds(&loop->core, loop->fds + 1, loop->fd_owners, loop->fd_room - 1);
    MP_THREAD_GIL_EXIT();
    int found = poll((struct pollfd *)(loop->fds + 1), rows, 0);
    MP_THREAD_GIL_ENTER();
    polled(loop, found, rows);
}

void up_wait_for_event(up_loop_t *loop, uint32_t now, uint32_t ms) {
    (void)now;
    if (!open_pipe()) {
        ms = 1; // no descriptor is left for it: looks again every ms
    }
    up_pollfd_t own;
    up_pollfd_t *fds = loop->fds == NULL ? &own : loop->fds;
    uint32_t rows = loop->fds == NULL ? 0 : up_core_fds(&loop->core, fds + 1, loop->fd_owners, loop->fd_room - 1);
    fds[0] = (up_pollfd_t){ .fd = wake_pipe[0], .events = POLLIN, .revents = 0 };
    __atomic_store_n(&idle, 1, __ATOMIC_SEQ_CST);
    int found = 0;
    if (!pending()) {
        MP_THREAD_GIL_EXIT();
        found = poll((struct pollfd *)fds, rows + 1, ms == UINT32_MAX ? -1 : (int)ms);
        MP_THREAD_GIL_ENTER();
    }
    __atomic_store_n(&idle, 0, __ATOMIC_SEQ_CST);
    if (rows != 0) {
        polled(loop, found, rows);
    }
    if (found > 0) {
        char drain[16];
        while (fds[0].revents != 0 && read(wake_pipe[0], drain, sizeof(drain)) > 0) {
        }
    }
    mp_handle_pending(true);
}

#endif
