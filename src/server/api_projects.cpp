#include <charconv>

#include "base/text.h"
#include "server/answers.h"
#include "server/api_handlers.h"
#include "view/project_view.h"

namespace gt {

namespace {

constexpr std::size_t message_bytes_max = 1000;
/// So many are named at once; the others come with the next answer.
constexpr std::size_t missing_max = 5000;

Result<Digest> digest_of(const std::string& text, std::string_view what) {
  const auto digest = Digest::parse(text);
  if (!digest)
    return error(Errc::invalid, "{} is not the SHA-256 of a file in 64 hex digits", what);
  return *digest;
}

/// Of `bytes 0-1048575/5000000` (RFC 9110, 14.4), and of a body that is the whole file without it.
Result<FilePiece> piece_of(const ApiCall& call) {
  FilePiece piece{.file = TRY(digest_of(call.name(1), "the path's last word")),
                  .begin = 0,
                  .total = static_cast<std::int64_t>(call.request.body.size()),
                  .bytes = call.request.body};
  const std::string* const range = call.request.headers.find("Content-Range");
  if (range == nullptr) return piece;
  const Error wrong{Errc::invalid, "Content-Range does not say which bytes of the file these are",
                    "write it as `bytes 0-1048575/5000000`"};
  std::string_view text = *range;
  constexpr std::string_view unit = "bytes ";
  const std::size_t dash = text.find('-'), slash = text.find('/');
  if (!text.starts_with(unit) || dash == std::string_view::npos ||
      slash == std::string_view::npos || slash < dash)
    return wrong;
  const auto begin = parse_whole_number(text.substr(unit.size(), dash - unit.size()));
  const auto last = parse_whole_number(text.substr(dash + 1, slash - dash - 1));
  const auto total = parse_whole_number(text.substr(slash + 1));
  if (!begin || !last || !total || *begin < 0 || *last < *begin || *last >= *total ||
      *last - *begin + 1 != static_cast<std::int64_t>(piece.bytes.size()))
    return wrong;
  piece.begin = *begin;
  piece.total = *total;
  return piece;
}

Result<JsonObject> object_member(const JsonObject& body, std::string_view name) {
  const Json* const member = body.find(name);
  if (member == nullptr || member->is_null()) return JsonObject();
  if (member->object() == nullptr) return error(Errc::invalid, "{} is not an object", name);
  return *member->object();
}

HttpResponse missing_answer(const std::vector<MissingFile>& missing) {
  JsonList files;
  for (const MissingFile& one : missing) {
    if (files.size() >= missing_max) break;
    files.emplace_back(one.digest.hex());
  }
  JsonObject body{{"status", 409},
                  {"title", "Conflict"},
                  {"code", "conflict"},
                  {"detail", "files of the version have not come yet"},
                  {"missing", std::move(files)}};
  HttpResponse answer = json_answer(409, std::move(body));
  answer.headers = {{"Content-Type", "application/problem+json"}, {"Cache-Control", "no-store"}};
  return answer;
}

}  // namespace

Answer list_projects(const ApiCall& call) {
  TRY(check_query(call.request, {}));
  auto reader = TRY(call.parts.database.begin_read());
  JsonList list;
  for (const PushedProject& one : TRY(ProjectStore().list(reader)))
    list.emplace_back(project_json(one));
  return json_answer(200, JsonObject{{"projects", std::move(list)}});
}

Answer get_project(const ApiCall& call) {
  TRY(check_query(call.request, {}));
  auto reader = TRY(call.parts.database.begin_read());
  return json_answer(200, project_json(TRY(ProjectStore().find(reader, call.name(0)))));
}

Answer remove_project(const ApiCall& call) {
  TRY(check_query(call.request, {}));
  TRY(call.parts.projects.remove(call.name(0)));
  return HttpResponse{.status = 204, .headers = {}, .body = {}};
}

Answer list_versions(const ApiCall& call) {
  TRY(check_query(call.request, {}));
  auto reader = TRY(call.parts.database.begin_read());
  const auto versions = TRY(ProjectStore().versions(reader, call.name(0)));
  if (versions.empty())
    return error(Errc::not_found, "there is no project {}", shell_quoted(printable(call.name(0))));
  JsonList list;
  for (const ProjectVersion& one : versions) list.emplace_back(version_json(one));
  return json_answer(200, JsonObject{{"versions", std::move(list)}});
}

Answer activate_version(const ApiCall& call) {
  TRY(check_query(call.request, {}));
  const JsonObject body = TRY(body_of(call.request));
  TRY(check_members(body, {"version"}));
  const Json* const number = body.find("version");
  if (number == nullptr || number->integer() == nullptr)
    return error(Errc::invalid, "version is not the number of a version");
  const ProjectVersion active =
      TRY(call.parts.projects.activate(call.name(0), *number->integer(), call.caller.name));
  return json_answer(200, version_json(active));
}

Answer add_version(const ApiCall& call) {
  TRY(check_query(call.request, {}));
  const JsonObject body = TRY(body_of(call.request));
  TRY(check_members(body, {"tree", "git", "message"}));
  const std::string tree = TRY(text_member(body, "tree")).value_or("");
  AskedVersion asked{.project = call.name(0), .who = call.caller.name};
  asked.tree = TRY(digest_of(tree, "tree"));
  asked.git = TRY(object_member(body, "git"));
  asked.message = TRY(text_member(body, "message")).value_or("");
  if (asked.message.size() > message_bytes_max)
    return error(Errc::invalid, "message has more than {} bytes", message_bytes_max);
  const VersionAnswer answer = TRY(call.parts.projects.add_version(asked));
  if (!answer.missing.empty()) return missing_answer(answer.missing);
  JsonList pipelines;
  for (const std::string& name : answer.pipelines) pipelines.emplace_back(name);
  return json_answer(answer.is_new ? 201 : 200,
                     JsonObject{{"version", version_json(answer.version)},
                                {"is_new", answer.is_new},
                                {"pipelines", std::move(pipelines)}});
}

/// Any number of small files: for each a line of digest and size, then its bytes.
Answer put_files(const ApiCall& call) {
  TRY(check_query(call.request, {}));
  std::string_view rest = call.request.body;
  if (rest.empty())
    return Error{Errc::invalid, "there are no files in the body",
                 "for each file a line with its SHA-256 and its size, then its bytes"};
  std::int64_t files = 0;
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    const auto words = split(rest.substr(0, end), ' ');
    const auto size = words.size() == 2 ? parse_whole_number(words[1]) : std::nullopt;
    if (end == std::string_view::npos || !size || *size < 0)
      return Error{Errc::invalid, fmt::format("file {} has no line of its own", files + 1),
                   "for each file a line with its SHA-256 and its size, then its bytes"};
    rest.remove_prefix(end + 1);
    const auto bytes = static_cast<std::size_t>(*size);
    if (bytes > rest.size()) return error(Errc::invalid, "file {} is not all there", files + 1);
    const Digest digest = TRY(digest_of(std::string(words[0]), "the name of a file"));
    TRY(call.parts.projects.put(
        {.file = digest, .begin = 0, .total = *size, .bytes = rest.substr(0, bytes)}));
    rest.remove_prefix(bytes);
    ++files;
  }
  return json_answer(201, JsonObject{{"files", files}});
}

Answer put_file(const ApiCall& call) {
  TRY(check_query(call.request, {}));
  const FilePiece piece = TRY(piece_of(call));
  const std::int64_t there = TRY(call.parts.projects.put(piece));
  return json_answer(there == piece.total ? 201 : 202,
                     JsonObject{{"bytes", there}, {"total", piece.total}});
}

}  // namespace gt
