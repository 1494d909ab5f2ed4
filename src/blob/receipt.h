/// A note of what is about to be moved into the store, made at one stroke and without
/// synchronising: the text of a symbolic link.
#pragma once

#include <optional>
#include <string>

#include "blob/blob_store.h"

namespace gt {

Result<void> write_receipt(const std::string& path, const Blob& blob);
/// nullopt when there is none, or when it was not written by us.
std::optional<Blob> read_receipt(const std::string& path);

}  // namespace gt
