#include "base/text.h"
#include "cli/commands.h"
#include "cli/records.h"
#include "cli/table.h"
#include "server/token_view.h"

namespace gt {

namespace {

const Example create_examples[] = {
    {"geartrain token create ci --scope run --expires 90d", "for a CI job that begins runs"},
    {"geartrain token create grafana --json | jq -r .token", "one that only looks, for a script"},
};
const Example list_examples[] = {{"geartrain token list", "who may use the API, and until when"}};
const Example revoke_examples[] = {
    {"geartrain token revoke 3f9c21aa", "it opens nothing any more"}};

Result<ExitCode> create(Session& session, Words words) {
  Options options(token_create_command.text);
  std::optional<std::string> name, scope, expires;
  OutputForm output;
  options.argument("NAME", name, Need::required, "What it is for; several may have one name.");
  options.option("--scope", "SCOPE", scope,
                 "read: look at everything; run: also begin and change runs; admin: also make "
                 "tokens. read without it.");
  options.option("--expires", "TIME", expires, "After so long it is none any more, as 12h or 90d.");
  options.output(output,
                 {.text = "{id, name, scope, created_at, expires_at, token}.", .names = "id"});
  if (!TRY(begin_command(session, options, words))) return ExitCode::ok;

  const Time now = session.clock.now();
  const NewToken wanted = TRY(wanted_token(*name, scope, expires, now));
  Records records = TRY(open_records(session));
  auto writer = TRY(records.database->begin_write());
  const MadeToken made = TRY(TokenStore().create(writer, wanted, now, session.entropy));
  TRY(writer.commit());
  if (!output.is_table()) {
    session.console.print(output.text_of(token_json(made)));
    return ExitCode::ok;
  }
  session.console.print(made.token + "\n");
  session.console.say(
      fmt::format("token {} is shown this once; `geartrain token revoke {}` ends it",
                  made.record.id, made.record.id));
  return ExitCode::ok;
}

Result<ExitCode> list(Session& session, Words words) {
  Options options(token_list_command.text);
  OutputForm output;
  options.output(
      output, {.text = "a list of {id, name, scope, created_at, expires_at}.", .names = "[].id"});
  if (!TRY(begin_command(session, options, words))) return ExitCode::ok;

  std::vector<TokenRecord> tokens;
  auto records = open_existing_records(session);
  if (!records && records.error().code != Errc::not_found) return std::move(records).error();
  if (records) {
    auto reader = TRY(records->database->begin_read());
    tokens = TRY(TokenStore().list(reader));
  }
  if (!output.is_table()) {
    JsonList shapes;
    for (const TokenRecord& token : tokens) shapes.emplace_back(token_json(token));
    session.console.print(output.text_of(std::move(shapes)));
    return ExitCode::ok;
  }
  Table table({"token", "name", "scope", "created", "expires"});
  for (const TokenRecord& token : tokens) {
    const bool is_over = token.expires_at && *token.expires_at <= session.clock.now();
    table.add({{token.id, Tone::strong},
               {printable(token.name), Tone::plain},
               {to_text(token.scope), Tone::plain},
               {format_time(token.created_at), Tone::plain},
               {token.expires_at ? format_time(*token.expires_at) : "never",
                is_over ? Tone::warning : Tone::plain}});
  }
  if (table.empty())
    session.console.say("no tokens; `geartrain token create NAME` makes one");
  else
    session.console.print(table.text(session.console));
  return ExitCode::ok;
}

Result<ExitCode> revoke(Session& session, Words words) {
  Options options(token_revoke_command.text);
  std::optional<std::string> id;
  OutputForm output;
  options.argument("TOKEN", id, Need::required, "Its id, as `token list` shows it.");
  options.output(output, {.text = "{id}.", .names = "id"});
  if (!TRY(begin_command(session, options, words))) return ExitCode::ok;

  Records records = TRY(open_existing_records(session));
  auto writer = TRY(records.database->begin_write());
  auto revoked = TokenStore().revoke(writer, *id);
  if (!revoked) {
    Error problem = std::move(revoked).error();
    problem.hint = "`geartrain token list` lists them";
    return problem;
  }
  TRY(writer.commit());
  if (!output.is_table())
    session.console.print(output.text_of(JsonObject{{"id", *id}}));
  else
    session.console.say(fmt::format("token {} opens nothing any more", *id));
  return ExitCode::ok;
}

}  // namespace

const CliCommand token_create_command = {
    {"token create", "make a token for the API of `up`",
     "Whoever shows it may do what its scope says, from wherever the API can be reached. It is "
     "printed this once; the database keeps its hash. On the server's machine, its own user needs "
     "none.",
     create_examples},
    false,
    create};

const CliCommand token_list_command = {
    {"token list", "list the tokens of the API", "", list_examples}, false, list};

const CliCommand token_revoke_command = {{"token revoke", "make a token worthless",
                                          "It counts from the next request on.", revoke_examples},
                                         false,
                                         revoke};

}  // namespace gt
