#include "environment/requirements.h"

#include <doctest/doctest.h>

#include "base/test_folder.h"

namespace gt {

namespace {

Requirements read(const TestFolder& folder, const std::string& text) {
  SystemClock clock;
  folder.write("requirements.txt", text);
  auto read = read_requirements(folder.path(), "requirements.txt", clock);
  REQUIRE(read.ok());
  return *std::move(read);
}

}  // namespace

TEST_CASE("comments, blanks, continuations and line ends make no difference") {
  const TestFolder folder;
  const auto plain = read(folder, "pandas==2.2.2\nnumpy>=1 ; python_version > '3'\n");
  CHECK(plain.text == "pandas==2.2.2\nnumpy>=1 ; python_version > '3'\n");
  CHECK(plain.has_packages);
  CHECK(
      read(folder, "# all\r\n\r\n  pandas==2.2.2  # table\r\nnumpy>=1 ;\\\r\n python_version > '3'")
          .text == plain.text);
  CHECK(read(folder, "x @ https://example.org/x.whl#sha256=1").text ==
        "x @ https://example.org/x.whl#sha256=1\n");
}

TEST_CASE("a file without packages installs nothing") {
  const TestFolder folder;
  folder.write("constraints.txt", "numpy<2");
  CHECK_FALSE(read(folder, "").has_packages);
  CHECK_FALSE(read(folder, "# nothing\n--no-index\n-c constraints.txt\n").has_packages);
  CHECK(read(folder, "-e .").has_packages);
}

TEST_CASE("included files count with their content, in every spelling, from where they lie") {
  const TestFolder folder;
  folder.write("sub/more.txt", "-r deeper.txt\n");
  folder.write("sub/deeper.txt", "numpy\n");
  folder.write("pins.txt", "numpy<2\n");
  for (const std::string spelling :
       {"-r sub/more.txt", "-rsub/more.txt", "--requirement sub/more.txt",
        "--requirement=sub/more.txt", "-r \"sub/more.txt\""}) {
    CHECK(read(folder, spelling).text ==
          spelling + "\nbegin\n-r deeper.txt\nbegin\nnumpy\nend\nend\n");
  }
  const auto before = read(folder, "pandas\n-c pins.txt").text;
  folder.write("pins.txt", "numpy<3\n");
  CHECK(read(folder, "pandas\n-c pins.txt").text != before);
}

TEST_CASE("a local package counts with its content") {
  const TestFolder folder;
  folder.write("lib/pyproject.toml", "1");
  folder.write("wheel.whl", "1");
  for (const char* line : {"./lib", "-e ./lib", "--editable=./lib", "lib @ file:./lib",
                           "./lib[plot]", "./lib ; python_version > '3'"}) {
    CAPTURE(line);
    const auto before = read(folder, line).text;
    CHECK(before.contains("\ncontent "));
    folder.write("lib/module.py", before);
    CHECK(read(folder, line).text != before);
  }
  const auto before = read(folder, "./wheel.whl").text;
  folder.write("wheel.whl", "2");
  CHECK(read(folder, "./wheel.whl").text != before);
}

TEST_CASE("files that cannot be are refused") {
  const TestFolder folder;
  SystemClock clock;
  const auto code = [&](const std::string& text) {
    folder.write("requirements.txt", text);
    return read_requirements(folder.path(), "requirements.txt", clock).error().code;
  };
  CHECK(code("-r none.txt") == Errc::not_found);
  CHECK(code("./none") == Errc::not_found);
  CHECK(code("-r requirements.txt") == Errc::invalid);
  CHECK(code("\xff\xfe") == Errc::invalid);
  CHECK(code(std::string(2'000'000, 'x')) == Errc::exhausted);
  for (int i = 0; i < 20; ++i) folder.write(fmt::format("r{}", i), fmt::format("-r r{}", i + 1));
  CHECK(code("-r r0") == Errc::exhausted);
}

}  // namespace gt
