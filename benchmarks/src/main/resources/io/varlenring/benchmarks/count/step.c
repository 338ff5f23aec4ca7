// SPDX-License-Identifier: Apache-2.0
// step BURSTS COMMAND...
//
// Starts a command that prints "ready THREAD ADDRESS", where at that address is a word that the thread changes after each
// burst of its work, and then steps that thread instruction by instruction. Prints how many instructions each of so many
// bursts took, a line each. Exits with 3 when the machine does not allow it, and says why.
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SECONDS = 240, REFUSED = 3, FAILED = 4 };

static pid_t process;

static void end(int code) {
    if (process > 0) {
        kill(process, SIGKILL);
    }
    _exit(code);
}

static void refuse(const char *what) {
    fprintf(stderr, "%s: %s\n", what, strerror(errno));
    end(REFUSED);
}

static void too_slow(int signal) {
    (void) signal;
    static const char text[] = "counting took too long\n";
    if (write(2, text, sizeof text - 1) < 0) {
        end(FAILED);
    }
    end(REFUSED);
}

static FILE *start(char **command) {
    int ends[2];
    if (pipe(ends) != 0) {
        refuse("pipe");
    }
    process = fork();
    if (process < 0) {
        refuse("fork");
    }
    if (process == 0) {
        dup2(ends[1], 1);
        close(ends[0]);
        close(ends[1]);
        execvp(command[0], command);
        _exit(FAILED);
    }
    close(ends[1]);
    return fdopen(ends[0], "r");
}

// One instruction; a signal that came in between is passed on with the next.
static void step(pid_t thread, int *signal) {
    int status;
    if (ptrace(PTRACE_SINGLESTEP, thread, 0, (void *) (intptr_t) *signal) != 0) {
        refuse("single step");
    }
    if (waitpid(thread, &status, __WALL) != thread || !WIFSTOPPED(status)) {
        fprintf(stderr, "the thread has ended\n");
        end(FAILED);
    }
    *signal = WSTOPSIG(status) == SIGTRAP || status >> 16 != 0 ? 0 : WSTOPSIG(status);
}

static long word(pid_t thread, void *address) {
    errno = 0;
    long value = ptrace(PTRACE_PEEKDATA, thread, address, 0);
    if (errno != 0) {
        refuse("read the thread's memory");
    }
    return value;
}

int main(int count, char **arguments) {
    if (count < 3) {
        return FAILED;
    }
    int bursts = atoi(arguments[1]);
    FILE *output = start(arguments + 2);
    char line[256];
    int thread = 0;
    void *address = NULL;
    while (fgets(line, sizeof line, output) != NULL && sscanf(line, "ready %d %p", &thread, &address) != 2) {
    }
    if (address == NULL) {
        fprintf(stderr, "the process ended before it was ready\n");
        end(FAILED);
    }
    signal(SIGALRM, too_slow);
    alarm(SECONDS);
    if (ptrace(PTRACE_SEIZE, thread, 0, 0) != 0) {
        refuse("ptrace");
    }
    int status;
    if (ptrace(PTRACE_INTERRUPT, thread, 0, 0) != 0 || waitpid(thread, &status, __WALL) != thread) {
        refuse("stop the thread");
    }
    int signal = 0;
    long last = word(thread, address);
    long steps = 0;
    for (int burst = -1; burst < bursts;) { // the first one had begun already
        step(thread, &signal);
        steps++;
        long now = word(thread, address);
        if (now != last) {
            if (burst >= 0) {
                printf("%ld\n", steps);
            }
            last = now;
            steps = 0;
            burst++;
        }
    }
    fflush(stdout);
    end(0);
}
