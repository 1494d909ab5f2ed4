/// What receivers are sent where they say no `template` of their own. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"

namespace gt {

/// "flights/12 failed", "flights/12: train is late".
std::string usual_title(const JsonObject& event);
/// The title and a line for each fact that there is: for a mail.
std::string usual_text(const JsonObject& event);
/// One or two lines in Slack's own form.
std::string usual_slack_text(const JsonObject& event);
/// So that no text can become a link, a mention or an alarm for a whole channel.
std::string slack_escaped(std::string_view text);

}  // namespace gt
