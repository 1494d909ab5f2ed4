#include "definition/notify.h"

#include <algorithm>

namespace gt {

bool is_about(const NotifyRule& rule, NotificationKind kind) {
  const auto has = [&](NotificationKind one) {
    return std::ranges::find(rule.on, one) != rule.on.end();
  };
  return has(kind) || (kind == NotificationKind::recovered && has(NotificationKind::succeeded));
}

const Receiver* Receivers::find(std::string_view name) const {
  const auto found = std::ranges::find(all, name, &Receiver::name);
  return found == all.end() ? nullptr : &*found;
}

}  // namespace gt
