#include "server/answers.h"
#include "server/api_handlers.h"
#include "server/token_view.h"

namespace gt {

Answer list_tokens(const ApiCall& call) {
  TRY(check_query(call.request, {}));
  auto reader = TRY(call.parts.database.begin_read());
  JsonList list;
  for (const TokenRecord& token : TRY(TokenStore().list(reader)))
    list.emplace_back(token_json(token));
  return json_answer(200, JsonObject{{"tokens", std::move(list)}});
}

Answer create_token(const ApiCall& call) {
  TRY(check_query(call.request, {}));
  const JsonObject body = TRY(body_of(call.request));
  TRY(check_members(body, {"name", "scope", "expires_in"}));
  const std::string name = TRY(text_member(body, "name")).value_or("");
  const auto scope = TRY(text_member(body, "scope")), time = TRY(text_member(body, "expires_in"));
  const NewToken wanted = TRY(wanted_token(name, scope, time, call.parts.clock.now()));
  auto writer = TRY(call.parts.database.begin_write());
  const MadeToken made =
      TRY(TokenStore().create(writer, wanted, call.parts.clock.now(), call.parts.entropy));
  TRY(writer.commit());
  return json_answer(201, token_json(made));
}

Answer revoke_token(const ApiCall& call) {
  TRY(check_query(call.request, {}));
  auto writer = TRY(call.parts.database.begin_write());
  TRY(TokenStore().revoke(writer, call.name(0)));
  TRY(writer.commit());
  return HttpResponse{.status = 204, .headers = {}, .body = {}};
}

}  // namespace gt
