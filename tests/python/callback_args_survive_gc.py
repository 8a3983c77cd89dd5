# The arguments of a callback and of a condition live as long as the call, whatever is collected
# meanwhile, and even if the condition cancels the task that waits for it.
import asyncio_priority as asyncio
import gc


class Number:
    def __init__(self, n):
        self.n = n


def numbers():
    return [Number(i) for i in range(5)]


def churn(number):
    gc.collect()
    [bytearray(40) for _ in range(50)]
    return number.n


# A native function goes on reading its arguments after it has called Python.
def largest(*args):
    return max(*args, key=churn).n


async def main():
    loop = asyncio.get_event_loop()
    out = []

    # `max` gets the numbers from the loop; what it finds is seen by the key.
    loop.call_soon(lambda *args: out.append(largest(*args)), *numbers())
    loop.call_after_ms(0, lambda *args: out.append(sum(map(churn, args))), numbers())
    await asyncio.after_ms(1)
    print(out)

    def condition(*args):
        task.cancel()
        out.append(sum(map(churn, args)))
        return True

    async def waits():
        try:
            await asyncio.when(condition, *numbers())
        except asyncio.CancelledError:
            print("cancelled")

    task = asyncio.create_task(waits())
    await task
    print(out)


asyncio.run(main())
