# tasks(): who is there, and what each waits for.
import uasyncio_priority as core


# Prints a table of the tasks that have not ended, sorted by level and name; from inside the loop, or while it rests. How long
# a task is due already has a minus.
def tasks():
    rows = []
    for task in core._all_tasks():
        name, level, inherited, state, waits, due, where, since = core._task_info(task)
        if since is not None:
            state += " %d ms" % since
        if inherited:
            level += " > " + inherited
        rows.append(
            (task.level, name, level, state, waits, "" if due is None else str(due), where)
        )
    rows.sort()
    rows.insert(0, (0, "task", "level", "state", "waits for", "due ms", "where"))
    widths = [max(len(row[i]) for row in rows) for i in range(1, 6)]
    for row in rows:
        line = ""
        for i in range(5):
            text = row[i + 1]
            room = " " * (widths[i] - len(text))
            line += (room + text if i == 4 else text + room) + "  "
        print((line + row[6]).rstrip())
