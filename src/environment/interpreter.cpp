#include "environment/interpreter.h"

#include <cerrno>
#include <fcntl.h>
#include <optional>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "environment/host.h"
#include "process/command.h"
#include "source/file_stamp.h"

namespace gt {

namespace {

constexpr const char* question = R"(
import json, os, platform, sys, sysconfig
print(json.dumps({
    "executable": os.path.realpath(getattr(sys, "_base_executable", sys.executable)),
    "version": platform.python_version(),
    "abi": sysconfig.get_config_var("SOABI") or sys.implementation.cache_tag,
    "platform": sysconfig.get_platform(),
    "architecture": os.uname().machine,
}))
)";

std::optional<Interpreter> from_json(const Json& json) {
  const auto text = [&](std::string_view name) {
    const Json* member = json.find(name);
    return member != nullptr && member->string() != nullptr ? *member->string() : std::string();
  };
  Interpreter found{text("executable"), text("version"), text("abi"), text("platform"),
                    text("architecture")};
  if (found.executable.empty() || found.version.empty()) return std::nullopt;
  return found;
}

JsonObject to_json(const Interpreter& interpreter) {
  return {{"executable", interpreter.executable},
          {"version", interpreter.version},
          {"abi", interpreter.abi},
          {"platform", interpreter.platform},
          {"architecture", interpreter.architecture}};
}

bool is_script(const std::string& path) {
  const auto fd = open_file(path, O_RDONLY);
  char start[2] = {};
  return !fd || read(fd->get(), start, sizeof start) != sizeof start ||
         (start[0] == '#' && start[1] == '!');
}

// What the answer depends on: the program's place and stamp.
Result<std::string> identity_of(const std::string& path) {
  struct stat status{};
  if (stat(path.c_str(), &status) != 0)
    return errno_error(errno, fmt::format("looking at {}", printable(path)));
  const FileStamp stamp = stamp_of(status);
  return fmt::format("{} {} {} {} {} {}", escaped(path), stamp.size, stamp.mtime_ns, stamp.ctime_ns,
                     stamp.inode, stamp.device);
}

std::optional<Interpreter> remembered(const std::string& file, const std::string& identity) {
  const auto text = read_file(file);
  const auto json = text ? parse_json(*text) : Result<Json>(text.error());
  if (!json) return std::nullopt;
  const Json* known = json->find("identity");
  if (known == nullptr || *known != Json(identity)) return std::nullopt;
  return from_json(*json);
}

Result<Interpreter> ask(const std::string& path, const std::string& directory,
                        std::stop_token stop) {
  const auto answer = TRY(
      run_command({.argv = {path, "-I", "-c", question}, .directory = directory}, std::move(stop)));
  const auto json = answer.succeeded() ? parse_json(trim(answer.output))
                                       : Result<Json>(error(Errc::invalid, "no answer"));
  const auto interpreter = json ? from_json(*json) : std::nullopt;
  if (!interpreter)
    return error(Errc::invalid, "{} does not answer as Python (exit code {}): {}", printable(path),
                 answer.exit_code, printable(trim(answer.error_output).substr(0, 500)));
  return *interpreter;
}

}  // namespace

Result<Interpreter> find_interpreter(std::string_view name, std::string_view path_variable,
                                     const std::string& directory, const std::string& memory_folder,
                                     std::stop_token stop) {
  const auto path = resolve_program(name, path_variable, directory);
  if (!path)
    return Error{Errc::not_found, fmt::format("there is no program '{}'", printable(name)),
                 "install it, or name another one as the environment's `interpreter`"};
  if (is_script(*path)) return ask(*path, directory, std::move(stop));
  std::string identity = TRY(identity_of(*path));
  const std::string file =
      join_path(memory_folder, sha256(*path).hex().substr(0, 20) + ".interpreter");
  if (auto known = remembered(file, identity)) return *std::move(known);
  auto interpreter = TRY(ask(*path, directory, std::move(stop)));
  JsonObject memory = to_json(interpreter);
  memory.set("identity", std::move(identity));
  // Only a memory: a home that cannot be written shows elsewhere.
  if (make_directories(memory_folder).ok())
    (void)write_file_atomically(file, compact_json(memory), Durability::none).ok();
  return interpreter;
}

}  // namespace gt
