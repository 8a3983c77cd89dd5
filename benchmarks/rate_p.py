# rate_p.py  How often does the priority loop schedule coros that do next to nothing?
#
# As rate.py, through asyncio_priority: 100, 200, 500 and 1000 coros of a bare `yield`, 2 s each.
#
#   import rate_p      runs it
#
# Expect: the figures of rate.py, since it is the same loop. (The ratio of the two was the price of
# priorities when they were an extension: 20 % in 2017.)
# Does not run on stock asyncio: rate.py does. Needs load.py beside it.

import asyncio_priority
from load import rates

rates(asyncio_priority)
