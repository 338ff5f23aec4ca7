// SPDX-License-Identifier: Apache-2.0
/* checks FILE: what ring.h answers where others do harm, or something is wanting; FILE is a new ring of 256 bytes. */
#define _GNU_SOURCE
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>

static int received;
static ssize_t receive(int fd, void *bytes, size_t length, int flags) { /* somebody sends without end */
    (void) bytes, (void) length, (void) flags;
    return fd >= 0 && ++received < 1000000 ? 1 : -1;
}
static int slept;
static int sleep_at(struct pollfd *bell, nfds_t count, int milliseconds) {
    (void) bell, (void) count;
    slept += milliseconds;
    return 0;
}
#define recv receive
#define poll sleep_at
#include "ring.h"
#undef recv

#define CHECK(condition) \
    if (!(condition)) (fprintf(stderr, "checks.c:%d: %s\n", __LINE__, #condition), exit(1))

static struct ring ring;

static void store(uint64_t p, uint64_t c) {
    atomic_store(ring_word(&ring, RING_P), p);
    ring_store(ring_word(&ring, RING_C), c);
    ring_store(ring_word(&ring, RING_R), c);
}

static void allow(int descriptors) { /* so many more than there are; or all */
    struct rlimit limit;
    CHECK(!getrlimit(RLIMIT_NOFILE, &limit));
    limit.rlim_cur = limit.rlim_max;
    CHECK(!setrlimit(RLIMIT_NOFILE, &limit));
    int next = dup(0);
    close(next);
    if (descriptors >= 0) limit.rlim_cur = next + descriptors;
    CHECK(!setrlimit(RLIMIT_NOFILE, &limit));
}

static void leave(struct ring_consumer *consumer) {
    if (consumer->bell >= 0) close(consumer->bell);
    close(consumer->fd);
    ring_store(ring_word(&ring, RING_CONSUMER), 0);
}

static void check_want(const char *path) {
    struct ring_consumer consumer;
    struct ring_producer producer;
    struct ring another;
    CHECK(ring_take_consumer(&ring, &consumer) == RING_OK);
    ring_enter(ring_slot(&ring, 0, RING_PROCESS), ring_start_of(getpid())); /* one that lives and has lost its lock */
    ring_store(ring_slot(&ring, 0, RING_ATTEMPT), 1);
    store(32, 0);
    CHECK(ring_recover(&consumer) == RING_LIVES);
    allow(0);
    CHECK(ring_recover(&consumer) == RING_LIVES);
    CHECK(ring_take_slot(&ring, &producer) == RING_FAILED);
    allow(1);
    CHECK(ring_take_slot(&ring, &producer) == RING_FAILED);
    CHECK(!strcmp(ring_attach(&another, path, false), "boot")); /* which cannot be asked for */
    close(another.fd);
    allow(-1);
    CHECK(ring_take_slot(&ring, &producer) == RING_OK && producer.slot == 1);
    ring_give_slot_back(&producer);
    ring_store(ring_slot(&ring, 0, RING_ATTEMPT), 0);
    ring_store(ring_slot(&ring, 0, RING_PROCESS), 0);
    store(0, 0);
    leave(&consumer);
    allow(0);
    CHECK(ring_take_consumer(&ring, &consumer) == RING_FAILED);
    allow(-1);
}

static void check_wait(void) {
    struct ring_consumer consumer;
    CHECK(ring_take_consumer(&ring, &consumer) == RING_OK);
    allow(0);
    ring_wait(&consumer);
    allow(-1);
    CHECK(slept == 100); /* not at once */
    CHECK(consumer.bell == -1 && ring_load(ring_word(&ring, RING_DOORBELL)) == 0 && received == 0);
    ring_wait(&consumer);
    CHECK(ring_load(ring_word(&ring, RING_DOORBELL)) != 0 && received > 0 && received < 1000);
    leave(&consumer);
}

static void check_positions(void) {
    static const uint64_t bad[][2] = {{-8, 0}, {264, 0}, {0, 8}, {0, -8ull << 60}, {INT64_MAX - 7, 0}, {1ull << 63, 0},
            {0x80000000000003f0, 0}, {64, 1ull << 62}, {4, 0}, {0, 4}};
    struct ring_producer producer;
    CHECK(ring_take_slot(&ring, &producer) == RING_OK);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        store(bad[i][0], bad[i][1]);
        CHECK(ring_offer(&producer, "", 1) == RING_CORRUPT);
        CHECK(ring_load(ring_word(&ring, RING_P)) == bad[i][0]);
        CHECK(ring_load(ring_slot(&ring, producer.slot, RING_ATTEMPT)) == 0);
    }
    store(256, 0);
    CHECK(ring_offer(&producer, "", 1) == RING_NO);
    store(257, 0);
    CHECK(ring_offer(&producer, "", 1) == RING_CLOSED);
    store(0, 0);
    CHECK(ring_offer(&producer, "", 1) == RING_OK);
    ring_give_slot_back(&producer);
}

static void take(void *context, const unsigned char *payload, size_t length) {
    (void) payload, (void) length;
    ++*(int *) context;
}

static void check_attempts(void) {
    struct ring_consumer consumer;
    int records = 0;
    CHECK(ring_take_consumer(&ring, &consumer) == RING_OK);
    CHECK(ring_drain(&consumer, take, &records) == 1 && records == 1);
    atomic_store(ring_word(&ring, RING_P), 48);
    ring_store(ring_slot(&ring, 1, RING_ATTEMPT), 17); /* of a process that has died */
    for (int attempt = 2; attempt < 50; attempt++) {
        if ((attempt & 7) == 1) continue;
        ring_store(ring_slot(&ring, 0, RING_ATTEMPT), attempt);
        CHECK(ring_recover(&consumer) == RING_CORRUPT);
    }
    ring_store(ring_slot(&ring, 0, RING_ATTEMPT), 0);
    CHECK(ring_recover(&consumer) == RING_OK && ring_drain(&consumer, take, &records) == 0 && consumer.position == 48);
    leave(&consumer);
}

/* Whoever opens one and waits for its other end waits for ever. */
static void check_pipe(const char *path) {
    struct ring another;
    CHECK(!unlink(path) && !mkfifo(path, 0600));
    CHECK(!strcmp(ring_attach(&another, path, true), "cannot be opened"));
    CHECK(!strcmp(ring_attach(&another, path, false), "cannot be opened"));
}

int main(int count, char **arguments) {
    alarm(60);
    CHECK(count == 2 && !ring_attach(&ring, arguments[1], false));
    check_want(arguments[1]);
    check_wait();
    check_positions();
    check_attempts();
    check_pipe(arguments[1]);
    puts("good");
    return 0;
}
