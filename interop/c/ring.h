// SPDX-License-Identifier: Apache-2.0
/*
 * A producer and the consumer of a ring in a file, for Linux in C11; docs/between-processes.md says what each step is
 * for. MUST NOT be used in a process that has joined the ring by the Java library. After a fork the child joins anew, and
 * MUST close the descriptors of the places (fd of each producer and consumer) that it has inherited: until then it keeps
 * the locks of its parent, which seems to live when it is dead.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef RING_STEP /* what a test does between two steps, so that kills find them apart */
#define RING_STEP()
#endif

enum { RING_P = 128, RING_C = 256, RING_R = 264, RING_ARMED = 384, RING_DOORBELL = 392, RING_CONSUMER = 512 };
enum { RING_ATTEMPT = 0, RING_END = 8, RING_PROCESS = 64 };
enum { RING_OK = 1, RING_NO = 0, RING_CLOSED = -1, RING_CORRUPT = -2, RING_TOO_LONG = -3, RING_TAKEN = -4 };
enum { RING_LIVES = -5, RING_FAILED = -6 /* the system refused, mostly for want of descriptors */ };
enum { RING_MOST_AT_ONCE = 64 };
#define RING_UNSEEN UINT64_MAX

struct ring { int fd; unsigned char *file, *data; uint64_t capacity; uint32_t slots; };
struct ring_producer { struct ring *ring; int fd, bell; uint32_t slot; };
struct ring_consumer { struct ring *ring; int fd, bell; uint64_t position; };
typedef void ring_handler(void *context, const unsigned char *payload, size_t length);

typedef _Atomic uint64_t ring_u64;

static inline ring_u64 *ring_word(const struct ring *r, uint64_t offset) { return (void *) (r->file + offset); }
static inline ring_u64 *ring_slot(const struct ring *r, uint32_t i, int word) {
    return ring_word(r, 4096 + 128 * i + word);
}
static inline ring_u64 *ring_header(const struct ring *r, uint64_t position) {
    return (void *) (r->data + (position & (r->capacity - 1)));
}
static inline uint64_t ring_load(ring_u64 *word) { return atomic_load_explicit(word, memory_order_acquire); }
static inline void ring_store(ring_u64 *word, uint64_t value) {
    atomic_store_explicit(word, value, memory_order_release);
}
static inline bool ring_is_behind(uint64_t a, uint64_t b) { return (int64_t) (a - b) > 0; }

/* ---- Attaching ---- */

/* Where the boot cannot be asked for, it counts as another one. */
static bool ring_has_booted(const unsigned char *boot) {
    unsigned char now[16] = {0}, none[16] = {0};
    FILE *in = fopen("/proc/sys/kernel/random/boot_id", "r");
    if (!in && errno != ENOENT) return true;
    for (int i = 0; in && i < 16; i++) if (fscanf(in, "%2hhx%*1[-]", &now[i]) != 1) break;
    if (in) fclose(in);
    return memcmp(boot, none, 16) && memcmp(now, none, 16) && memcmp(boot, now, 16);
}

static bool ring_has_good_positions(const struct ring *r) {
    uint64_t c = ring_load(ring_word(r, RING_C)), redo = ring_load(ring_word(r, RING_R));
    uint64_t p = atomic_load(ring_word(r, RING_P)) & ~1ull, newest = ring_load(ring_word(r, RING_C));
    return !((c | redo | p) & 7) && !ring_is_behind(c, redo) && !ring_is_behind(redo, p)
            && !ring_is_behind(redo, newest + r->capacity) && !ring_is_behind(p, newest + r->capacity);
}

/* Returns what is wrong, or NULL. */
static const char *ring_attach(struct ring *r, const char *path, bool read_only) {
    struct stat status;
    r->fd = open(path, (read_only ? O_RDONLY : O_RDWR) | O_CLOEXEC | O_NONBLOCK); /* a pipe would make it wait */
    if (r->fd < 0 || fstat(r->fd, &status) || !S_ISREG(status.st_mode)) return "cannot be opened";
    uint64_t length = status.st_size, offset, said;
    if (length < 8192 + 64 || length > (1ull << 30) + 4096 * 129) return "length";
    r->file = mmap(NULL, length, read_only ? PROT_READ : PROT_READ | PROT_WRITE, MAP_SHARED, r->fd, 0);
    if (r->file == MAP_FAILED) return "cannot be mapped";
    uint32_t version, features, slot_length;
    if (memcmp(r->file, "VLRING01", 8)) return "magic";
    if (*ring_word(r, 8) != 0x0102030405060708) return "byte order";
    memcpy(&version, r->file + 16, 4);
    memcpy(&features, r->file + 20, 4);
    if (version != 1) return "version";
    if (features) return "features";
    r->capacity = *ring_word(r, 24);
    if (r->capacity < 64 || r->capacity > 1 << 30 || r->capacity & (r->capacity - 1)) return "capacity";
    memcpy(&r->slots, r->file + 40, 4);
    memcpy(&slot_length, r->file + 44, 4);
    if (r->slots < 1 || r->slots > 4096) return "slots";
    if (slot_length != 128) return "slot length";
    offset = *ring_word(r, 32);
    if (offset < 4096 + 128ull * r->slots || offset > length || offset % 4096) return "data offset";
    said = *ring_word(r, 48);
    if (said != offset + r->capacity || said != length) return "file length";
    if (ring_has_booted(r->file + 72)) return "boot";
    r->data = r->file + offset;
    return ring_has_good_positions(r) ? NULL : "positions";
}

/* ---- Places: place 0 is the consumer's, place i + 1 that of slot i ---- */

static bool ring_lock(int fd, int type, uint32_t place, uint32_t count) {
    struct flock lock = {.l_type = type, .l_whence = SEEK_SET, .l_start = (1ll << 62) + place, .l_len = count};
    return !fcntl(fd, F_OFD_SETLK, &lock);
}

/* A description of its own for each holder: locks of one description do not see each other. */
static int ring_reopen(const struct ring *r) {
    char path[32];
    snprintf(path, sizeof path, "/proc/self/fd/%d", r->fd);
    return open(path, O_RDWR | O_CLOEXEC);
}

/* The start of a process that is seen to live, 0 when it is seen not to, or RING_UNSEEN. */
static uint64_t ring_start_of(uint64_t pid) {
    char path[32], text[1024], state = 'Z';
    unsigned long long start = 0;
    snprintf(path, sizeof path, "/proc/%llu/stat", (unsigned long long) pid);
    FILE *in = fopen(path, "r");
    if (!in) return errno == ENOENT || errno == ESRCH ? 0 : RING_UNSEEN;
    text[fread(text, 1, sizeof text - 1, in)] = 0;
    fclose(in);
    char *behind = strrchr(text, ')');
    const char *format = " %c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %llu";
    if (behind) sscanf(behind + 1, format, &state, &start);
    return state == 'Z' || state == 'X' ? 0 : start;
}

static uint64_t ring_namespace(void) {
    struct stat status;
    return stat("/proc/self/ns/pid", &status) ? 0 : status.st_ino;
}

static bool ring_is_seen_alive(ring_u64 *process) {
    uint64_t pid = ring_load(process), start = ring_load(process + 1), seen = ring_start_of(pid);
    return pid && ring_load(process + 2) == ring_namespace() && (seen == RING_UNSEEN || (seen && seen == start));
}

static void ring_enter(ring_u64 *process, uint64_t start) {
    ring_store(process + 1, start);
    ring_store(process + 2, ring_namespace());
    ring_store(process, getpid());
}

/* ---- Producer ---- */

static int ring_take_slot(struct ring *r, struct ring_producer *p) {
    uint64_t own = ring_start_of(getpid());
    *p = (struct ring_producer) {r, ring_reopen(r), socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), 0};
    bool failed = p->fd < 0 || p->bell < 0 || own == RING_UNSEEN;
    for (; !failed && p->slot < r->slots; p->slot++) {
        if (!ring_lock(p->fd, F_WRLCK, p->slot + 1, 1)) continue;
        uint64_t attempt = ring_load(ring_slot(r, p->slot, RING_ATTEMPT)), c = ring_load(ring_word(r, RING_C));
        uint64_t position = attempt & ~1ull, newest = atomic_load(ring_word(r, RING_P)) & ~1ull;
        bool clean = !attempt || ring_is_behind(c, position) || !ring_is_behind(newest, position);
        if (clean && !ring_is_seen_alive(ring_slot(r, p->slot, RING_PROCESS))) {
            atomic_store_explicit(ring_slot(r, p->slot, RING_END), c, memory_order_relaxed);
            ring_store(ring_slot(r, p->slot, RING_ATTEMPT), 0);
            ring_enter(ring_slot(r, p->slot, RING_PROCESS), own);
            return RING_OK;
        }
        ring_lock(p->fd, F_UNLCK, p->slot + 1, 1);
    }
    if (p->fd >= 0) close(p->fd);
    if (p->bell >= 0) close(p->bell);
    return failed ? RING_FAILED : RING_TAKEN;
}

static void ring_give_slot_back(struct ring_producer *p) {
    ring_store(ring_slot(p->ring, p->slot, RING_ATTEMPT), 0);
    for (int i = 2; i >= 0; i--) ring_store(ring_slot(p->ring, p->slot, RING_PROCESS) + i, 0);
    close(p->fd); /* unlocks */
    close(p->bell);
}

/* Stores a record: RING_OK, RING_NO when it does not fit right now, or why it never will. */
static int ring_offer(struct ring_producer *p, const void *payload, size_t length) {
    struct ring *r = p->ring;
    ring_u64 *attempt = ring_slot(r, p->slot, RING_ATTEMPT);
    uint64_t stride = (8 + length + 7) & ~7ull, begin = atomic_load(ring_word(r, RING_P)), start, end;
    if (length > r->capacity / 2 - 8) return RING_TOO_LONG;
    do {
        uint64_t until_wrap = r->capacity - (begin & (r->capacity - 1));
        uint64_t c = ring_load(ring_word(r, RING_C)); /* behind P */
        start = stride <= until_wrap ? begin : begin + until_wrap;
        end = start + stride;
        bool astray = begin - c > r->capacity && begin == atomic_load(ring_word(r, RING_P)); /* else C is newer */
        if (begin & 7 || c & 7 || astray || ring_is_behind(end, c + r->capacity)) {
            ring_store(attempt, 0);
            return (begin & 7) == 1 ? RING_CLOSED : astray || (begin | c) & 7 ? RING_CORRUPT : RING_NO;
        }
        ring_store(attempt, begin | 1);
        RING_STEP();
    } while (!atomic_compare_exchange_strong(ring_word(r, RING_P), &begin, end));
    RING_STEP();
    atomic_store_explicit(ring_slot(r, p->slot, RING_END), end, memory_order_relaxed);
    atomic_thread_fence(memory_order_release); /* before all that is written into the reservation */
    RING_STEP();
    memcpy((unsigned char *) ring_header(r, start) + 8, payload, length);
    RING_STEP();
    if (start != begin) atomic_store_explicit(ring_header(r, start), 8 + length, memory_order_relaxed);
    ring_store(ring_header(r, begin), start != begin ? begin - start : 8 + length);
    RING_STEP();
    uint64_t armed = 1, port;
    if (atomic_load(ring_word(r, RING_ARMED)) && atomic_compare_exchange_strong(ring_word(r, RING_ARMED), &armed, 0)
            && (port = atomic_load(ring_word(r, RING_DOORBELL))) > 0 && port < 65536) {
        struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        sendto(p->bell, "", 1, MSG_DONTWAIT, (struct sockaddr *) &to, sizeof to);
    }
    return RING_OK;
}

/* ---- Consumer ---- */

/* Zeroes and gives back all before the position. */
static int ring_release(struct ring_consumer *c, uint64_t position) {
    struct ring *r = c->ring;
    uint64_t from = c->position & (r->capacity - 1), length = position - c->position;
    uint64_t until_wrap = length < r->capacity - from ? length : r->capacity - from;
    if (position % 8 || length > r->capacity || ring_is_behind(position, atomic_load(ring_word(r, RING_P)) & ~1ull))
        return RING_CORRUPT;
    atomic_store_explicit(ring_word(r, RING_R), position, memory_order_relaxed);
    atomic_thread_fence(memory_order_release); /* before the zeroes */
    RING_STEP();
    memset(r->data + from, 0, until_wrap);
    RING_STEP();
    memset(r->data, 0, length - until_wrap);
    RING_STEP();
    ring_store(ring_word(r, RING_C), position);
    c->position = position;
    return RING_OK;
}

static int ring_take_consumer(struct ring *r, struct ring_consumer *c) {
    uint64_t own = ring_start_of(getpid());
    *c = (struct ring_consumer) {r, ring_reopen(r), -1, 0};
    if (c->fd < 0) return RING_FAILED;
    int result = own == RING_UNSEEN ? RING_FAILED
            : !ring_lock(c->fd, F_WRLCK, 0, 1) ? RING_TAKEN
            : ring_is_seen_alive(ring_word(r, RING_CONSUMER)) ? RING_LIVES
            : ring_has_good_positions(r) ? RING_OK : RING_CORRUPT;
    if (result != RING_OK) {
        close(c->fd); /* unlocks */
        return result;
    }
    c->position = ring_load(ring_word(r, RING_C));
    uint64_t redo = ring_load(ring_word(r, RING_R));
    if (c->position % 8 || (redo != c->position && ring_release(c, redo) != RING_OK)) {
        close(c->fd); /* unlocks */
        return RING_CORRUPT;
    }
    atomic_store(ring_word(r, RING_DOORBELL), 0);
    atomic_store(ring_word(r, RING_ARMED), 0);
    ring_enter(ring_word(r, RING_CONSUMER), own);
    return RING_OK;
}

/* Hands over what is readable, at most a lap: how many records, or RING_CORRUPT. */
static int ring_drain(struct ring_consumer *c, ring_handler *handler, void *context) {
    struct ring *r = c->ring;
    uint64_t position = c->position, lap_end = position + r->capacity, header;
    int records = 0;
    while (position != lap_end && (header = ring_load(ring_header(r, position)))) {
        uint64_t offset = position & (r->capacity - 1), padding = -header, room = c->position + r->capacity - position;
        if (header >= 8 && header <= r->capacity / 2 && header <= r->capacity - offset && header <= room) {
            handler(context, r->data + offset + 8, header - 8);
            position += (header + 7) & ~7ull;
            records++;
        } else if (padding % 8 == 0 && padding <= room) {
            position += padding;
        } else return RING_CORRUPT;
        if (ring_is_behind(position, lap_end)) lap_end = position;
        if (position - c->position >= r->capacity / 4 && ring_release(c, position) != RING_OK) return RING_CORRUPT;
    }
    return position != c->position && ring_release(c, position) != RING_OK ? RING_CORRUPT : records;
}

/* Makes padding of what a dead producer left where the consumer stands. RING_NO: nothing to do. */
static int ring_recover(struct ring_consumer *c) {
    struct ring *r = c->ring;
    uint64_t q = c->position, newest = atomic_load(ring_word(r, RING_P)) & ~1ull, nearest = newest, end = q;
    bool lives = false;
    int result = RING_NO;
    if (newest == q || ring_load(ring_header(r, q))) return RING_NO;
    if (newest & 7 || newest - q > r->capacity) return RING_CORRUPT;
    for (uint32_t i = 0; i < r->slots; i++) {
        ring_u64 *attempt = ring_slot(r, i, RING_ATTEMPT);
        uint64_t found = ring_load(attempt), announced = found & ~1ull;
        if (found == 0) continue;
        if ((found & 7) != 1) {
            result = RING_CORRUPT;
            goto done;
        }
        if (announced != q) {
            if (ring_is_behind(announced, q) && ring_is_behind(nearest, announced)) nearest = announced;
        } else if (!ring_lock(c->fd, F_WRLCK, i + 1, 1) || ring_is_seen_alive(ring_slot(r, i, RING_PROCESS))) {
            lives = true;
        } else if (ring_load(attempt) == (q | 1)) { /* again, since only now nobody can change it */
            uint64_t said = ring_load(ring_slot(r, i, RING_END));
            if (ring_is_behind(said, q)) end = said;
        }
    }
    RING_STEP();
    if (ring_load(ring_header(r, q))) goto done; /* published before its owner died, or by one that lives */
    if (end == q && lives) {
        result = RING_LIVES;
        goto done;
    }
    if (end == q) do end += 8; while (ring_is_behind(nearest, end) && !ring_load(ring_header(r, end)));
    result = end & 7 || !ring_is_behind(end, q) || ring_is_behind(end, newest) ? RING_CORRUPT : RING_OK;
    if (result == RING_OK) ring_store(ring_header(r, q), q - end);
done:
    ring_lock(c->fd, F_UNLCK, 1, r->slots);
    return result;
}

/* Sleeps until a producer rings, at most 100 ms, and a millisecond while something is unfinished. */
static void ring_wait(struct ring_consumer *c) {
    struct ring *r = c->ring;
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    char ring[1];
    if (c->bell < 0) {
        c->bell = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        struct sockaddr *address = (struct sockaddr *) &at;
        if (c->bell >= 0 && !bind(c->bell, address, size) && !getsockname(c->bell, address, &size)) {
            atomic_store(ring_word(r, RING_DOORBELL), ntohs(at.sin_port));
        } else if (c->bell >= 0) { /* nothing is heard: it sleeps its time, and opens one the next time */
            close(c->bell);
            c->bell = -1;
        }
    }
    for (int i = 0; i < RING_MOST_AT_ONCE && recv(c->bell, ring, 1, MSG_DONTWAIT) >= 0; i++) {} /* anybody can send */
    atomic_store(ring_word(r, RING_ARMED), 1); /* before the loads */
    uint64_t header = atomic_load(ring_header(r, c->position)), newest = atomic_load(ring_word(r, RING_P));
    if (!header && newest != (c->position | 1)) {
        poll(&(struct pollfd) {c->bell, POLLIN, 0}, 1, newest == c->position ? 100 : 1);
    }
    atomic_store(ring_word(r, RING_ARMED), 0);
}
