#include "base/result.h"

#include <cerrno>
#include <doctest/doctest.h>
#include <memory>

namespace gt {

namespace {

Result<int> half(int value) {
  if (value % 2 != 0) return error(Errc::invalid, "{} is odd", value);
  return value / 2;
}

Result<int> quarter(int value) {
  const int first = TRY(half(value).context("halving"));
  return half(first);
}

Result<void> checked(int value) {
  TRY(half(value));
  return {};
}

Result<std::unique_ptr<int>> boxed(int value) {
  auto box = std::make_unique<int>(TRY(half(value)));
  return box;
}

}  // namespace

TEST_CASE("TRY hands values on and returns errors") {
  CHECK(*quarter(8) == 2);
  CHECK(quarter(6).error().message == "3 is odd");
  CHECK(quarter(7).error().message == "halving: 7 is odd");
  CHECK(quarter(7).error().code == Errc::invalid);
  CHECK(checked(2).ok());
  CHECK_FALSE(checked(3).ok());
  CHECK(**boxed(4) == 2);
}

TEST_CASE("system errors say what the caller can do") {
  CHECK(errno_error(ENOENT, "x").code == Errc::not_found);
  CHECK(errno_error(EROFS, "x").code == Errc::denied);
  CHECK(errno_error(ENOSPC, "x").code == Errc::exhausted);
  CHECK(errno_error(EEXIST, "x").code == Errc::conflict);
  CHECK(errno_error(EIO, "x").code == Errc::unavailable);
  CHECK(errno_error(ENOENT, "opening a").message == "opening a: No such file or directory");
}

}  // namespace gt
