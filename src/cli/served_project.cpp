#include "cli/served_project.h"

#include <algorithm>
#include <array>
#include <set>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/error_report.h"
#include "cli/pipeline_choice.h"

namespace gt {

namespace {

/// Zero of a file that is not there.
FileStamp stamp_at(const std::string& path) {
  struct stat status{};
  return stat(path.c_str(), &status) == 0 ? stamp_of(status) : FileStamp();
}

}  // namespace

ServedProject::ServedProject(Session& session, const Project& project,
                             std::vector<std::string> files, Say say)
    : session_(session),
      project_(project),
      say_(std::move(say)),
      watch_(inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
  for (const std::string& file : files) given_.push_back(absolute_path(session, file));
}

ServedProject::ServedProject(Session& session, const Project& project, ProjectVersion version,
                             Say say)
    : session_(session), project_(project), version_(std::move(version)), say_(std::move(say)) {}

std::vector<std::string> ServedProject::paths() const {
  if (!given_.empty()) return given_;
  return project_pipeline_files(project_.root);
}

void ServedProject::look() {
  const std::vector<std::string> now = paths();
  for (auto known = files_.begin(); known != files_.end();) {
    if (std::ranges::find(now, known->first) != now.end()) {
      ++known;
      continue;
    }
    if (pipelines_.erase(known->second.pipeline) > 0)
      say_(fmt::format("{} is gone: pipeline {} has no triggers any more", known->second.shown,
                       known->second.pipeline));
    known = files_.erase(known);
  }
  for (const std::string& path : now) {
    File& file = files_[path];
    if (file.parts.empty() || !is_as_it_was(file)) read(path, file);
  }
  watch_folders();
}

void ServedProject::look_at(const std::string& pipeline) {
  for (auto& [path, file] : files_)
    if (file.pipeline == pipeline && !is_as_it_was(file)) return read(path, file);
}

bool ServedProject::is_as_it_was(const File& file) const {
  return std::ranges::all_of(file.parts, [&](const auto& part) {
    const FileStamp now = stamp_at(part.first);
    return now == part.second && (now == FileStamp() || is_well_older(now, file.read_at));
  });
}

void ServedProject::read(const std::string& path, File& file) {
  // Also as long as it is not there.
  const std::string receivers = join_path(project_.root, receivers_file);
  file.parts = {{path, stamp_at(path)}, {receivers, stamp_at(receivers)}};
  file.read_at = session_.clock.now();
  auto text = find_pipeline_text(session_, project_, path);
  if (!text) return tell_trouble(file, text.error().message);
  text->version = version_;
  file.shown = text->recorded_path;
  ReadResult read = read_whole(*text);
  for (const FileText& one : read.named) {
    const std::string part = join_path(project_.root, one.path);
    file.parts.emplace_back(part, stamp_at(part));
  }
  if (!read.pipeline || has_error(read.problems)) {
    const auto sources = problem_sources(session_, *text, read.named);
    return tell_trouble(file, render_problems(read.problems, sources, Colors::none));
  }
  take(path, file,
       {.from = *std::move(text),
        .named = std::move(read.named),
        .pipeline = std::make_shared<const Pipeline>(*std::move(read.pipeline)),
        .has_warnings = !read.problems.empty()});
}

void ServedProject::take(const std::string& path, File& file, PipelineSource source) {
  const std::string name = source.pipeline->name;
  for (const auto& [other_path, other] : files_)
    if (other_path != path && other.pipeline == name)
      return tell_trouble(
          file, fmt::format("pipeline {} is in {} already", printable(name), other.shown));
  const auto before = pipelines_.find(name);
  if (!file.trouble.empty()) say_(fmt::format("{} is in order again", file.shown));
  file.trouble.clear();
  if (before != pipelines_.end() && before->second->source.from.text == source.from.text &&
      std::ranges::equal(
          before->second->source.named, source.named,
          [](const auto& a, const auto& b) { return a.path == b.path && a.text == b.text; }))
    return;
  if (before != pipelines_.end()) say_(fmt::format("{} has changed", file.shown));
  if (!file.pipeline.empty() && file.pipeline != name) pipelines_.erase(file.pipeline);
  file.pipeline = name;
  auto served = std::make_shared<ServedPipeline>();
  for (const Trigger& trigger : source.pipeline->triggers) {
    if (trigger.schedule() == nullptr) {
      served->schedules.emplace_back();
      continue;
    }
    auto placed = place_schedule(*trigger.schedule());
    if (!placed)
      say_(fmt::format("trigger {} of {} begins no runs: {}", printable(trigger.name),
                       printable(name), placed.error().message));
    served->schedules.push_back(placed ? std::optional(*std::move(placed)) : std::nullopt);
  }
  served->source = std::move(source);
  pipelines_[name] = std::move(served);
}

void ServedProject::tell_trouble(File& file, std::string trouble) {
  if (file.trouble == trouble) return;
  file.trouble = std::move(trouble);
  for (const std::string_view line : split(file.trouble, '\n'))
    if (!line.empty()) say_("    " + std::string(line));
  say_(file.pipeline.empty()
           ? fmt::format("{} cannot be served before it is mended", file.shown)
           : fmt::format("{} has errors: what it said before counts until it is mended",
                         file.shown));
}

void ServedProject::watch_folders() {
  if (!watch_) return;
  std::set<std::string> folders = {project_.root, join_path(project_.root, pipelines_folder)};
  for (const auto& [path, file] : files_)
    for (const auto& [part, stamp] : file.parts) folders.insert(parent_path(part));
  // One that is watched already is the same watch; one that is not there comes with its parent.
  for (const std::string& folder : folders)
    (void)inotify_add_watch(
        watch_.get(), folder.c_str(),
        IN_CLOSE_WRITE | IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_ONLYDIR);
}

bool ServedProject::has_news() {
  if (!watch_) return false;
  // Made for the first event that asks: most calls come with none.
  std::optional<std::set<std::string_view>> names;
  const auto is_part = [&](std::string_view name) {
    if (!names) {
      names.emplace();
      for (const auto& [path, file] : files_)
        for (const auto& [part, stamp] : file.parts) names->insert(file_name(part));
    }
    return names->contains(name);
  };
  bool is_news = false;
  alignas(inotify_event) std::array<char, 16384> bytes;
  for (;;) {
    const ssize_t count = ::read(watch_.get(), bytes.data(), bytes.size());
    if (count <= 0) return is_news;
    for (ssize_t at = 0; at < count;) {
      const auto* const event = reinterpret_cast<const inotify_event*>(bytes.data() + at);
      at += static_cast<ssize_t>(sizeof(inotify_event) + event->len);
      const std::string_view name = event->len > 0 ? event->name : "";
      // A file that is being made is news when it is closed.
      const bool is_begun = (event->mask & IN_CREATE) != 0 && (event->mask & IN_ISDIR) == 0;
      if (!is_begun && !is_news)
        is_news = (event->mask & IN_Q_OVERFLOW) != 0 || is_pipeline_file_name(name) ||
                  name == pipelines_folder || is_part(name);
    }
  }
}

}  // namespace gt
