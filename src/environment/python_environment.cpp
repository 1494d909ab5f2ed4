#include "environment/python_environment.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <condition_variable>
#include <fcntl.h>
#include <mutex>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/file_lock.h"
#include "base/json.h"
#include "base/text.h"
#include "environment/host.h"
#include "environment/requirements.h"
#include "process/command.h"

namespace gt {

struct PythonEnvironments::Place {
  Interpreter interpreter;
  Requirements requirements;
  std::string base;  ///< <home>/environments/<key>
  std::optional<Resolution> resolution = {};
  /// Of the environment's folder; of an update it is ahead of the resolution.
  std::int64_t generation = 0;

  std::string folder() const {
    return generation == 0 ? base : fmt::format("{}-{}", base, generation);
  }
  std::string venv() const { return folder() + "/venv"; }
  std::string ready() const { return folder() + "/ready"; }
  std::string log() const { return base + ".log"; }
  std::string lock() const { return base + ".lock"; }
  std::string use() const { return folder() + ".use"; }
  std::string resolution_file() const { return base + ".resolution"; }
  bool is_update() const { return resolution && resolution->generation != generation; }
  void set_generation(std::int64_t number) { generation = number; }
};

namespace {

constexpr int ready_format = 1;

JsonObject to_json(const PythonInstallation& installation, const std::string& stamp) {
  JsonList packages;
  for (const auto& package : installation.packages) {
    JsonObject shape{
        {"name", package.name}, {"version", package.version}, {"record", package.record.hex()}};
    if (package.is_direct) shape.set("direct", true);
    packages.emplace_back(std::move(shape));
  }
  return {{"format", ready_format},
          {"folder", installation.folder},
          {"version", installation.version},
          {"architecture", installation.architecture},
          {"stamp", stamp},
          {"packages", std::move(packages)}};
}

std::string text_of(const Json& json, std::string_view name) {
  const Json* member = json.find(name);
  return member != nullptr && member->string() != nullptr ? *member->string() : std::string();
}

std::optional<PythonInstallation> from_json(const Json& json) {
  const Json* format = json.find("format");
  const Json* packages = json.find("packages");
  if (format == nullptr || *format != Json(ready_format)) return std::nullopt;
  if (packages == nullptr || packages->list() == nullptr) return std::nullopt;
  PythonInstallation installation{
      text_of(json, "folder"), text_of(json, "version"), text_of(json, "architecture"), {}};
  for (const Json& package : *packages->list()) {
    const auto record = Digest::parse(text_of(package, "record"));
    if (!record) return std::nullopt;
    installation.packages.push_back({text_of(package, "name"), text_of(package, "version"), *record,
                                     package.find("direct") != nullptr});
  }
  return installation;
}

// The stamp is taken first: what is installed while we look is seen the next time.
Result<void> read_and_write_ready(const std::string& file, PythonInstallation& installation) {
  const std::string stamp = TRY(packages_stamp(installation.folder));
  installation.packages = TRY(read_packages(installation.folder));
  return write_file_atomically(file, pretty_json(to_json(installation, stamp)) + "\n",
                               Durability::sync);
}

// Ours, without what would lead the builder to another environment.
std::vector<std::string> builder_environment(const std::string& path_variable) {
  constexpr std::array<std::string_view, 10> misleading = {
      "PATH",       "PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__",
      "PIP_PREFIX", "PIP_TARGET", "PIP_USER",   "PIP_ROOT",    "UV_PROJECT_ENVIRONMENT"};
  std::vector<std::string> variables = {"PATH=" + path_variable, "PIP_DISABLE_PIP_VERSION_CHECK=1",
                                        "PIP_NO_INPUT=1", "UV_NO_PROGRESS=1"};
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view text(*variable);
    const auto name = text.substr(0, text.find('='));
    if (std::ranges::find(misleading, name) == misleading.end()) variables.emplace_back(text);
  }
  return variables;
}

std::string last_lines(const std::string& file) {
  constexpr std::size_t lines_max = 15;
  const auto text = read_file(file);
  if (!text) return {};
  auto lines = split(trim(*text), '\n');
  if (lines.size() > lines_max)
    lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(lines_max));
  std::string result;
  for (const auto line : lines) result += "\n  " + printable(trim(line));
  return result;
}

// Another builder may take minutes, and flock(2) cannot wait for a stop as well.
Result<FileLock> wait_for_lock(const std::string& path, const std::stop_token& stop) {
  constexpr auto between_tries = std::chrono::milliseconds(50);
  std::mutex mutex;
  std::condition_variable_any stopped;
  for (;;) {
    if (auto lock = TRY(FileLock::try_take(path))) return *std::move(lock);
    std::unique_lock guard(mutex);
    stopped.wait_for(guard, stop, between_tries, [] { return false; });
    if (stop.stop_requested()) return error(Errc::cancelled, "cancelled");
  }
}

/// Where the home cannot be written, others cannot remove anything either.
std::shared_ptr<const FileLock> share_use(const std::string& file) {
  auto lock = FileLock::share(file);
  if (!lock) return nullptr;
  (void)::futimens(lock->fd(), nullptr);
  return std::make_shared<const FileLock>(*std::move(lock));
}

/// For people: what the environment was made for.
Result<void> write_origin(const std::string& folder, const PythonSpecification& specification) {
  const JsonObject origin = {{"requirements", specification.requirements},
                             {"interpreter", specification.interpreter}};
  return write_file_atomically(folder + "/origin", compact_json(origin) + "\n", Durability::none);
}

// A ready mark that survives a power cut must not stand on files that do not.
Result<void> sync_file_system(const std::string& folder) {
  const UniqueFd fd = TRY(open_file(folder, O_RDONLY | O_DIRECTORY));
  if (syncfs(fd.get()) != 0) return errno_error(errno, "synchronising the environment");
  return {};
}

}  // namespace

std::vector<std::string> PythonInstallation::facts() const {
  std::vector<std::string> lines = {"architecture " + escaped(architecture)};
  for (const auto& package : packages)
    lines.push_back(fmt::format("package {} {} {}", escaped(package.name), escaped(package.version),
                                package.record.hex()));
  lines.push_back("python " + escaped(version));
  return lines;
}

Result<PythonEnvironments::Place> PythonEnvironments::place_of(
    const PythonSpecification& specification, std::stop_token stop) const {
  Place place;
  place.requirements = TRY(read_requirements(root_, specification.requirements, *clock_));
  place.interpreter = TRY(
      find_interpreter(specification.interpreter, path_variable_, root_, folder_, std::move(stop)));
  const Digest key = sha256(fmt::format(
      "geartrain python environment 1\n{}\n{}\n{}\n{}\n{}\n\n{}",
      escaped(place.interpreter.executable), place.interpreter.version, place.interpreter.abi,
      place.interpreter.platform, place.interpreter.architecture, place.requirements.text));
  // Short, because it stands in the first line of every script of the environment.
  place.base = join_path(folder_, key.hex().substr(0, 20));
  place.resolution = read_resolution(place.resolution_file());
  if (place.resolution) place.set_generation(place.resolution->generation);
  return place;
}

Result<std::optional<PythonInstallation>> PythonEnvironments::look(const Place& place) const {
  if (access(place.ready().c_str(), F_OK) != 0) return std::optional<PythonInstallation>();
  // Before anything else: from now on nobody removes what we find.
  auto use = share_use(place.use());
  const auto text = read_file(place.ready());
  const auto json = text ? parse_json(*text) : Result<Json>(text.error());
  auto installation = json ? from_json(*json) : std::nullopt;
  // Copied or moved with its project: its scripts still point to the old place.
  if (!installation || installation->folder != place.venv())
    return std::optional<PythonInstallation>();
  // A removed interpreter leaves a dangling link.
  if (access((installation->bin_folder() + "/python").c_str(), X_OK) != 0)
    return std::optional<PythonInstallation>();
  const auto stamp = packages_stamp(installation->folder);
  if (!stamp) return std::optional<PythonInstallation>();
  if (*stamp != text_of(*json, "stamp")) {
    // Somebody installed into it, perhaps a step: the facts must say what is there now.
    TRY(read_and_write_ready(place.ready(), *installation));
  }
  // Made by a version that did not keep resolutions. Where that cannot be written, nothing is lost.
  if (!place.resolution)
    (void)write_resolution(place.resolution_file(), resolution_of(installation->packages, 0)).ok();
  installation->use = std::move(use);
  return installation;
}

Result<std::string> PythonEnvironments::key_of(const PythonSpecification& specification) const {
  return std::string(file_name(TRY(place_of(specification, {})).folder()));
}

Result<std::optional<PythonInstallation>> PythonEnvironments::find(
    const PythonSpecification& specification) {
  const Place place = TRY(place_of(specification, {}));
  return look(place);
}

Result<PythonInstallation> PythonEnvironments::make(const PythonSpecification& specification,
                                                    std::stop_token stop) {
  const Place place = TRY(place_of(specification, stop));
  if (auto found = TRY(look(place))) return *std::move(found);
  TRY(make_directories(folder_));
  const FileLock lock = TRY(wait_for_lock(place.lock(), stop));
  if (auto found = TRY(look(place))) return *std::move(found);
  return build_or_remove(specification, place, lock.fd(), stop);
}

Result<PythonUpdate> PythonEnvironments::update(const PythonSpecification& specification,
                                                std::stop_token stop) {
  TRY(make_directories(folder_));
  Place place = TRY(place_of(specification, stop));
  const FileLock lock = TRY(wait_for_lock(place.lock(), stop));
  // Once more, now that nobody else makes it.
  place = TRY(place_of(specification, stop));
  const auto present = TRY(look(place));
  PythonUpdate update;
  if (place.resolution)
    update.before = place.resolution->packages;
  else if (present)
    update.before = resolution_of(present->packages, 0).packages;
  if (!place.resolution) place.resolution.emplace();
  place.set_generation(place.resolution->generation + 1);
  const PythonInstallation made = TRY(build_or_remove(specification, place, lock.fd(), stop));
  const Resolution resolution = resolution_of(made.packages, place.generation);
  update.after = resolution.packages;
  if (present && present->packages == made.packages) {
    TRY(remove_tree(place.folder()));
    update.key = file_name(parent_path(present->folder));
    return update;
  }
  TRY(write_resolution(place.resolution_file(), resolution));
  update.key = file_name(place.folder());
  update.has_changed = true;
  return update;
}

Result<PythonInstallation> PythonEnvironments::build_or_remove(
    const PythonSpecification& specification, const Place& place, int lock_fd,
    std::stop_token stop) const {
  auto built = build(specification, place, lock_fd, std::move(stop));
  if (built) return built;
  // Without its mark it does not exist; what is left would only take room.
  (void)remove_tree(place.folder()).ok();
  return std::move(built).error().context("making the Python environment of {}",
                                          printable(specification.requirements));
}

Result<PythonInstallation> PythonEnvironments::build(const PythonSpecification& specification,
                                                     const Place& place, int lock_fd,
                                                     std::stop_token stop) const {
  TRY(remove_tree(place.folder()));
  TRY(make_directories(place.folder()));
  auto use = share_use(place.use());
  TRY(install(specification, place, lock_fd, std::move(stop)));
  const auto now = TRY(read_requirements(root_, specification.requirements, *clock_));
  if (now.text != place.requirements.text)
    return Error{Errc::conflict, "the requirements changed while they were installed", "run again"};
  PythonInstallation installation{
      place.venv(), place.interpreter.version, place.interpreter.architecture, {}};
  TRY(sync_file_system(place.folder()));
  // The resolution before the mark: what is once used is never made of other packages again.
  if (!place.resolution) {
    installation.packages = TRY(read_packages(installation.folder));
    TRY(write_resolution(place.resolution_file(), resolution_of(installation.packages, 0)));
  }
  TRY(write_origin(place.folder(), specification));
  TRY(read_and_write_ready(place.ready(), installation));
  installation.use = std::move(use);
  return installation;
}

Result<void> PythonEnvironments::install(const PythonSpecification& specification,
                                         const Place& place, int lock_fd,
                                         std::stop_token stop) const {
  const std::string python = place.venv() + "/bin/python";
  const std::string file = specification.requirements.starts_with('/')
                               ? specification.requirements
                               : join_path(root_, specification.requirements);
  const auto uv = resolve_program("uv", path_variable_, root_);
  std::vector<std::vector<std::string>> commands;
  if (uv) {
    commands.push_back({*uv, "venv", "--python", place.interpreter.executable, place.venv()});
    commands.push_back(
        {*uv, "pip", "install", "--python", python, "--compile-bytecode", "-r", file});
  } else {
    commands.push_back({place.interpreter.executable, "-m", "venv", place.venv()});
    commands.push_back({python, "-m", "pip", "install", "--progress-bar", "off", "-r", file});
  }
  if (place.resolution && !place.is_update()) {
    const std::string constraints = place.folder() + "/constraints.txt";
    TRY(write_file_atomically(constraints, place.resolution->constraints(), Durability::none));
    commands.back().insert(commands.back().end(), {"-c", constraints});
  } else if (uv && place.is_update()) {
    commands.back().emplace_back("--refresh");
  }
  if (!place.requirements.has_packages) commands.pop_back();

  const UniqueFd log = TRY(open_file(place.log(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND));
  for (const auto& argv : commands) {
    TRY(write_all(log.get(), "$ " + shell_quoted(argv) + "\n"));
    // The builder holds our lock as well: if we are killed, the next one waits until it has ended.
    const auto result = TRY(run_command({.argv = argv,
                                         .directory = root_,
                                         .environment = builder_environment(path_variable_),
                                         .output_fd = log.get(),
                                         .inherited_fd = lock_fd},
                                        stop));
    if (!result.succeeded())
      return Error{Errc::unavailable,
                   fmt::format("{} failed with exit code {}:{}", file_name(argv[0]),
                               result.exit_code, last_lines(place.log())),
                   fmt::format("the whole output is in {}", printable(place.log()))};
  }
  return {};
}

}  // namespace gt
