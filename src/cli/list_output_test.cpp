#include "cli/list_output.h"

#include <doctest/doctest.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/file.h"

using namespace gt;

namespace {

Json item(std::size_t number) {
  return JsonObject{{"number", static_cast<std::int64_t>(number)}, {"text", "a\nb"}};
}

/// What is printed of a list with so many items.
std::string printed(const OutputForm& form, std::size_t count) {
  const UniqueFd file(::memfd_create("output", MFD_CLOEXEC));
  REQUIRE(file);
  Console console(file.get(), file.get(), {});
  ListOutput list(console, form);
  for (std::size_t i = 0; i < count; ++i) list.add(item(i));
  list.end();
  REQUIRE(console.flush().ok());
  REQUIRE(::lseek(file.get(), 0, SEEK_SET) == 0);
  return *read_all(file.get());
}

std::string whole(const OutputForm& form, std::size_t count) {
  JsonList list;
  for (std::size_t i = 0; i < count; ++i) list.push_back(item(i));
  return form.text_of(list);
}

}  // namespace

TEST_CASE("a list that is printed while it is made looks like one that was kept") {
  for (const char* const name : {"json", "yaml"}) {
    OutputForm form({.text = ""});
    REQUIRE(form.choose(name).ok());
    for (const std::size_t count : {0U, 1U, 999U, 1000U, 1001U, 2000U, 2500U}) {
      CAPTURE(count);
      CHECK(printed(form, count) == whole(form, count));
    }
  }
}
