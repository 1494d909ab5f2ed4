#include "cli/init_files.h"

namespace gt {

namespace {

const char* const steps = R"(
params:
  points: {type: integer, default: 200, minimum: 10, maximum: 100000}
  rates: {type: array, items: {type: number}, minItems: 1, default: [0.01, 0.1, 0.5]}

steps:
  collect:
    run: [python3, src/collect.py, "${{ params.points }}", "${{ outputs.table }}"]
    code: [src/collect.py] # the source files that it reads: a change of others does not matter
    outputs:
      table: {path: table.csv, type: dataset}

  train: # once for each rate, in parallel
    matrix: {rate: "${{ params.rates }}"}
    run: |
      python3 src/train.py ${{ inputs.table }} ${{ matrix.rate }} ${{ outputs.model }} >>"$GEARTRAIN_VALUES"
    code: [src/train.py]
    inputs: {table: "${{ steps.collect.outputs.table }}"}
    outputs:
      model: {path: model.json, type: model} # a file
      error: {type: number} # a value, printed by the script as error=…

  select:
    run: [python3, src/select_best.py, "${{ to_json(inputs.errors) }}", "${{ outputs.model }}", "${{ inputs.models }}"]
    code: [src/select_best.py]
    inputs: # lists, in the order of the rates
      models: "${{ steps.train.outputs.model }}"
      errors: "${{ steps.train.outputs.error }}"
    outputs:
      model: {path: model.json, type: model}
)";

const char* const collect = R"(import random
import sys

count, path = int(sys.argv[1]), sys.argv[2]
random.seed(7)
with open(path, "w") as table:
    table.write("x,y\n")
    for _ in range(count):
        x = random.random()
        table.write(f"{x:.6f},{3 * x + 1 + random.gauss(0, 0.1):.6f}\n")
)";

const char* const train = R"(import csv
import json
import sys

table, rate, path = sys.argv[1], float(sys.argv[2]), sys.argv[3]
with open(table) as file:
    rows = [(float(row["x"]), float(row["y"])) for row in csv.DictReader(file)]
slope = offset = 0.0
for _ in range(300):
    errors = [slope * x + offset - y for x, y in rows]
    slope -= rate * sum(error * x for error, (x, _) in zip(errors, rows)) / len(rows)
    offset -= rate * sum(errors) / len(rows)
mean = sum((slope * x + offset - y) ** 2 for x, y in rows) / len(rows)
with open(path, "w") as file:
    json.dump({"slope": slope, "offset": offset, "rate": rate}, file)
print(f"error={mean}")
)";

const char* const select_best = R"(import json
import shutil
import sys

errors, path, models = json.loads(sys.argv[1]), sys.argv[2], sys.argv[3:]
best = min(range(len(errors)), key=errors.__getitem__)
shutil.copyfile(models[best], path)
print(f"the best of {len(errors)} has the mean square error {errors[best]:.4f}")
)";

}  // namespace

std::vector<InitFile> init_files(const std::string& pipeline) {
  const std::string head =
      "# `geartrain plan` says what a run would do, `geartrain run` does it, and does not repeat\n"
      "# what has not changed. `geartrain schema` prints the JSON Schema of this file for "
      "editors.\n"
      "name: " +
      pipeline + "\n";
  return {
      {"pipeline.yaml", head + steps},
      {"src/collect.py", collect},
      {"src/train.py", train},
      {"src/select_best.py", select_best},
      {"README.md", "# " + pipeline +
                        "\n\n`geartrain run` makes a table, fits a line to it at several learning "
                        "rates, and keeps the best.\n"},
  };
}

}  // namespace gt
