/* Makes the n-th file operation below one folder fail, over all processes that share the state file.
 *
 * cc -shared -fPIC -O2 -o shim.so shim.c -ldl
 * FAULTS_STATE names a file of sizeof(struct state) bytes, FAULTS_LOG one to which every counted call is appended,
 * with its path and, of those that link or rename, a tab and the other path.
 * The parameters stand in the state, so that one loaded program can be run many times.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum kind { NONE, KILL, NO_SPACE, IO_ERROR, SHORT, LATE, KILL_ONE, CUT, CUT_AFTER_LOG };

#define EXT4_IOC_SHUTDOWN _IOR('X', 125, uint32_t) /* linux/ext4.h */
#define FLUSH_LOG 1
#define DROP_LOG 2

struct state {
    uint64_t calls; /* counted so far */
    uint64_t at;    /* which one fails, from 1; 0: none */
    uint32_t kind, sticky, fired, logging;
    char prefix[1024]; /* the folder, without a slash at its end */
    char first[1024];  /* the first call that failed */
};

static struct state *state;
static char log_path[PATH_MAX]; /* workers close all files but their own, so it is opened for each line */

__attribute__((constructor)) static void start(void) {
    const char *path = getenv("FAULTS_STATE"), *log = getenv("FAULTS_LOG");
    if (!path) return;
    int file = syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC);
    if (file < 0) return;
    void *map = mmap(NULL, sizeof(struct state), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    syscall(SYS_close, file);
    if (map != MAP_FAILED) state = map;
    if (log) snprintf(log_path, sizeof log_path, "%s", log);
}

static int below(const char *path) {
    size_t length = strlen(state->prefix);
    return length && !strncmp(path, state->prefix, length) && (path[length] == '/' || !path[length]);
}

static int path_of(int file, char *path) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return 1;
}

static enum kind count(const char *call, const char *path, const char *other) {
    if (!state || !below(path)) return NONE;
    uint64_t number = __atomic_add_fetch(&state->calls, 1, __ATOMIC_SEQ_CST);
    if (state->logging) {
        char line[2 * PATH_MAX + 64];
        int length = snprintf(line, sizeof line, "%s %s%s%s\n", call, path, other ? "\t" : "", other ? other : "");
        int log = syscall(SYS_openat, AT_FDCWD, log_path, O_WRONLY | O_APPEND | O_CLOEXEC);
        syscall(SYS_write, log, line, length);
        syscall(SYS_close, log);
    }
    if (!state->at || (state->sticky ? number < state->at : number != state->at)) return NONE;
    if (!__atomic_fetch_add(&state->fired, 1, __ATOMIC_SEQ_CST))
        snprintf(state->first, sizeof state->first, "%s %.900s", call, path);
    return state->kind;
}

/* The absolute path, in `full` if it was none; null if it is unknown. */
static const char *absolute(int folder, const char *path, char full[2 * PATH_MAX]) {
    if (!path || path[0] == '/') return path;
    char base[PATH_MAX];
    if (folder == AT_FDCWD ? !getcwd(base, sizeof base) : !path_of(folder, base)) return NULL;
    snprintf(full, 2 * PATH_MAX, "%s/%s", base, path);
    return full;
}

static enum kind count_pair(const char *call, int folder, const char *path, int other_folder, const char *other) {
    char full[2 * PATH_MAX], other_full[2 * PATH_MAX];
    if (!state || !(path = absolute(folder, path, full))) return NONE;
    return count(call, path, absolute(other_folder, other, other_full));
}

static enum kind count_at(const char *call, int folder, const char *path) {
    return count_pair(call, folder, path, AT_FDCWD, NULL);
}

static enum kind count_file(const char *call, int file) {
    int before = errno;
    char path[PATH_MAX];
    enum kind kind = state && path_of(file, path) ? count(call, path, NULL) : NONE;
    errno = before;
    return kind;
}

/* Stop the file system as a power cut would: what is not on the medium by now never gets there. */
static void cut_power(uint32_t flags) {
    int folder = syscall(SYS_openat, AT_FDCWD, state->prefix, O_RDONLY | O_DIRECTORY);
    if (folder < 0 || ioctl(folder, EXT4_IOC_SHUTDOWN, &flags)) abort();
    kill(0, SIGKILL);
}

/* What a fault does to a call that is all or nothing: 1 if it has failed, with errno set. */
static int fails(enum kind kind) {
    if (kind == KILL) kill(0, SIGKILL);
    if (kind == KILL_ONE) kill(getpid(), SIGKILL);
    if (kind == CUT || kind == CUT_AFTER_LOG) cut_power(kind == CUT ? DROP_LOG : FLUSH_LOG);
    if (kind != NO_SPACE && kind != IO_ERROR) return 0;
    errno = kind == NO_SPACE ? ENOSPC : EIO;
    return 1;
}

/* A call that did its work, and yet reports an error. */
static int late(enum kind kind, int result) {
    if (kind != LATE || result < 0) return result;
    errno = EIO;
    return -1;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

#define OPEN_MODE(flags)                                                                    \
    mode_t mode = 0;                                                                        \
    if ((flags) & (O_CREAT | O_TMPFILE)) {                                                  \
        va_list rest;                                                                       \
        va_start(rest, flags);                                                              \
        mode = va_arg(rest, mode_t);                                                        \
        va_end(rest);                                                                       \
    }

#define OPEN(name)                                                                          \
    int name(const char *path, int flags, ...) {                                            \
        OPEN_MODE(flags)                                                                    \
        return fails(count_at("open", AT_FDCWD, path)) ? -1 : REAL(name)(path, flags, mode); \
    }
OPEN(open)
OPEN(open64)

#define OPENAT(name)                                                                        \
    int name(int folder, const char *path, int flags, ...) {                                \
        OPEN_MODE(flags)                                                                    \
        return fails(count_at("open", folder, path)) ? -1 : REAL(name)(folder, path, flags, mode); \
    }
OPENAT(openat)
OPENAT(openat64)

int __open_2(const char *path, int flags);
int __open64_2(const char *path, int flags);
int __openat_2(int folder, const char *path, int flags);
int __openat64_2(int folder, const char *path, int flags);

#define OPEN_2(name)                                                                        \
    int name(const char *path, int flags) {                                                 \
        return fails(count_at("open", AT_FDCWD, path)) ? -1 : REAL(name)(path, flags);      \
    }
OPEN_2(__open_2)
OPEN_2(__open64_2)

#define OPENAT_2(name)                                                                      \
    int name(int folder, const char *path, int flags) {                                     \
        return fails(count_at("open", folder, path)) ? -1 : REAL(name)(folder, path, flags); \
    }
OPENAT_2(__openat_2)
OPENAT_2(__openat64_2)

int creat(const char *path, mode_t mode) {
    return fails(count_at("creat", AT_FDCWD, path)) ? -1 : REAL(creat)(path, mode);
}

int creat64(const char *path, mode_t mode) {
    return fails(count_at("creat", AT_FDCWD, path)) ? -1 : REAL(creat64)(path, mode);
}

/* A write that fails has written half; so has one that is killed. */
#define WRITE(name, arguments, half, all)                                                   \
    ssize_t name arguments {                                                                \
        enum kind kind = count_file(#name, file);                                           \
        if (kind == SHORT) return half;                                                     \
        if (kind != NONE && kind != LATE && half < 0) return -1;                            \
        return fails(kind) ? -1 : all;                                                      \
    }
WRITE(write, (int file, const void *data, size_t size), REAL(write)(file, data, (size + 1) / 2),
      REAL(write)(file, data, size))
WRITE(pwrite, (int file, const void *data, size_t size, off_t at), REAL(pwrite)(file, data, (size + 1) / 2, at),
      REAL(pwrite)(file, data, size, at))
WRITE(pwrite64, (int file, const void *data, size_t size, off64_t at), REAL(pwrite64)(file, data, (size + 1) / 2, at),
      REAL(pwrite64)(file, data, size, at))
WRITE(writev, (int file, const struct iovec *parts, int size), REAL(writev)(file, parts, (size + 1) / 2),
      REAL(writev)(file, parts, size))
WRITE(pwritev, (int file, const struct iovec *parts, int size, off_t at),
      REAL(pwritev)(file, parts, (size + 1) / 2, at), REAL(pwritev)(file, parts, size, at))
WRITE(sendfile, (int file, int from, off_t *at, size_t size), REAL(sendfile)(file, from, at, (size + 1) / 2),
      REAL(sendfile)(file, from, at, size))
WRITE(sendfile64, (int file, int from, off64_t *at, size_t size), REAL(sendfile64)(file, from, at, (size + 1) / 2),
      REAL(sendfile64)(file, from, at, size))

#define READ(name, arguments, values)                                                       \
    ssize_t name arguments {                                                                \
        enum kind kind = count_file("read", file);                                          \
        return fails(kind) ? -1 : REAL(name) values;                                        \
    }
READ(read, (int file, void *data, size_t size), (file, data, size))
READ(pread, (int file, void *data, size_t size, off_t at), (file, data, size, at))
READ(pread64, (int file, void *data, size_t size, off64_t at), (file, data, size, at))

ssize_t copy_file_range(int from, off64_t *from_at, int file, off64_t *at, size_t size, unsigned flags) {
    enum kind kind = count_file("copy_file_range", file);
    return fails(kind) ? -1 : REAL(copy_file_range)(from, from_at, file, at, size, flags);
}

#define ON_FILE(name, parameters, arguments)                                                \
    int name parameters {                                                                   \
        enum kind kind = count_file(#name, file);                                           \
        return fails(kind) ? -1 : late(kind, REAL(name) arguments);                         \
    }
ON_FILE(fsync, (int file), (file))
ON_FILE(fdatasync, (int file), (file))
ON_FILE(ftruncate, (int file, off_t size), (file, size))
ON_FILE(ftruncate64, (int file, off64_t size), (file, size))
ON_FILE(fallocate, (int file, int mode, off_t at, off_t size), (file, mode, at, size))
ON_FILE(fchmod, (int file, mode_t mode), (file, mode))

#define ON_PAIR(name, folder, path, other_folder, other, parameters, arguments)             \
    int name parameters {                                                                   \
        enum kind kind = count_pair(#name, folder, path, other_folder, other);              \
        return fails(kind) ? -1 : late(kind, REAL(name) arguments);                         \
    }
#define ON_PATH(name, folder, path, parameters, arguments)                                  \
    ON_PAIR(name, folder, path, AT_FDCWD, NULL, parameters, arguments)
ON_PATH(mkdir, AT_FDCWD, path, (const char *path, mode_t mode), (path, mode))
ON_PATH(mkdirat, folder, path, (int folder, const char *path, mode_t mode), (folder, path, mode))
ON_PATH(unlink, AT_FDCWD, path, (const char *path), (path))
ON_PATH(unlinkat, folder, path, (int folder, const char *path, int flags), (folder, path, flags))
ON_PATH(rmdir, AT_FDCWD, path, (const char *path), (path))
ON_PATH(chmod, AT_FDCWD, path, (const char *path, mode_t mode), (path, mode))
ON_PATH(fchmodat, folder, path, (int folder, const char *path, mode_t mode, int flags), (folder, path, mode, flags))
ON_PAIR(rename, AT_FDCWD, path, AT_FDCWD, to, (const char *path, const char *to), (path, to))
ON_PAIR(renameat, folder, path, to_folder, to, (int folder, const char *path, int to_folder, const char *to),
        (folder, path, to_folder, to))
ON_PAIR(renameat2, folder, path, to_folder, to,
        (int folder, const char *path, int to_folder, const char *to, unsigned flags),
        (folder, path, to_folder, to, flags))
ON_PAIR(link, AT_FDCWD, path, AT_FDCWD, from, (const char *from, const char *path), (from, path))
ON_PAIR(linkat, folder, path, from_folder, from, (int from_folder, const char *from, int folder, const char *path, int flags),
        (from_folder, from, folder, path, flags))
ON_PATH(symlink, AT_FDCWD, path, (const char *from, const char *path), (from, path))
ON_PATH(symlinkat, folder, path, (const char *from, int folder, const char *path), (from, folder, path))
ON_PATH(truncate, AT_FDCWD, path, (const char *path, off_t size), (path, size))
