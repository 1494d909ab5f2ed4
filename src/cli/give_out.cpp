#include "cli/give_out.h"

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

#include "base/file.h"
#include "base/id.h"
#include "base/text.h"
#include "blob/folder_blobs.h"

namespace gt {

namespace {

Result<void> print_value(Session& session, const Value& value, const OutputForm& output) {
  const Json shape = TRY(to_json(value));
  if (!output.is_table())
    session.console.print(output.text_of(shape));
  else
    session.console.print((shape.string() ? *shape.string() : pretty_json(shape)) + "\n");
  return {};
}

Result<void> print_file(Session& session, const std::string& path) {
  const UniqueFd file = TRY(open_file(path, O_RDONLY));
  std::string block(64U << 10U, '\0');
  while (!session.console.is_output_closed()) {
    const ssize_t count = ::read(file.get(), block.data(), block.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno_error(errno, "reading the artifact");
    if (count == 0) break;
    session.console.print(std::string_view(block).substr(0, static_cast<std::size_t>(count)));
  }
  return {};
}

/// Into a folder that is there under the artifact's own name, as cp does.
Result<std::string> destination(const Session& session, const Artifact& artifact,
                                const std::string& given) {
  std::string path = absolute_path(session, given);
  const bool is_inside = given.ends_with('/') || TRY(kind_of(path)) == PathKind::directory;
  if (is_inside) path = join_path(path, artifact.file_name);
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  const PathKind there = TRY(kind_of(path));
  const bool may_replace = !artifact.is_folder && there == PathKind::file;
  if (there == PathKind::nothing || may_replace) return path;
  return error(Errc::conflict, "{} is there already", printable(path));
}

Result<void> copy_out(FolderBlobs& blobs, Session& session, const Artifact& artifact,
                      const std::string& path) {
  TRY(make_directories(parent_path(path)));
  // Beside its place, then renamed: nobody sees a part of it.
  const std::string partial = join_path(
      parent_path(path), "." + make_uuid(session.clock.now(), session.entropy) + ".partial");
  auto placed = blobs.place({artifact.digest, artifact.is_folder}, partial, Placement::copy);
  if (placed) placed = rename_path(partial, path);
  if (!placed) (void)remove_tree(partial);
  return placed;
}

}  // namespace

Result<void> give_out(Session& session, Records& records, const GivenOutput& given,
                      const std::string& path, const OutputForm& output) {
  const Artifact* const artifact = given.value.artifact();
  const bool prints = path == "-";
  if (given.value.is_null())
    return error(Errc::not_found, "{} is null: the step did not write it", given.what);
  if (artifact == nullptr && prints) return print_value(session, given.value, output);
  if (artifact == nullptr) {
    const Json shape = TRY(to_json(given.value));
    const std::string text = shape.string() ? *shape.string() : pretty_json(shape);
    TRY(write_file_atomically(absolute_path(session, path), text + "\n", Durability::none));
    session.console.say(fmt::format("{} is in {}", given.what, printable(path)));
    return {};
  }
  FolderBlobs blobs(records.home, session.entropy, Durability::none);
  if (TRY(blobs.check({artifact->digest, artifact->is_folder}, CheckDepth::quick)) !=
      Health::intact) {
    Error problem = error(Errc::not_found, "the artifact of {} is not whole any more", given.what);
    problem.hint = "the next `geartrain run` makes it again";
    return problem;
  }
  if (prints && artifact->is_folder)
    return error(Errc::invalid, "{} is a folder: name a PATH for it", given.what);
  if (prints) return print_file(session, blobs.path_of({artifact->digest, false}));
  const std::string to = TRY(destination(session, *artifact, path));
  TRY(copy_out(blobs, session, *artifact, to));
  if (!output.is_table()) {
    JsonObject shape = *TRY(to_json(given.value)).object();
    shape.set("path", to);
    session.console.print(output.text_of(shape));
  } else {
    session.console.say(
        fmt::format("{}: {} ({})", given.what, printable(to), format_bytes(artifact->bytes)));
  }
  return {};
}

}  // namespace gt
