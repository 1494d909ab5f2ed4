"""`geartrain up`: triggers begin runs by themselves, once each, whatever happens meanwhile."""

import json
import math
import re
import signal
import time
import unittest

from command_line import SECONDS_MAX
from shifted_clock import ClockCase

HOUR = 3600
EVERY_SECOND = """name: tick
triggers: {t: {every: 1s}}
steps: {say: {run: "echo ${{ run.interval.start }} ${{ run.interval.end }} >> ledger"}}
"""
BLOCKED = """name: slow
params: {at: {type: string}}
triggers: {t: {every: 1h, catchup: none, overlap: %s, params: {at: "${{ run.logical_date }}"}}}
steps:
  wait:
    run: |
      echo begun > "$PROJECT/begun"
      read word < "$PROJECT/go"
      echo ${{ params.at }} >> "$PROJECT/ledger"
    env: {PROJECT: FOLDER}
"""


class UpCase(ClockCase):
    shifted = 0

    def up(self, *arguments):
        return self.start("up", "--listen", "none", *arguments)

    def stop(self, process, by=signal.SIGINT):
        process.send_signal(by)
        _, talk = process.communicate(timeout=SECONDS_MAX)
        self.assertEqual(process.returncode, 0, talk)
        return talk

    def runs(self):
        """Oldest first."""
        code, out, talk = self.run_to_end("runs", "--limit", "1000", "--json")
        self.assertEqual(code, 0, talk)
        return json.loads(out)[::-1]

    def up_with_slow_run(self, overlap="queue"):
        """The server, once the step of the trigger's first run waits to be let go."""
        self.pipeline((BLOCKED % overlap).replace("FOLDER", str(self.folder)))
        up = self.up()
        self.wait_for_talk(up, "fires next")
        self.let_an_hour_begin()
        self.wait_for_step()
        return up

    def ledger(self):
        return self.lines("ledger")

    def wake(self):
        """It looks at the clock when a file of a pipeline is written, and every ten seconds."""
        (self.folder / "wake.yaml").write_text("")

    def let_an_hour_begin(self):
        """It is a second after the next full hour: what fires then is not late."""
        now = time.time() + self.shifted
        self.shifted += math.ceil(HOUR - now % HOUR) + 1
        self.set_clock(self.shifted)
        self.wake()


class UpTest(UpCase):
    def test_an_interval_begins_a_run_each_second(self):
        self.pipeline(EVERY_SECOND)
        up = self.up()
        talk = self.wait_for_talk(up, "tick/3 succeeded")
        self.assertIn("1 pipeline, 1 trigger", talk)
        self.assertRegex(talk, r"tick/1 started by t for [0-9-]+T[0-9:]+\.000Z")
        self.stop(up)
        runs = self.runs()
        self.assertEqual([run["trigger"] for run in runs], ["t"] * len(runs))
        dates = [run["logical_date"] for run in runs]
        self.assertEqual(dates, sorted(set(dates)))
        for run, line in zip(runs, self.ledger()):
            self.assertEqual(line, f"{run['interval']['start']} {run['interval']['end']}")
            self.assertEqual(run["interval"]["end"], run["logical_date"])

    def test_two_servers_of_one_project_begin_each_run_once(self):
        self.pipeline(EVERY_SECOND)
        servers = [self.up(), self.up()]
        deadline = time.monotonic() + SECONDS_MAX
        while len(self.runs()) < 4:
            self.assertLess(time.monotonic(), deadline)
        for server in servers:
            self.stop(server)
        runs = [run for run in self.runs() if run["ended_at"]]
        dates = [run["logical_date"] for run in runs]
        self.assertEqual(len(dates), len(set(dates)))
        self.assertEqual(len(self.ledger()), len(set(self.ledger())))

    def test_a_run_by_hand_has_no_trigger_and_an_interval_without_length(self):
        self.pipeline(EVERY_SECOND)
        self.assertEqual(self.run_to_end("run")[0], 0)
        run = self.runs()[0]
        self.assertIsNone(run["trigger"])
        self.assertIsNone(run["interval"])
        start, end = self.ledger()[0].split()
        self.assertEqual((start, end), (run["logical_date"], run["logical_date"]))

    def test_a_server_that_is_killed_leaves_its_run_to_the_next_one(self):
        up = self.up_with_slow_run()
        up.kill()
        up.communicate()
        again = self.up()
        self.wait_for_talk(again, "going on with slow/1")
        self.let_go()
        self.wait_for_talk(again, "slow/1 succeeded")
        self.stop(again)
        self.assertEqual(len(self.ledger()), 1)
        self.assertEqual([run["state"] for run in self.runs()], ["succeeded"])

    def test_sigterm_leaves_at_once_and_the_step_goes_on(self):
        up = self.up_with_slow_run()
        self.assertIn("the next `geartrain up` takes over", self.stop(up, signal.SIGTERM))
        self.let_go()
        again = self.up()
        self.wait_for_talk(again, "slow/1 succeeded")
        self.stop(again)
        self.assertEqual(len(self.ledger()), 1)

    def test_ctrl_c_lets_what_runs_end(self):
        up = self.up_with_slow_run()
        up.send_signal(signal.SIGINT)
        self.wait_for_talk(up, "1 run may end")
        self.let_go()
        _, talk = up.communicate(timeout=SECONDS_MAX)
        self.assertEqual(up.returncode, 0, talk)
        self.assertIn("slow/1 succeeded", talk)

    def test_overlap_queue_lets_the_next_run_wait_and_says_for_what(self):
        up = self.up_with_slow_run()
        self.let_an_hour_begin()
        self.wait_for_talk(up, "slow/2 waits: slow/1 has not ended")
        self.let_go()
        self.wait_for_step()
        self.let_go()
        self.wait_for_talk(up, "slow/2 succeeded")
        self.stop(up)
        self.assertEqual(len(self.ledger()), 2)

    def test_a_run_that_waits_can_be_cancelled(self):
        up = self.up_with_slow_run()
        self.let_an_hour_begin()
        self.wait_for_talk(up, "slow/2 waits")
        code, _, talk = self.run_to_end("cancel", "slow/2")
        self.assertEqual(code, 0, talk)
        self.wait_for_talk(up, "slow/2 cancelled before it began")
        self.let_go()
        self.wait_for_talk(up, "slow/1 succeeded")
        self.stop(up)

    def test_overlap_skip_leaves_the_firing_out(self):
        up = self.up_with_slow_run(overlap="skip")
        self.let_an_hour_begin()
        self.wait_for_talk(up, "skipped: slow/1 had not ended")
        self.let_go()
        self.wait_for_talk(up, "slow/1 succeeded")
        self.stop(up)
        self.assertEqual(len(self.runs()), 1)

    def test_overlap_replace_cancels_the_run_before(self):
        up = self.up_with_slow_run(overlap="replace")
        self.let_an_hour_begin()
        self.wait_for_talk(up, "slow/1 cancelled")
        self.wait_for_step()
        self.let_go()
        self.wait_for_talk(up, "slow/2 succeeded")
        self.stop(up)
        self.assertEqual([run["state"] for run in self.runs()], ["cancelled", "succeeded"])

    def test_what_passed_while_nobody_was_there_is_as_catchup_says(self):
        for catchup, expected in [("none", 0), ("last", 1), ("all", 5)]:
            with self.subTest(catchup=catchup):
                name = f"passed_{catchup}"
                (self.folder / f"{name}.yaml").write_text(
                    f"name: {name}\ntriggers: {{t: {{every: 1h, catchup: {catchup}}}}}\n"
                    "steps: {say: {run: 'true'}}\n"
                )
                # Away from the full hour: what fires within a minute of its time has not passed.
                half_past = HOUR + HOUR // 2 - int(time.time()) % HOUR
                self.set_clock(half_past)
                up = self.up(f"{name}.yaml")
                self.wait_for_talk(up, "fires next")
                self.stop(up)
                self.set_clock(half_past + 5 * HOUR)
                up = self.up(f"{name}.yaml")
                self.wait_for_talk(up, f"{name}/{expected} succeeded" if expected else "passed")
                self.stop(up)
                runs = [run for run in self.runs() if run["pipeline"] == name]
                self.assertEqual(len(runs), expected)

    def test_a_clock_that_is_set_back_begins_nothing_again(self):
        self.pipeline(EVERY_SECOND)
        up = self.up()
        self.wait_for_talk(up, "tick/2 succeeded")
        self.set_clock(-HOUR)
        self.wake()
        self.stop(up)
        up = self.up()
        self.wait_for_talk(up, "fires next")
        self.stop(up)
        dates = [run["logical_date"] for run in self.runs()]
        self.assertEqual(len(dates), len(set(dates)))

    def test_twelve_months_are_caught_up_with_in_their_order(self):
        self.pipeline(
            "name: months\nparams: {since: {type: string}}\n"
            "triggers:\n  monthly:\n    schedule: '0 6 1 * *'\n    timezone: America/New_York\n"
            "    start: 2025-01-01\n    end: 2026-01-01\n    catchup: all\n"
            "    params: {since: '${{ run.interval.start }}'}\n"
            "steps: {load: {run: 'echo ${{ params.since }} >> ledger'}}\n"
        )
        up = self.up()
        self.wait_for_talk(up, "months/12 succeeded")
        self.stop(up)
        runs = self.runs()
        self.assertEqual(len(runs), 12)
        self.assertEqual(
            [run["logical_date"][:16] for run in runs],
            [f"2025-{month:02}-01T{10 if 4 <= month <= 11 else 11}:00" for month in range(1, 13)],
        )
        self.assertEqual(self.ledger(), [run["interval"]["start"] for run in runs])

    def test_params_that_the_pipeline_does_not_take_refuse_the_firing(self):
        self.pipeline(
            "name: strict\nparams: {at: {type: string, maxLength: 3}}\n"
            "triggers: {t: {every: 1s, params: {at: '${{ run.logical_date }}'}}}\n"
            "steps: {say: {run: 'true'}}\n"
        )
        up = self.up()
        talk = self.wait_for_talk(up, "refused")
        self.assertRegex(talk, r"strict t of \S+ refused: parameter at: ")
        self.stop(up)
        self.assertEqual(self.runs(), [])


class PauseTest(UpCase):
    def geartrain(self, *arguments):
        code, out, talk = self.run_to_end(*arguments)
        self.assertEqual(code, 0, talk)
        return out or talk

    def test_a_paused_pipeline_fires_nothing_until_it_is_resumed(self):
        self.pipeline(EVERY_SECOND)
        up = self.up()
        self.wait_for_talk(up, "tick/1 succeeded")
        self.geartrain("pause", "tick")
        self.wait_for_talk(up, "tick t does not fire: the pipeline is paused")
        paused = len(self.runs())
        self.assertEqual(self.run_to_end("run")[0], 0)
        self.assertEqual([run["trigger"] for run in self.runs()[paused:]], [None])
        self.geartrain("resume", "tick")
        self.wait_for_talk(up, "tick t fires next")
        self.wait_for_talk(up, f"tick/{paused + 2} succeeded")
        self.stop(up)
        self.assertEqual(self.runs()[paused + 1]["trigger"], "t")

    def test_a_pause_outlives_the_server_and_catchup_decides_what_passed(self):
        self.pipeline(EVERY_SECOND.replace("every: 1s", "every: 1h, catchup: last"))
        up = self.up()
        self.wait_for_talk(up, "fires next")
        self.stop(up)
        self.geartrain("pause", "tick")
        half_past = HOUR + HOUR // 2 - int(time.time()) % HOUR
        self.set_clock(half_past + 5 * HOUR)
        up = self.up()
        self.wait_for_talk(up, "tick t does not fire")
        self.assertEqual(self.runs(), [])
        self.geartrain("resume", "tick")
        self.wait_for_talk(up, "tick/1 succeeded")
        self.stop(up)
        self.assertEqual(len(self.runs()), 1)

    def test_what_is_paused_is_listed(self):
        self.pipeline(EVERY_SECOND)
        self.assertIn("no pipeline is paused", self.geartrain("pause"))
        self.geartrain("pause", "pipeline.yaml")
        self.assertIn("is paused already", self.geartrain("pause", "tick"))
        listed = json.loads(self.geartrain("pause", "--json"))
        self.assertEqual([one["pipeline"] for one in listed], ["tick"])
        # Its file may be gone by then.
        (self.folder / "pipeline.yaml").unlink()
        self.assertIn("its triggers fire again", self.geartrain("resume", "tick"))
        code, _, talk = self.run_to_end("resume", "tick")
        self.assertEqual(code, 5)
        self.assertIn("no pipeline tick", talk)


class FilesTest(UpCase):
    def test_a_file_that_breaks_stops_neither_itself_nor_others(self):
        self.pipeline(EVERY_SECOND)
        up = self.up()
        self.wait_for_talk(up, "tick/1 succeeded")
        self.pipeline("name: tick\nsteps: {say: {runs: x}}\n")
        talk = self.wait_for_talk(up, "counts until it is mended")
        self.assertIn("did you mean `run`?", talk)
        number = int(re.findall(r"tick/(\d+) started", talk + "tick/1 started")[0])
        self.wait_for_talk(up, f"tick/{number + 2} succeeded")
        self.pipeline(EVERY_SECOND.replace("every: 1s", "every: 1h"))
        self.wait_for_talk(up, "pipeline.yaml is in order again")
        self.wait_for_talk(up, "tick t fires next")
        self.stop(up)

    def test_pipelines_come_and_go(self):
        up = self.up()
        self.wait_for_talk(up, "0 pipelines, 0 triggers")
        folder = self.folder / "pipelines"
        folder.mkdir()
        (folder / "tick.yaml").write_text(EVERY_SECOND)
        self.wait_for_talk(up, "tick/1 succeeded")
        (folder / "tick.yaml").unlink()
        self.wait_for_talk(up, "pipelines/tick.yaml is gone")
        self.stop(up)
        self.assertEqual(self.run_to_end("show", "tick/1")[0], 0)

    def test_a_name_that_is_taken_is_said(self):
        self.pipeline(EVERY_SECOND.replace("1s", "1h"))
        (self.folder / "pipelines").mkdir()
        (self.folder / "pipelines/other.yaml").write_text(EVERY_SECOND)
        up = self.up()
        self.wait_for_talk(up, "pipeline tick is in pipeline.yaml already")
        self.stop(up)

    def test_a_step_sees_source_files_as_they_are_at_its_run(self):
        (self.folder / "data.txt").write_text("1\n")
        self.pipeline(
            "name: copy\ntriggers: {t: {every: 1s}}\nsteps:\n  make:\n"
            "    run: cat data.txt > ${{ outputs.x }}\n"
            "    outputs: {x: {path: x}}\n    code: [data.txt]\n"
        )
        up = self.up()
        self.wait_for_talk(up, ": 1 succeeded")
        self.wait_for_talk(up, ": 1 cached")
        (self.folder / "data.txt").write_text("2\n")
        self.wait_for_talk(up, ": 1 succeeded")
        self.stop(up)
        self.assertEqual(self.run_to_end("get", "latest", "make.x", "-")[1], "2\n")

    def test_an_included_file_is_followed(self):
        (self.folder / "shared.yaml").write_text("steps: {say: {run: 'echo one >> ledger'}}\n")
        self.pipeline("name: inc\ninclude: [shared.yaml]\ntriggers: {t: {every: 1s}}\nsteps: {}\n")
        up = self.up()
        self.wait_for_talk(up, "inc/1 succeeded")
        (self.folder / "shared.yaml").write_text("steps: {say: {run: 'echo two >> ledger'}}\n")
        self.wait_for_talk(up, "pipeline.yaml has changed")
        self.wait_for_talk(up, "succeeded")
        self.wait_for_talk(up, "succeeded")
        self.stop(up)
        self.assertEqual(self.ledger()[-1], "two")


if __name__ == "__main__":
    unittest.main()
