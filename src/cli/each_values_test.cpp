#include "cli/each_values.h"

#include <doctest/doctest.h>
#include <fmt/ranges.h>

#include "definition/read_pipeline.h"

namespace gt {

namespace {

Pipeline pipeline() {
  ReadResult read = read_pipeline(
      "name: p\nparams:\n  month: {type: integer}\n  day: {type: string}\n  rate: {type: number}\n"
      "  depths: {type: array}\nsteps: {a: {run: x}}\n",
      "p.yaml");
  REQUIRE(read.pipeline);
  return *std::move(read.pipeline);
}

Result<std::string> no_file(const std::string& path) {
  return error(Errc::not_found, "no {}", path);
}

std::string values(std::string_view text) {
  const auto axis = parse_each(pipeline(), text, no_file);
  return axis ? fmt::format("{}", fmt::join(axis->values, " ")) : axis.error().message;
}

}  // namespace

TEST_CASE("ranges go up, down, by steps and by fractions") {
  CHECK(values("month=1..4") == "1 2 3 4");
  CHECK(values("month=4..1") == "4 3 2 1");
  CHECK(values("month=1..12..3") == "1 4 7 10");
  CHECK(values("month=10..0..-5") == "10 5 0");
  CHECK(values("month=-1..1") == "-1 0 1");
  CHECK(values("rate=0..1..0.25") == "0.00 0.25 0.50 0.75 1.00");
  CHECK(values("rate=-0.5..0.5..0.5") == "-0.5 0.0 0.5");
  CHECK(values("month=3..3") == "3");
}

TEST_CASE("a text keeps the zeros of a range, a number has none") {
  CHECK(values("day=08..11") == "08 09 10 11");
  CHECK(values("month=08..11") == "8 9 10 11");
}

TEST_CASE("a range that leads nowhere, or too far, is refused") {
  CHECK(values("month=1..9..0").find("does not lead") != std::string::npos);
  CHECK(values("month=1..9..-1").find("does not lead") != std::string::npos);
  CHECK(values("month=1..10001").find("each_runs_max") != std::string::npos);
  CHECK(values("month=1..10000").ends_with(" 10000"));
}

TEST_CASE("lists are YAML's or JSON's, or values with commas") {
  CHECK(values("day=[eu, us]") == "eu us");
  CHECK(values("day=[\"a,b\", 'c']") == "a,b c");
  CHECK(values("depths=[[4, 6], [8]]") == "[4,6] [8]");
  CHECK(values("day=eu,us") == "eu us");
  CHECK(values("month=3") == "3");
  CHECK(values("day=2026..x") == "2026..x");
  CHECK(values("day=[eu").find("is no list") != std::string::npos);
  CHECK(values("day=[]").find("has no values") != std::string::npos);
  CHECK(values("day").find("is no NAME=VALUES") != std::string::npos);
}

TEST_CASE("a file has a value on each line") {
  const auto read = [](const std::string& path) -> Result<std::string> {
    CHECK(path == "days.txt");
    return std::string("# days\nmonday\n\n  tuesday \r\n");
  };
  const auto axis = parse_each(pipeline(), "day=@days.txt", read);
  REQUIRE(axis);
  CHECK(axis->values == std::vector<std::string>{"monday", "tuesday"});
  CHECK(values("day=@none.txt") == "no none.txt");
}

TEST_CASE("several multiply, the first varies slowest") {
  const auto all = combinations({{"a", {"1", "2"}}, {"b", {"x", "y"}}});
  REQUIRE(all);
  CHECK(*all == std::vector<std::vector<std::string>>{
                    {"a=1", "b=x"}, {"a=1", "b=y"}, {"a=2", "b=x"}, {"a=2", "b=y"}});
  const std::vector<std::string> many(101, "1");
  CHECK(combinations({{"a", many}, {"b", many}}).error().message.ends_with("(each_runs_max)"));
  CHECK(combinations({{"a", {"1"}}, {"a", {"2"}}}).error().code == Errc::invalid);
}

}  // namespace gt
