/// What is to be known of the files of pushed versions, for those that runs use.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "cli/host_facts.h"
#include "cli/records.h"

namespace gt {

struct VersionPlace {
  HostFacts* facts;  ///< lives as long as what it came from
  std::string root;  ///< absolute
};

/// Threads: the engine's, but for at() (any).
class VersionFacts {
 public:
  using Make = std::function<Result<std::unique_ptr<HostFacts>>(const Project& project,
                                                                const ProjectName& pushed)>;
  VersionFacts(Records& records, Make make) : records_(records), make_(std::move(make)) {}

  /// By the version's name. Errc::not_found: there is no such version, or its files are gone.
  Result<VersionPlace> of(const std::string& version);
  /// nullptr for a folder that of() has not answered with.
  HostFacts* at(const std::string& root) const;
  /// As HostFacts::took_environments(), of all.
  bool took_environments();

 private:
  Records& records_;
  Make make_;
  struct Known {
    std::string root;
    ProjectName project;
  };
  std::map<std::string, Known> known_;  ///< by version
  mutable std::mutex mutex_;
  std::map<std::string, std::unique_ptr<HostFacts>> facts_;  ///< by root
};

}  // namespace gt
