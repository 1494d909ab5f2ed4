#include "cli/commands.h"

namespace gt {

namespace {

const CliCommand* const writing[] = {&init_command, &check_command, &graph_command,
                                     &schedule_simulate_command, &schema_command};
const CliCommand* const running[] = {&plan_command,
                                     &run_command,
                                     &up_command,
                                     &push_command,
                                     &attach_command,
                                     &step_run_command,
                                     &retry_command,
                                     &clear_command,
                                     &mark_command,
                                     &approve_command,
                                     &cancel_command,
                                     &backfill_command,
                                     &backfill_pause_command,
                                     &backfill_resume_command,
                                     &backfill_cancel_command,
                                     &asset_update_command,
                                     &pause_command,
                                     &resume_command};
const CliCommand* const looking[] = {
    &runs_command,          &show_command,         &logs_command,      &why_command,
    &debug_command,         &diff_command,         &metrics_command,   &get_command,
    &asset_list_command,    &asset_show_command,   &asset_get_command, &schedule_history_command,
    &backfill_list_command, &backfill_show_command};
const CliCommand* const caring[] = {&env_list_command,
                                    &env_show_command,
                                    &env_update_command,
                                    &env_prune_command,
                                    &project_list_command,
                                    &project_versions_command,
                                    &project_diff_command,
                                    &project_rollback_command,
                                    &project_remove_command,
                                    &project_follow_command,
                                    &project_unfollow_command,
                                    &asset_remove_command,
                                    &connection_list_command,
                                    &connection_show_command,
                                    &connection_set_command,
                                    &connection_remove_command,
                                    &connection_import_command,
                                    &connection_export_command,
                                    &variable_list_command,
                                    &variable_get_command,
                                    &variable_set_command,
                                    &variable_remove_command,
                                    &variable_import_command,
                                    &key_rotate_command,
                                    &notification_list_command,
                                    &notification_show_command,
                                    &notification_retry_command,
                                    &notification_drop_command,
                                    &notification_test_command,
                                    &pools_command,
                                    &gc_command,
                                    &verify_command,
                                    &token_create_command,
                                    &token_list_command,
                                    &token_revoke_command};
const CliCommand* const oneself[] = {&doctor_command, &config_command, &completion_command,
                                     &version_command};

const CommandTopic topics[] = {{"write a pipeline", writing},
                               {"run it", running},
                               {"look at runs and results", looking},
                               {"take care of what is kept", caring},
                               {"geartrain itself", oneself}};

}  // namespace

std::span<const CommandTopic> command_topics() { return topics; }

std::vector<const CliCommand*> all_commands() {
  std::vector<const CliCommand*> all;
  for (const CommandTopic& topic : topics)
    all.insert(all.end(), topic.commands.begin(), topic.commands.end());
  return all;
}

const CliCommand* find_command(std::string_view name) {
  for (const CliCommand* command : all_commands())
    if (command->text.name == name) return command;
  return nullptr;
}

std::vector<const CliCommand*> command_family(std::string_view word) {
  std::vector<const CliCommand*> family;
  for (const CliCommand* command : all_commands()) {
    const std::string_view name = command->text.name;
    if (name.size() > word.size() && name.starts_with(word) && name[word.size()] == ' ')
      family.push_back(command);
  }
  return family;
}

}  // namespace gt
