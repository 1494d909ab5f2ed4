#include "definition/include.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <set>

#include "base/text.h"
#include "definition/fields.h"
#include "definition/limits.h"
#include "definition/merge.h"
#include "definition/problems.h"

namespace gt {

namespace {

using definition_limits::include_depth_max;

/// Finds all files, each once, those that are included before those that include them.
class IncludeReader {
 public:
  IncludeReader(PipelineFiles& files, Problems& problems) : files_(files), problems_(problems) {}

  std::vector<SaidFile> read(const OpenedFile& file) {
    visit(file, *file.tree.root());
    return std::move(said_);
  }

 private:
  /// Numbers of the files that it includes, itself among them.
  const std::set<std::uint16_t>& visit(const OpenedFile& file, YamlNode root) {
    open_.push_back(&file);
    std::set<std::uint16_t> includes;
    if (const auto include = root.find("include")) {
      for_each_item(*include, [&](YamlNode item) {
        const OpenedFile* const other = files_.open(item, "`include`");
        if (!other || !is_good(*other, item)) return;
        const auto known = includes_.find(other->number);
        const auto& inside =
            known != includes_.end() ? known->second : visit(*other, *other->tree.root());
        includes.insert(inside.begin(), inside.end());
      });
    }
    open_.pop_back();
    said_.push_back({.file = file.number, .root = root, .includes = includes});
    includes.insert(file.number);
    return includes_[file.number] = std::move(includes);
  }

  template <typename Visit>
  void for_each_item(YamlNode include, const Visit& visit) {
    if (include.is(YamlKind::text)) return visit(include);
    if (!include.is(YamlKind::list))
      return add_wrong_kind(include, "`include`", "a path, or a list of paths", problems_);
    for (const YamlNode item : include.items()) visit(item);
  }

  bool is_good(const OpenedFile& file, YamlNode item) {
    const auto add = [&](std::string message, std::string expected, std::string hint = {}) {
      problems_.push_back(
          error_problem(item.position(), std::move(message), std::move(expected), std::move(hint)));
      return false;
    };
    const auto first = std::ranges::find(open_, &file);
    if (first != open_.end()) {
      std::string way;
      for (auto at = first; at != open_.end(); ++at) way += printable((*at)->path) + " → ";
      return add(fmt::format("the files include each other: {}{}", way, printable(file.path)),
                 "files without a cycle");
    }
    if (open_.size() > include_depth_max)
      return add(
          fmt::format("files include each other more than {} levels deep", include_depth_max),
          "fewer levels", "the limit is include_depth_max");
    if (!file.tree.root()) {
      const bool is_told = std::ranges::any_of(
          problems_, [&](const Problem& one) { return one.position.file == file.number; });
      return !is_told &&
             add(fmt::format("`include` names `{}`, which has nothing in it", printable(file.path)),
                 "a file with `steps`, `params` or settings");
    }
    if (file.tree.root()->is(YamlKind::mapping)) return true;
    add_wrong_kind(*file.tree.root(), "the included file", "a mapping with `steps` or settings",
                   problems_);
    return false;
  }

  PipelineFiles& files_;
  Problems& problems_;
  std::vector<const OpenedFile*> open_;
  std::vector<SaidFile> said_;
  std::map<std::uint16_t, std::set<std::uint16_t>> includes_;
};

}  // namespace

std::optional<YamlTree> put_together(const OpenedFile& file, PipelineFiles& files,
                                     Problems& problems) {
  const auto root = file.tree.root();
  if (!root || !root->find("include")) return std::nullopt;
  return merge(IncludeReader(files, problems).read(file), files, problems);
}

}  // namespace gt
