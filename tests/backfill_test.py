"""`geartrain backfill`: one run for each firing of the past, whoever drives it and whatever happens."""

import json
import re
import signal
import unittest

from command_line import SECONDS_MAX, Case

DAILY = """name: report
params: {at: {type: string}}
triggers: {daily: {schedule: "0 6 * * *", params: {at: "${{ run.logical_date }}"}}}
steps: {say: {run: "echo ${{ params.at }} >> ledger"}}
"""
SLOW = """name: slow
params: {at: {type: string}}
triggers: {daily: {schedule: "0 6 * * *", params: {at: "${{ run.logical_date }}"}}}
steps:
  wait:
    run: |
      echo begun > "$PROJECT/begun"
      read word < "$PROJECT/go"
      echo ${{ params.at }} >> "$PROJECT/ledger"
    env: {PROJECT: FOLDER}
"""
MARCH = ("--from", "2025-03-01", "--to", "2025-03-04")
DATES = [f"2025-03-0{day}T06:00:00.000Z" for day in (1, 2, 3)]


class BackfillCase(Case):
    def geartrain(self, *arguments):
        code, out, talk = self.run_to_end(*arguments)
        self.assertEqual(code, 0, talk)
        return out

    def backfill(self, name="latest"):
        return json.loads(self.geartrain("backfill", "show", name, "--json"))

    def runs(self):
        """Oldest first."""
        return json.loads(self.geartrain("runs", "--limit", "1000", "--json"))[::-1]

    def ledger(self):
        return self.lines("ledger")

    def slow_backfill(self, *arguments):
        """Driven in the foreground, once its first run waits to be let go."""
        self.pipeline(SLOW.replace("FOLDER", str(self.folder)))
        process = self.start("backfill", "slow", *MARCH, "--max-active", "1", *arguments)
        self.wait_for_step()
        return process

    def let_all_go(self, count):
        for i in range(count):
            if i > 0:
                self.wait_for_step()
            self.let_go()

    def ends(self, process, code, by=None):
        if by is not None:
            process.send_signal(by)
        out, talk = process.communicate(timeout=SECONDS_MAX)
        self.assertEqual(process.returncode, code, talk)
        return out + talk

    def up(self):
        return self.start("up", "--listen", "none")


class ForegroundTest(BackfillCase):
    def test_each_firing_has_a_run_as_its_trigger_would_have_begun_it(self):
        self.pipeline(DAILY)
        self.geartrain("backfill", "report", *MARCH, "--max-active", "1")
        runs = self.runs()
        self.assertEqual([run["logical_date"] for run in runs], DATES)
        self.assertEqual([run["interval"]["end"] for run in runs], DATES)
        self.assertEqual({run["trigger"] for run in runs}, {"daily"})
        self.assertEqual({run["backfill"] for run in runs}, {"backfill/1"})
        self.assertEqual(self.ledger(), DATES)
        shown = self.backfill()
        self.assertEqual(shown["state"], "succeeded")
        self.assertEqual(shown["counts"]["succeeded"], 3)
        self.assertEqual([one["run"] for one in shown["firings"]], [run["name"] for run in runs])

    def test_reverse_begins_with_the_newest(self):
        self.pipeline(DAILY)
        self.geartrain("backfill", "report", *MARCH, "--max-active", "1", "--reverse")
        self.assertEqual(self.ledger(), DATES[::-1])

    def test_a_parameter_counts_more_than_the_trigger_s(self):
        self.pipeline(DAILY)
        self.geartrain("backfill", "report", *MARCH, "-p", "at=never")
        self.assertEqual(self.ledger(), ["never"] * 3)

    def test_a_pipeline_of_the_folder_is_found_by_its_name(self):
        (self.folder / "pipelines").mkdir()
        (self.folder / "pipelines/some.yaml").write_text(DAILY)
        self.geartrain("backfill", "report", *MARCH)
        self.assertEqual(len(self.ledger()), 3)
        code, _, talk = self.run_to_end("backfill", "reprot", *MARCH)
        self.assertEqual(code, 5)
        self.assertIn("did you mean report?", talk)
        self.pipeline("name: other\nsteps: {say: {rnu: x}}\n")
        code, _, talk = self.run_to_end("backfill", "another", *MARCH)
        self.assertIn("pipeline.yaml cannot be read: `geartrain check` shows why", talk)

    def test_the_dry_run_says_what_would_be_and_does_nothing(self):
        self.pipeline(DAILY)
        self.geartrain("backfill", "report", "--from", "2025-03-02", "--to", "1d")
        plan = json.loads(self.geartrain("backfill", "report", *MARCH, "--dry-run", "--json"))
        self.assertEqual([one["would"] for one in plan], ["run", "keep", "run"])
        self.assertEqual([one["run"] for one in plan], [None, "report/1", None])
        self.assertEqual(len(self.runs()), 1)

    def test_firings_that_are_to_come_are_left_to_the_trigger(self):
        self.pipeline(DAILY)
        code, out, talk = self.run_to_end(
            "backfill", "report", "--from", "2025-03-01", "--to", "2120-01-01", "--dry-run", "--json"
        )
        self.assertEqual(code, 0, talk)
        self.assertRegex(talk, r"firings from \S+ on are left to the trigger")
        self.assertLess(len(json.loads(out)), 40_000)

    def test_what_cannot_be_meant_is_refused(self):
        self.pipeline(DAILY.replace("triggers: {", "triggers: {often: {every: 1h, params: {at: x}}, "))
        for words, code, answer in [
            (("report", *MARCH), 2, "--trigger: daily, often|--trigger: often, daily"),
            (("report", *MARCH, "--trigger", "dayly"), 5, "did you mean daily"),
            (("report", "--trigger", "daily"), 2, "needs --from"),
            (("report", "--trigger", "daily", "--from", "2025-03-01", "--to", "1h"), 5, "not fire"),
            (("report", "--trigger", "daily", "--from", "2025-03-01", "--to", "2025-02-01"), 2, "not after"),
            (("report", "--trigger", "daily", *MARCH, "--rerun", "some"), 2, "failed or all"),
            (("report", *MARCH, "--trigger", "daily", "-p", "month=1"), 2, "month"),
        ]:
            with self.subTest(words):
                got, _, talk = self.run_to_end("backfill", *words)
                self.assertEqual(got, code, talk)
                self.assertRegex(talk, answer)
        self.assertEqual(self.run_to_end("backfill", "list", "--json")[1], "[]\n")

    def test_ctrl_c_pauses_and_resume_goes_on(self):
        process = self.slow_backfill()
        process.send_signal(signal.SIGINT)
        self.wait_for_talk(process, "1 run may end")
        self.let_go()
        self.ends(process, 130)
        self.assertEqual(self.backfill()["state"], "paused")
        self.assertEqual(self.ledger(), DATES[:1])
        again = self.start("backfill", "resume", "1")
        self.wait_for_step()
        self.let_all_go(2)
        self.ends(again, 0)
        self.assertEqual(self.ledger(), DATES)

    def test_one_that_is_killed_is_gone_on_with(self):
        process = self.slow_backfill()
        process.kill()
        process.communicate()
        again = self.start("backfill", "resume", "latest")
        self.wait_for_talk(again, "going on with slow/1")
        self.let_all_go(3)
        self.ends(again, 0)
        self.assertEqual(self.ledger(), DATES)
        self.assertEqual(len(self.runs()), 3)

    def test_another_terminal_pauses_resumes_and_cancels(self):
        process = self.slow_backfill()
        self.geartrain("backfill", "pause", "backfill/1")
        self.let_go()
        self.wait_for_talk(process, "slow/1 2025")
        self.assertEqual(self.backfill()["counts"]["waiting"], 2)
        code, _, talk = self.run_to_end("backfill", "resume", "1")
        self.assertEqual(code, 0)
        self.assertIn("driven by another geartrain", talk)
        self.wait_for_step()
        self.geartrain("backfill", "cancel", "1")
        self.ends(process, 130)
        shown = self.backfill()
        self.assertEqual(shown["state"], "cancelled")
        self.assertEqual([one["outcome"] for one in shown["firings"]], ["begun", "begun", "cancelled"])
        self.assertEqual(shown["firings"][1]["state"], "cancelled")
        code, _, talk = self.run_to_end("backfill", "resume", "1")
        self.assertEqual(code, 7, talk)

    def test_one_that_nobody_drives_is_cancelled_on_the_spot(self):
        process = self.slow_backfill()
        process.kill()
        process.communicate()
        self.geartrain("backfill", "cancel", "1")
        shown = self.backfill()
        self.assertEqual(shown["state"], "cancelled")
        self.assertIsNotNone(shown["ended_at"])
        self.assertEqual([run["state"] for run in self.runs()], ["cancelled"])


class ServerTest(BackfillCase):
    def test_a_server_carries_out_what_is_left_to_it(self):
        self.pipeline(DAILY)
        up = self.up()
        self.wait_for_talk(up, "fires next")
        self.geartrain("backfill", "report", *MARCH, "--detach")
        talk = self.wait_for_talk(up, "backfill/1 succeeded: 3 succeeded")
        self.assertRegex(talk, re.escape(f"started by backfill/1 for {DATES[0]}"))
        self.ends(up, 0, signal.SIGINT)
        self.assertEqual(sorted(self.ledger()), DATES)

    def test_a_server_takes_over_what_was_left(self):
        process = self.slow_backfill()
        self.ends(process, 130, signal.SIGTERM)
        up = self.up()
        self.wait_for_talk(up, "going on with slow/1")
        self.let_all_go(3)
        self.wait_for_talk(up, "backfill/1 succeeded")
        self.ends(up, 0, signal.SIGINT)
        self.assertEqual(self.ledger(), DATES)

    def test_servers_leave_a_backfill_alone_that_somebody_drives(self):
        process = self.slow_backfill()
        up = self.up()
        self.wait_for_talk(up, "fires next")
        self.let_all_go(3)
        self.ends(process, 0)
        self.assertNotIn("backfill", self.ends(up, 0, signal.SIGINT))
        self.assertEqual(self.ledger(), DATES)

    def test_a_paused_backfill_waits_in_the_server_until_it_is_resumed(self):
        process = self.slow_backfill()
        process.send_signal(signal.SIGINT)
        self.wait_for_talk(process, "1 run may end")
        self.let_go()
        self.ends(process, 130)
        up = self.up()
        self.wait_for_talk(up, "going on with backfill/1")
        self.assertEqual(len(self.runs()), 1)
        self.geartrain("backfill", "resume", "1")
        self.wait_for_step()
        self.let_all_go(2)
        self.wait_for_talk(up, "backfill/1 succeeded")
        self.ends(up, 0, signal.SIGINT)
        self.assertEqual(self.ledger(), DATES)


if __name__ == "__main__":
    unittest.main()
