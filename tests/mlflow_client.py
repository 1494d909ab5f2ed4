"""What a program with MLflow's client does. Run by the Python that has it: mlflow_test.py begins it."""

import math
import os
import tempfile
import threading
import time
import unittest
import uuid
from pathlib import Path

import mlflow
from mlflow.entities import Dataset, DatasetInput, InputTag, Metric, Param, RunTag, ViewType
from mlflow.exceptions import MlflowException
from mlflow.tracking import MlflowClient


class ClientCase(unittest.TestCase):
    def setUp(self):
        self.client = MlflowClient()
        self.name = f"{self._testMethodName}/{uuid.uuid4().hex[:6]}"
        self.experiment = self.client.create_experiment(self.name)

    def refuses(self, code, function, *arguments, **named):
        with self.assertRaises(MlflowException) as raised:
            function(*arguments, **named)
        self.assertEqual(raised.exception.error_code, code, raised.exception)
        return str(raised.exception)

    def run_of(self, name=None, **tags):
        return self.client.create_run(self.experiment, run_name=name, tags=tags)

    def found(self, filter_string="", order_by=None, **named):
        runs = self.client.search_runs([self.experiment], filter_string, order_by=order_by, **named)
        return [run.info.run_name for run in runs]


class ExperimentTest(ClientCase):
    def test_the_default_experiment_is_there(self):
        default = self.client.get_experiment("0")
        self.assertEqual((default.name, default.lifecycle_stage), ("Default", "active"))
        self.assertEqual(default.artifact_location, "mlflow-artifacts:/0")

    def test_an_experiment_is_made_named_tagged_and_found(self):
        self.client.set_experiment_tag(self.experiment, "team", "ünï")
        made = self.client.get_experiment(self.experiment)
        self.assertEqual((made.name, made.tags), (self.name, {"team": "ünï"}))
        self.assertGreater(made.creation_time, 1_500_000_000_000)
        self.client.rename_experiment(self.experiment, self.name + "/new")
        self.assertIsNone(self.client.get_experiment_by_name(self.name))
        self.assertEqual(self.client.get_experiment_by_name(self.name + "/new").experiment_id, self.experiment)
        self.client.delete_experiment_tag(self.experiment, "team")
        self.assertEqual(self.client.get_experiment(self.experiment).tags, {})

    def test_a_name_is_taken_also_by_a_deleted_experiment(self):
        self.refuses("RESOURCE_ALREADY_EXISTS", self.client.create_experiment, self.name)
        run = self.run_of()
        self.client.delete_experiment(self.experiment)
        self.assertEqual(self.client.get_experiment(self.experiment).lifecycle_stage, "deleted")
        self.assertEqual(self.client.get_run(run.info.run_id).info.lifecycle_stage, "deleted")
        self.refuses("RESOURCE_ALREADY_EXISTS", self.client.create_experiment, self.name)
        self.refuses("INVALID_PARAMETER_VALUE", self.client.create_run, self.experiment)
        self.client.restore_experiment(self.experiment)
        self.assertEqual(self.client.get_run(run.info.run_id).info.lifecycle_stage, "active")

    def test_experiments_are_searched_page_by_page(self):
        for number in range(5):
            self.client.create_experiment(f"{self.name}/{number}", tags={"mine": self.name})
        pages, token = [], None
        while True:
            page = self.client.search_experiments(
                filter_string=f"tags.mine = '{self.name}'", order_by=["name DESC"], max_results=2, page_token=token
            )
            pages.append([one.name[-1] for one in page])
            token = page.token
            if not token:
                break
        self.assertEqual(pages, [["4", "3"], ["2", "1"], ["0"]])

    def test_what_is_not_there_has_its_code(self):
        self.refuses("RESOURCE_DOES_NOT_EXIST", self.client.get_experiment, "123456789")
        self.refuses("RESOURCE_DOES_NOT_EXIST", self.client.get_run, "0" * 32)
        self.assertIsNone(self.client.get_experiment_by_name("nobody"))


class RunTest(ClientCase):
    def test_a_run_from_its_begin_to_its_end(self):
        mlflow.set_experiment(self.name)
        with mlflow.start_run(run_name="first", description="what it is for") as active:
            mlflow.log_param("depth", 3)
            mlflow.log_params({"a": "", "long": "x" * 6000})
            mlflow.log_metric("auc", 0.5, step=1)
            mlflow.log_metrics({"auc": 0.75, "loss/train": 2.0}, step=2)
            mlflow.set_tags({"kind": "tree", "ключ": "значение"})
            with mlflow.start_run(nested=True, run_name="child"):
                mlflow.log_metric("auc", 1)
        run = self.client.get_run(active.info.run_id)
        self.assertEqual((run.info.status, run.info.run_name), ("FINISHED", "first"))
        self.assertGreaterEqual(run.info.end_time, run.info.start_time)
        self.assertEqual(run.data.params, {"depth": "3", "a": "", "long": "x" * 6000})
        self.assertEqual(run.data.metrics, {"auc": 0.75, "loss/train": 2.0})
        self.assertEqual(run.data.tags["kind"], "tree")
        self.assertEqual(run.data.tags["ключ"], "значение")
        self.assertEqual(run.data.tags["mlflow.note.content"], "what it is for")
        self.assertEqual(self.found(f"tags.mlflow.parentRunId = '{run.info.run_id}'"), ["child"])

    def test_a_run_that_breaks_has_failed(self):
        mlflow.set_experiment(self.name)
        with self.assertRaises(ZeroDivisionError), mlflow.start_run() as active:
            1 / 0
        self.assertEqual(self.client.get_run(active.info.run_id).info.status, "FAILED")

    def test_runs_are_renamed_deleted_and_restored(self):
        run = self.run_of("old").info.run_id
        self.client.update_run(run, name="new", status="KILLED")
        now = self.client.get_run(run)
        self.assertEqual((now.info.run_name, now.data.tags["mlflow.runName"]), ("new", "new"))
        self.assertEqual(now.info.status, "KILLED")
        self.client.delete_run(run)
        self.assertEqual(self.found(), [])
        self.assertEqual(self.found(run_view_type=ViewType.DELETED_ONLY), ["new"])
        self.refuses("INVALID_PARAMETER_VALUE", self.client.log_metric, run, "a", 1)
        self.refuses("INVALID_PARAMETER_VALUE", self.client.set_tag, run, "a", "1")
        self.client.restore_run(run)
        self.assertEqual(self.found(), ["new"])

    def test_a_name_is_drawn_for_a_run_that_has_none(self):
        self.assertRegex(self.run_of().info.run_name, r"^[a-z]+-[a-z]+-\d+$")

    def test_params_do_not_change_and_a_batch_is_all_or_nothing(self):
        run = self.run_of().info.run_id
        self.client.log_param(run, "a", "1")
        self.client.log_param(run, "a", "1")
        self.refuses("INVALID_PARAMETER_VALUE", self.client.log_param, run, "a", "2")
        batch = {
            "metrics": [Metric("m", 1, 1, 1)],
            "params": [Param("b", "1"), Param("a", "2")],
            "tags": [RunTag("t", "1")],
        }
        self.refuses("INVALID_PARAMETER_VALUE", self.client.log_batch, run, **batch)
        now = self.client.get_run(run)
        self.assertEqual((now.data.params, now.data.metrics), ({"a": "1"}, {}))
        self.assertNotIn("t", now.data.tags)

    def test_tags_are_replaced_and_removed(self):
        run = self.run_of(a="1").info.run_id
        self.client.set_tag(run, "a", "2")
        self.assertEqual(self.client.get_run(run).data.tags["a"], "2")
        self.client.delete_tag(run, "a")
        self.assertNotIn("a", self.client.get_run(run).data.tags)
        self.refuses("RESOURCE_DOES_NOT_EXIST", self.client.delete_tag, run, "a")

    def test_data_sets_come_back(self):
        run = self.run_of("reads").info.run_id
        data = Dataset("flights", "d1", "local", '{"uri": "x"}', schema='{"a": 1}', profile="{}")
        tags = [InputTag("mlflow.data.context", "training")]
        for _ in range(2):
            self.client.log_inputs(run, datasets=[DatasetInput(data, tags)])
        inputs = self.client.get_run(run).inputs.dataset_inputs
        self.assertEqual(len(inputs), 1)
        self.assertEqual(inputs[0].dataset.to_dictionary(), data.to_dictionary())
        self.assertEqual([(tag.key, tag.value) for tag in inputs[0].tags], [("mlflow.data.context", "training")])
        self.assertEqual(self.found("dataset.name = 'flights' AND dataset.context = 'training'"), ["reads"])
        self.assertEqual(self.found("dataset.digest = 'd2'"), [])


class MetricTest(ClientCase):
    def test_a_history_of_many_points_comes_back_whole(self):
        run = self.run_of().info.run_id
        now = int(time.time() * 1000)
        points = [Metric("loss", 1 / (1 + step), now + step, step) for step in range(3000)]
        for begin in range(0, 3000, 1000):
            self.client.log_batch(run, metrics=points[begin : begin + 1000])
        history = self.client.get_metric_history(run, "loss")
        self.assertEqual([(one.value, one.timestamp, one.step) for one in history],
                         [(one.value, one.timestamp, one.step) for one in points])  # fmt: skip
        self.assertEqual(self.client.get_run(run).data.metrics["loss"], 1 / 3000)

    def test_nan_and_infinities_survive(self):
        run = self.run_of("odd").info.run_id
        for step, value in enumerate([math.inf, -math.inf, math.nan]):
            self.client.log_metric(run, "m", value, step=step)
        values = [one.value for one in self.client.get_metric_history(run, "m")]
        self.assertEqual(values[:2], [math.inf, -math.inf])
        self.assertTrue(math.isnan(values[2]))
        self.assertTrue(math.isnan(self.client.get_run(run).data.metrics["m"]))
        self.assertEqual(self.found("metrics.m != 1"), ["odd"])
        self.assertEqual(self.found("metrics.m > 0"), [])

    def test_the_same_again_changes_nothing(self):
        run = self.run_of().info.run_id
        for _ in range(3):
            self.client.log_metric(run, "m", 1.5, timestamp=7, step=1)
        self.assertEqual(len(self.client.get_metric_history(run, "m")), 1)

    def test_many_threads_log_at_once_and_nothing_is_lost(self):
        run = self.run_of().info.run_id

        def log(thread):
            client = MlflowClient()
            for step in range(25):
                client.log_metric(run, "shared", thread, timestamp=step, step=step)
                client.log_metric(run, f"own/{thread}", step, step=step)

        threads = [threading.Thread(target=log, args=[number]) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(len(self.client.get_metric_history(run, "shared")), 8 * 25)
        self.assertEqual(self.client.get_run(run).data.metrics["own/3"], 24)

    def test_what_is_logged_in_the_background_arrives(self):
        mlflow.set_experiment(self.name)
        with mlflow.start_run() as active:
            for step in range(50):
                mlflow.log_metric("m", step, step=step, synchronous=False)
            mlflow.flush_async_logging()
        self.assertEqual(len(self.client.get_metric_history(active.info.run_id, "m")), 50)

    def test_names_that_cannot_be_are_refused(self):
        run = self.run_of().info.run_id
        for name in ["../up", "a//b", "/a", 'a"b', "x" * 251]:
            self.refuses("INVALID_PARAMETER_VALUE", self.client.log_metric, run, name, 1)


class SearchTest(ClientCase):
    def setUp(self):
        super().setUp()
        for name, auc, kind in [("a", 0.9, "tree"), ("b", 0.7, "tree"), ("c", math.nan, "net"), ("d", None, None)]:
            run = self.run_of(name).info.run_id
            if auc is not None:
                self.client.log_metric(run, "auc", auc)
                self.client.log_param(run, "kind", kind)

    def test_filters(self):
        self.assertEqual(self.found("metrics.auc > 0.8"), ["a"])
        self.assertEqual(self.found("params.kind = 'tree' and metrics.auc < 0.8"), ["b"])
        self.assertEqual(self.found("params.kind LIKE 't%'"), ["b", "a"])
        self.assertEqual(self.found("params.kind IS NULL"), ["d"])
        self.assertEqual(self.found("attributes.run_name = 'c'"), ["c"])
        self.assertEqual(self.found("status = 'RUNNING' AND tags.mlflow.runName ILIKE 'D'"), ["d"])

    def test_orders(self):
        self.assertEqual(self.found(order_by=["metrics.auc DESC"]), ["a", "b", "c", "d"])
        self.assertEqual(self.found(order_by=["metrics.auc ASC"]), ["b", "a", "c", "d"])
        self.assertEqual(self.found(order_by=["params.kind", "attributes.run_name"]), ["c", "a", "b", "d"])

    def test_pages(self):
        first = self.client.search_runs([self.experiment], order_by=["metrics.auc"], max_results=3)
        rest = self.client.search_runs([self.experiment], order_by=["metrics.auc"], max_results=3, page_token=first.token)
        self.assertEqual([run.info.run_name for run in [*first, *rest]], ["b", "a", "c", "d"])
        self.assertFalse(rest.token)
        said = self.refuses("INVALID_PARAMETER_VALUE", self.client.search_runs, [self.experiment], page_token=first.token)
        self.assertIn("another search", said)

    def test_several_experiments(self):
        other = self.client.create_experiment(self.name + "/other")
        self.client.create_run(other, run_name="z")
        runs = self.client.search_runs([self.experiment, other])
        self.assertEqual([run.info.run_name for run in runs], ["z", "d", "c", "b", "a"])

    def test_a_wrong_filter_is_told_with_its_place(self):
        for text, place in [("metrics.auc >", "at character 14"), ("params.kind = tree", "at character 15")]:
            said = self.refuses("INVALID_PARAMETER_VALUE", self.client.search_runs, [self.experiment], text)
            self.assertIn(place, said)


class ArtifactTest(ClientCase):
    def setUp(self):
        super().setUp()
        self.run_id = self.run_of().info.run_id
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def listed(self, path=None):
        return [(one.path, one.is_dir, one.file_size) for one in self.client.list_artifacts(self.run_id, path)]

    def test_files_and_folders_go_and_come_back(self):
        for name, text in [("a.txt", "first"), ("sub/empty", ""), ("sub/ü ä.bin", "x" * 10)]:
            (self.folder / name).parent.mkdir(exist_ok=True)
            (self.folder / name).write_text(text)
        self.client.log_artifacts(self.run_id, self.folder, "all")
        self.client.log_artifact(self.run_id, self.folder / "a.txt")
        self.client.log_dict(self.run_id, {"k": [1, 2]}, "made/config.json")
        self.assertEqual(self.listed(), [("a.txt", False, 5), ("all", True, None), ("made", True, None)])
        self.assertEqual([path for path, *_ in self.listed("all/sub")], ["all/sub/empty", "all/sub/ü ä.bin"])
        local = self.client.download_artifacts(self.run_id, "all")
        self.assertEqual((Path(local) / "sub/ü ä.bin").read_text(), "x" * 10)
        self.assertEqual((Path(local) / "sub/empty").read_bytes(), b"")
        text = mlflow.artifacts.load_text(f"runs:/{self.run_id}/a.txt")
        self.assertEqual(text, "first")

    def test_a_large_file_comes_back_as_it_was(self):
        block = os.urandom(1 << 20)
        with open(self.folder / "large", "wb") as file:
            for _ in range(48):
                file.write(block)
        self.client.log_artifact(self.run_id, self.folder / "large")
        self.assertEqual(self.listed(), [("large", False, 48 << 20)])
        back = self.client.download_artifacts(self.run_id, "large")
        with open(back, "rb") as file:
            for _ in range(48):
                self.assertEqual(file.read(1 << 20), block)
            self.assertEqual(file.read(1), b"")

    def test_artifacts_are_deleted(self):
        for path in ["keep", "gone/1", "gone/2"]:
            self.client.log_text(self.run_id, path, path)
        from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

        repository = get_artifact_repository(self.client.get_run(self.run_id).info.artifact_uri)
        repository.delete_artifacts("gone")
        repository.delete_artifacts("gone")
        self.assertEqual([path for path, *_ in self.listed()], ["keep"])

    def test_an_artifact_that_is_not_there(self):
        with self.assertRaises(Exception) as raised:
            self.client.download_artifacts(self.run_id, "nobody")
        self.assertIn("nobody", str(raised.exception))


if __name__ == "__main__":
    unittest.main()
