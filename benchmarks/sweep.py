# sweep.py  Latency against the number of blocking coros, under stock asyncio and under ours.
#
# plot.py runs it and draws what it prints: a JSON object for each loop, measurement and number of
# coros, times in microseconds. latency.py and demo.py say what is measured. Takes 2 to 3 minutes.

import json
import latency
from demo import answer, measure
from load import pick

loops = (("stock", pick(stock=True)), ("ours", pick()))
for coros in (1, 5, 10, 20, 50, 100, 200):
    drivers = (("yield", latency.driver), ("event", lambda aio, n=coros: answer(aio, n)))
    for name, driver in drivers:
        for loop, aio in loops:
            times, _ = measure(aio, driver, coros, 2000 + 50 * coros)
            times.sort()
            row = {"measurement": name, "loop": loop, "coros": coros, "samples": len(times)}
            for key, share in (("min", 0), ("median", 0.5), ("p95", 0.95), ("max", 1)):
                row[key] = times[round(share * (len(times) - 1))]
            print(json.dumps(row))
