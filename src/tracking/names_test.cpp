#include "tracking/names.h"

#include <doctest/doctest.h>

namespace gt {
namespace {

TEST_CASE("keys are words, paths and what is written in other alphabets") {
  for (const char* key : {"auc", "train/loss", "a b", "Größe", "精度", "a.b:c-d_e", "..a", "a..b"})
    CHECK(check_tracking_key("metric", key).ok());
  for (const char* key : {"", "/a", "a/", "a//b", "../a", "a/../b", "a/.", ".", "..", "a\"b", "a\n",
                          "a;b", "a%b", "a\\b"}) {
    CAPTURE(std::string(key));
    CHECK_FALSE(check_tracking_key("metric", key).ok());
  }
}

TEST_CASE("lengths count characters") {
  std::string key;
  for (std::size_t i = 0; i < tracking_key_characters_max; ++i) key += "ä";
  CHECK(check_tracking_key("param", key).ok());
  CHECK_FALSE(check_tracking_key("param", key + "x").ok());
  CHECK(count_characters("aä€𝄞") == 4);
  CHECK(first_characters("aä€𝄞", 3) == "aä€");
  CHECK(first_characters("aä€𝄞", 9) == "aä€𝄞");
  CHECK(first_characters("ää", 0).empty());
}

TEST_CASE("an artifact's path stays below its root, however it is written") {
  for (const char* path :
       {"0/run/artifacts/a.txt", "a/100%.txt", "a/b c/ü.bin", "a/..b/c", "a/%41"})
    CHECK(check_artifact_path(path).ok());
  for (const char* path :
       {"", "/etc/passwd", "a/../b", "..", "a//b", "a/.", "%2e%2e/a", "a/%252e%252e/b", "%2fetc",
        "a/..%2f..", "a\\..\\b", "a%00b", "%2e%2e/%zz", "a/%5c", "%25252525252525252e"}) {
    CAPTURE(std::string(path));
    CHECK_FALSE(check_artifact_path(path).ok());
  }
  CHECK_FALSE(check_artifact_path(std::string_view("a\0b", 3)).ok());
  CHECK_FALSE(check_artifact_path(std::string(artifact_path_bytes_max + 1, 'a')).ok());
}

TEST_CASE("the place of an experiment's artifacts is a place") {
  for (const char* location : {"s3://bucket/a", "mlflow-artifacts:/x", "/data/a", "file:///a"})
    CHECK(check_artifact_location(location).ok());
  for (const char* location :
       {"s3://b/../a", "s3://b/%2e%2e/a", "s3://b?x", "s3://b#y", "s3://b;z"})
    CHECK_FALSE(check_artifact_location(location).ok());
}

}  // namespace
}  // namespace gt
