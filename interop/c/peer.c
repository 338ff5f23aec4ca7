// SPDX-License-Identifier: Apache-2.0
/*
 *   peer produce FILE ID COUNT BOOK   offers COUNT records as producer ID, or without end when COUNT is 0
 *   peer consume FILE BOOK            takes and checks records, and recovers, until the ring is closed and empty
 *   peer check FILE                   0: sound, records aside; 1: a dead process is in the way; 2: corrupt
 *
 * The book is a file of 2 * IDS words, made by "truncate -s 1M BOOK": for each producer, from 1 on, how many records it
 * has stored, and how many were taken. Its first word says how many reservations have been recovered.
 * A record: ID, number, bytes that follow from the number, and the FNV-1a sum of all that. Exit code 2: something is
 * wrong.
 */
#define _GNU_SOURCE
#define IDS 65536
#ifdef PEER_STEPS
#include <unistd.h>
static void step(void) { /* sleeps now and then */
    static unsigned random;
    random = (random ? random : (unsigned) getpid()) * 1103515245u + 12345;
    if (random >> 28 == 0) usleep(100);
}
#define RING_STEP() step()
#endif
#include "ring.h"

struct taker { uint64_t *book; bool has_seen[IDS]; uint64_t records; };

static void fail(const char *what) {
    fprintf(stderr, "peer: %s\n", what);
    exit(2);
}

static void say_that_it_runs(void) {
    puts("runs");
    fflush(stdout);
}

static uint64_t *map_book(const char *path) {
    int fd = open(path, O_RDWR);
    void *book = fd < 0 ? MAP_FAILED : mmap(NULL, 2 * IDS * 8, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (book == MAP_FAILED) fail("no book");
    return book;
}

static uint64_t sum_of(const unsigned char *bytes, size_t length) {
    uint64_t sum = 0xcbf29ce484222325;
    for (size_t i = 0; i < length; i++) sum = (sum ^ bytes[i]) * 0x100000001b3;
    return sum;
}

static void produce(struct ring *ring, uint64_t id, uint64_t count, uint64_t *book) {
    struct ring_producer producer;
    if (ring_take_slot(ring, &producer) != RING_OK) fail("no slot");
    say_that_it_runs();
    for (uint64_t number = 1; count == 0 || number <= count; number++) {
        unsigned char record[256];
        size_t length = 16 + (number * 0x9e3779b9 >> 8 & 127);
        int result;
        memcpy(record, &id, 8);
        memcpy(record + 8, &number, 8);
        for (size_t i = 16; i < length; i++) record[i] = number + 7 * i;
        uint64_t sum = sum_of(record, length);
        memcpy(record + length, &sum, 8);
        while ((result = ring_offer(&producer, record, length + 8)) == RING_NO) usleep(10);
        if (result != RING_OK) fail("refused for good");
        book[id] = number;
    }
    ring_give_slot_back(&producer);
}

static void take(void *context, const unsigned char *payload, size_t length) {
    struct taker *taker = context;
    uint64_t id, number, sum;
    if (length < 24) fail("short");
    memcpy(&id, payload, 8);
    memcpy(&number, payload + 8, 8);
    memcpy(&sum, payload + length - 8, 8);
    if (id >= IDS || sum != sum_of(payload, length - 8)) fail("torn");
    uint64_t *taken = &taker->book[IDS + id];
    /* the first one since this process began may come again */
    if (taker->has_seen[id] ? number != *taken + 1 : number > *taken + 1) fail("lost, doubled or out of order");
    taker->has_seen[id] = true;
    *taken = number;
    taker->records++;
}

static void consume(struct ring *ring, uint64_t *book) {
    struct ring_consumer consumer;
    struct taker taker = {.book = book};
    if (ring_take_consumer(ring, &consumer) != RING_OK) fail("no consumer's place");
    say_that_it_runs();
    while (atomic_load(ring_word(ring, RING_P)) != (consumer.position | 1)) {
        int records = ring_drain(&consumer, take, &taker);
        int result = records == 0 ? ring_recover(&consumer) : RING_NO;
        if (records < 0 || result == RING_CORRUPT) fail("corrupt");
        book[0] += result == RING_OK;
        if (records == 0 && result != RING_OK) ring_wait(&consumer);
    }
    printf("%llu records\n", (unsigned long long) taker.records);
}

static int check(const struct ring *ring) {
    uint64_t newest = atomic_load(ring_word(ring, RING_P)) & ~1ull, q = ring_load(ring_word(ring, RING_C));
    bool lives = false;
    if (newest == q || ring_load(ring_header(ring, q))) return 0;
    for (uint32_t i = 0; i < ring->slots; i++) {
        uint64_t attempt = ring_load(ring_slot(ring, i, RING_ATTEMPT));
        lives |= attempt && (attempt & ~1ull) == q && ring_is_seen_alive(ring_slot(ring, i, RING_PROCESS));
    }
    return !lives && !ring_load(ring_header(ring, q)) && ring_load(ring_word(ring, RING_C)) == q;
}

int main(int count, char **arguments) {
    struct ring ring;
    const char *role = count > 2 ? arguments[1] : "";
    const char *wrong = count > 2 ? ring_attach(&ring, arguments[2], !strcmp(role, "check")) : "usage: see peer.c";
    if (wrong) fail(wrong);
    if (!strcmp(role, "produce") && count == 6) {
        produce(&ring, atoi(arguments[3]) % IDS, atoll(arguments[4]), map_book(arguments[5]));
    } else if (!strcmp(role, "consume") && count == 4) consume(&ring, map_book(arguments[3]));
    else if (!strcmp(role, "check")) return check(&ring);
    else fail("usage: see peer.c");
    return 0;
}
