/// Python virtual environments, made once per content of a requirements file and then reused.
///
/// An environment is built at its final place, because its scripts contain that path:
///
///   <home>/environments/<key>/venv    the environment
///   <home>/environments/<key>/ready   written last: only with it the environment exists
///   <home>/environments/<key>.log     output of the newest build
///   <home>/environments/<key>.lock    held by who builds, and by the builder's own processes
///   <home>/environments/<key>.use     shared by the processes that use it; its time: the last use
///   <home>/environments/<key>.resolution   what the requirements were resolved to (resolution.h)
///
/// The key covers the requirements with all that they include, the interpreter and the platform; so
/// a change of any of them leads to another folder, and nothing that may be in use is ever changed.
/// An environment that is made again gets the packages of its resolution; update() resolves anew,
/// into the folder `<key>-<n>` of the n-th update.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/file_lock.h"
#include "base/result.h"
#include "environment/interpreter.h"
#include "environment/packages.h"
#include "environment/resolution.h"

namespace gt {

struct PythonSpecification {
  std::string requirements;  ///< path from the project's root
  std::string interpreter = "python3";
  auto operator<=>(const PythonSpecification&) const = default;
};

struct PythonInstallation {
  std::string folder;  ///< for VIRTUAL_ENV
  std::string version;
  std::string architecture;
  std::vector<InstalledPackage> packages;
  /// As long as it lives, nobody removes the environment. Null where the home cannot be written.
  std::shared_ptr<const FileLock> use = {};

  /// To be put in front of PATH.
  std::string bin_folder() const { return folder + "/bin"; }
  /// What a step's result depends on, a line each: "architecture x86_64", "package pandas 2.2.2
  /// <digest>" …, "python 3.11.2".
  std::vector<std::string> facts() const;
};

/// What an update found.
struct PythonUpdate {
  std::string key;
  std::vector<PinnedPackage> before;  ///< empty if it had never been resolved
  std::vector<PinnedPackage> after;
  /// Else nothing that is installed differs, and the environment stays.
  bool has_changed = false;
};

/// Threads: any, at once. Processes: any number in one home; one builds, the others wait.
class PythonEnvironments {
 public:
  /// `path_variable`: where python and uv are looked for. Root and home absolute.
  PythonEnvironments(std::string root, std::string home, std::string path_variable, Clock& clock)
      : root_(std::move(root)),
        folder_(std::move(home) + "/environments"),
        path_variable_(std::move(path_variable)),
        clock_(&clock) {}

  /// Looks only; nullopt if it must be built. Milliseconds. Errors: as read_requirements and
  /// find_interpreter.
  Result<std::optional<PythonInstallation>> find(const PythonSpecification& specification);

  /// Finds it, or builds it with `uv`, or with venv and pip where there is no uv: in our own
  /// environment, as the user would. Can take minutes. Errors: as find; unavailable (the build
  /// failed; with the last lines of its output), conflict (the requirements changed meanwhile),
  /// cancelled.
  Result<PythonInstallation> make(const PythonSpecification& specification,
                                  std::stop_token stop = {});

  /// The name of the folder that it has, or would have, below `environments`. Errors: as find.
  Result<std::string> key_of(const PythonSpecification& specification) const;

  /// Resolves the requirements anew and makes that environment beside the present one, which stays
  /// for who uses it. A crash leaves all as it was. Errors: as make.
  Result<PythonUpdate> update(const PythonSpecification& specification, std::stop_token stop = {});

 private:
  struct Place;

  Result<Place> place_of(const PythonSpecification& specification, std::stop_token stop) const;
  Result<std::optional<PythonInstallation>> look(const Place& place) const;
  Result<PythonInstallation> build(const PythonSpecification& specification, const Place& place,
                                   int lock_fd, std::stop_token stop) const;
  Result<PythonInstallation> build_or_remove(const PythonSpecification& specification,
                                             const Place& place, int lock_fd,
                                             std::stop_token stop) const;
  Result<void> install(const PythonSpecification& specification, const Place& place, int lock_fd,
                       std::stop_token stop) const;

  std::string root_;
  std::string folder_;
  std::string path_variable_;
  Clock* clock_;
};

}  // namespace gt
