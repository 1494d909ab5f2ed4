"""Tab in bash, zsh and fish: what the scripts of `geartrain completion` offer."""

import os
import shlex
import shutil
import subprocess
import unittest

from command_line import SECONDS_MAX, Case

PIPELINE = """name: year
params:
  month: {type: integer, default: 1, description: "Of the year: one to twelve."}
triggers:
  nightly: {schedule: "30 2 * * *"}
steps:
  load: {run: "true", description: "From the tables."}
  train:
    matrix: {depth: [4, 6]}
    outputs: {rows: {type: integer}}
    run: echo rows=1 >> "$GEARTRAIN_VALUES"
"""


class CompletionCase(Case):
    shell = None

    def setUp(self):
        super().setUp()
        if self.shell and shutil.which(self.shell) is None:
            self.skipTest(f"{self.shell} is not installed")
        self.pipeline(PIPELINE)
        code, _, talk = self.run_to_end("run")
        self.assertEqual(code, 0, talk)
        folder = os.path.join(self.folder, "bin")
        os.mkdir(folder)
        os.symlink(self.binary, os.path.join(folder, "geartrain"))
        self.environment = os.environ | {
            "PATH": folder + ":" + os.environ["PATH"],
            "HOME": str(self.folder),
            "LANG": "C.UTF-8",
        }

    def ask(self, *command, text=None):
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment,
            input=text,
            capture_output=True,
            text=True,
            timeout=SECONDS_MAX,
        )
        self.assertEqual(done.stderr, "")
        return done.stdout.splitlines()

    def words(self, *words):
        """The lines for a shell, without descriptions."""
        lines = self.ask(str(self.folder / "bin/geartrain"), "completion", "words", "--", *words)
        return [line.split("\t")[0] for line in lines]


class WordsTest(CompletionCase):
    def test_commands(self):
        self.assertEqual(self.words("ru"), ["run", "runs"])
        self.assertIn("graph", self.words(""))
        self.assertEqual(self.words("--v"), ["--version"])
        self.assertEqual(self.words("help", "sho"), ["show"])
        self.assertEqual(self.words("nothing", ""), [])
        self.assertEqual(self.words(), [])

    def test_every_option_of_every_command_is_offered(self):
        families = {first: self.words(first, "") for first in ["env", "schedule", "step"]}
        families["backfill"] = ["list", "show", "pause", "resume", "cancel"]
        self.assertLess(set(families["backfill"]), set(self.words("backfill", "")))
        names = [[first, *rest] for first in self.words("") for rest in
                 ([[second] for second in families[first]] if first in families else [[]])]
        names.append(["backfill"])
        for command in names:
            with self.subTest(command):
                text = subprocess.run(
                    [self.binary, *command, "--help"], capture_output=True, text=True
                ).stdout
                offered = self.words(*command, "--")
                for name in offered:
                    self.assertIn(name, text)
                self.assertEqual(text.count("\n  --") + text.count(", --"), len(offered))

    def test_values_of_options(self):
        self.assertEqual(self.words("runs", "--state", "suc"), ["succeeded"])
        self.assertEqual(self.words("runs", "--state=suc"), ["--state=succeeded"])
        self.assertEqual(self.words("graph", "-o", "m"), ["mermaid"])
        self.assertEqual(self.words("run", "--only", ""), ["load", "train"])
        self.assertEqual(self.words("run", "-p", ""), [":goes-on", "month="])
        self.assertEqual(self.words("run", "--file", ""), [":files"])
        self.assertEqual(self.words("-C", ""), [":folders"])
        self.assertEqual(self.words("runs", "--pipeline", ""), ["year"])
        self.assertEqual(self.words("runs", "--limit", ""), [])
        self.assertEqual(self.words("completion", ""), ["bash", "zsh", "fish"])

    def test_settings_and_what_config_can_do(self):
        self.assertEqual(self.words("config", "s"), ["show", "set"])
        self.assertEqual(self.words("config", "set", "jo"), ["jobs"])
        self.assertEqual(self.words("run", "--progress", "p"), ["plain"])
        self.assertEqual(self.words("runs", "--batch", "y"), ["year/1"])

    def test_schedules(self):
        self.assertEqual(self.words("schedule", ""), ["simulate", "history"])
        self.assertEqual(self.words("schedule", "simulate", "--trigger", ""), ["nightly"])
        self.assertEqual(self.words("schedule", "simulate", "--missing", ""), ["shift", "skip"])
        self.assertEqual(
            self.words("schedule", "simulate", "--duplicate", ""), ["first", "last", "both"]
        )
        self.assertEqual(self.words("schedule", "simulate", ""), [":files"])
        if os.path.exists("/usr/share/zoneinfo/tzdata.zi"):
            zones = self.words("schedule", "simulate", "--timezone", "Europe/Berl")
            self.assertEqual(zones, ["Europe/Berlin"])

    def test_arguments_by_their_place(self):
        self.assertEqual(self.words("logs", ""), ["latest", "year/1"])
        self.assertEqual(self.words("logs", "year/1", "tra"), ["train", "train[0]", "train[1]"])
        self.assertEqual(
            self.words("get", "latest", "train"), ["train.rows", "train[0].rows", "train[1].rows"]
        )
        self.assertEqual(self.words("diff", "latest", "y"), ["year/1"])
        self.assertEqual(self.words("show", "latest", ""), [])
        self.assertEqual(self.words("show", "--", "--"), [])
        self.assertEqual(self.words("-C", str(self.folder), "show", "y"), ["year/1"])
        self.assertEqual(self.words("show", "-C", "/", "y"), [])
        self.assertEqual(self.words("metrics", "--run", "latest", "--step", "l"), ["load"])

    def test_what_is_broken_offers_nothing(self):
        self.pipeline("steps: [")
        self.assertEqual(self.words("run", "--only", ""), [])
        self.assertEqual(self.words("logs", "year/9", ""), [])
        shutil.rmtree(self.folder / ".geartrain")
        (self.folder / ".geartrain").write_text("no folder")
        self.assertEqual(self.words("show", ""), [])


class BashTest(CompletionCase):
    shell = "bash"

    def tab(self, *words):
        """What COMPREPLY is after Tab behind these words, as bash breaks them."""
        program = (
            "source <(geartrain completion bash); compopt() { echo \"compopt $*\"; }; "
            f"COMP_WORDS=(geartrain {shlex.join(words)}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); "
            '_geartrain; printf "%s\\n" "${COMPREPLY[@]}"'
        )
        return self.ask("bash", "-c", program)

    def test_it_completes(self):
        self.assertEqual(self.tab("ru"), ["run", "runs"])
        self.assertEqual(self.tab("logs", "latest", "train["), ["train\\[0\\]", "train\\[1\\]"])
        self.assertEqual(self.tab("logs", "latest", "'train["), ["train[0]", "train[1]"])
        self.assertEqual(self.tab("runs", "--state", "=", "suc"), ["succeeded"])
        self.assertEqual(self.tab("runs", "--state", "=", "")[:2], ["queued", "running"])
        self.assertEqual(self.tab("run", "-p", "m"), ["compopt -o nospace", "month="])
        self.assertEqual(self.tab("run", "-f", ""), ["compopt -o default", ""])
        self.assertEqual(self.tab("-C", ""), ["compopt -o dirnames", ""])

    def test_the_script_is_registered(self):
        lines = self.ask("bash", "-c", "source <(geartrain completion bash); complete -p geartrain")
        self.assertEqual(lines, ["complete -F _geartrain geartrain"])


class ZshTest(CompletionCase):
    shell = "zsh"

    def tab(self, *words):
        program = (
            "compdef() { :; }; source <(geartrain completion zsh); "
            "_files() { print -r -- files $*; }; "
            '_describe() { print -rl -- "${(@P)2}" "${@:3}"; }; '
            f"words=(geartrain {shlex.join(words)}); CURRENT=${{#words}}; _geartrain"
        )
        return self.ask("zsh", "-f", "-c", program)

    def test_it_completes(self):
        self.assertEqual(
            self.tab("ru"), ["run:run a pipeline", "runs:list runs, newest first"]
        )
        self.assertEqual(
            self.tab("logs", "latest", "'train["),
            ["train[0]:succeeded", "train[1]:succeeded"],
        )
        self.assertEqual(
            self.tab("run", "-p", "m"),
            ["month=:Of the year: one to twelve.", "-S", ""],
        )
        self.assertEqual(self.tab("run", "-f", ""), ["files"])
        self.assertEqual(self.tab("-C", ""), ["files -/"])


class FishTest(CompletionCase):
    shell = "fish"

    def tab(self, line):
        program = f"geartrain completion fish | source; complete -C {shlex.quote(line)}"
        return self.ask("fish", "--no-config", "-c", program)

    def test_it_completes(self):
        self.assertEqual(
            self.tab("geartrain ru"), ["run\trun a pipeline", "runs\tlist runs, newest first"]
        )
        self.assertEqual(
            self.tab("geartrain logs latest train["),
            ["train[0]\tsucceeded", "train[1]\tsucceeded"],
        )
        self.assertEqual(self.tab("geartrain run -f pip"), ["pipeline.yaml"])
        self.assertEqual(self.tab("geartrain -C b"), ["bin/\tDirectory"])


if __name__ == "__main__":
    unittest.main()
