"""Large artifacts and sources: taken in, looked up unchanged, handed to a step."""

import os
import shutil
import statistics
import time
from pathlib import Path

from compare import SETTLE_SECONDS
from measure import ratio_row, run

PER_FOLDER = 1000
BLOCK = 1 << 20

# The step moves what was prepared to its output, so that the time is that of taking it in.
MAKE = """name: bench
steps:
  make:
    run: [mv, -T, "{prepared}", "${{{{ outputs.data }}}}"]
    outputs: {{data: {{path: {path}}}}}
    code: [pipeline.yaml]
"""
USE = """  use:
    run: [test, -s, "${{{{ inputs.data }}}}{inside}"]
    inputs: {{data: "${{{{ steps.make.outputs.data }}}}"}}
    cache: false
"""
LOOK = """name: bench
steps:
  look:
    run: [sh, -c, 'echo >"$1"', "", "${{ outputs.seen }}"]
    outputs: {seen: {path: seen}}
    code: ["data/**"]
"""


class Large:
    """Everything lies in `folder`, and is removed as soon as it was measured."""

    def __init__(self, geartrain, folder, rounds, small):
        self.command = [geartrain, "run"]
        self.folder, self.rounds = Path(folder) / "large", rounds
        self.files, self.bytes = (3_000, 64 << 20) if small else (100_000, 5_000 << 20)
        self.folder.mkdir()

    def rows(self):
        yield from self.folder_rows()
        yield self.file_row()
        yield self.source_row()

    def fresh(self, name):
        path = self.folder / name
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir()
        return path

    def write_files(self, folder):
        """All different, in folders of a thousand."""
        folder.mkdir()
        for number in range(self.files):
            parent = folder / f"d{number // PER_FOLDER}"
            if number % PER_FOLDER == 0:
                parent.mkdir()
            (parent / f"f{number}").write_text(f"{number}\n" * 100)

    def project(self, prepared, path, inside=None):
        project = self.fresh("project")
        text = MAKE.format(prepared=prepared, path=path)
        if inside is not None:
            text += USE.format(inside=inside)
        (project / "pipeline.yaml").write_text(text)
        return project

    def hash_all(self, folder):
        """Seconds of sha256sum over all files, on both cores."""
        script = "find . -type f -print0 | xargs -0 -n 500 -P 2 sha256sum >../sums"
        os.sync()
        seconds = run(["sh", "-c", script], folder)
        (folder.parent / "sums").unlink()
        return seconds

    def taken_in(self, project):
        os.sync()  # the step made nothing: what is measured is not the disk's work for `prepared`
        return run(self.command, project)

    def folder_rows(self):
        first, second = [], []
        prepared = self.folder / "prepared"
        title = f"folder of {self.files:,} files"
        for _ in range(self.rounds):
            self.write_files(prepared)
            theirs = self.hash_all(prepared)
            project = self.project(prepared, "data/", f"/d0/f{PER_FOLDER // 2}")
            first.append((self.taken_in(project), theirs))
            # Another attempt makes the same: what it made has to go, and nobody waits for that.
            self.write_files(prepared)
            change_pipeline(project)
            second.append((self.taken_in(project), theirs))
        yield f"{title} taken in / `sha256sum` on two cores", *medians(first), "2×"
        yield f"{title} equal to one that is there / `sha256sum`", *medians(second), "2×"

        # Else the process that removes the second folders would be measured too.
        run([self.command[0], "gc"], project)
        time.sleep(SETTLE_SECONDS)
        artifact = next((project / ".geartrain/trees").rglob(f"f{PER_FOLDER // 2}")).parent.parent
        single = self.single_file_project()
        stat = ["find", str(artifact), "-type", "f", "-printf", "%s %T@\\n"]
        again = [
            (run(self.command, project), run(stat, project), run(self.command, single))
            for _ in range(self.rounds * 3)
        ]
        ours, stats, small = (statistics.median(side) for side in zip(*again))
        yield (
            f"{title} looked up, and given to a step − a file / `find` with `stat`",
            *ratio_row(max(0, ours - small), stats),
            "1×",
        )
        shutil.rmtree(single)
        shutil.rmtree(project)

    def single_file_project(self):
        source = self.folder / "single.txt"
        source.write_text("one\n")
        kept = self.folder / "project"
        kept.rename(self.folder / "folder-project")
        project = self.project(source, "data", "")
        run(self.command, project)
        project.rename(self.folder / "single-project")
        (self.folder / "folder-project").rename(kept)
        return self.folder / "single-project"

    def file_row(self):
        """sha256sum hashes one file on one core only, so it gets two halves."""
        pairs = []
        for _ in range(self.rounds):
            halves = self.fresh("halves")
            for name in "ab":
                write_file(halves / name, self.bytes // 2)
            os.sync()
            theirs = run(["sh", "-c", "printf '%s\\n' a b | xargs -n 1 -P 2 sha256sum"], halves)
            prepared = self.folder / "prepared.bin"
            append_file(halves / "b", halves / "a")
            (halves / "a").rename(prepared)
            pairs.append((self.taken_in(self.project(prepared, "data")), theirs))
            shutil.rmtree(halves)
        shutil.rmtree(self.folder / "project")
        title = f"file of {self.bytes / (1 << 30):.1f} GiB taken in / `sha256sum` of its halves"
        return title, *medians(pairs), "2×"

    def source_row(self):
        project = self.fresh("project")
        self.write_files(project / "data")
        (project / "pipeline.yaml").write_text(LOOK)
        run(self.command, project)
        time.sleep(SETTLE_SECONDS)
        run(self.command, project)
        stat = ["find", "data", "-type", "f", "-printf", "%s %T@\\n"]
        pairs = [(run(self.command, project), run(stat, project)) for _ in range(self.rounds * 3)]
        shutil.rmtree(project)
        return f"{self.files:,} source files unchanged / `find` with `stat`", *medians(pairs), "2×"


def change_pipeline(project):
    """So that its steps are executed again, with the same outcome."""
    path = project / "pipeline.yaml"
    path.write_text(path.read_text() + "# once more\n")


def medians(pairs):
    return ratio_row(*(statistics.median(side) for side in zip(*pairs)))


def write_file(path, size):
    block = os.urandom(BLOCK)
    with open(path, "wb") as file:
        for number in range(size // BLOCK):
            # No two blocks are equal: a file system that stores equal ones once must not help.
            file.write(number.to_bytes(8, "big") + block[8:])


def append_file(source, target):
    with open(source, "rb") as reading, open(target, "ab") as writing:
        shutil.copyfileobj(reading, writing, BLOCK)
    source.unlink()
