from garden import Broker, Converter
from world import end


def script(t):
    Converter(t, 1834)
    t.at(7000, Broker(1883).start)
    t.at(14000, end)
