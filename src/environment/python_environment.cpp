#include "environment/python_environment.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <condition_variable>
#include <fcntl.h>
#include <mutex>
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
  std::string folder;

  std::string venv() const { return folder + "/venv"; }
  std::string ready() const { return folder + "/ready"; }
  std::string log() const { return folder + ".log"; }
  std::string lock() const { return folder + ".lock"; }
};

namespace {

constexpr int ready_format = 1;

JsonObject to_json(const PythonInstallation& installation, const std::string& stamp) {
  JsonList packages;
  for (const auto& package : installation.packages)
    packages.push_back(JsonObject{
        {"name", package.name}, {"version", package.version}, {"record", package.record.hex()}});
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
    installation.packages.push_back(
        {text_of(package, "name"), text_of(package, "version"), *record});
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
  place.folder = join_path(folder_, key.hex().substr(0, 20));
  return place;
}

Result<std::optional<PythonInstallation>> PythonEnvironments::look(const Place& place) const {
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
  return installation;
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
  auto built = build(specification, place, lock.fd(), stop);
  if (!built) {
    // Without its mark it does not exist; what is left would only take room.
    (void)remove_tree(place.folder).ok();
    return std::move(built).error().context("making the Python environment of {}",
                                            printable(specification.requirements));
  }
  return built;
}

Result<PythonInstallation> PythonEnvironments::build(const PythonSpecification& specification,
                                                     const Place& place, int lock_fd,
                                                     std::stop_token stop) const {
  TRY(remove_tree(place.folder));
  TRY(make_directories(place.folder));
  TRY(install(specification, place, lock_fd, stop));
  const auto now = TRY(read_requirements(root_, specification.requirements, *clock_));
  if (now.text != place.requirements.text)
    return Error{Errc::conflict, "the requirements changed while they were installed", "run again"};
  PythonInstallation installation{
      place.venv(), place.interpreter.version, place.interpreter.architecture, {}};
  TRY(sync_file_system(place.folder));
  TRY(read_and_write_ready(place.ready(), installation));
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
