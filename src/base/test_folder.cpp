#include "base/test_folder.h"

#include <cstdlib>

#include "base/entropy.h"
#include "base/file.h"

namespace gt {

TestFolder::TestFolder() {
  const char* parent = std::getenv("TMPDIR");
  SystemEntropy entropy;
  path_ = fmt::format("{}/geartrain-test-{:016x}", parent == nullptr ? "/tmp" : parent,
                      entropy.next64());
  const auto made = make_directories(path_);
  GT_CHECK(made.ok(), "a test needs a folder");
}

TestFolder::~TestFolder() { (void)remove_tree(path_).ok(); }

std::string TestFolder::write(const std::string& name, const std::string& bytes) const {
  const std::string path = *this / name;
  GT_CHECK(make_directories(parent_path(path)).ok(), "a test's folder can be written");
  GT_CHECK(write_file_atomically(path, bytes, Durability::none).ok(),
           "a test's folder can be written");
  return path;
}

}  // namespace gt
