#include "source/source_archive.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include "base/file.h"
#include "source/facts.h"

using namespace gt;

namespace {

struct Project {
  std::string root = [] {
    char name[] = "/tmp/gt-archive-XXXXXX";
    return std::string(::mkdtemp(name));
  }();
  SourceArchive archive{root + "/home"};
  ~Project() { (void)remove_tree(root); }

  SourceFacts facts_of(const std::map<std::string, std::string>& files) const {
    SourceFacts facts;
    for (const auto& [path, text] : files) {
      REQUIRE(make_directories(parent_path(join_path(root, path))).ok());
      REQUIRE(write_file_atomically(join_path(root, path), text, Durability::none).ok());
      facts.facts.push_back({FactKind::file, path, sha256(text)});
    }
    facts.digest = sha256(to_text(facts));
    return facts;
  }
  void keep(const SourceFacts& facts) {
    REQUIRE(archive.keep(root, facts.digest, to_text(facts)).ok());
  }
};

}  // namespace

TEST_CASE("what a state of the project was made of is found again") {
  Project project;
  const SourceFacts first = project.facts_of({{"a b.py", "one\n"}, {"src/x", ""}});
  project.keep(first);
  project.keep(project.facts_of({{"a b.py", "two\n"}}));
  const auto contents = project.archive.contents(first.digest.hex());
  REQUIRE(contents);
  CHECK(*contents == SourceContents{{"a b.py", sha256("one\n")}, {"src/x", sha256("")}});
  CHECK(project.archive.text(sha256("one\n")) == "one\n");
  CHECK(project.archive.text(sha256("two\n")) == "two\n");
  CHECK_FALSE(project.archive.text(sha256("three")));
  CHECK_FALSE(project.archive.contents(sha256("three").hex()));
  CHECK_FALSE(project.archive.contents("../../x"));
}

TEST_CASE("a file that is too large, or that changed meanwhile, is known by its digest only") {
  Project project;
  const std::string large(static_cast<std::size_t>(archived_file_bytes_max) + 1, 'x');
  const SourceFacts facts = project.facts_of({{"large", large}, {"quick", "before"}});
  REQUIRE(write_file_atomically(project.root + "/quick", "after", Durability::none).ok());
  project.keep(facts);
  CHECK(project.archive.contents(facts.digest.hex())->size() == 2);
  CHECK_FALSE(project.archive.text(sha256(large)));
  CHECK_FALSE(project.archive.text(sha256("before")));
}

TEST_CASE("what may be a secret is known by its digest only") {
  Project project;
  const SourceFacts facts =
      project.facts_of({{".env", "1"}, {"a/x.pem", "2"}, {"private", "3"}, {"open", "4"}});
  REQUIRE(::chmod((project.root + "/private").c_str(), 0600) == 0);
  project.keep(facts);
  for (const char* text : {"1", "2", "3"}) CHECK_FALSE(project.archive.text(sha256(text)));
  CHECK(project.archive.text(sha256("4")) == "4");
}

TEST_CASE("states that no run has any more go, with the texts that only they had") {
  Project project;
  const SourceFacts first = project.facts_of({{"a", "one"}, {"b", "same"}});
  project.keep(first);
  const SourceFacts second = project.facts_of({{"a", "two"}, {"b", "same"}});
  project.keep(second);
  REQUIRE(project.archive.collect({second.digest.hex()}).ok());
  CHECK_FALSE(project.archive.contents(first.digest.hex()));
  CHECK_FALSE(project.archive.text(sha256("one")));
  CHECK(project.archive.text(sha256("same")) == "same");
  CHECK(project.archive.text(sha256("two")) == "two");
  CHECK(SourceArchive(project.root + "/nowhere").collect({}).ok());
}
