# Read behind a port's own Makefile: the objects of our module, and nothing that needs what the tree lacks.
up-objects: $(filter $(BUILD)/micropython-bindings/%,$(PY_O)) $(UP_O)
