#include "cli/project_files.h"

#include <cstdlib>
#include <filesystem>
#include <memory>

#include "base/file.h"
#include "base/text.h"
#include "definition/limits.h"

namespace gt {

namespace {

using definition_limits::pipeline_files_bytes_max;

struct Free {
  void operator()(char* text) const { std::free(text); }
};

/// Messages go on from "… names `x`, which …".
Result<std::string> read_inside(const std::string& root, const std::string& path) {
  const std::unique_ptr<char, Free> real(realpath(join_path(root, path).c_str(), nullptr));
  if (!real) {
    Error problem = errno_error(errno, "cannot be read");
    if (problem.code == Errc::not_found) problem.message = "is not there";
    return problem;
  }
  const std::string found = real.get();
  if (!found.starts_with(root == "/" ? root : root + "/"))
    return error(Errc::denied, "leads out of the project by a link");
  const PathKind kind = TRY(kind_of(found));
  if (kind == PathKind::directory) return error(Errc::invalid, "is a folder");
  if (kind != PathKind::file) return error(Errc::invalid, "is no regular file");
  auto text = read_regular_file(found, pipeline_files_bytes_max);
  if (text) return text;
  if (text.error().code == Errc::exhausted)
    return Error{Errc::exhausted,
                 fmt::format("is larger than {}", format_bytes(pipeline_files_bytes_max)),
                 "the limit is pipeline_files_bytes_max"};
  return std::move(text).context("cannot be read");
}

}  // namespace

NamedFiles project_files(const std::string& root, std::string own_path) {
  return {std::move(own_path), [root](const std::string& path) { return read_inside(root, path); }};
}

std::string shown_path(const Session& session, const std::string& root, const std::string& path) {
  const std::string full = join_path(root, path);
  const std::string& here = session.working_directory;
  if (here == root) return path;
  if (!(here + "/").starts_with(root + "/")) return full;
  return std::filesystem::path(full).lexically_relative(here).string();
}

}  // namespace gt
