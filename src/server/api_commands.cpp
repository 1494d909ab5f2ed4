#include <limits>

#include "base/text.h"
#include "server/answers.h"
#include "server/api_handlers.h"

namespace gt {

namespace {

constexpr std::size_t words_max = 200;

}  // namespace

Answer create_command(const ApiCall& call) {
  TRY(check_query(call.request, {}));
  const JsonObject body = TRY(body_of(call.request));
  TRY(check_members(body, {"words", "colors", "input"}));
  AskedCommand asked{.words = {}, .scope = call.caller.scope, .who = call.caller.name};
  asked.words = TRY(texts_member(body, "words"));
  asked.input = TRY(text_member(body, "input")).value_or("");
  asked.has_colors = TRY(flag_member(body, "colors"));
  if (asked.words.empty() || asked.words.size() > words_max)
    return error(Errc::invalid, "words has 1 to {} texts", words_max);
  for (const std::string& word : asked.words)
    if (word.find('\0') != std::string::npos)
      return error(Errc::invalid, "a word has a character that no command line has");
  std::string id = TRY(call.parts.commands.begin(asked));
  return json_answer(201, JsonObject{{"id", std::move(id)}});
}

Answer command_output(const ApiCall& call) {
  TRY(check_query(call.request, {"after"}));
  const std::int64_t after =
      TRY(number_parameter(call.request, "after", 0, 0, std::numeric_limits<std::int64_t>::max()));
  auto stream = TRY(call.parts.commands.output(call.name(0), after, call.caller.name));
  return HttpResponse{.status = 200,
                      .headers = {{"Content-Type", stream->options().content_type},
                                  {"Cache-Control", "no-store"},
                                  {"X-Accel-Buffering", "no"}},
                      .body = std::move(stream)};
}

Answer interrupt_command(const ApiCall& call) {
  TRY(check_query(call.request, {}));
  TRY(call.parts.commands.interrupt(call.name(0), call.caller.name));
  return HttpResponse{.status = 204, .headers = {}, .body = {}};
}

}  // namespace gt
