// Makes system calls fail, for tests/faults.py: preloaded (LD_PRELOAD), told by the environment
//
//   FAULTS="CALL ERRNO EVERY TIMES;..."
//
// that every EVERY-th CALL fails with ERRNO, TIMES times. A call is not made then. read and write count only where
// they are of a socket (read, write) or a pipe (read_pipe, write_pipe). At the end it prints how many failed.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX (8)
static struct fault {
    char call[16];
    int error, every, times;
    int seen, failed;
} faults[MAX];
static int count;

static void __attribute__((constructor)) begin(void) {
    const char *at = getenv("FAULTS");
    while (at != NULL && *at != '\0' && count < MAX) {
        struct fault *f = &faults[count];
        if (sscanf(at, "%15s %d %d %d", f->call, &f->error, &f->every, &f->times) != 4) {
            fprintf(stderr, "FAULTS: %s\n", at);
            abort();
        }
        ++count;
        at = strchr(at, ';');
        at = at == NULL ? NULL : at + 1;
    }
}

static void __attribute__((destructor)) end(void) {
    for (int i = 0; i < count; ++i) {
        char line[64];
        int n = snprintf(line, sizeof(line), "# %s %d %d\n", faults[i].call, faults[i].error, faults[i].failed);
        fflush(NULL);
        ssize_t written = write(STDOUT_FILENO, line, n);
        (void)written;
    }
}

// Whether this call fails; errno says why.
static int fails(const char *call) {
    for (int i = 0; i < count; ++i) {
        struct fault *f = &faults[i];
        if (strcmp(f->call, call) == 0 && ++f->seen % f->every == 0 && f->failed < f->times) {
            ++f->failed;
            errno = f->error;
            return 1;
        }
    }
    return 0;
}

// "read" or "write" for a socket, "read_pipe" or "write_pipe" for a pipe, else nothing that anybody asks for.
static const char *of(int fd, const char *socket, const char *pipe) {
    struct stat st;
    if (fd <= STDERR_FILENO || fstat(fd, &st) != 0) {
        return "";
    }
    return S_ISSOCK(st.st_mode) ? socket : S_ISFIFO(st.st_mode) ? pipe
                                                                : "";
}

// The real one.
#define REAL(name) __typeof__(name) *real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

int poll(struct pollfd *fds, nfds_t n, int ms) {
    REAL(poll);
    return fails("poll") ? -1 : real(fds, n, ms);
}

int pipe(int fds[2]) {
    REAL(pipe);
    return fails("pipe") ? -1 : real(fds);
}

int fcntl64(int fd, int command, ...) {
    REAL(fcntl64);
    va_list rest;
    va_start(rest, command);
    void *arg = va_arg(rest, void *);
    va_end(rest);
    return fails(of(fd, "fcntl", "fcntl_pipe")) ? -1 : real(fd, command, arg);
}

ssize_t read(int fd, void *buf, size_t n) {
    REAL(read);
    return fails(of(fd, "read", "read_pipe")) ? -1 : real(fd, buf, n);
}

ssize_t write(int fd, const void *buf, size_t n) {
    REAL(write);
    return fails(of(fd, "write", "write_pipe")) ? -1 : real(fd, buf, n);
}

int accept(int fd, struct sockaddr *address, socklen_t *len) {
    REAL(accept);
    return fails("accept") ? -1 : real(fd, address, len);
}

int socket(int domain, int type, int protocol) {
    REAL(socket);
    return fails("socket") ? -1 : real(domain, type, protocol);
}

int connect(int fd, const struct sockaddr *address, socklen_t len) {
    REAL(connect);
    return fails("connect") ? -1 : real(fd, address, len);
}

int bind(int fd, const struct sockaddr *address, socklen_t len) {
    REAL(bind);
    return fails("bind") ? -1 : real(fd, address, len);
}

int listen(int fd, int backlog) {
    REAL(listen);
    return fails("listen") ? -1 : real(fd, backlog);
}

int setsockopt(int fd, int level, int name, const void *value, socklen_t len) {
    REAL(setsockopt);
    return fails("setsockopt") ? -1 : real(fd, level, name, value, len);
}

ssize_t send(int fd, const void *buf, size_t n, int flags) {
    REAL(send);
    return fails("send") ? -1 : real(fd, buf, n, flags);
}
