#include "execute/host_files.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>
#include <variant>

#include "base/file.h"
#include "base/text.h"
#include "execute/values_file.h"
#include "process/attempt_folder.h"

namespace gt {

namespace {

using Outcome = std::variant<AttemptSucceeded, AttemptFailed>;

// What a later engine still wants to know, and people.
constexpr std::array<std::string_view, 5> kept_files = {"lock", "log", "log.index", "log.zst",
                                                        "log.index.zst"};
constexpr std::string_view environment_link = "environment";

Result<void> place_input(const InputPlacement& input, const std::string& folder, BlobStore& blobs) {
  const std::string at = join_path(folder, input.path);
  if (TRY(kind_of(at)) != PathKind::nothing) return {};
  TRY(make_directories(parent_path(at)));
  const BlobName name{input.digest, input.is_folder};
  if (!input.copy) return blobs.place(name, at, Placement::link);
  // There whole or not at all: an engine that dies while it copies leaves nothing that looks done.
  const std::string partial = at + ".partial";
  TRY(remove_tree(partial));
  TRY(blobs.place(name, partial, Placement::copy));
  return rename_path(partial, at);
}

/// A step can exchange its own folder for a link; nothing may be read, moved or removed through it.
Result<void> require_real_folder(const std::string& folder) {
  if (TRY(kind_of(folder)) == PathKind::directory) return {};
  return error(Errc::invalid, "the attempt's folder {} is no folder any more", printable(folder));
}

bool is_empty_folder(const std::string& path) {
  const auto names = list_directory(path);
  return names && names->empty();
}

AttemptFailed failed(Cause cause, std::string message) {
  return {.cause = cause, .message = std::move(message), .exit_code = {}, .signal = {}};
}

/// Faults of several outputs become one failure; the cause is that of the first.
class Faults {
 public:
  void add(Cause cause, std::string message) {
    if (!failure_) {
      failure_ = failed(cause, std::move(message));
      return;
    }
    failure_->message += "; " + message;
  }
  std::optional<AttemptFailed>& failure() { return failure_; }

 private:
  std::optional<AttemptFailed> failure_;
};

Result<std::map<std::string, std::string>> read_values(const std::string& folder, Faults& faults) {
  const std::string path = join_path(folder, "values");
  const PathKind kind = TRY(kind_of(path));
  if (kind == PathKind::nothing) return std::map<std::string, std::string>();
  if (kind != PathKind::file) {
    faults.add(Cause::invalid_output, "the values file is no regular file");
    return std::map<std::string, std::string>();
  }
  auto text = read_file(path, values_file_bytes_max);
  if (!text && text.error().code == Errc::exhausted) {
    faults.add(Cause::invalid_output,
               fmt::format("the values file has more than {} bytes (limit values_file_bytes_max); "
                           "what is larger is given as an output with a path",
                           values_file_bytes_max));
    return std::map<std::string, std::string>();
  }
  if (!text) return std::move(text).error();
  auto values = parse_values_file(*text);
  if (values) return values;
  faults.add(Cause::invalid_output, values.error().message);
  return std::map<std::string, std::string>();
}

OutputValue take_value(const OutputExpectation& output,
                       const std::map<std::string, std::string>& values, Faults& faults) {
  const auto found = values.find(output.name);
  if (found == values.end()) {
    if (output.optional) return {};
    std::vector<std::string> names;
    for (const auto& [name, text] : values) names.push_back(name);
    const auto similar = nearest(output.name, names);
    faults.add(Cause::missing_output,
               fmt::format("the value {} was not written (a line {}=… in the file named by "
                           "$GEARTRAIN_VALUES){}",
                           output.name, output.name,
                           similar ? "; did you mean " + printable(*similar) + "?" : ""));
    return {};
  }
  auto value = parse_value(found->second, std::get<ValueType>(output.type));
  if (value) return value_from_json(*value);
  faults.add(Cause::invalid_output,
             fmt::format("the value {}: {}", output.name, value.error().message));
  return {};
}

Result<OutputValue> take_artifact(const OutputExpectation& output, const std::string& folder,
                                  BlobStore& blobs, Faults& faults) {
  // From the attempt's folder on, so that `outputs` itself may not be a link either: what is taken
  // in is moved away from where it was.
  auto blob = blobs.take_in({.folder = folder,
                             .path = join_path("outputs", output.path),
                             .is_folder = output.is_folder,
                             .may_move = true,
                             .receipt = join_path(folder, "taken." + output.name)});
  if (blob) {
    const std::string file_name(gt::file_name(output.path));
    return OutputValue(Artifact{.digest = blob->name.digest,
                                .is_folder = output.is_folder,
                                .bytes = blob->bytes,
                                .file_name = file_name,
                                .path = {}});
  }
  switch (blob.error().code) {
    case Errc::not_found:
      if (!output.optional)
        faults.add(Cause::missing_output, fmt::format("the output {} was not written: {}",
                                                      output.name, blob.error().message));
      return OutputValue();
    case Errc::invalid:
      faults.add(Cause::invalid_output,
                 fmt::format("the output {}: {}", output.name, blob.error().message));
      return OutputValue();
    default:
      return std::move(blob).error().context("taking the output {} in", output.name);
  }
}

}  // namespace

Result<void> place_inputs(const Launch& launch, const std::string& folder, BlobStore& blobs) {
  for (const auto& input : launch.inputs)
    TRY(place_input(input, folder, blobs).context("placing the input {}", printable(input.path)));
  return {};
}

Result<void> note_environment(const std::string& folder, const Variables& python) {
  const auto found = std::ranges::find(python, "VIRTUAL_ENV", &Variables::value_type::first);
  if (found == python.end()) return {};
  TRY(make_directories(folder));
  const std::string at = join_path(folder, environment_link);
  TRY(remove_tree(at));
  if (::symlink(found->second.c_str(), at.c_str()) != 0)
    return errno_error(errno, fmt::format("noting the environment in {}", printable(at)));
  return {};
}

Result<std::unordered_set<std::string>> environments_in_use(const std::string& attempts) {
  std::unordered_set<std::string> used;
  if (TRY(kind_of(attempts)) == PathKind::nothing) return used;
  for (const std::string& name : TRY(list_directory(attempts))) {
    const std::string folder = join_path(attempts, name);
    auto environment = read_link(join_path(folder, environment_link));
    if (!environment) continue;
    const auto status = inspect_attempt(folder);
    // What cannot be told may run.
    if (!status || status->phase == AttemptPhase::running) used.insert(*std::move(environment));
  }
  return used;
}

Result<std::optional<AttemptFailed>> find_modified_inputs(const Launch& launch, BlobStore& blobs) {
  Faults faults;
  for (const auto& input : launch.inputs) {
    if (input.copy) continue;
    const BlobName name{input.digest, input.is_folder};
    const Health health = TRY(blobs.check(name, CheckDepth::quick));
    if (health == Health::intact) continue;
    if (health == Health::changed) TRY(blobs.quarantine(name));
    faults.add(Cause::modified_input,
               fmt::format("the artifact behind the input {} was changed or removed while the step "
                           "ran; an input that the step changes needs `copy: true`",
                           printable(input.path)));
  }
  return faults.failure();
}

Result<Outcome> take_outputs(const Launch& launch, const std::string& folder, BlobStore& blobs) {
  Faults faults;
  if (const auto real = require_real_folder(folder); !real)
    return Outcome(failed(Cause::invalid_output, real.error().message));
  const bool has_values = std::ranges::any_of(launch.outputs, [](const auto& output) {
    return std::holds_alternative<ValueType>(output.type);
  });
  std::map<std::string, std::string> values;
  if (has_values) values = TRY(read_values(folder, faults));
  // A values file that cannot be read makes every value missing: one fault says enough.
  if (faults.failure()) return Outcome(*std::move(faults.failure()));
  AttemptSucceeded succeeded;
  for (const auto& output : launch.outputs) {
    if (std::holds_alternative<ValueType>(output.type))
      succeeded.outputs.push_back(take_value(output, values, faults));
    else
      succeeded.outputs.push_back(TRY(take_artifact(output, folder, blobs, faults)));
  }
  if (faults.failure()) return Outcome(*std::move(faults.failure()));
  return Outcome(std::move(succeeded));
}

Result<void> forget_attempt_files(const std::string& folder, Chores& chores) {
  TRY(require_real_folder(folder));
  for (const auto& name : TRY(list_directory(folder))) {
    if (std::ranges::find(kept_files, name) != kept_files.end()) continue;
    const std::string path = join_path(folder, name);
    // An empty one goes with the attempt: see SpareFolders.
    if (name == "tmp" && is_empty_folder(path)) continue;
    TRY(chores.remove(path));
  }
  return {};
}

}  // namespace gt
