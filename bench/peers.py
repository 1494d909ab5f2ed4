"""Geartrain and its peers, each given the same work as its documentation advises for speed."""

import hashlib
import json
import shlex
import subprocess
from pathlib import Path

from tools import environment_of, first_words, on_path


class Peer:
    """One way to get work done. `write` prepares a folder, `command` does or repeats the work in it."""

    name = ""
    keeps_history = False

    def __init__(self, install):
        """Raises Missing."""

    def version(self):
        return ""

    def write(self, work, folder, ledger):
        raise NotImplementedError

    def command(self, work):
        raise NotImplementedError

    def environment(self, folder):
        return {}

    def changed(self, work, folder):
        """What a person has to do after a change of a source file, besides running the command."""

    def outputs(self, work, folder):
        """What each step's output says: name -> its SHA-256."""
        paths = {name: Path(folder, "out", name) for name in work.nodes}
        return {name: digest(path.read_bytes()) for name, path in paths.items() if path.exists()}


def digest(data):
    return hashlib.sha256(data).hexdigest()


class Geartrain(Peer):
    name = "Geartrain"
    keeps_history = True

    def __init__(self, binary):
        self.binary = str(binary)

    def version(self):
        return first_words([self.binary, "version"]).removeprefix("geartrain ")

    def write(self, work, folder, ledger):
        lines = ["name: bench", "steps:"]
        for name, before in work.nodes.items():
            inputs = {one: f"${{{{ steps.{one}.outputs.file }}}}" for one in before}
            places = [f"${{{{ inputs.{one} }}}}" for one in before]
            command = work.command(name, ledger, "${{ outputs.file }}", places)
            # JSON is YAML.
            lines += [
                f"  {name}:",
                f"    run: {json.dumps(command)}",
                f"    inputs: {json.dumps(inputs)}",
                "    outputs: {file: {path: file}}",
                f"    code: [src/{name}]",
            ]
        Path(folder, "pipeline.yaml").write_text("\n".join(lines) + "\n")

    def command(self, work):
        return [self.binary, "run", f"-j{work.jobs}"]

    def outputs(self, work, folder):
        command = [self.binary, "show", "latest", "--json"]
        done = subprocess.run(command, cwd=folder, capture_output=True, check=True)
        tasks = json.loads(done.stdout)["tasks"]
        return {task["path"]: task["outputs"]["file"]["artifact"].split(":")[-1] for task in tasks}


class Ninja(Peer):
    name = "ninja"

    def __init__(self, install):
        self.program = on_path("ninja")

    def version(self):
        return first_words([self.program, "--version"])

    def write(self, work, folder, ledger):
        words = work.command("$name", ledger, "$out", [])[:-1]
        lines = ["rule step", f"  command = {' '.join(words)} $in"]
        for name, before in work.nodes.items():
            needs = " ".join([f"src/{name}", *(f"out/{one}" for one in before)])
            lines += [f"build out/{name}: step {needs}", f"  name = {name}"]
        Path(folder, "build.ninja").write_text("\n".join(lines) + "\n")

    def command(self, work):
        return [self.program, f"-j{work.jobs}", "--quiet"]


class Make(Peer):
    """Without its own rules, for which it would look in vain."""

    name = "make"

    def __init__(self, install):
        self.program = on_path("make")

    def version(self):
        return first_words([self.program, "--version"]).removeprefix("GNU Make ")

    def write(self, work, folder, ledger):
        lines = ["all: " + " ".join(f"out/{name}" for name in work.sinks()), ".PHONY: all"]
        for name, before in work.nodes.items():
            needs = " ".join([f"src/{name}", *(f"out/{one}" for one in before)])
            lines += [f"out/{name}: {needs}", "\t" + shlex.join(work.plain_command(name, ledger))]
        Path(folder, "Makefile").write_text("\n".join(lines) + "\n")

    def command(self, work):
        return [self.program, f"-j{work.jobs}", "-s", "-rR"]


class GoTask(Peer):
    """A task for each level of the graph, one after another: a task that a thousand others depend on
    is refused as a loop. By times, which is its cheaper way to see changes."""

    name = "go-task"

    def __init__(self, install):
        self.program = str(environment_of("go-task", install) / "task")

    def version(self):
        return first_words([self.program, "--version"])

    def write(self, work, folder, ledger):
        tasks = {}
        levels = work.levels()
        tasks["default"] = {"cmds": [{"task": f"level{i}"} for i in range(len(levels))]}
        for i, names in enumerate(levels):
            tasks[f"level{i}"] = {"deps": names}
        for name, before in work.nodes.items():
            tasks[name] = {
                "sources": [f"src/{name}", *(f"out/{one}" for one in before)],
                "generates": [f"out/{name}"],
                "method": "timestamp",
                "cmds": [shlex.join(work.plain_command(name, ledger))],
            }
        text = json.dumps({"version": "3", "silent": True, "tasks": tasks}, indent=1)
        Path(folder, "Taskfile.yml").write_text(text)

    def command(self, work):
        return [self.program, "-C", str(work.jobs)]

    def environment(self, folder):
        return {"HOME": str(folder)}


class Luigi(Peer):
    """Its local scheduler; it looks only whether outputs exist, so those concerned are removed."""

    name = "Luigi"
    script = """import json, subprocess, luigi
WORK = json.load(open("work.json"))

class Step(luigi.Task):
    name = luigi.Parameter()
    def requires(self):
        return [Step(one) for one in WORK["nodes"][self.name]]
    def output(self):
        return luigi.LocalTarget("out/" + self.name)
    def run(self):
        subprocess.check_call(WORK["commands"][self.name])

class All(luigi.WrapperTask):
    def requires(self):
        return [Step(name) for name in WORK["sinks"]]
"""

    def __init__(self, install):
        self.python = str(environment_of("luigi", install) / "python")

    def version(self):
        text = "import importlib.metadata as m; print(m.version('luigi'))"
        return first_words([self.python, "-c", text])

    def write(self, work, folder, ledger):
        write_json(work, folder, ledger)
        Path(folder, "work.py").write_text(self.script)

    def command(self, work):
        words = ["--local-scheduler", "--workers", str(work.jobs), "--log-level", "ERROR"]
        return [self.python, "-m", "luigi", "--module", "work", "All", *words]

    def environment(self, folder):
        return {"HOME": str(folder), "PYTHONPATH": str(folder)}

    def changed(self, work, folder):
        for name in work.concerned(work.changed):
            Path(folder, "out", name).unlink()


class Snakemake(Peer):
    """One rule with a wildcard; the greedy scheduler; changes by times; no limit of jobs a second."""

    name = "Snakemake"
    keeps_history = True
    script = """import json
WORK = json.load(open("work.json"))

rule all:
    input: ["out/" + name for name in WORK["sinks"]]

rule step:
    input: lambda w: ["src/" + w.name] + ["out/" + one for one in WORK["nodes"][w.name]]
    output: "out/{name}"
    params: command=lambda w: WORK["shell"][w.name]
    shell: "{params.command}"
"""

    def __init__(self, install):
        self.program = str(environment_of("snakemake", install) / "snakemake")

    def version(self):
        return first_words([self.program, "--version"])

    def write(self, work, folder, ledger):
        write_json(work, folder, ledger)
        Path(folder, "Snakefile").write_text(self.script)

    def command(self, work):
        fast = ["--scheduler", "greedy", "--rerun-triggers", "mtime", "--nolock", "--no-hooks"]
        rate = ["--max-jobs-per-timespan", "1000000/1s"]
        return [self.program, "--cores", str(work.jobs), "--quiet", "all", *fast, *rate]

    def environment(self, folder):
        return {"HOME": str(folder)}


class Dvc(Peer):
    """A git repository; outputs ignored as a folder; it runs one stage at a time."""

    name = "DVC"
    keeps_history = True
    config = "[core]\nanalytics = false\ncheck_update = false\nautostage = false\n"

    def __init__(self, install):
        self.git = on_path("git")
        self.program = str(environment_of("dvc", install) / "dvc")

    def version(self):
        return first_words([self.program, "--version"])

    def write(self, work, folder, ledger):
        stages = {}
        for name, before in work.nodes.items():
            stages[name] = {
                "cmd": shlex.join(work.plain_command(name, ledger)),
                "deps": [f"src/{name}", *(f"out/{one}" for one in before)],
                "outs": [f"out/{name}"],
            }
        Path(folder, "dvc.yaml").write_text(json.dumps({"stages": stages}, indent=1))
        Path(folder, ".dvc").mkdir()
        Path(folder, ".dvc/config").write_text(self.config)
        Path(folder, ".dvc/.gitignore").write_text("/config.local\n/tmp\n/cache\n")
        Path(folder, ".gitignore").write_text("/out/\n/site/\n")
        who = ["-c", "user.name=bench", "-c", "user.email=bench@localhost"]
        for words in [["init", "-q"], ["add", "-A"], [*who, "commit", "-q", "-m", "work"]]:
            command = [self.git, *words]
            subprocess.run(command, cwd=folder, env=self.environment(folder), check=True)

    def command(self, work):
        return [self.program, "repro", "--quiet"]

    def environment(self, folder):
        return {"HOME": str(folder), "DVC_SITE_CACHE_DIR": str(Path(folder, "site"))}


def write_json(work, folder, ledger):
    commands = {name: work.plain_command(name, ledger) for name in work.nodes}
    shell = {name: shlex.join(command) for name, command in commands.items()}
    facts = {"nodes": work.nodes, "sinks": work.sinks(), "commands": commands, "shell": shell}
    Path(folder, "work.json").write_text(json.dumps(facts))


PEERS = [Ninja, Make, GoTask, Luigi, Snakemake, Dvc]
