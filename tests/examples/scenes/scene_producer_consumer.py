def script(t):
    pass  # it ends
