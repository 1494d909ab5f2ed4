#include "definition/read_assets.h"

#include <fmt/format.h>

#include "definition/fields.h"
#include "definition/problems.h"

namespace gt {

namespace {

constexpr const char* form = "an asset, a list of them, {all: […]} or {any: […]}";

class AssetReader {
 public:
  explicit AssetReader(Problems& problems) : problems_(problems) {}

  AssetRule read(YamlNode node, std::size_t depth) {
    if (node.is(YamlKind::mapping)) return read_mapping(node, depth);
    if (node.is(YamlKind::list)) return read_parts(node, AssetRule::Kind::all, depth);
    AssetRule rule{.kind = AssetRule::Kind::asset};
    if (!node.is(YamlKind::text)) {
      add_wrong_kind(node, "`assets`", form, problems_);
      return rule;
    }
    if (++assets_ == AssetRule::assets_max + 1)
      problems_.push_back(error_problem(
          node.position(), fmt::format("`assets` names more than {}", AssetRule::assets_max),
          "fewer"));
    rule.asset = read_name(node, "asset", problems_).value_or("");
    return rule;
  }

 private:
  AssetRule read_mapping(YamlNode node, std::size_t depth) {
    check_keys(node, asset_rule_keys, "`assets`", problems_);
    const auto all = node.find("all"), any = node.find("any");
    if (all && any)
      problems_.push_back(error_problem(any->position(), "`assets` has both `all` and `any`",
                                        "one of them", "one may stand inside the other"));
    else if (!all && !any && node.size() == 0)
      problems_.push_back(error_problem(node.position(), "`assets` is empty", form));
    if (all) return read_parts(*all, AssetRule::Kind::all, depth);
    if (any) return read_parts(*any, AssetRule::Kind::any, depth);
    return {};
  }

  AssetRule read_parts(YamlNode node, AssetRule::Kind kind, std::size_t depth) {
    AssetRule rule{.kind = kind};
    if (depth == AssetRule::depth_max) {
      problems_.push_back(error_problem(
          node.position(), fmt::format("`assets` is nested more than {} deep", depth), "less"));
      return rule;
    }
    if (!node.is(YamlKind::list)) {
      if (node.is(YamlKind::text))
        rule.parts.push_back(read(node, depth + 1));
      else
        add_wrong_kind(node, kind == AssetRule::Kind::all ? "`all`" : "`any`",
                       "a list, as in [flights, weather]", problems_);
      return rule;
    }
    for (const YamlNode item : node.items()) rule.parts.push_back(read(item, depth + 1));
    if (rule.parts.empty())
      problems_.push_back(error_problem(node.position(), "`assets` names none", form));
    return rule;
  }

  Problems& problems_;
  std::size_t assets_ = 0;
};

}  // namespace

AssetRule read_asset_rule(YamlNode node, Problems& problems) {
  return AssetReader(problems).read(node, 0);
}

}  // namespace gt
