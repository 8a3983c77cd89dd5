# Runs an example in virtual time, with what its scene says of the world around it: scene.py FOLDER NAME
#
# FOLDER/NAME.py is the example; scenes/NAME.py has script(t), which says what happens when. fakes/ is the hardware.
import sys

here = sys.argv[0].rpartition("/")[0] or "."
folder, name = sys.argv[1:]
sys.path[:0] = [here + "/fakes", here + "/scenes", folder]
if sys.platform != "linux":
    sys.path.insert(0, here + "/boards")

from asyncio_priority.testing import virtual_time  # noqa: E402

scene = __import__("scene_" + name)
with virtual_time() as t:
    scene.script(t)
    try:
        __import__(name)
    except SystemExit:
        print("the scene is over")
    t.advance(10)  # what it said last is heard
