"""validate.py says what is wrong with a table, where, and by which rule."""

import tempfile
import unittest
from pathlib import Path

import scripts

HEADER = "tailnum,year,type,manufacturer,model,engines,seats,speed,engine"
GOOD = "N10156,2004,Fixed wing multi engine,EMBRAER,EMB-145XR,2,55,NA,Turbo-fan"


class ValidateTest(unittest.TestCase):
    def validate(self, *lines, header=HEADER):
        scripts.python()
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "planes.csv").write_text("\n".join([header, *lines]) + "\n")
            given = ["--table", "planes", "--out", "out.csv", "planes.csv"]
            done = scripts.run("validate.py", *given, folder=folder)
            self.assertEqual(Path(folder, "out.csv").exists(), done.returncode == 0)
            return done

    def assert_refused(self, done, *texts):
        self.assertEqual(done.returncode, 1, done.stderr)
        for text in texts:
            self.assertIn(text, done.stderr)
        self.assertNotIn("Traceback", done.stderr)

    def test_a_good_table_is_written(self):
        done = self.validate(GOOD)
        self.assertEqual((done.returncode, done.stdout), (0, "rows=1\n"))

    def test_a_value_out_of_range_is_named_with_row_column_and_rule(self):
        done = self.validate(GOOD, GOOD.replace("N10156", "N10157").replace(",55,", ",5500,"))
        place = "planes.csv: row 3, column seats: '5500' is not within 1..900 (rule: range)"
        self.assert_refused(done, place, "1 problem;")

    def test_every_problem_is_told_at_once(self):
        bad = "n-1,NA,Fixed wing,BOEING,737,two,149.5,NA,"
        told = ["(rule: text)", "'two' is not an integer", "'149.5' is not an integer"]
        self.assert_refused(self.validate(bad), *told, "column engine: '' is missing")

    def test_a_row_that_stands_twice_is_refused(self):
        self.assert_refused(self.validate(GOOD, GOOD), "row 3, column tailnum", "(rule: unique)")

    def test_a_missing_and_an_unknown_column_are_named(self):
        done = self.validate(GOOD, header=HEADER.replace("seats", "chairs"))
        told = ["column seats: is missing", "column chairs: is not known"]
        self.assert_refused(done, *told, "(rule: schema)")

    def test_an_empty_table_is_refused(self):
        self.assert_refused(self.validate(), "has no rows")

    def test_a_file_that_is_no_table_is_refused(self):
        self.assert_refused(self.validate(GOOD + ",more"), "cannot be read as CSV")
        self.assert_refused(self.validate('"' + GOOD), "cannot be read as CSV")

    def test_a_row_that_is_too_short_lacks_its_last_columns(self):
        done = self.validate(GOOD.removesuffix(",Turbo-fan"))
        self.assert_refused(done, "row 2, column engine: '' is missing (rule: required)")


if __name__ == "__main__":
    unittest.main()
