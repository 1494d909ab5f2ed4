#include "environment/requirements.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "base/file.h"
#include "base/text.h"
#include "source/source.h"

namespace gt {

namespace {

constexpr std::size_t file_bytes_max = 1U << 20U;
constexpr std::size_t include_depth_max = 16;

// "# …" at the start or after a blank; an URL's fragment is none.
std::string_view without_comment(std::string_view line) {
  for (std::size_t at = line.find('#'); at != std::string_view::npos; at = line.find('#', at + 1))
    if (at == 0 || line[at - 1] == ' ' || line[at - 1] == '\t') return line.substr(0, at);
  return line;
}

std::vector<std::string> logical_lines(std::string_view text) {
  std::vector<std::string> lines;
  std::string pending;
  for (std::string_view line : split(text, '\n')) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    // A comment line ends a continuation, as in pip.
    const bool comment = trim(line).starts_with('#');
    if (!comment && line.ends_with('\\')) {
      pending += line.substr(0, line.size() - 1);
      continue;
    }
    pending += line;
    const auto content = trim(without_comment(pending));
    if (!content.empty()) lines.emplace_back(content);
    pending.clear();
  }
  const auto content = trim(without_comment(pending));
  if (!content.empty()) lines.emplace_back(content);
  return lines;
}

// The value of an option in one of its spellings: "-r x", "-rx", "--requirement x",
// "--requirement=x".
std::optional<std::string> option_value(std::string_view line, std::string_view short_name,
                                        std::string_view long_name) {
  std::string_view rest;
  if (line.starts_with(long_name)) {
    rest = line.substr(long_name.size());
    if (!rest.starts_with('=') && !rest.starts_with(' ') && !rest.starts_with('\t'))
      return std::nullopt;
    if (rest.starts_with('=')) rest.remove_prefix(1);
  } else if (line.starts_with(short_name) && !line.starts_with("--")) {
    rest = line.substr(short_name.size());
  } else {
    return std::nullopt;
  }
  rest = trim(rest);
  if (rest.size() >= 2 && (rest[0] == '"' || rest[0] == '\'') && rest.back() == rest[0])
    rest = rest.substr(1, rest.size() - 2);
  return std::string(rest);
}

bool is_url(std::string_view text) { return text.contains("://") && !text.starts_with("file:"); }

// The path that a requirement names instead of a package of an index; nullopt if it names none.
std::optional<std::string> local_path(std::string_view line) {
  auto target = option_value(line, "-e", "--editable");
  if (!target) target = std::string(line);
  const auto at = target->find(" @ ");
  if (at != std::string::npos) target = std::string(trim(target->substr(at + 3)));
  // A marker, or extras: "./lib[plot] ; python_version > '3'".
  target = std::string(trim(target->substr(0, target->find(" ;"))));
  if (is_url(*target) || target->starts_with('-')) return std::nullopt;
  if (target->starts_with("file://"))
    target->erase(0, 7);
  else if (target->starts_with("file:"))
    target->erase(0, 5);
  else if (!target->starts_with('.') && !target->contains('/'))
    return std::nullopt;
  return target->substr(0, target->find('['));
}

class Reader {
 public:
  Reader(const std::string& root, Clock& clock) : root_(root), clock_(clock) {}

  Result<void> read(const std::string& path) {
    if (open_.size() >= include_depth_max)
      return error(Errc::exhausted, "more than {} requirements files include each other",
                   include_depth_max);
    if (std::ranges::find(open_, path) != open_.end())
      return error(Errc::invalid, "{} includes itself", printable(path));
    const std::string text = TRY(read_file(path, file_bytes_max));
    if (!is_utf8(text)) return error(Errc::invalid, "{} is not UTF-8", printable(path));
    open_.push_back(path);
    for (const auto& line : logical_lines(text)) TRY(add(line, parent_path(path)));
    open_.pop_back();
    return {};
  }

  Requirements take() { return std::move(result_); }

 private:
  Result<void> add(const std::string& line, const std::string& folder) {
    result_.text += line + "\n";
    auto included = option_value(line, "-r", "--requirement");
    const bool constraint = !included;
    if (constraint) included = option_value(line, "-c", "--constraint");
    if (included) {
      if (is_url(*included)) {
        result_.has_packages = result_.has_packages || !constraint;
        return {};
      }
      const std::string path =
          included->starts_with('/') ? *included : join_path(folder, *included);
      const bool had_packages = result_.has_packages;
      result_.text += "begin\n";
      TRY(read(path).context("{}", printable(line)));
      result_.text += "end\n";
      if (constraint) result_.has_packages = had_packages;
      return {};
    }
    if (line[0] != '-' || option_value(line, "-e", "--editable")) result_.has_packages = true;
    if (const auto path = local_path(line)) TRY(add_content(*path).context("{}", printable(line)));
    return {};
  }

  // pip takes a requirement's path from the folder that it runs in: the project's.
  Result<void> add_content(const std::string& path) {
    const std::string absolute = path.starts_with('/') ? path : join_path(root_, path);
    const PathKind kind = TRY(kind_of(absolute));
    Digest digest;
    if (kind == PathKind::directory) {
      auto source = TRY(Source::open(absolute, join_path(root_, ".geartrain"), clock_));
      digest = TRY(source.facts({})).digest;
    } else {
      digest = TRY(digest_of_file(absolute));
    }
    result_.text += fmt::format("content {}\n", digest.hex());
    return {};
  }

  const std::string& root_;
  Clock& clock_;
  Requirements result_;
  std::vector<std::string> open_;
};

}  // namespace

Result<Requirements> read_requirements(const std::string& root, const std::string& path,
                                       Clock& clock) {
  Reader reader(root, clock);
  TRY(reader.read(path.starts_with('/') ? path : join_path(root, path)));
  return reader.take();
}

}  // namespace gt
