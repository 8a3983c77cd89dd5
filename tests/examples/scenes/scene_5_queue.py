from garden import Converter
from world import end


def script(t):
    converter = Converter(t, 1834)
    t.at(3000, setattr, converter, "mv", (1902,))
    t.at(8000, end)
