#include "db/integrity.h"

namespace gt {

Result<std::vector<std::string>> find_damage(Transaction& transaction) {
  std::vector<std::string> found;
  TRY(transaction.query<std::string>("PRAGMA integrity_check", {}, [&](std::string line) {
    if (line != "ok") found.push_back(std::move(line));
  }));
  return found;
}

}  // namespace gt
