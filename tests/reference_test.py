"""The references say what the code says: limits, exit codes, variables, states, shapes, examples."""

import json
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

import geartrain_binary

ROOT = Path(__file__).resolve().parent.parent
UNITS = {"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}
LEFT_OUT = re.compile("unknown (step|parameter) |.* names .*, which is not there")
CONSTANT = re.compile(r"\b(\w+_(?:max|min)) = ([^;(]+);")
LANGUAGE = ("src/definition/limits.h", "src/expression/limits.h", "src/execute/values_file.h")


def document(name):
    return (ROOT / "docs" / name).read_text()


def file_format():
    pages = ["pipeline-file.md", "triggers.md", "waits.md", "runs.md"]
    return "".join(document("reference/" + page) for page in pages)


def section(text, heading):
    return re.split(r"^#+ ", text.split(f"\n## {heading}\n")[1], maxsplit=1, flags=re.M)[0]


def rows(text):
    """The cells of a table's rows, without its head."""
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[1:]]


def words(text):
    return re.findall(r"`([^`]+)`", text)


def amounts(text):
    """ "1 MiB a file, 32 MiB together" is [1048576, 33554432]."""
    found = re.findall(r"(\d[\d,]*)(?: (KiB|MiB|GiB))?", text)
    return [int(number.replace(",", "")) * UNITS.get(unit, 1) for number, unit in found]


def documented_limits():
    for text in [document("limits.md"), document("reference/expressions.md")]:
        part = text.split("## Named limits")[-1].split("\n## Limits\n")[-1]
        for name, value, *_ in rows(part):
            yield from zip(words(name), amounts(value), strict=True)


def constants():
    """Numbers by name, each with the file that it stands in."""
    found = {}
    for path in [*ROOT.glob("src/**/*.h"), *ROOT.glob("src/**/*.cpp")]:
        for name, value in CONSTANT.findall(path.read_text()):
            number = re.sub(r"(?<=\d)U\b|'|std::(?:int64|size)_t|[{}]", "", value)
            if re.fullmatch(r"[\d <]+", number):
                found.setdefault(name, set()).add((eval(number), str(path.relative_to(ROOT))))
    return found


def members(text):
    """Of the first object in a description: {run, lines: [{at, text}]} has run and lines."""
    depth, names = 0, set()
    for word in re.findall(r"[\[{]|[\]}]|\w+", text[text.index("{") :]):
        depth += (word in "[{") - (word in "]}")
        if depth == 1 and word[0].isalpha():
            names.add(word)
        if depth == 0:
            break
    return names


def enumerators(path, name):
    body = re.search(rf"enum class {name}[^{{]*{{(.*?)}};", (ROOT / path).read_text(), re.S)[1]
    return re.findall(r"^\s*(\w+)\b", re.sub(r"///?.*", "", body).replace(",", "\n"), re.M)


class LimitsTest(unittest.TestCase):
    def test_every_named_limit_has_the_value_of_the_code(self):
        known = constants()
        for name, value in documented_limits():
            with self.subTest(name):
                self.assertIn(value, {number for number, _ in known.get(name, ())})

    def test_every_limit_of_the_language_is_named(self):
        named = {name for name, _ in documented_limits()}
        wanted = {
            name for name, found in constants().items() if any(path in LANGUAGE for _, path in found)
        }
        self.assertEqual(wanted - named, set())


class CommandLineTest(unittest.TestCase):
    def setUp(self):
        self.text = document("reference/cli.md")

    def test_every_exit_code_has_its_row(self):
        header = (ROOT / "src/cli/exit_code.h").read_text()
        codes = re.findall(r"^  \w+ = (\d+),", header, re.M)
        self.assertEqual([row[0] for row in rows(section(self.text, "Exit codes"))], codes)

    def test_every_variable_has_its_row(self):
        used = set()
        for path in ROOT.glob("src/**/*.cpp"):
            if not path.name.endswith("_test.cpp"):
                used |= set(re.findall(r'"(GEARTRAIN_[A-Z_]+)"', path.read_text()))
        told = set()
        for path in ROOT.glob("docs/reference/*.md"):
            for row in re.findall(r"^\| .*`GEARTRAIN_.*", path.read_text(), re.M):
                told |= set(re.findall(r"`(GEARTRAIN_[A-Z_]+)", row))
        self.assertEqual(told, used)

    def test_states_are_told(self):
        part = section(self.text, "JSON")
        shapes = {"RunState": "**A run**", "TaskState": "**A task**"}
        for name, head in shapes.items():
            told = re.search(r"`state`:(.*?)\.", part.split(head)[1], re.S)[1]
            self.assertEqual(words(told), enumerators("src/run/task.h", name))

    def test_a_run_and_a_task_have_the_members_that_are_told(self):
        part = section(self.text, "JSON")
        told = [re.findall(r"\w+", found) for found in re.findall(r"```\n\{(.*?)\}\n```", part, re.S)]
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "pipeline.yaml").write_text("steps: {a: {run: 'true'}}\n")
            command = [geartrain_binary.path(), "-C", folder]
            done = subprocess.run(
                [command[0], "run", "--json", *command[1:]], capture_output=True, text=True, check=True
            )
        run = json.loads(done.stdout)
        self.assertEqual(set(run), set(told[0]))
        self.assertEqual(set(run["tasks"][0]), set(told[1]))

    def test_commands_print_the_members_that_their_help_tells(self):
        words = {
            "why": ["latest", "a"],
            "logs": ["latest", "a"],
            "diff": ["latest", "latest"],
            "gc": ["--dry-run"],
            "completion": ["bash"],
            "version": [],
        }
        binary = geartrain_binary.path()
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "pipeline.yaml").write_text("steps: {a: {run: 'true'}}\n")
            subprocess.run([binary, "run"], cwd=folder, capture_output=True, check=True)
            for command, arguments in words.items():
                with self.subTest(command):
                    text = self.text.split(f"<!-- help: {command} -->")[1].split("\nexamples\n")[0]
                    told = members(text.split("  --json ")[1])
                    done = subprocess.run(
                        [binary, command, *arguments, "--json"], cwd=folder, capture_output=True, text=True
                    )
                    self.assertEqual(set(json.loads(done.stdout)), told, done.stderr)

    def test_an_option_that_no_help_shows_is_refused(self):
        binary = geartrain_binary.path()
        for command in re.findall(r"<!-- help: ([a-z ]+) -->", self.text):
            with self.subTest(command):
                done = subprocess.run(
                    [binary, *command.split(), "--no-such-option"], capture_output=True, text=True
                )
                self.assertEqual(done.returncode, 2, done.stderr)


class FormatTest(unittest.TestCase):
    def test_causes_are_told(self):
        told = file_format()
        row = next(line for line in told.splitlines() if line.startswith("| `on` |"))
        known = enumerators("src/definition/pipeline.h", "Cause")
        self.assertEqual([word for word in words(row) if word in known], words(row)[1:])
        self.assertGreater(len(words(row)), 10)

    def test_every_example_is_accepted(self):
        """A block is a file, some of its settings, the steps of one, or settings of a step."""
        blocks = re.findall(r"^```yaml\n(.*?)^```", file_format(), re.S | re.M)
        self.assertGreater(len(blocks), 5)
        for block in blocks:
            shapes = [block, block + "steps: {a: {run: x}}\n", "steps:\n" + indented(block, 2)]
            shapes.append("steps:\n  a:\n    run: x\n" + indented(block, 4))
            with self.subTest(block):
                self.assertIn("", [self.problems_of(shape) for shape in shapes])

    def problems_of(self, text):
        """What is wrong beside that an example leaves out the rest of its file."""
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "pipeline.yaml").write_text(text)
            command = [geartrain_binary.path(), "check", "-C", folder]
            done = subprocess.run(command, capture_output=True, text=True)
        self.assertIn(done.returncode, (0, 8), done.stderr)
        found = re.findall(r"error: (.*)", done.stdout + done.stderr)
        return "\n".join(one for one in found if not LEFT_OUT.match(one))


def indented(text, by):
    return "".join(" " * by + line for line in text.splitlines(keepends=True))


if __name__ == "__main__":
    unittest.main()
