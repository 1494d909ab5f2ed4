/// Opens and seals what is secret of connections and variables.
///
/// What seals reads the key file within the caller's write transaction, so that nobody seals with a
/// key that is being exchanged. Threads: any.
#pragma once

#include <string>

#include "connection/connection_store.h"
#include "connection/key_file.h"
#include "db/database.h"

namespace gt {

/// What a change of the key came to.
struct ChangedKey {
  std::string id;            ///< of the new one
  std::size_t sealed = 0;    ///< connections and variables that are sealed with it
  std::size_t unopened = 0;  ///< whose own key is nowhere any more
  bool keeps_old = false;    ///< earlier keys stay in the file
};

/// With its secret parts. Errors: not_found (its key is not in the file), denied and invalid (the
/// file; or the row was changed by something else than geartrain).
Result<Connection> open_sealed(const KeyFile& file, const StoredConnection& stored);
/// The text of a variable of any kind.
Result<std::string> open_sealed(const KeyFile& file, const StoredVariable& stored);

/// Owner: whoever uses it for a moment. `entropy` outlives it.
class Vault {
 public:
  Vault(KeyFile file, Entropy& entropy) : file_(std::move(file)), entropy_(entropy) {}

  /// Errors: those of check_connection() and of ConnectionStore::put(); unavailable (something is
  /// sealed already, and the key file is gone: to make another one would hide that).
  Result<void> put(Transaction& writer, const ProjectName& project, const std::string& name,
                   const Connection& connection, const std::string& who, Time now);
  /// `value` as it is written; Errc::invalid for a json one that is none.
  Result<void> put(Transaction& writer, StoredVariable variable, const std::string& who, Time now);

  /// Draws a key, seals all with it, and forgets the earlier ones. Each step leaves a file and a
  /// database that fit: first both keys, then the rows, then the new key alone. `keeps_old`: for a
  /// file that several homes share. Errc::unavailable: something is sealed with a key that is
  /// nowhere; `is_lost` goes on without it.
  Result<ChangedKey> rotate(Database& database, bool keeps_old, bool is_lost);

 private:
  Result<SealingKey> key_to_seal_with(Transaction& writer) const;
  struct Opened;
  Result<Opened> open_all(Transaction& reader, const std::vector<SealingKey>& keys) const;

  KeyFile file_;
  Entropy& entropy_;
};

}  // namespace gt
