/*
 * A disk whose power can be cut, for tests: loaded into the program with LD_PRELOAD, between it and the C library.
 *
 * Every write, truncation, sync, renaming and removal of a file below POWER_CUT_FOLDER goes through here. With POWER_CUT_LOG, what a write
 * replaces and what it puts there are noted first, and a sync that has succeeded is noted after it; whoever reads the
 * notes after the process has died can put the files back to what had surely reached the disk. POWER_CUT_AT names the
 * moment (before and after each such call, counted from 1) at which the process dies, POWER_CUT_HOW how: `kill` or
 * `abort`. With POWER_CUT_LIE a sync notes nothing, as if the disk had lied.
 *
 * A note: kind (W write, T truncation, R name changed, U name removed, S sync), then, each as 8 bytes in the machine's
 * order: length of the path, place, size before, length of the old bytes, length of the new bytes; then path, old bytes,
 * new bytes. The new bytes of a changed name are the new name, those of a removed one where the file is kept. The place of
 * a sync is how many changes had been noted when it began: those of that file (of a folder: its names) are safe.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const char *folder;
static size_t folder_length;
static int notes = -1;
static long moments, last_moment;
static uint64_t changes;
static int by_abort, lies;

static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_pwrite)(int, const void *, size_t, off64_t);
static int (*real_ftruncate)(int, off64_t);
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);
static int (*real_rename)(const char *, const char *);
static int (*real_unlink)(const char *);

static void fail(const char *what) {
    perror(what);
    _exit(99);
}

__attribute__((constructor)) static void begin(void) {
    real_write = dlsym(RTLD_NEXT, "write");
    real_pwrite = dlsym(RTLD_NEXT, "pwrite64");
    real_ftruncate = dlsym(RTLD_NEXT, "ftruncate64");
    real_fsync = dlsym(RTLD_NEXT, "fsync");
    real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
    real_rename = dlsym(RTLD_NEXT, "rename");
    real_unlink = dlsym(RTLD_NEXT, "unlink");
    folder = getenv("POWER_CUT_FOLDER");
    folder_length = folder ? strlen(folder) : 0;
    const char *path = getenv("POWER_CUT_LOG");
    if (path) {
        notes = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        if (notes < 0) fail("power cut: notes");
    }
    const char *at = getenv("POWER_CUT_AT");
    last_moment = at ? atol(at) : 0;
    const char *how = getenv("POWER_CUT_HOW");
    by_abort = how && !strcmp(how, "abort");
    lies = getenv("POWER_CUT_LIE") != NULL;
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
}

static int below(const char *path) {
    return folder && !strncmp(path, folder, folder_length) && path[folder_length] == '/';
}

/* Whether an open file is below the folder, and where. */
static int ours(int fd, char path[PATH_MAX]) {
    if (!folder) return 0;
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    if (length <= 0) return 0;
    path[length] = 0;
    return below(path);
}

static void moment(void) {
    if (++moments != last_moment) return;
    if (by_abort) abort();
    kill(getpid(), SIGKILL);
    for (;;) pause();
}

static void put(const void *bytes, size_t length) {
    const char *from = bytes;
    while (length > 0) {
        ssize_t done = real_write(notes, from, length);
        if (done <= 0) fail("power cut: note");
        from += done;
        length -= (size_t)done;
    }
}

static void note(char kind, const char *path, uint64_t place, uint64_t size, const void *old, uint64_t old_length,
                 const void *new, uint64_t new_length) {
    if (notes < 0) return;
    path += folder_length + 1;
    uint64_t head[5] = {strlen(path), place, size, old_length, new_length};
    put(&kind, 1);
    put(head, sizeof head);
    put(path, head[0]);
    put(old, old_length);
    put(new, new_length);
}

/* Notes what is about to be replaced. The lock is held. */
static void note_change(char kind, int fd, const char *path, uint64_t place, const void *new, uint64_t length) {
    changes++;
    if (notes < 0) return;
    struct stat now;
    if (fstat(fd, &now)) fail("power cut: size");
    uint64_t size = (uint64_t)now.st_size, until = kind == 'T' ? size : place + length;
    if (until > size) until = size;
    uint64_t old_length = place < until ? until - place : 0;
    char *old = malloc(old_length + 1);
    /* The file may be open for writing only. */
    int reader = open(path, O_RDONLY | O_CLOEXEC);
    if (!old || reader < 0) fail("power cut: old bytes");
    if (pread64(reader, old, old_length, (off64_t)place) != (ssize_t)old_length) fail("power cut: old bytes");
    close(reader);
    note(kind, path, place, size, old, old_length, new, length);
    free(old);
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t place) {
    char path[PATH_MAX];
    if (!ours(fd, path)) return real_pwrite(fd, bytes, length, place);
    pthread_mutex_lock(&lock);
    note_change('W', fd, path, (uint64_t)place, bytes, length);
    moment();
    ssize_t done = real_pwrite(fd, bytes, length, place);
    moment();
    pthread_mutex_unlock(&lock);
    return done;
}

ssize_t write(int fd, const void *bytes, size_t length) {
    char path[PATH_MAX];
    if (!ours(fd, path)) return real_write(fd, bytes, length);
    pthread_mutex_lock(&lock);
    note_change('W', fd, path, (uint64_t)lseek64(fd, 0, SEEK_CUR), bytes, length);
    moment();
    ssize_t done = real_write(fd, bytes, length);
    moment();
    pthread_mutex_unlock(&lock);
    return done;
}

int ftruncate64(int fd, off64_t length) {
    char path[PATH_MAX];
    if (!ours(fd, path)) return real_ftruncate(fd, length);
    pthread_mutex_lock(&lock);
    note_change('T', fd, path, (uint64_t)length, "", 0);
    moment();
    int done = real_ftruncate(fd, length);
    moment();
    pthread_mutex_unlock(&lock);
    return done;
}

static int sync_with(int (*sync)(int), int fd) {
    char path[PATH_MAX];
    if (!ours(fd, path)) return sync(fd);
    pthread_mutex_lock(&lock);
    uint64_t before = changes;
    moment();
    pthread_mutex_unlock(&lock);
    int done = sync(fd);
    pthread_mutex_lock(&lock);
    if (!done && !lies) note('S', path, before, 0, "", 0, "", 0);
    moment();
    pthread_mutex_unlock(&lock);
    return done;
}

int fsync(int fd) { return sync_with(real_fsync, fd); }

int fdatasync(int fd) { return sync_with(real_fdatasync, fd); }

/* The name of a file, seen from the folder. */
static const char *name_of(const char *path) { return path + folder_length + 1; }

int rename(const char *from, const char *to) {
    if (!below(from)) return real_rename(from, to);
    pthread_mutex_lock(&lock);
    changes++;
    note('R', from, 0, 0, "", 0, name_of(to), strlen(name_of(to)));
    moment();
    int done = real_rename(from, to);
    moment();
    pthread_mutex_unlock(&lock);
    return done;
}

int unlink(const char *path) {
    if (!below(path)) return real_unlink(path);
    pthread_mutex_lock(&lock);
    char kept[PATH_MAX] = "";
    changes++;
    if (notes >= 0) {
        snprintf(kept, sizeof kept, "%s.%lu", getenv("POWER_CUT_LOG"), (unsigned long)changes);
        if (link(path, kept)) fail("power cut: keep what is deleted");
    }
    note('U', path, 0, 0, "", 0, kept, strlen(kept));
    moment();
    int done = real_unlink(path);
    moment();
    pthread_mutex_unlock(&lock);
    return done;
}
