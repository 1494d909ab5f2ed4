"""Assets that runs update, what waits for them, and what uses them."""

import json

from event_triggers_test import Events

LOAD = """name: load
params: {month: {type: integer, default: 1}}
steps:
  load:
    run: echo ${{ params.month }} >${{ outputs.table }}; test ${{ params.month }} -ne 13
    code: []
    outputs: {table: {path: table.txt, asset: flights}}
"""
REPORT = """name: report
params: {updates: {type: integer}, from: {type: string}, rows: {type: string, default: none}}
triggers:
  loaded:
    assets: [flights, weather]
    if: event.assets.weather.content != 'storm'
    params:
      updates: "${{ length(event.updates) }}"
      from: "${{ event.assets.flights.run }}"
steps:
  report:
    run: echo "$(cat ${{ inputs.table }}) ${{ assets.weather }}"
    code: []
    inputs: {table: "${{ assets.flights }}"}
"""


class AssetTest(Events):
    def setUp(self):
        super().setUp()
        self.put("load", LOAD)
        self.put("report", REPORT)

    def carry_out(self, *words, code=0):
        """What it printed."""
        ended, out, talk = self.run_to_end(*words)
        self.assertEqual(ended, code, talk)
        return out

    def load(self, month, code=0):
        self.carry_out("run", "--file", "pipelines/load.yaml", "-p", f"month={month}", code=code)

    def tell(self, asset, **body):
        return self.post(f"/api/v1/assets/{asset}/updates", body)

    def test_updates_wait_for_each_other_and_are_used_together(self):
        self.serve()
        self.load(1)
        self.load(2)
        self.assertEqual(self.get("/api/v1/runs?pipeline=report").json()["runs"], [])
        self.assertEqual(self.tell("weather", content="fair").status, 201)
        run = self.until_run("report/1")
        self.assertEqual(run["state"], "succeeded")
        self.assertEqual(run["params"]["updates"], 3)
        self.assertEqual(run["params"]["from"], "load/2")
        self.assertEqual(run["assets"]["weather"], "fair")
        log = self.get("/api/v1/runs/report/1/tasks/report/log").body.decode()
        self.assertEqual(log, "2 fair\n")
        (firing,) = self.firings()
        self.assertEqual(firing["cause"], {"assets": ["flights", "weather"], "updates": 3})

    def test_updates_of_a_time_without_a_server_begin_a_run_when_one_is_there(self):
        first = self.serve()
        self.load(1)
        self.tell("weather", content="fair")
        self.until_run("report/1")
        self.end(first)
        self.load(3)
        self.carry_out("asset", "update", "weather", "--content", "rain")
        second = self.serve()
        self.assertEqual(self.until_run("report/2")["params"]["from"], "load/2")
        self.end(second)
        self.serve()
        self.load(4)
        self.tell("weather", content="sun")
        self.assertEqual(self.until_run("report/3")["params"]["updates"], 2)

    def test_a_failure_and_equal_content_update_nothing(self):
        self.load(1)
        self.load(13, code=1)
        self.carry_out("run", "--file", "pipelines/load.yaml", "--no-cache")
        (version,) = json.loads(self.carry_out("asset", "show", "flights", "--json"))
        self.assertEqual(version["run"], "load/1")
        self.assertEqual(version["output"], "load.table")

    def test_what_the_condition_does_not_want_is_used_up(self):
        self.serve()
        self.load(1)
        self.tell("weather", content="storm")
        self.load(2)
        self.tell("weather", content="calm")
        run = self.until_run("report/1")
        self.assertEqual(run["params"]["updates"], 2)
        self.assertEqual(run["assets"]["weather"], "calm")

    def test_a_paused_pipeline_uses_its_updates_when_it_is_resumed(self):
        self.serve()
        self.carry_out("pause", "report")
        self.load(1)
        self.tell("weather", content="fog")
        self.assertEqual(self.firings(), [])
        self.carry_out("resume", "report")
        self.assertEqual(self.until_run("report/1")["params"]["updates"], 2)

    def test_pipelines_in_a_circle_are_said_and_begin_nothing(self):
        self.put("a", "name: a\ntriggers: {t: {assets: y}}\n"
                 "steps: {s: {run: 'true', outputs: {o: {path: o, asset: x}}}}\n")
        self.put("b", "name: b\ntriggers: {t: {assets: x}}\n"
                 "steps: {s: {run: 'true', outputs: {o: {path: o, asset: y}}}}\n")
        self.serve()
        self.assertIn("a t, b t: pipelines wait for each other in a circle", self.talk)

    def test_the_api_tells_of_versions_in_pages(self):
        self.serve()
        for number in range(5):
            self.assertEqual(self.tell("prices", content=number, details={"n": number}).status, 201)
        again = self.tell("prices", content=4)
        self.assertEqual((again.status, again.json()["details"]), (200, {"n": 4}))
        page = self.get("/api/v1/assets/prices/updates?limit=3").json()
        self.assertEqual([one["content"] for one in page["updates"]], [4, 3, 2])
        rest = self.get(f"/api/v1/assets/prices/updates?limit=3&cursor={page['next_cursor']}").json()
        self.assertEqual([one["content"] for one in rest["updates"]], [1, 0])
        self.assertIsNone(rest["next_cursor"])
        self.assertEqual(self.get("/api/v1/assets").json()["assets"], [self.get("/api/v1/assets/prices").json()])
        for asset, body, status in [("a b", {}, 400), ("..%2Fx", {}, 400), ("a", {"details": 1}, 400),
                                    ("a", {"content": "x" * 70_000}, 400), ("a", {"contents": 1}, 400)]:
            with self.subTest(asset=asset):
                self.assertEqual(self.tell(asset.replace(" ", "%20"), **body).status, status)
        self.assertEqual(self.get("/api/v1/assets/nothing").status, 404)

    def test_garbage_collection_keeps_the_newest_version_and_what_kept_runs_used(self):
        self.carry_out("asset", "update", "weather", "--content", "fair")
        self.load(1)
        words = ["--file", "pipelines/report.yaml", "-p", "updates=1", "-p", "from=me"]
        self.carry_out("run", *words)
        for month in [2, 3, 4]:
            self.load(month)
        self.carry_out("gc", "--keep", "1")
        self.assertEqual(self.carry_out("asset", "get", "flights", "-"), "4\n")
        self.carry_out("clear", "report/1", "report")
        self.assertIn("1 fair", self.carry_out("logs", "report/1", "report"))

    def test_wrong_words_say_what_was_meant(self):
        self.load(1)
        for words, told in [
            (["asset", "get", "flight", "-"], "did you mean flights?"),
            (["asset", "show", "nothing"], "there is no version of an asset nothing"),
            (["asset", "update", "a/b"], "is no name of an asset"),
            (["asset", "update", "a", "--details", "[1]"], "--details is no JSON object"),
            (["asset", "update", "a", "--details", "{"], "--details"),
            (["asset", "remove", "nothing"], "there is no version of an asset nothing"),
        ]:
            with self.subTest(words=words):
                code, _, talk = self.run_to_end(*words)
                self.assertNotEqual(code, 0)
                self.assertIn(told, talk)
        self.carry_out("asset", "remove", "flights")
        self.assertEqual(self.carry_out("asset", "list", "--json").strip(), "[]")
