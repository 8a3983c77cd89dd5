# Runs the programs of a file, each behind a line with its number and its length in bytes: batch.py FOLDER FILE
#
# Says `@s NUMBER` before each, and `@e NUMBER REACHED` behind it with what is wrong, if something is.
import sys

sys.path.append(sys.argv[1])
import prelude


def main():
    out = sys.stdout.write
    with open(sys.argv[2]) as file:
        while True:
            head = file.readline()
            if not head:
                break
            number, length = map(int, head.split())
            source = file.read(length)
            out("@s %d\n" % number)
            wrong = prelude.execute(source, dict(prelude.__dict__))
            out("@e %d %x%s\n" % (number, prelude.now.reached, " " + wrong if wrong else ""))


main()
