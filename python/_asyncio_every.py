# every(): turns that keep their phase. can_meet(): whether a set of them is served in time.
from time import ticks_add, ticks_diff

import uasyncio_priority as core


# every(ms, deadline_ms=None): `async for _ in every(ms)`: the first turn is at once, and turn n is due n * ms after it, however
# long the turns take. A turn that takes longer than `ms` is an overrun: the next one comes late, and those whose time is over
# are skipped. With `deadline_ms` each turn renews the deadline of the task: it is to be done so long after it was due. One that is
# not is a miss. A turn allocates nothing, but for the first one, which may make the deadline.
class every:
    def __init__(self, ms, deadline_ms=None):
        core._check_int("ms", ms, 1)
        if deadline_ms is not None:
            core._check_int("deadline_ms", deadline_ms, 0)
        self.ms = ms
        self.deadline_ms = deadline_ms
        self.turns = self.overruns = self.skipped = self.misses = 0
        self.due = None  # of this turn, in ticks; of the next one, while that is awaited

    def __aiter__(self):
        return self

    def __anext__(self):
        now = core.Loop.time()
        first = self.due is None
        if first:
            self.due = now
            wait = 0
        else:
            self.due = ticks_add(self.due, self.ms)
            wait = ticks_diff(self.due, now)
            if wait < 0:
                self.overruns += 1
                gone = -wait // self.ms
                self.skipped += gone
                self.due = ticks_add(self.due, gone * self.ms)
                wait = 0
        if self.deadline_ms is not None:
            ms = ticks_diff(self.due, now) + self.deadline_ms
            if core.current_task().set_deadline(ms) and not first:  # else it was no turn of ours
                self.misses += 1
        self.turns += 1
        return core.sleep_ms(wait)


# can_meet(turns, block_ms=0): whether turns of one level, each (period_ms, run_ms) or (period_ms, run_ms, deadline_ms), end
# in time whenever they are due. A turn is one step: its body awaits nothing. `block_ms` is the longest step of whatever else
# runs. They run in the order in which they become due, so the longest wait is one turn of each, behind a step that had
# begun and those that come between so that no level starves (docs/behaviour.md 3.7, 3.8).
def can_meet(turns, block_ms=0):
    if block_ms < 0:
        raise ValueError("'block_ms' must be at least 0")
    worst = n = 0
    least = None
    for turn in turns:
        n += 1
        period, run = turn[:2]
        core._check_int("period_ms", period, 1)
        if run < 0:
            raise ValueError("'run_ms' must be at least 0")
        deadline = period
        if len(turn) > 2:
            core._check_int("deadline_ms", turn[2], 0)
            deadline = min(period, turn[2])
        worst += run
        if least is None or deadline < least:
            least = deadline
    worst += (2 + n // 8) * block_ms
    return least is None or worst <= least
