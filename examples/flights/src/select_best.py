"""Takes the model with the highest AUC; of equals the first."""

import argparse
import json
import shutil
import sys


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--aucs", type=json.loads, required=True, help="a JSON list")
    parser.add_argument("--models", nargs="+", required=True)
    parser.add_argument("--metrics", nargs="+", required=True)
    parser.add_argument("--best-model", required=True)
    parser.add_argument("--best-metrics", required=True)
    arguments = parser.parse_args()

    if not len(arguments.aucs) == len(arguments.models) == len(arguments.metrics):
        sys.exit("select_best: there must be as many AUCs as models and metrics")
    best = max(range(len(arguments.aucs)), key=lambda index: arguments.aucs[index])
    shutil.copyfile(arguments.models[best], arguments.best_model)
    shutil.copyfile(arguments.metrics[best], arguments.best_metrics)
    with open(arguments.metrics[best], encoding="utf-8") as file:
        name = json.load(file)["name"]
    print(f"best={json.dumps(name)}")
    print(f"auc={arguments.aucs[best]}")


if __name__ == "__main__":
    main()
