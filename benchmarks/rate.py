# rate.py  How often does the loop schedule coros that do next to nothing?
#
# 100, 200, 500 and 1000 coros of a bare `yield` run for 2 s each, through the loop that is called
# `uasyncio`. rate_p.py does the same through asyncio_priority.
#
#   import rate        runs it
#   rate.test(True)    runs it again, on stock asyncio; as a script: micropython rate.py stock
#
# Expect: a time per schedule that is about the same for 100 as for 1000 coros.
# Runs on stock asyncio too; the coros await sleep_ms(0) there. Needs load.py beside it.

import sys
from load import pick, rates


def test(stock=False):
    rates(pick(stock, "uasyncio"))


test(__name__ == "__main__" and "stock" in sys.argv)
