#include "blob/read_ahead.h"

#include <doctest/doctest.h>
#include <fcntl.h>

#include "base/file.h"
#include "base/test_folder.h"

namespace gt {

TEST_CASE("small and large files have the digest of their content") {
  const TestFolder folder;
  ReadBuffer buffer;
  std::string content;
  for (std::size_t i = 0; content.size() < (20U << 20U); ++i) content += std::to_string(i);
  const auto quarter = static_cast<std::size_t>(ReadBuffer::size);
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, quarter - 1, quarter, quarter + 1,
                                 std::size_t{16} << 20U, content.size()}) {
    CAPTURE(size);
    const std::string bytes = content.substr(0, size);
    const auto fd = open_file(folder.write("file", bytes), O_RDONLY);
    REQUIRE(fd.ok());
    CHECK(*hash_content(fd->get(), static_cast<std::int64_t>(size), buffer) == sha256(bytes));
    CHECK_MESSAGE(*hash_content(fd->get(), static_cast<std::int64_t>(size) + (40 << 20), buffer) ==
                      sha256(bytes),
                  "it became shorter");
  }
}

TEST_CASE("what cannot be read is said") {
  const TestFolder folder;
  ReadBuffer buffer;
  const auto fd = open_file(folder.path(), O_RDONLY | O_DIRECTORY);
  REQUIRE(fd.ok());
  CHECK_FALSE(hash_content(fd->get(), 100, buffer).ok());
  CHECK_FALSE(hash_content(fd->get(), 100 << 20, buffer).ok());
}

}  // namespace gt
