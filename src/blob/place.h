/// Where an artifact has its place.
#pragma once

#include <string>

#include "blob/blob_store.h"

namespace gt {

/// Below the home folder: objects/ab/cdef… for a file, trees/ab/cdef… for a folder.
std::string place_of(const BlobName& name);

}  // namespace gt
