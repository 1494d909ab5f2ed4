/// The files of one reading of a pipeline: each is read and parsed once, and has a number by which
/// positions know it.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/problem.h"
#include "definition/pipeline_texts.h"
#include "definition/yaml/tree.h"

namespace gt {

struct OpenedFile {
  std::string path;  ///< relative to the project's root; of the pipeline's own file maybe empty
  std::string text;
  std::uint16_t number = 0;  ///< Position::file
  YamlTree tree;
};

class PipelineFiles {
 public:
  /// `text` is the pipeline's own file, number 0. What is wrong with any file, as far as reading
  /// and YAML go, is appended to `problems`.
  PipelineFiles(std::string_view text, const NamedFiles& named, Problems& problems);

  const OpenedFile& own() const { return files_.front(); }
  /// The file whose path the node is; `what` is how messages call it ("`include`"). nullptr, and
  /// told at the node, if there is none or a limit is reached.
  const OpenedFile* open(YamlNode node, std::string_view what);
  /// Whether other files can be read from here.
  bool has_others() const { return named_.read != nullptr; }
  /// A file that need not be there. nullptr: it is not; one that is there and cannot be read is
  /// told at `at`.
  const OpenedFile* open_if_there(const std::string& path, Position at);
  /// "line 6", or in another file than `from` "shared/steps.yaml:6".
  std::string place(Position at, Position from) const;
  /// Without the pipeline's own, by number; ends the use of this.
  std::vector<FileText> take_named() &&;

 private:
  const OpenedFile* read(YamlNode node, std::string_view what, const std::string& path);
  const OpenedFile* keep(const std::string& path, std::string text);
  std::string advice_for(YamlNode node, const std::string& path) const;
  void parse(OpenedFile& file, std::string_view text);

  const NamedFiles& named_;
  Problems& problems_;
  std::deque<OpenedFile> files_;  ///< trees must stay where they are
  std::map<std::string, const OpenedFile*, std::less<>> by_path_;
  std::size_t bytes_ = 0;
  std::uint64_t alias_nodes_ = 0;
};

}  // namespace gt
