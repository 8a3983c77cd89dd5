from world import end


def script(t):
    t.at(3000, end)
