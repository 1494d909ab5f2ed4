#include <fcntl.h>
#include <sys/stat.h>

#include "base/text.h"
#include "blob/folder_blobs.h"
#include "server/artifact_upload.h"
#include "server/byte_range.h"
#include "server/mlflow_answers.h"
#include "server/mlflow_handlers.h"
#include "tracking/artifact_store.h"
#include "tracking/names.h"

namespace gt {

namespace {

constexpr std::string_view own_scheme = "mlflow-artifacts:";

/// The path at this server that a URI says; nullopt where the artifacts are elsewhere.
std::optional<std::string> path_of(std::string_view uri) {
  if (!uri.starts_with(own_scheme)) return std::nullopt;
  uri.remove_prefix(own_scheme.size());
  if (uri.starts_with("//")) return std::nullopt;
  while (uri.starts_with('/')) uri.remove_prefix(1);
  return std::string(uri);
}

std::string join(const std::string& folder, const std::string& name) {
  return folder.empty() ? name : folder + "/" + name;
}

std::string without_last_slash(std::string path) {
  while (path.ends_with('/')) path.pop_back();
  return path;
}

/// `front`: what each name begins with.
void add_entries(MlflowText& text, const std::vector<ArtifactEntry>& entries,
                 const std::string& front) {
  if (entries.empty()) return;
  text.open_list("files");
  for (const ArtifactEntry& entry : entries) {
    text.open();
    text.add("path", join(front, entry.name));
    text.add("is_dir", entry.is_folder);
    if (!entry.is_folder && entry.bytes > 0) text.add("file_size", entry.bytes);
    text.close();
  }
  text.close_list();
}

}  // namespace

MlflowAnswer mlflow_list_run_artifacts(const MlflowCall& call) {
  const std::string uuid = TRY(call.fields.run_id());
  const std::string below = without_last_slash(TRY(call.fields.text("path")).value_or(""));
  if (!below.empty()) TRY(check_artifact_path(below));
  auto reader = TRY(call.parts().database.begin_read());
  const TrackingRun run = TRY(TrackingRunStore().get(reader, uuid));
  const auto root = path_of(run.artifact_uri);
  if (!root)
    return mlflow_error(501, "NOT_IMPLEMENTED",
                        "the artifacts of this run are elsewhere, at " + run.artifact_uri);
  const auto entries =
      TRY(ArtifactStore().list(reader, below.empty() ? *root : join(*root, below)));
  MlflowText text;
  text.open();
  text.add("root_uri", run.artifact_uri);
  add_entries(text, entries, below);
  text.close();
  return std::move(text).answer();
}

MlflowAnswer mlflow_list_artifacts(const MlflowCall& call) {
  std::string folder = without_last_slash(TRY(call.fields.text("path")).value_or(""));
  if (!folder.empty()) TRY(check_artifact_path(folder));
  auto reader = TRY(call.parts().database.begin_read());
  const auto entries = TRY(ArtifactStore().list(reader, folder));
  MlflowText text;
  text.open();
  add_entries(text, entries, "");
  text.close();
  return std::move(text).answer();
}

MlflowAnswer mlflow_get_artifact(const MlflowCall& call) {
  auto reader = TRY(call.parts().database.begin_read());
  const TrackedFile tracked = TRY(ArtifactStore().get(reader, call.rest()));
  const FolderBlobs blobs(call.parts().home, call.parts().entropy, Durability::sync);
  auto body = std::make_shared<FileBody>();
  body->fd = TRY(open_regular_file(blobs.path_of({.digest = tracked.digest})));
  struct stat facts{};
  if (::fstat(body->fd.get(), &facts) != 0 || facts.st_size != tracked.bytes)
    return error(Errc::internal, "the artifact '{}' is damaged", printable(call.rest()));
  ByteRange range;
  const RangeKind kind = range_of(call.api.request.headers.find("Range"), tracked.bytes, range);
  HttpResponse answer{.status = 200,
                      .headers = {{"Content-Type", "application/octet-stream"},
                                  {"Content-Disposition", "attachment"},
                                  {"Accept-Ranges", "bytes"},
                                  {"Cache-Control", "no-store"}},
                      .body = {}};
  if (kind == RangeKind::none_there) {
    HttpResponse none = mlflow_error(416, "INVALID_PARAMETER_VALUE",
                                     fmt::format("the artifact has {} bytes", tracked.bytes));
    none.headers.add("Content-Range", fmt::format("bytes */{}", tracked.bytes));
    return none;
  }
  if (kind == RangeKind::part) {
    answer.status = 206;
    answer.headers.add("Content-Range",
                       fmt::format("bytes {}-{}/{}", range.first, range.end - 1, tracked.bytes));
  }
  body->begin = range.first;
  body->bytes = range.end - range.first;
  answer.body = std::move(body);
  return answer;
}

MlflowAnswer mlflow_put_artifact(const MlflowCall& call) {
  TRY(check_artifact_path(call.rest()));
  auto* const upload = dynamic_cast<ArtifactUpload*>(call.api.request.sink.get());
  if (upload == nullptr) return error(Errc::internal, "an artifact came without its bytes");
  // One for each, which holds the blob until the row that needs it is committed.
  FolderBlobs blobs(call.parts().home, call.parts().entropy, Durability::sync);
  const Blob blob = TRY(upload->keep(blobs));
  TRY(call.parts().commits.write([&](Transaction& transaction) {
    return ArtifactStore().put(transaction, call.rest(),
                               {.digest = blob.name.digest, .bytes = blob.bytes},
                               call.parts().clock.now());
  }));
  return mlflow_done();
}

MlflowAnswer mlflow_delete_artifact(const MlflowCall& call) {
  const std::string path = without_last_slash(call.rest());
  TRY(call.parts().commits.write(
      [&](Transaction& transaction) { return ArtifactStore().remove(transaction, path); }));
  return mlflow_done();
}

MlflowAnswer mlflow_no_parts(const MlflowCall&) {
  return mlflow_error(501, "NOT_IMPLEMENTED",
                      "artifacts are sent and fetched by one request each here");
}

}  // namespace gt
