#include "view/project_view.h"

#include "base/text.h"
#include "view/json_shapes.h"

namespace gt {

JsonObject version_json(const ProjectVersion& version) {
  return {{"name", version.name()},
          {"project", version.project},
          {"number", version.number},
          {"files", version.files},
          {"bytes", version.bytes},
          {"tree", version.tree.hex()},
          {"git", version.git},
          {"message", version.message},
          {"created_by", version.created_by},
          {"created_at", format_time(version.created_at)}};
}

JsonObject project_json(const PushedProject& project) {
  return {{"name", project.name},
          {"active", version_json(project.active)},
          {"activated_by", project.activated_by},
          {"activated_at", format_time(project.activated_at)}};
}

JsonObject project_git_json(const ProjectGit& followed) {
  const auto text_or_null = [](const std::string& text) {
    return text.empty() ? Json() : Json(text);
  };
  return {{"project", followed.project},
          {"url", followed.url},
          {"branch", text_or_null(followed.branch)},
          {"path", text_or_null(followed.path)},
          {"every_seconds", std::chrono::duration<double>(followed.every).count()},
          {"webhook", text_or_null(followed.webhook)},
          {"secret", text_or_null(followed.secret)},
          {"commit", text_or_null(followed.heard)},
          {"trouble", text_or_null(followed.trouble)},
          {"looked_at", time_json(followed.looked_at)}};
}

}  // namespace gt
