#include "definition/pipeline_files.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/text.h"
#include "definition/fields.h"
#include "definition/limits.h"
#include "definition/paths.h"
#include "definition/problems.h"

namespace gt {

namespace {

using definition_limits::pipeline_files_bytes_max;
using definition_limits::pipeline_files_max;

bool is_yaml_file(std::string_view path) {
  return path.ends_with(".yaml") || path.ends_with(".yml");
}

}  // namespace

PipelineFiles::PipelineFiles(std::string_view text, const NamedFiles& named, Problems& problems)
    : named_(named), problems_(problems) {
  OpenedFile& own = files_.emplace_back();
  own.path = named.own_path;
  if (!own.path.empty()) by_path_.emplace(own.path, &own);
  parse(own, text);
}

void PipelineFiles::parse(OpenedFile& file, std::string_view text) {
  bytes_ += text.size();
  // Aliases of all files count together, as if they stood in one.
  YamlLimits limits;
  limits.alias_nodes_max -= std::min<std::uint64_t>(alias_nodes_, limits.alias_nodes_max);
  YamlFile about{.number = file.number};
  if (file.number != 0) about.name = std::make_shared<const std::string>(file.path);
  file.tree = parse_yaml(text, problems_, limits, std::move(about));
  alias_nodes_ += file.tree.alias_nodes();
}

const OpenedFile* PipelineFiles::open(YamlNode node, std::string_view what) {
  const auto path = read_text(node, what, problems_);
  if (!path) return nullptr;
  const auto add = [&](std::string message, std::string expected, std::string hint = {}) {
    problems_.push_back(error_problem(node.position(),
                                      fmt::format("{} `{}` {}", what, printable(*path), message),
                                      std::move(expected), std::move(hint)));
    return nullptr;
  };
  if (auto fault = fault_of_relative_path(*path)) {
    const bool leaves = fault->message.find("leads out") != std::string::npos;
    return add(fault->message, leaves ? "a path from the project's root" : fault->expected,
               fault->hint);
  }
  if (!is_yaml_file(*path)) return add("is no YAML file", "a path that ends with .yaml or .yml");
  const auto known = by_path_.find(*path);
  if (known != by_path_.end()) return known->second;
  return by_path_[*path] = read(node, what, *path);
}

/// People write paths as seen from the file that they are in.
std::string PipelineFiles::advice_for(YamlNode node, const std::string& path) const {
  const std::string& here = files_[node.position().file].path;
  const auto slash = here.rfind('/');
  if (slash == std::string::npos) return "paths start at the project's root";
  const std::string beside = here.substr(0, slash + 1) + path;
  if (fault_of_relative_path(beside) || !named_.read(beside))
    return "paths start at the project's root";
  return fmt::format("paths start at the project's root: write {}", printable(beside));
}

const OpenedFile* PipelineFiles::read(YamlNode node, std::string_view what,
                                      const std::string& path) {
  const auto add = [&](std::string message, std::string hint) {
    problems_.push_back(error_problem(node.position(), std::move(message), "", std::move(hint)));
    return nullptr;
  };
  if (files_.size() >= pipeline_files_max)
    return add(fmt::format("more than {} files", pipeline_files_max),
               "the limit is pipeline_files_max");
  auto text = named_.read ? named_.read(path)
                          : Result<std::string>(error(Errc::not_found, "cannot be read from here"));
  if (!text)
    return add(fmt::format("{} names `{}`, which {}", what, printable(path), text.error().message),
               text.error().code == Errc::not_found && named_.read ? advice_for(node, path)
                                                                   : text.error().hint);
  if (bytes_ + text->size() > pipeline_files_bytes_max)
    return add(fmt::format("with `{}` the files have more than {}", printable(path),
                           format_bytes(pipeline_files_bytes_max)),
               "the limit is pipeline_files_bytes_max");
  return keep(path, *std::move(text));
}

const OpenedFile* PipelineFiles::keep(const std::string& path, std::string text) {
  OpenedFile& file = files_.emplace_back();
  file.path = path;
  file.text = std::move(text);
  file.number = static_cast<std::uint16_t>(files_.size() - 1);
  parse(file, file.text);
  return &file;
}

const OpenedFile* PipelineFiles::open_if_there(const std::string& path, Position at) {
  const auto known = by_path_.find(path);
  if (known != by_path_.end()) return known->second;
  auto text =
      named_.read ? named_.read(path) : Result<std::string>(error(Errc::not_found, "is not there"));
  if (text) return by_path_[path] = keep(path, *std::move(text));
  if (text.error().code != Errc::not_found)
    problems_.push_back(
        error_problem(at, fmt::format("{} {}", path, text.error().message), "", text.error().hint));
  return by_path_[path] = nullptr;
}

std::string PipelineFiles::place(Position at, Position from) const {
  if (at.file == from.file) return fmt::format("line {}", at.line);
  const std::string& path = files_[at.file].path;
  return fmt::format("{}:{}", path.empty() ? "the pipeline's own file" : printable(path), at.line);
}

std::vector<FileText> PipelineFiles::take_named() && {
  std::vector<FileText> named;
  for (std::size_t i = 1; i < files_.size(); ++i)
    named.push_back({std::move(files_[i].path), std::move(files_[i].text)});
  return named;
}

}  // namespace gt
