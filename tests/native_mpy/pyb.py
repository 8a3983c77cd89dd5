# What tests take of our firmware's pyb: random numbers.
import os


def rng():
    return int.from_bytes(os.urandom(4), "little") >> 2
