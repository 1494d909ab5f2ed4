#include "base/text.h"
#include "cli/commands.h"
#include "cli/give_out.h"
#include "cli/records.h"
#include "cli/table.h"
#include "run/told_asset.h"
#include "view/asset_view.h"

namespace gt {

namespace {

const Example list_examples[] = {{"geartrain asset list", "the newest version of each"}};
const Example show_examples[] = {{"geartrain asset show flights", "its versions, newest first"}};
const Example get_examples[] = {
    {"geartrain asset get flights flights.parquet", "copy the newest version out"},
    {"geartrain asset get prices -", "print it"},
};
const Example update_examples[] = {
    {"geartrain asset update warehouse_orders", "somebody else has written it anew"},
    {"geartrain asset update warehouse_orders --content 2026-11-29 --details '{\"rows\": 7}'",
     "which version it is, and more about it"},
};
const Example remove_examples[] = {
    {"geartrain asset remove old_prices", "forget it; what runs gave stays"}};

constexpr const char* asset_help = "The name of an asset; in a pushed project PROJECT.NAME.";
constexpr const char* version_shape =
    "{sequence, asset, content, at, logical_date, interval, run, output, told_by, details}";

Error no_asset(std::string_view name, const std::vector<RecordedAssetUpdate>& all) {
  std::vector<std::string> names;
  for (const RecordedAssetUpdate& one : all) names.push_back(one.update.asset);
  Error problem =
      error(Errc::not_found, "there is no version of an asset {}", shell_quoted(printable(name)));
  if (const auto near = nearest(name, names)) problem.hint = fmt::format("did you mean {}?", *near);
  return problem;
}

Result<RecordedAssetUpdate> find_newest(Transaction& reader, const std::string& name) {
  auto found = TRY(AssetStore().newest(reader, name));
  if (!found) return no_asset(name, TRY(AssetStore().newest(reader)));
  return *std::move(found);
}

std::string content_text(const AssetUpdate& update) {
  constexpr std::size_t shown_digits = 12, shown_bytes = 40;
  if (const Artifact* const artifact = update.content.artifact())
    return fmt::format("{} {} ({})", artifact->file_name,
                       artifact->digest.hex().substr(0, shown_digits),
                       format_bytes(artifact->bytes));
  const auto shape = to_json(update.content);
  std::string text = !shape ? "" : shape->string() ? *shape->string() : compact_json(*shape);
  if (text.size() > shown_bytes) text = text.substr(0, shown_bytes) + "…";
  return printable(text);
}

std::string origin_text(const AssetUpdate& update) {
  if (update.run.empty()) return "told by " + printable(update.told_by);
  return fmt::format("{} {}", update.run, update.output);
}

void add_row(Table& table, const RecordedAssetUpdate& version, std::string first) {
  table.add({{std::move(first), Tone::strong},
             {format_time(version.update.at), Tone::plain},
             {origin_text(version.update), Tone::plain},
             {content_text(version.update), Tone::plain}});
}

Json list_json(const std::vector<RecordedAssetUpdate>& versions) {
  JsonList shapes;
  for (const RecordedAssetUpdate& one : versions) shapes.emplace_back(asset_update_json(one));
  return shapes;
}

Result<ExitCode> list(Session& session, Words words) {
  Options options(asset_list_command.text);
  OutputForm output;
  static const std::string text = fmt::format("a list of {}.", version_shape);
  options.output(output, {.text = text.c_str(), .names = "[].asset"});
  if (!TRY(begin_command(session, options, words))) return ExitCode::ok;

  std::vector<RecordedAssetUpdate> newest;
  auto records = open_existing_records(session);
  if (!records && records.error().code != Errc::not_found) return std::move(records).error();
  if (records) {
    auto reader = TRY(records->database->begin_read());
    newest = TRY(AssetStore().newest(reader));
  }
  if (!output.is_table()) {
    session.console.print(output.text_of(list_json(newest)));
    return ExitCode::ok;
  }
  Table table({"asset", "updated", "by", "content"});
  for (const RecordedAssetUpdate& one : newest) add_row(table, one, one.update.asset);
  if (table.empty())
    session.console.say("no asset was updated yet; `asset: NAME` of an output makes one");
  else
    session.console.print(table.text(session.console));
  return ExitCode::ok;
}

Result<ExitCode> show(Session& session, Words words) {
  Options options(asset_show_command.text);
  std::optional<std::string> name;
  std::optional<std::int64_t> limit;
  OutputForm output;
  options.argument("ASSET", name, Need::required, asset_help);
  options.option("--limit", "N", limit, 1, "At most so many; 50 without it.");
  static const std::string text = fmt::format("a list of {}, newest first.", version_shape);
  options.output(output, {.text = text.c_str()});
  if (!TRY(begin_command(session, options, words))) return ExitCode::ok;

  constexpr std::int64_t usual_limit = 50;
  Records records = TRY(open_existing_records(session));
  auto reader = TRY(records.database->begin_read());
  TRY(find_newest(reader, *name));
  const auto versions =
      TRY(AssetStore().history(reader, *name, std::nullopt, limit.value_or(usual_limit)));
  if (!output.is_table()) {
    session.console.print(output.text_of(list_json(versions)));
    return ExitCode::ok;
  }
  Table table({"version", "updated", "by", "content"});
  for (const RecordedAssetUpdate& one : versions) add_row(table, one, std::to_string(one.sequence));
  session.console.print(table.text(session.console));
  return ExitCode::ok;
}

Result<ExitCode> get(Session& session, Words words) {
  Options options(asset_get_command.text);
  std::optional<std::string> name, path;
  OutputForm output;
  options.argument("ASSET", name, Need::required, asset_help);
  options.argument("PATH", path, Need::required,
                   "Where to; - prints it. A file that is there is replaced, a folder never.");
  options.output(output,
                 {.text = "{artifact, folder, bytes, name, path}, or the value.", .names = "path"});
  if (!TRY(begin_command(session, options, words))) return ExitCode::ok;

  Records records = TRY(open_existing_records(session));
  GivenOutput given{.value = {}, .what = *name};
  {
    auto reader = TRY(records.database->begin_read());
    given.value = TRY(find_newest(reader, *name)).update.content;
  }
  TRY(give_out(session, records, given, *path, output));
  return ExitCode::ok;
}

Result<JsonObject> parse_details(const std::string& text) {
  Json details = TRY(parse_json(text).context("--details"));
  if (details.object() == nullptr) return error(Errc::invalid, "--details is no JSON object");
  return *std::move(details.object());
}

Result<ExitCode> update(Session& session, Words words) {
  Options options(asset_update_command.text);
  std::optional<std::string> name, content, details;
  OutputForm output;
  options.argument("ASSET", name, Need::required, asset_help);
  options.option("--content", "TEXT", content,
                 "What tells this version from others; without it, every update is a new one.");
  options.option("--details", "JSON", details, "More about it: an object, for whom it begins.");
  options.output(output, {.text = version_shape});
  if (!TRY(begin_command(session, options, words))) return ExitCode::ok;

  ToldAsset told{.asset = *name, .content = {}, .details = {}, .by = person()};
  if (content) told.content = Json(*content);
  if (details) told.details = TRY(parse_details(*details));
  const AssetUpdate told_update = TRY(update_of(std::move(told), session.clock.now()));
  Records records = TRY(open_records(session));
  auto writer = TRY(records.database->begin_write());
  const bool is_new = TRY(AssetStore().add(writer, told_update)).has_value();
  const RecordedAssetUpdate newest = TRY(find_newest(writer, *name));
  TRY(writer.commit());
  records.database->ring_followers();
  if (!output.is_table())
    session.console.print(output.text_of(asset_update_json(newest)));
  else if (is_new)
    session.console.say(fmt::format("{} was updated", *name));
  else
    session.console.say(fmt::format("{} has that content already", *name));
  return ExitCode::ok;
}

Result<ExitCode> remove(Session& session, Words words) {
  Options options(asset_remove_command.text);
  std::optional<std::string> name;
  OutputForm output;
  options.argument("ASSET", name, Need::required, asset_help);
  options.output(output, {.text = "{asset}"});
  if (!TRY(begin_command(session, options, words))) return ExitCode::ok;

  Records records = TRY(open_existing_records(session));
  auto writer = TRY(records.database->begin_write());
  if (!TRY(AssetStore().forget(writer, *name)))
    return no_asset(*name, TRY(AssetStore().newest(writer)));
  TRY(writer.commit());
  if (!output.is_table())
    session.console.print(output.text_of(JsonObject{{"asset", *name}}));
  else
    session.console.say(fmt::format("{} is forgotten; the next update begins it anew", *name));
  return ExitCode::ok;
}

}  // namespace

const CliCommand asset_list_command = {
    {"asset list", "list the assets and the newest version of each",
     "An asset is what outputs with `asset: NAME` update when their step has succeeded, in "
     "whatever run, or what somebody tells of. Triggers with `assets` wait for it.",
     list_examples},
    false,
    list};

const CliCommand asset_show_command = {
    {"asset show", "list the versions of an asset",
     "Newest first. A success that gives the same content as before is no new version.",
     show_examples},
    false,
    show};

const CliCommand asset_get_command = {
    {"asset get", "copy the newest version of an asset out, or print it",
     "A value is printed or written as it is if it is a string, else as JSON.", get_examples},
    false,
    get};

const CliCommand asset_update_command = {
    {"asset update", "say that something outside was updated",
     "For what no pipeline writes, as a table that another program fills. Pipelines that wait for "
     "it begin when a server serves them.",
     update_examples},
    false,
    update};

const CliCommand asset_remove_command = {
    {"asset remove", "forget an asset and its versions",
     "What runs gave stays with them. `geartrain gc` may remove the newest version then.",
     remove_examples},
    false,
    remove};

}  // namespace gt
