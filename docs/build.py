#!/usr/bin/env python3
"""Build the site: build.py [--check]. Warnings are errors. It is in build/docs/html; with --check nothing is written but warnings.

The pages are the documents of the repository, where they lie: docs/, ports/, playground/, CONTRIBUTING.md, CHANGELOG.md. They are copied into one folder with those of
the API (docs/api.py) and of the examples (examples/), and Sphinx makes the site of that folder.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import api

ROOT = Path(__file__).resolve().parent.parent
STAGE = ROOT / "build/docs/pages"
PYTHON, TOOLS = ROOT / "build/venv/bin/python", ROOT / "build/docs-tools"  # of `make setup-docs`

# {page: [(caption, pages below it)]}: the site's order. It is not in the documents, which people read elsewhere too.
HOWTO = "choose_a_level interrupt_driver port_a_program find_who_blocks low_power threads c_driver virtual_time"
CONTENTS = {
    "index": [
        ("To begin with", "purpose get playground/README tutorial levels howto/index examples"),
        ("Look it up", "api behaviour differences names inside debugging glossary stubs"),
        ("How good it is", "performance reliability"),
        (
            "Inside",
            "architecture porting native_mpy ports/README CONTRIBUTING CHANGELOG",
        ),
    ],
    "howto/index": [("", HOWTO)],
}


# {document: the folder of the programs that are added to its page}
PROGRAMS = {"tutorial.md": ROOT / "examples/tutorial", "examples.md": ROOT / "examples"}


def slug(heading):
    """The anchor that MyST makes of a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def pages():
    """{document of the repository: where it is in the site}."""
    found = {
        path: path.relative_to(ROOT / "docs")
        for path in sorted((ROOT / "docs").rglob("*.md"))
        if path.name != "api.md"
    }
    for path in (*sorted((ROOT / "ports").rglob("*.md")), ROOT / "playground/README.md"):
        found[path] = path.relative_to(ROOT)
    for name in ("CONTRIBUTING.md", "CHANGELOG.md"):
        found[ROOT / name] = Path(name)
    return found


def relinked(text, path, places):
    """A document whose links go to the pages of the site. Other files of the repository come along."""
    here = places[path]

    def link(found):
        target, _, anchor = found.group(1).partition("#")
        if re.match(r"\w+:", target) or not target:
            return found.group(0)
        to = Path(os.path.normpath(path.parent / target))
        if to.parent == PROGRAMS.get(path.name) and to.suffix == ".py":
            return f"](#{slug(head(to.read_text())[0])})"  # which is farther down on the page
        if to == ROOT / "README.md":
            place = Path("index.md")
        elif to == ROOT / "docs/api.md" or to.parent == ROOT / "docs/api":
            place = to.relative_to(ROOT / "docs")
        elif to in places:
            place = places[to]
        elif to.suffix in (".svg", ".png") and to.is_relative_to(ROOT / "docs"):
            place = to.relative_to(ROOT / "docs")
        elif to.is_file():
            place = Path("files") / to.relative_to(ROOT)
            (STAGE / place).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(to, STAGE / place)
        else:
            sys.exit(f"{path.relative_to(ROOT)}: there is no {target}")
        return f"]({os.path.relpath(place, here.parent)}{'#' + anchor if anchor else ''})"

    return re.sub(r"\]\(([^)\s]+)\)", link, text)


def sections_of(name, places):
    """The sections below a page. What of docs/ nobody put into a section is at the end of the index."""
    if name == "ports/README":
        folders = [place.parent.name for place in places.values() if len(place.parts) == 3]
        return [("", " ".join(f"{folder}/README" for folder in folders))]
    sections = CONTENTS[name]
    if name == "index":
        listed = {
            name for below in CONTENTS.values() for _, names in below for name in names.split()
        }
        every = [str(place.with_suffix("")) for place in places.values() if len(place.parts) == 1]
        more = [page for page in every if page not in listed and page not in CONTENTS]
        if more:
            sections = [*sections, ("More", " ".join(more))]
    return sections


def contents(sections):
    """What Sphinx takes its table of contents from."""
    for caption, below in sections:
        caption = [f":caption: {caption}"] if caption else []
        yield "\n".join(["", "```{toctree}", ":hidden:", *caption, "", *below.split(), "```", ""])


def head(text):
    """(title, text, code) of an example, whose first comment is its document."""
    lines = text.split("\n")
    end = next(i for i, line in enumerate(lines) if not line.startswith("#"))
    title, *rest = (line[1:].strip() for line in lines[:end])
    return title.rstrip("."), "\n".join(rest).strip(), "\n".join(lines[end:]).strip()


def program(path):
    """An example: its document, its code, and the head of what it prints in the tests."""
    title, text, code = head(path.read_text())
    yield f"## {title}"
    yield f"{text}\n\n`{path.relative_to(ROOT)}`:\n"
    yield f"```python\n{code}\n```"
    printed = path.with_suffix(".out").read_text().rstrip().split("\n")
    more = ["…"] if len(printed) > 12 else []
    yield "What it does in the tests, with fakes of the hardware and the network:\n"
    yield "\n".join(["```text", *printed[:12], *more, "```"])


def tutorial():
    """The steps of the tutorial, and the modules that they import."""
    folder = ROOT / "examples/tutorial"
    steps = sorted(folder.glob("[0-9]_*.py"))
    for path in steps:
        yield from program(path)
    yield "## The modules that the steps import"
    for path in sorted(set(folder.glob("*.py")) - set(steps)):
        title, text, code = head(path.read_text())
        yield f"### `{path.name}`"
        yield f"{title}. {text}" if title else text
        yield f"```python\n{code}\n```"


def examples():
    """The examples."""
    for path in sorted((ROOT / "examples").glob("*.py")):
        yield from program(path)


def main():
    """Put the pages together, and have Sphinx make the site."""
    out, check = ROOT / "build/docs/html", "--check" in sys.argv[1:]
    shutil.rmtree(STAGE, ignore_errors=True)
    places = pages()
    for path, place in places.items():
        (STAGE / place).parent.mkdir(parents=True, exist_ok=True)
        (STAGE / place).write_text(relinked(path.read_text(), path, places))
    for name in (*CONTENTS, "ports/README"):
        with (STAGE / f"{name}.md").open("a") as page:
            page.writelines(contents(sections_of(name, places)))
    for name, parts in ("tutorial", tutorial()), ("examples", examples()):
        with (STAGE / f"{name}.md").open("a") as page:
            page.write("\n" + "\n\n".join(parts) + "\n")
    for picture in (ROOT / "docs").glob("*.svg"):
        shutil.copyfile(picture, STAGE / picture.name)
    shutil.copytree(ROOT / "docs/static", STAGE / "static")
    api.write(STAGE)
    shutil.copyfile(ROOT / "docs/conf.py", STAGE / "conf.py")
    cache = ROOT / "build/docs/doctrees"
    command = [str(PYTHON), "-m", "sphinx", "-q", "-W", "--keep-going", "-d", str(cache)]
    command += ["-b", "dummy" if check else "html", str(STAGE), str(out)]
    env = dict(os.environ, PYTHONPATH=str(TOOLS))
    status = subprocess.call(command, env=env)
    if check:
        print(f"{int(status == 0)} passed, {int(status != 0)} failed")
    elif status == 0:
        print(f"{len(list(out.rglob('*.html')))} pages: {out / 'index.html'}")
    return status


if __name__ == "__main__":
    sys.exit(main())
