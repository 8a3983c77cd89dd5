from garden import Converter
from world import end


def script(t):
    converter = Converter(t, 1834, 3301)
    t.at(2500, setattr, converter, "there", False)
    t.at(4500, setattr, converter, "there", True)
    t.at(6000, end)
