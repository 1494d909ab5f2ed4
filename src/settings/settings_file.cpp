#include "settings/settings_file.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "definition/fields.h"
#include "definition/problems.h"
#include "definition/yaml/tree.h"

namespace gt {

namespace {

/// What keeps the file from being trusted; empty if nothing does.
std::string weakness_of(const struct stat& facts) {
  if (facts.st_uid != ::geteuid() && facts.st_uid != 0) return "it belongs to somebody else";
  if ((facts.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    return fmt::format("others can write it (mode {:04o})", facts.st_mode & 07777U);
  return {};
}

class Reader {
 public:
  Reader(SettingsFile& file, const std::string& person_home, std::string weakness,
         Settings& settings)
      : file_(file),
        person_home_(person_home),
        weakness_(std::move(weakness)),
        settings_(settings) {}

  void read() {
    const YamlTree tree = parse_yaml(file_.text, file_.problems);
    const auto root = tree.root();
    if (!root || (root->is(YamlKind::null) && root->text().empty())) return;
    if (!root->is(YamlKind::mapping))
      return add_wrong_kind(*root, "the file", "a mapping from settings to values", problems());
    for (const YamlEntry entry : root->entries()) {
      const Setting* const found = find_setting(entry.key.text());
      if (found == nullptr)
        add_unknown(entry.key, "setting", setting_names(), problems());
      else if (is_allowed(*found, entry.key))
        take(*found, entry.value);
    }
  }

 private:
  Problems& problems() { return file_.problems; }

  bool is_allowed(const Setting& one, YamlNode key) {
    if (one.scope == SettingScope::anywhere) return true;
    if (file_.layer == SettingLayer::project) {
      problems().push_back(error_problem(
          key.position(), fmt::format("`{}` cannot be set by a project", one.name), "",
          fmt::format("it could be somebody else's: set {}, or use your own file (`geartrain "
                      "config path`)",
                      one.variable)));
      return false;
    }
    if (weakness_.empty()) return true;
    problems().push_back(error_problem(
        key.position(), fmt::format("`{}` is not taken from this file: {}", one.name, weakness_),
        "", "chmod go-w " + shell_quoted(printable(file_.path))));
    return false;
  }

  void take(const Setting& one, YamlNode node) {
    if (!node.is_scalar() || node.is(YamlKind::null))
      return add_wrong_kind(node, fmt::format("`{}`", one.name), expected_text(one), problems());
    auto value = read_setting(one, node.text());
    if (!value) {
      problems().push_back(error_problem(
          node.position(), fmt::format("`{}` is `{}`", one.name, printable(node.text())),
          expected_text(one), value.error().hint));
      return;
    }
    if (one.type == SettingType::path)
      value->text = full_path(value->text, parent_path(file_.path), person_home_);
    settings_.set(one.id, *std::move(value), {file_.layer, file_.path, node.position()});
  }

  SettingsFile& file_;
  const std::string& person_home_;
  std::string weakness_;
  Settings& settings_;
};

Result<std::string> read_text(const std::string& path, struct stat& facts) {
  // Not to wait for a FIFO's writer.
  const UniqueFd fd = TRY(open_file(path, O_RDONLY | O_NONBLOCK));
  if (::fstat(fd.get(), &facts) != 0) return errno_error(errno, "looking at it");
  if (!S_ISREG(facts.st_mode)) return error(Errc::invalid, "it is not a regular file");
  return read_all(fd.get(), settings_file_bytes_max);
}

/// Nothing in such a folder is ours: a HOME that another user's shell was started with.
bool is_closed(const std::string& folder) {
  return ::faccessat(AT_FDCWD, folder.c_str(), X_OK, AT_EACCESS) != 0 && errno == EACCES;
}

}  // namespace

void read_settings_file(SettingsFile& file, const std::string& person_home, Settings& settings) {
  struct stat facts{};
  auto text = read_text(file.path, facts);
  if (!text && text.error().code == Errc::not_found) return;
  if (!text && text.error().code == Errc::denied && is_closed(parent_path(file.path))) return;
  file.exists = true;
  if (!text) {
    file.problems.push_back(error_problem({}, "the file cannot be read: " + text.error().message));
    return;
  }
  file.text = *std::move(text);
  Reader(file, person_home, weakness_of(facts), settings).read();
}

std::string full_path(const std::string& text, const std::string& folder,
                      const std::string& person_home) {
  if (text.starts_with('/')) return text;
  if (text.starts_with("~/") && !person_home.empty()) return join_path(person_home, text.substr(2));
  return join_path(folder, text);
}

}  // namespace gt
