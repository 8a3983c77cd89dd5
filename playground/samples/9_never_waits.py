# A loop that never waits: Stop interrupts it all the same
n = 0
print("counting")
try:
    while True:
        n += 1
except KeyboardInterrupt:
    print("interrupted")
