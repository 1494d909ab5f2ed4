"""Every script, run twice in different folders, writes equal bytes."""

import json
import tempfile
import unittest
from pathlib import Path

import scripts

SETTINGS = [
    {"name": "logistic", "model": "logistic", "inverse_penalty": 1.0},
    {"name": "boosting", "model": "boosting", "depth": 4, "learning_rate": 0.1, "trees": 20},
]


class Chain:
    """The pipeline's steps by hand, on one month; every result line is kept."""

    def __init__(self, folder):
        self.folder = folder
        self.lines = []

    def run(self, script, *arguments):
        done = scripts.run(script, *arguments, folder=self.folder)
        if done.returncode != 0:
            raise AssertionError(f"{script} failed:\n{done.stderr}")
        self.lines.append(done.stdout)
        return dict(line.split("=", 1) for line in done.stdout.splitlines() if "=" in line)

    def run_all(self):
        for table in ["flights", "weather", "planes"]:
            month = ["--month", 1] if table == "flights" else []
            self.run("extract.py", "--table", table, *month, "--out", f"raw_{table}.csv")
            files = ["--out", f"{table}.csv", f"raw_{table}.csv"]
            self.run("validate.py", "--table", table, *files)
        tables = ["--flights", "flights.csv", "--weather", "weather.csv", "--planes", "planes.csv"]
        self.run("features.py", *tables, "--late-minutes", 15, "--out", "features.csv")
        parts = ["--train", "train.csv", "--test", "test.csv"]
        self.run("split.py", "--table", "features.csv", "--test-share", 0.2, *parts)
        names, aucs = [setting["name"] for setting in SETTINGS], []
        for setting in SETTINGS:
            name = setting["name"]
            given = ["--setting", json.dumps(setting), "--data", "train.csv", "--seed", 7]
            self.run("train.py", *given, "--model", f"{name}.joblib")
            given = ["--name", name, "--model", f"{name}.joblib", "--data", "test.csv"]
            values = self.run("evaluate.py", *given, "--metrics", f"{name}.json")
            aucs.append(float(values["auc"]))
        models, metrics = [f"{name}.joblib" for name in names], [f"{name}.json" for name in names]
        candidates = ["--aucs", json.dumps(aucs), "--models", *models, "--metrics", *metrics]
        best = ["--best-model", "best.joblib", "--best-metrics", "best.json"]
        self.run("select_best.py", *candidates, *best)
        given = ["--features", "features.csv", "--candidates", *metrics, "--best", "best.json"]
        written = ["--html", "report.html", "--metrics", "report.json"]
        self.run("report.py", *given, "--late-minutes", 15, "--rows", 27004, *written)
        given = ["--model", "best.joblib", "--metrics", "best.json", "--late-minutes", 15]
        self.run("publish.py", *given, "--out", "release")

    def files(self):
        found = sorted(path for path in self.folder.rglob("*") if path.is_file())
        return {str(path.relative_to(self.folder)): path.read_bytes() for path in found}


class RepeatTest(unittest.TestCase):
    def test_a_repeated_script_writes_equal_bytes(self):
        scripts.python()
        with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
            first, second = Chain(Path(one)), Chain(Path(two))
            first.run_all()
            second.run_all()
            self.assertEqual(first.lines, second.lines)
            files, again = first.files(), second.files()
            self.assertEqual(list(files), list(again))
            self.assertGreater(len(files), 15)
            for name, content in files.items():
                self.assertEqual(content, again[name], f"{name} differs")
            page = files["report.html"].decode()
            self.assertEqual(page.count("<svg"), 4)
            self.assertNotRegex(page, r'(src|href)="(?!#)', "the page must need no other file")


if __name__ == "__main__":
    unittest.main()
