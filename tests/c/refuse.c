/*
 * A disk that refuses, for tests: loaded into the program with LD_PRELOAD, between it and the C library.
 *
 * From the REFUSE_AT-th write to a file below REFUSE_FOLDER on (counted from 1), or as long as the file REFUSE_WHEN is
 * there, every write, truncation and sync below the folder fails with the error number REFUSE_WITH. With REFUSE_HALF the
 * first refused write puts half of its bytes there, as a disk does that becomes full. With REFUSE_HANG a write that would be
 * refused never returns, as on a disk behind a network that is gone.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *folder, *when;
static size_t folder_length;
static long at;
static int with, half, hangs;
static atomic_long writes;

static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_pwrite)(int, const void *, size_t, off64_t);
static int (*real_ftruncate)(int, off64_t);
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);

__attribute__((constructor)) static void begin(void) {
    real_write = dlsym(RTLD_NEXT, "write");
    real_pwrite = dlsym(RTLD_NEXT, "pwrite64");
    real_ftruncate = dlsym(RTLD_NEXT, "ftruncate64");
    real_fsync = dlsym(RTLD_NEXT, "fsync");
    real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
    folder = getenv("REFUSE_FOLDER");
    folder_length = folder ? strlen(folder) : 0;
    when = getenv("REFUSE_WHEN");
    at = getenv("REFUSE_AT") ? atol(getenv("REFUSE_AT")) : LONG_MAX;
    with = getenv("REFUSE_WITH") ? atoi(getenv("REFUSE_WITH")) : ENOSPC;
    half = getenv("REFUSE_HALF") != NULL;
    hangs = getenv("REFUSE_HANG") != NULL;
}

static int ours(int fd) {
    char link[64], path[PATH_MAX];
    if (!folder) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return !strncmp(path, folder, folder_length) && path[folder_length] == '/';
}

/* Which write this is, if it is refused; 0 if it is not. */
static long refused(int fd, int counts) {
    if (!ours(fd)) return 0;
    long now = counts ? atomic_fetch_add(&writes, 1) + 1 : atomic_load(&writes);
    if (when && !access(when, F_OK)) now = LONG_MAX;
    if (now < at) return 0;
    while (hangs) pause();
    return now;
}

ssize_t write(int fd, const void *bytes, size_t count) {
    long now = refused(fd, 1);
    if (!now) return real_write(fd, bytes, count);
    if (half && now == at && count > 1) return real_write(fd, bytes, count / 2);
    errno = with;
    return -1;
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t place) {
    long now = refused(fd, 1);
    if (!now) return real_pwrite(fd, bytes, count, place);
    if (half && now == at && count > 1) return real_pwrite(fd, bytes, count / 2, place);
    errno = with;
    return -1;
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t place) { return pwrite64(fd, bytes, count, place); }

int ftruncate64(int fd, off64_t length) {
    if (!refused(fd, 1)) return real_ftruncate(fd, length);
    errno = with;
    return -1;
}

int fsync(int fd) {
    if (!refused(fd, 0)) return real_fsync(fd);
    errno = with;
    return -1;
}

int fdatasync(int fd) {
    if (!refused(fd, 0)) return real_fdatasync(fd);
    errno = with;
    return -1;
}
