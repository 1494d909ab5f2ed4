#include "definition/merge.h"

#include <algorithm>
#include <fmt/format.h>
#include <optional>
#include <unordered_map>

#include "base/text.h"
#include "definition/fields.h"
#include "definition/keys.h"
#include "definition/problems.h"
#include "definition/yaml/compose.h"

namespace gt {

namespace {

/// What one file says under a key.
struct Saying {
  const SaidFile* by;
  YamlEntry entry;
};
using Sayings = std::vector<Saying>;

/// A name in `env`: set, or an item of `inherit`.
struct Named {
  const SaidFile* by;
  YamlNode name;
  std::optional<YamlNode> value;
};

/// In the order of first appearance.
template <typename Item>
class ByName {
 public:
  std::vector<Item>& operator[](std::string_view name) {
    const auto [place, is_new] = index_.emplace(name, items_.size());
    if (is_new) items_.emplace_back();
    return items_[place->second];
  }
  auto begin() const { return items_.begin(); }
  auto end() const { return items_.end(); }

 private:
  std::unordered_map<std::string_view, std::size_t> index_;
  std::vector<std::vector<Item>> items_;
};

bool is_joined(std::string_view key) {
  return key == "params" || key == "steps" || key == "finally";
}

class Merger {
 public:
  Merger(const std::vector<SaidFile>& said, const PipelineFiles& files, Problems& problems)
      : said_(said), files_(files), problems_(problems), composer_(said.back().root) {}

  YamlTree merge() {
    ByName<Saying> keys;
    for (const SaidFile& one : said_)
      for (const YamlEntry entry : one.root.entries())
        if (is_shared(one, entry)) keys[entry.key.text()].push_back({&one, entry});
    for (const Sayings& sayings : keys) add_key(sayings);
    return composer_.take();
  }

 private:
  /// Whether the key counts: those of the pipeline alone have no place in a fragment.
  bool is_shared(const SaidFile& one, YamlEntry entry) {
    const std::string_view key = entry.key.text();
    if (&one == &said_.back()) return true;
    if (key == "include" || key == "description") return false;
    if (fragment_keys.find(key)) return true;
    if (!pipeline_keys.find(key)) {
      add_unknown(entry.key, "key", fragment_keys.names(), problems_);
      return false;
    }
    problems_.push_back(error_problem(entry.key.position(),
                                      fmt::format("an included file has `{}`", key), "",
                                      "it belongs in the pipeline's own file"));
    return false;
  }

  void add_key(const Sayings& sayings) {
    const std::string_view key = sayings.front().entry.key.text();
    if (sayings.size() == 1) return composer_.add(sayings.front().entry);
    if (is_joined(key)) return add_joined(sayings);
    if (key == "secrets") return add_lists(sayings);
    if (key == "env") return add_variables(sayings);
    if (key == "defaults") return add_defaults(sayings);
    composer_.add(chosen(sayings).entry);
  }

  /// Sorts out what has another kind, which the reader of the whole will tell.
  Sayings of_kind(YamlKind kind, const Sayings& sayings) {
    Sayings good;
    for (const Saying& saying : sayings) {
      if (saying.entry.value.is(kind))
        good.push_back(saying);
      else
        composer_.add(saying.entry);
    }
    return good;
  }

  void add_joined(const Sayings& all) {
    const Sayings sayings = of_kind(YamlKind::mapping, all);
    if (sayings.empty()) return;
    composer_.open(sayings.front().entry);
    std::unordered_map<std::string_view, YamlNode> known;
    for (const Saying& saying : sayings) {
      for (const YamlEntry entry : saying.entry.value.entries()) {
        const auto [place, is_new] = known.emplace(entry.key.text(), entry.key);
        if (is_new)
          composer_.add(entry);
        else
          add_twice(saying.entry.key.text() == "params" ? "parameter" : "step", entry.key,
                    place->second);
      }
    }
    composer_.close();
  }

  void add_twice(std::string_view kind, YamlNode name, YamlNode earlier) {
    problems_.push_back(
        error_problem(name.position(),
                      fmt::format("{} `{}` is in {} too", kind, printable(name.text()),
                                  files_.place(earlier.position(), name.position())),
                      "each name once"));
  }

  void add_lists(const Sayings& all) {
    const Sayings sayings = of_kind(YamlKind::list, all);
    if (sayings.empty()) return;
    composer_.open(sayings.front().entry);
    for (const Saying& saying : sayings)
      for (const YamlNode item : saying.entry.value.items()) composer_.add(item);
    composer_.close();
  }

  void add_defaults(const Sayings& all) {
    const Sayings sayings = of_kind(YamlKind::mapping, all);
    if (sayings.empty()) return;
    composer_.open(sayings.front().entry);
    ByName<Saying> settings;
    for (const Saying& saying : sayings)
      for (const YamlEntry entry : saying.entry.value.entries())
        settings[entry.key.text()].push_back({saying.by, entry});
    for (const Sayings& setting : settings) {
      if (setting.front().entry.key.text() == "env")
        add_variables(setting);
      else
        composer_.add(chosen(setting).entry);
    }
    composer_.close();
  }

  void add_variables(const Sayings& all) {
    const Sayings sayings = of_kind(YamlKind::mapping, all);
    if (sayings.empty()) return;
    ByName<Named> names;
    std::optional<YamlEntry> inherit;
    for (const Saying& saying : sayings) {
      for (const YamlEntry entry : saying.entry.value.entries()) {
        if (entry.key.text() != "inherit" || !entry.value.is(YamlKind::list)) {
          names[entry.key.text()].push_back({saying.by, entry.key, entry.value});
          continue;
        }
        if (!inherit) inherit = entry;
        for (const YamlNode item : entry.value.items())
          names[item.text()].push_back({saying.by, item, std::nullopt});
      }
    }
    composer_.open(sayings.front().entry);
    std::vector<YamlNode> inherited;
    for (const std::vector<Named>& name : names) {
      const Named& said = chosen(name);
      if (said.value)
        composer_.add(YamlEntry{said.name, *said.value});
      else
        inherited.push_back(said.name);
    }
    if (!inherited.empty()) {
      composer_.open(*inherit);
      for (const YamlNode item : inherited) composer_.add(item);
      composer_.close();
    }
    composer_.close();
  }

  static YamlNode name_of(const Saying& saying) { return saying.entry.key; }
  static YamlNode name_of(const Named& named) { return named.name; }
  static bool is_alike(const Saying&, const Saying&) { return false; }
  /// To inherit a variable twice is to inherit it.
  static bool is_alike(const Named& left, const Named& right) {
    return !left.value && !right.value;
  }

  /// The one that counts among those that say the same setting.
  template <typename Item>
  const Item& chosen(const std::vector<Item>& all) {
    const Item* first = nullptr;
    for (const Item& item : all) {
      const bool is_overruled = std::ranges::any_of(
          all, [&](const Item& other) { return other.by->includes.contains(item.by->file); });
      if (is_overruled) continue;
      if (!first) {
        first = &item;
      } else if (!is_alike(*first, item)) {
        const YamlNode name = name_of(item);
        problems_.push_back(
            error_problem(name.position(),
                          fmt::format("`{}` is said in {} too, and neither file includes the other",
                                      printable(name.text()),
                                      files_.place(name_of(*first).position(), name.position())),
                          "one of them", "or say it in a file that includes both: that counts"));
      }
    }
    return *first;
  }

  const std::vector<SaidFile>& said_;
  const PipelineFiles& files_;
  Problems& problems_;
  YamlComposer composer_;
};

}  // namespace

YamlTree merge(const std::vector<SaidFile>& said, const PipelineFiles& files, Problems& problems) {
  return Merger(said, files, problems).merge();
}

}  // namespace gt
