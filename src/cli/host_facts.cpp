#include "cli/host_facts.h"

#include <set>

#include "base/text.h"
#include "base/thread.h"
#include "environment/host.h"

namespace gt {

namespace {

PythonSpecification specification_of(const std::pair<std::string, std::string>& name) {
  return {.requirements = name.first, .interpreter = name.second};
}

std::pair<std::string, std::string> name_of(const PythonEnvironment& python) {
  return {python.requirements, python.interpreter};
}

/// The second word of "file src/x.py 5e88…".
std::optional<std::string> path_in(std::string_view line) {
  const auto words = split(line, ' ');
  return words.size() == 3 ? unescaped(words[1]) : std::nullopt;
}

std::set<std::string> lines_of(const std::string& text) {
  std::set<std::string> lines;
  for (const auto line : split(text, '\n'))
    if (!line.empty()) lines.emplace(line);
  return lines;
}

}  // namespace

Result<std::shared_ptr<const HostFacts::Selected>> HostFacts::select(
    const std::vector<std::string>* globs) {
  Selection selection;
  if (globs) selection = *globs;
  if (const auto found = selected_.find(selection); found != selected_.end()) return found->second;
  std::optional<SourceFacts> seen;
  if (selection && moment_) seen = seen_already(*selection);
  if (!seen)
    seen = TRY(parts_.source.facts(
        {.globs = selection.value_or(std::vector<std::string>()), .is_whole = !selection}));
  SourceFacts& facts = *seen;
  for (const std::string& note : facts.notes) parts_.say(note);
  auto set = std::make_shared<const SourceSet>(SourceSet{to_text(facts), facts.digest});
  auto kept = std::make_shared<const Selected>(Selected{std::move(set), std::move(facts)});
  by_digest_[kept->set->digest] = kept;
  return selected_.emplace(std::move(selection), std::move(kept)).first->second;
}

void HostFacts::look_again() {
  constexpr std::size_t earlier_max = 256;
  for (auto& [selection, selected] : selected_) earlier_.push_back(std::move(selected));
  selected_.clear();
  moment_.reset();
  if (earlier_.size() > earlier_max) earlier_.erase(earlier_.begin(), earlier_.end() - earlier_max);
  std::erase_if(by_digest_, [](const auto& known) { return known.second.expired(); });
  host_.clear();
  const std::lock_guard lock(mutex_);
  // One that is being made is about to be known.
  std::erase_if(builders_,
                [this](const auto& builder) { return installations_.contains(builder.first); });
  installations_.clear();
}

std::optional<SourceFacts> HostFacts::seen_already(const std::vector<std::string>& globs) const {
  std::vector<std::string> paths;
  for (const std::string& text : globs) {
    const auto glob = Glob::parse_selection(text);
    if (!glob || !glob->is_literal()) return std::nullopt;
    paths.push_back(glob->literal_prefix());
  }
  return facts_of_files(moment_->facts, std::move(paths));
}

Result<std::shared_ptr<const SourceSet>> HostFacts::hold_still() {
  moment_ = TRY(select(nullptr));
  return moment_->set;
}

Result<std::shared_ptr<const SourceSet>> HostFacts::source(const std::vector<std::string>* globs) {
  return TRY(select(globs))->set;
}

Result<std::vector<std::string>> HostFacts::changed_since(const SourceSet& set) {
  const auto found = by_digest_.find(set.digest);
  const auto known = found == by_digest_.end() ? nullptr : found->second.lock();
  if (!known) return changed_since_unknown(set);
  return parts_.source.changed_since(known->facts);
}

/// A set that another engine made: what its lines name is looked at again and compared.
Result<std::vector<std::string>> HostFacts::changed_since_unknown(const SourceSet& set) {
  const std::set<std::string> before = lines_of(set.text);
  std::vector<std::string> globs;
  bool is_whole = false;
  for (const std::string& line : before) {
    const auto path = path_in(line);
    if (!path) return error(Errc::internal, "a source set has the line {}", printable(line));
    is_whole = is_whole || (*path == "." && line.starts_with("listing "));
    globs.push_back(*path);
  }
  const SourceFacts facts =
      TRY(parts_.source.facts({.globs = std::move(globs), .is_whole = is_whole}));
  const std::set<std::string> now = lines_of(to_text(facts));
  std::vector<std::string> changed;
  for (const std::string& line : before)
    if (!now.contains(line)) changed.push_back(*path_in(line));
  return changed;
}

Result<EnvironmentFacts> HostFacts::host(const std::string& argv0) {
  if (const auto found = host_.find(argv0); found != host_.end()) return found->second;
  const char* const path = parts_.variable("PATH");
  EnvironmentFacts facts = TRY(host_facts(parts_.source, argv0, path == nullptr ? "" : path));
  host_.emplace(argv0, facts);
  return facts;
}

std::optional<Result<PythonInstallation>> HostFacts::known(const Name& name) {
  const std::lock_guard lock(mutex_);
  const auto found = installations_.find(name);
  if (found == installations_.end()) return std::nullopt;
  return found->second;
}

void HostFacts::keep(const Name& name, Result<PythonInstallation> made) {
  const std::lock_guard lock(mutex_);
  installations_.insert_or_assign(name, std::move(made));
}

void HostFacts::make_in_background(const Name& name) {
  if (builders_.contains(name)) return;
  parts_.say("making the environment of " + printable(name.first));
  auto builder = start_thread([this, name](const std::stop_token& stop) {
    keep(name, parts_.environments.make(specification_of(name), stop));
    made_ = true;
    parts_.wake();
  });
  if (builder) {
    builders_.emplace(name, *std::move(builder));
    return;
  }
  keep(name, std::move(builder).error());
  made_ = true;
  parts_.wake();
}

Result<std::variant<EnvironmentFacts, EnvironmentPending>> HostFacts::environment(
    const std::optional<PythonEnvironment>& python, const std::string& argv0) {
  using Answer = std::variant<EnvironmentFacts, EnvironmentPending>;
  if (auto facts = TRY(environment_if_made(python, argv0))) return Answer(*std::move(facts));
  make_in_background(name_of(*python));
  return Answer(EnvironmentPending{});
}

Result<std::optional<EnvironmentFacts>> HostFacts::environment_if_made(
    const std::optional<PythonEnvironment>& python, const std::string& argv0) {
  if (!python) {
    EnvironmentFacts facts = TRY(host(argv0));
    return std::optional(std::move(facts));
  }
  const Name name = name_of(*python);
  if (auto made = known(name)) {
    const PythonInstallation installation = TRY(*std::move(made));
    return std::optional(installation.facts());
  }
  auto found = TRY(parts_.environments.find(specification_of(name)));
  if (!found) return std::optional<EnvironmentFacts>();
  EnvironmentFacts facts = found->facts();
  keep(name, *std::move(found));
  return std::optional(std::move(facts));
}

std::optional<std::string> HostFacts::inherited_variable(const std::string& name) {
  const char* const value = parts_.variable(name.c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

Result<Variables> HostFacts::python_variables(const PythonEnvironment& python) {
  const Name name = name_of(python);
  if (!known(name)) keep(name, parts_.environments.make(specification_of(name)));
  const PythonInstallation installation = TRY(*known(name));
  const char* const path = parts_.variable("PATH");
  return Variables{{"PATH", installation.bin_folder() + (path ? ":" + std::string(path) : "")},
                   {"VIRTUAL_ENV", installation.folder}};
}

}  // namespace gt
