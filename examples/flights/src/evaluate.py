"""Measures a model on the test set and writes its metrics and the curves for the report as JSON."""

import argparse
import json

import joblib
import numpy as np
import pandas as pd
from columns import CATEGORIES, LATE, NUMBERS
from sklearn.metrics import (
    average_precision_score,
    brier_score_loss,
    log_loss,
    roc_auc_score,
    roc_curve,
)

CURVE_POINTS = 101
CALIBRATION_BINS = 10


def rounded(numbers):
    return [round(float(number), 6) for number in numbers]


def calibration(truth, chance):
    """Predicted and observed share of late flights, in bins of equally many flights."""
    order = np.argsort(chance, kind="stable")
    bins = np.array_split(order, CALIBRATION_BINS)
    return {
        "predicted": rounded(chance[bin].mean() for bin in bins),
        "observed": rounded(truth[bin].mean() for bin in bins),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--name", required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--data", required=True)
    parser.add_argument("--metrics", required=True)
    arguments = parser.parse_args()

    table = pd.read_csv(arguments.data)
    truth = table[LATE].to_numpy()
    chance = joblib.load(arguments.model).predict_proba(table[CATEGORIES + NUMBERS])[:, 1]

    false_positive, true_positive, _ = roc_curve(truth, chance)
    grid = np.linspace(0, 1, CURVE_POINTS)
    metrics = {
        "name": arguments.name,
        "flights": len(table),
        "late_share": round(float(truth.mean()), 6),
        "auc": round(float(roc_auc_score(truth, chance)), 6),
        "average_precision": round(float(average_precision_score(truth, chance)), 6),
        "log_loss": round(float(log_loss(truth, chance)), 6),
        "brier": round(float(brier_score_loss(truth, chance)), 6),
        "roc": {
            "false_positive": rounded(grid),
            "true_positive": rounded(np.interp(grid, false_positive, true_positive)),
        },
        "calibration": calibration(truth, chance),
    }
    with open(arguments.metrics, "w", encoding="utf-8") as file:
        json.dump(metrics, file, indent=1, sort_keys=True)
        file.write("\n")
    print(f"auc={metrics['auc']}")


if __name__ == "__main__":
    main()
