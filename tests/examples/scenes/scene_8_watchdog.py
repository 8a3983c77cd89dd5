from garden import Broker, Converter, Screen, press


def script(t):
    Converter(t, 1834)
    Screen()
    Broker(1883).start()
    press(t, 3200)
    press(t, 9500, hold=4000)
