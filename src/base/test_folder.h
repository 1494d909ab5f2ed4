/// A folder for one test, removed at its end.
#pragma once

#include <string>

namespace gt {

/// Below $TMPDIR or /tmp. Threads: any.
class TestFolder {
 public:
  TestFolder();
  ~TestFolder();
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;

  const std::string& path() const { return path_; }
  /// The path of a name in the folder.
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  /// Writes a file, with the folders above it; returns its path.
  std::string write(const std::string& name, const std::string& bytes) const;

 private:
  std::string path_;
};

}  // namespace gt
