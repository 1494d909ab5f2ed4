/// Files that triggers have heard of, as they were then. Keeps nothing in memory. Threads: any,
/// with a transaction each.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "db/transaction.h"

namespace gt {

class HeardFiles {
 public:
  HeardFiles(std::string pipeline, std::string trigger)
      : pipeline_(std::move(pipeline)), trigger_(std::move(trigger)) {}

  /// What the trigger waited for when it was watched last; nullopt: nobody has watched it yet.
  Result<std::optional<std::string>> rule(Transaction& transaction) const;
  /// Forgets all files.
  Result<void> set_rule(Transaction& transaction, const std::string& rule) const;
  /// Stamps by path.
  Result<std::map<std::string, std::string>> list(Transaction& transaction) const;
  Result<void> add(Transaction& transaction, const std::string& path,
                   const std::string& stamp) const;
  Result<void> remove(Transaction& transaction, const std::string& path) const;

 private:
  std::string pipeline_, trigger_;
};

}  // namespace gt
