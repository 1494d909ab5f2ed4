"""Packs the selected model with a card that says what it is, what it needs and how good it is."""

import argparse
import json
import shutil
from importlib.metadata import version
from pathlib import Path

from columns import CATEGORIES, NUMBERS


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", required=True)
    parser.add_argument("--metrics", required=True)
    parser.add_argument("--late-minutes", type=int, required=True)
    parser.add_argument("--out", required=True, help="a folder")
    arguments = parser.parse_args()

    with open(arguments.metrics, encoding="utf-8") as file:
        metrics = json.load(file)
    card = {
        "name": metrics["name"],
        "predicts": f"arrives more than {arguments.late_minutes} minutes late",
        "auc": metrics["auc"],
        "features": CATEGORIES + NUMBERS,
        "packages": {name: version(name) for name in ["scikit-learn", "numpy", "pandas"]},
    }
    folder = Path(arguments.out)
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(arguments.model, folder / "model.joblib")
    (folder / "card.json").write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
