# What is frozen into a firmware with our loop.
# opt=3 drops asserts and line numbers: nothing here checks its arguments by assert.
package("asyncio_priority", ("__init__.py", "funcs.py", "v2.py"), base_path=".", opt=3)
module("uasyncio.py", base_path=".", opt=3)
module("asyn.py", base_path=".", opt=3)
