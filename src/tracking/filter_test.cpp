#include "tracking/filter.h"

#include <doctest/doctest.h>

namespace gt {
namespace {

Comparison only(std::string_view text, const SearchWords& words = run_search_words()) {
  const auto filter = parse_filter(text, words);
  INFO(std::string(text), filter.ok() ? "" : filter.error().message);
  REQUIRE(filter.ok());
  REQUIRE(filter->size() == 1);
  return filter->front();
}

std::string refused(std::string_view text, const SearchWords& words = run_search_words()) {
  const auto filter = parse_filter(text, words);
  REQUIRE_FALSE(filter.ok());
  CHECK(filter.error().code == Errc::invalid);
  return filter.error().message;
}

TEST_CASE("keys are written in many ways and mean the same") {
  for (const char* key :
       {"metrics.auc", "metric.auc", "metrics.`auc`", "metrics.\"auc\"", " metrics.auc"})
    CHECK(only(std::string(key) + " > 1").key == FilterKey{FilterSubject::metric, "auc"});
  for (const char* key : {"params.k", "param.k", "parameter.k", "parameters.k", "params.`k`"})
    CHECK(only(std::string(key) + "='x'").key == FilterKey{FilterSubject::param, "k"});
  for (const char* key : {"start_time", "attributes.start_time", "attribute.start_time",
                          "attr.start_time", "run.start_time", "created"})
    CHECK(only(std::string(key) + ">=5").key == FilterKey{FilterSubject::attribute, "start_time"});
  for (const char* key : {"run_name", "attributes.`Run name`", "\"Run name\"", "`run name`"})
    CHECK(only(std::string(key) + " LIKE 'a%'").key ==
          FilterKey{FilterSubject::attribute, "run_name"});
}

TEST_CASE("a name may hold dots, blanks, slashes and what is beyond ASCII") {
  CHECK(only("tags.mlflow.source.name = 'x'").key.name == "mlflow.source.name");
  CHECK(only("params.`a b.c/d` = 'x'").key.name == "a b.c/d");
  CHECK(only("metrics.größe/é < 1").key.name == "größe/é");
}

TEST_CASE("values are numbers, texts and lists") {
  CHECK(only("metrics.a<=-1.5e-3").number == -1.5e-3);
  CHECK(only("metrics.a != 7").comparison == FilterOperator::not_equal);
  CHECK(only("params.a = \"it's\"").texts == std::vector<std::string>{"it's"});
  CHECK(only("params.a ilike '%X_'").comparison == FilterOperator::ilike);
  const Comparison list = only("run_id not in ('a','b' , \"c\")");
  CHECK(list.comparison == FilterOperator::not_in);
  CHECK(list.texts == std::vector<std::string>{"a", "b", "c"});
  CHECK(only("tags.x IS NULL").comparison == FilterOperator::is_null);
  CHECK(only("params.x is not null").comparison == FilterOperator::is_not_null);
  CHECK(only("dataset.digest IN ('s1')").key.subject == FilterSubject::dataset);
}

TEST_CASE("comparisons are joined by AND in any case, also inside of texts they are left alone") {
  const auto filter = parse_filter("metrics.a > 1 AND params.b = 'x and y' and tags.c LIKE '%'",
                                   run_search_words());
  REQUIRE(filter.ok());
  REQUIRE(filter->size() == 3);
  CHECK((*filter)[1].texts.front() == "x and y");
  CHECK(parse_filter("", run_search_words())->empty());
  CHECK(parse_filter(" \n", run_search_words())->empty());
}

TEST_CASE("what is wrong is told with its place") {
  struct Row {
    const char* filter;
    const char* message;
  };
  const Row rows[] = {
      {"metrics.a", "at character 10, at the end: here a comparison should stand"},
      {"metrics.a > 'x'", "at character 13, before ''x'': here a number should stand"},
      {"metrics.a > 1x", "at character 13, before '1x': here a number"},
      {"params.a = 1", "at character 12, before '1': here a text should stand, in quotes"},
      {"params.a > 'x'", "at character 10, before '> 'x'': > is not for 'a', which takes = !="},
      {"metrics.a LIKE '1'", "at character 11, before 'LIKE '1'': LIKE is not for 'a'"},
      {"status IN ('x')", "IN is not for 'status', which takes = != LIKE ILIKE"},
      {"params.a = 'x", "at character 12, before ''x': this quote has no end"},
      {"metrics.a > 1 OR metrics.b > 2",
       "at character 15, before 'OR metrics.b > 2': between comparisons stands AND"},
      {"(metrics.a > 1)", "at character 1, before '(metrics.a > 1)': here a key should stand"},
      {"metrics.a > 1 AND", "at character 18, at the end: a key is missing"},
      {"foo.a = 'x'", "at character 1, before 'foo.a = 'x'': 'foo' is nothing that this search"},
      {"metrics. > 1", "a name is missing behind 'metrics.'"},
      {"attributes.nothing = 'x'", "'nothing' is no attribute of this search; there are run_id"},
      {"größe = 1 AND status = 2", "at character 1"},
      {"params.größe = 'ä' AND x = 1", "at character 24, before 'x = 1'"},
      {"dataset.size = 'x'", "a data set has name, digest and context"},
      {"run_id IN 'x'", "at character 11, before ''x'': here a list should stand"},
      {"run_id IN ()", "here a text should stand"},
      {"run_id IN ('a'", "the list has no end"},
      {"run_id NOT LIKE 'a'", "behind NOT stands IN"},
      {"tags.a IS 'x'", "behind IS stands NULL or NOT NULL"},
  };
  for (const Row& row : rows) {
    const std::string message = refused(row.filter);
    CAPTURE(row.filter);
    CAPTURE(message);
    CHECK(message.find(row.message) != std::string::npos);
  }
}

TEST_CASE("experiments have other words than runs") {
  CHECK(only("name LIKE 'x%'", experiment_search_words()).key.name == "name");
  CHECK(only("creation_time > 5", experiment_search_words()).number == 5);
  CHECK(only("tags.a = 'b'", experiment_search_words()).key.subject == FilterSubject::tag);
  CHECK(refused("metrics.a > 1", experiment_search_words()).find("'metrics' is nothing") !=
        std::string::npos);
}

TEST_CASE("a filter has an end") {
  std::string long_one = "metrics.a > 1";
  for (std::size_t i = 0; i < comparisons_max; ++i) long_one += " AND metrics.a > 1";
  CHECK(refused(long_one).find("more than 100 comparisons") != std::string::npos);
  CHECK(refused(std::string(filter_bytes_max + 1, ' ')).find("more than 65536 bytes") !=
        std::string::npos);
}

TEST_CASE("an order is keys with their directions") {
  const std::vector<std::string> terms = {"metrics.`a b` DESC", "start_time", "params.x asc",
                                          "start_time DESC"};
  const auto order = parse_order(terms, run_search_words());
  REQUIRE(order.ok());
  REQUIRE(order->size() == 3);
  CHECK((*order)[0].key == FilterKey{FilterSubject::metric, "a b"});
  CHECK((*order)[0].is_descending);
  CHECK_FALSE((*order)[1].is_descending);
  CHECK_FALSE((*order)[2].is_descending);
}

TEST_CASE("a wrong order is told with its place") {
  const auto refuses = [](std::string term) {
    const auto order = parse_order(std::vector{std::move(term)}, run_search_words());
    REQUIRE_FALSE(order.ok());
    return order.error().message;
  };
  CHECK(refuses("metrics.a UP").find("at character 11, before 'UP'") != std::string::npos);
  CHECK(refuses("").find("a key is missing") != std::string::npos);
  CHECK(refuses("datasets.name").find("no order by their data sets") != std::string::npos);
}

}  // namespace
}  // namespace gt
