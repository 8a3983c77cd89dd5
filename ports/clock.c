// A clock of its own for the unix firmware, so that a run is like the one before: LD_PRELOAD it (steps.py says what for).
// Each look at it takes a microsecond, and waiting takes no time but the clock's.
#define _GNU_SOURCE
#include <poll.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static unsigned long long us = 1000000000;

int clock_gettime(clockid_t id, struct timespec *at) {
    (void)id;
    ++us;
    at->tv_sec = us / 1000000;
    at->tv_nsec = us % 1000000 * 1000;
    return 0;
}

int gettimeofday(struct timeval *restrict at, void *restrict zone) {
    (void)zone;
    ++us;
    at->tv_sec = us / 1000000;
    at->tv_usec = us % 1000000;
    return 0;
}

int usleep(useconds_t n) {
    us += n;
    return 0;
}

// What is ready now; if nothing is, the time is up at once.
int ppoll(struct pollfd *fds, nfds_t n, const struct timespec *timeout, const sigset_t *mask) {
    static const struct timespec none;
    struct timespec now = none;
    int found = syscall(SYS_ppoll, fds, n, timeout == NULL ? NULL : &now, mask, sizeof(long));
    if (found == 0) {
        us += timeout->tv_sec * 1000000ULL + timeout->tv_nsec / 1000;
    }
    return found;
}

int poll(struct pollfd *fds, nfds_t n, int ms) {
    struct timespec timeout = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };
    return ppoll(fds, n, ms < 0 ? NULL : &timeout, NULL);
}

int select(int n, fd_set *restrict in, fd_set *restrict out, fd_set *restrict bad, struct timeval *restrict timeout) {
    struct timespec now = { 0 };
    int found = syscall(SYS_pselect6, n, in, out, bad, timeout == NULL ? NULL : &now, NULL);
    if (found == 0) {
        us += timeout->tv_sec * 1000000ULL + timeout->tv_usec;
    }
    return found;
}
