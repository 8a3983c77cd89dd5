// The idle wait of ports that have one of their own, driven by a port that is made up. tests/recipes.py compiles and runs
// it. It prints what was wrong, and how many waits there were.
//
// The port is as rp2: it has no tick, and its wait runs what is scheduled first. It waits for an event; an interrupt sets
// that, and so does the other core, by leaving an atomic section. Whoever waits for one takes it.
#include <stdio.h>
#include <string.h>

#include IDLE_WAIT

mp_state_ctx_t mp_state_ctx;

// When something comes: before the loop waits, while it runs callbacks, between its look and the wait, in the wait, never.
enum {
    BEFORE,
    IN_CALLBACK,
    BEHIND_LOOK,
    IN_WAIT,
    NEVER,
    N_WHEN
};

static struct {
    int when;
    bool mail, event;
    bool consumes; // a callback waits for a lock, which takes the event
    bool waited; // in vain: nothing ended it but the time
    uint32_t limit; // of the wait
} port;

static void mail(int when) {
    if (port.when == when) {
        port.mail = true;
        port.event = true;
    }
}

uint32_t up_mail_pending(up_mailbox_t *unused) {
    (void)unused;
    bool pending = port.mail;
    mail(BEHIND_LOOK);
    return pending;
}

void mp_event_handle_nowait(void) {
    if (MP_STATE_VM(sched_state) == MP_SCHED_PENDING) {
        MP_STATE_VM(sched_state) = MP_SCHED_IDLE;
        mail(IN_CALLBACK);
        if (port.consumes) {
            port.event = false;
        }
    }
}

void mp_event_wait_ms(mp_uint_t ms) {
    port.limit = ms;
    mp_event_handle_nowait();
    mail(IN_WAIT);
    port.waited = !port.event;
    port.event = false;
}

void mp_event_wait_indefinite(void) {
    mp_event_wait_ms(UINT32_MAX);
}

int main(void) {
    static const uint32_t LIMITS[] = { 0, 1, 5000, UINT32_MAX };
    int waits = 0, wrong = 0;
    for (int when = 0; when < N_WHEN; ++when) {
        for (int scheduled = 0; scheduled < 2; ++scheduled) {
            for (int consumes = 0; consumes < 2; ++consumes) {
                for (size_t l = 0; l < MP_ARRAY_SIZE(LIMITS); ++l) {
                    if (when == IN_CALLBACK && !scheduled) {
                        continue;
                    }
                    memset(&port, 0, sizeof(port));
                    port.when = when;
                    port.consumes = consumes;
                    port.limit = LIMITS[l];
                    MP_STATE_VM(sched_state) = scheduled ? MP_SCHED_PENDING : MP_SCHED_IDLE;
                    port.event = scheduled; // of the interrupt that scheduled it
                    mail(BEFORE);
                    up_wait_for_event(NULL, 0, LIMITS[l]);
                    ++waits;
                    // Only where nothing came it may wait for the time, and where a callback ran it has to look again.
                    bool may = when == NEVER && !scheduled;
                    if (port.waited != may || port.limit != LIMITS[l]) {
                        ++wrong;
                        printf("mail comes %d, a callback %d, lock %d, %u ms: %s, %u ms\n", when, scheduled, consumes, (unsigned)LIMITS[l], port.waited ? "sleeps" : "does not sleep", (unsigned)port.limit);
                    }
                }
            }
        }
    }
    printf("%d waits, %d wrong\n", waits, wrong);
    return wrong != 0;
}
