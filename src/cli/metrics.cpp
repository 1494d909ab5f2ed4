#include "cli/metrics.h"

#include "base/file.h"
#include "base/text.h"

namespace gt {

namespace {

class NumberFinder {
 public:
  NumberFinder(std::string task, std::string output, std::vector<Metric>& found)
      : task_(std::move(task)), output_(std::move(output)), found_(found) {}

  void add(const Json& value, const std::string& name) {
    if (count_ == metrics_per_file_max) return;
    if (value.integer() != nullptr) {
      add_number(name, static_cast<double>(*value.integer()));
    } else if (value.real() != nullptr) {
      add_number(name, *value.real());
    } else if (value.object() != nullptr) {
      for (const auto& [key, member] : *value.object())
        add(member, name.empty() ? key : name + "." + key);
    } else if (value.list() != nullptr) {
      for (std::size_t i = 0; i < value.list()->size(); ++i)
        add((*value.list())[i], fmt::format("{}[{}]", name, i));
    }
  }

 private:
  void add_number(const std::string& name, double value) {
    found_.push_back({task_, output_, name, value});
    ++count_;
  }

  std::string task_, output_;
  std::vector<Metric>& found_;
  std::size_t count_ = 0;
};

bool is_metrics(const Output& output) {
  const ArtifactType* const type = std::get_if<ArtifactType>(&output.type);
  return type != nullptr && *type == ArtifactType::metrics;
}

}  // namespace

std::string Metric::label() const {
  return fmt::format("{}.{}{}{}", task, output, name.empty() ? "" : " ", name);
}

std::vector<Metric> metrics_of(const RunView& view, const FolderBlobs& blobs) {
  std::vector<Metric> found;
  for (const TaskRecord* task : view.in_order()) {
    const std::vector<Output>& outputs = view.step_of(*task).outputs;
    const TaskResult* const result = view.result(*task);
    if (task->kind != TaskKind::step || result == nullptr || !is_success(task->state)) continue;
    for (std::size_t i = 0; i < outputs.size() && i < result->outputs.size(); ++i) {
      const Artifact* const artifact = result->outputs[i].artifact();
      if (!is_metrics(outputs[i]) || artifact == nullptr || artifact->is_folder) continue;
      const auto text =
          read_regular_file(blobs.path_of({artifact->digest, false}), metrics_file_bytes_max);
      if (!text) continue;
      const auto json = parse_json(*text);
      if (json) NumberFinder(view.path(*task), outputs[i].name, found).add(*json, "");
    }
  }
  return found;
}

std::string number_text(double value) {
  std::string text = compact_json(Json(value));
  if (text.ends_with(".0")) text.resize(text.size() - 2);
  return text;
}

}  // namespace gt
