/// All commands, each in `<name>_command.cpp`.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "cli/session.h"

namespace gt {

extern const CliCommand approve_command;
extern const CliCommand asset_get_command;
extern const CliCommand asset_list_command;
extern const CliCommand asset_remove_command;
extern const CliCommand asset_show_command;
extern const CliCommand asset_update_command;
extern const CliCommand attach_command;
extern const CliCommand backfill_cancel_command;
extern const CliCommand backfill_command;
extern const CliCommand backfill_list_command;
extern const CliCommand backfill_pause_command;
extern const CliCommand backfill_resume_command;
extern const CliCommand backfill_show_command;
extern const CliCommand cancel_command;
extern const CliCommand check_command;
extern const CliCommand clear_command;
extern const CliCommand mark_command;
extern const CliCommand completion_command;
extern const CliCommand config_command;
extern const CliCommand connection_export_command;
extern const CliCommand connection_import_command;
extern const CliCommand connection_list_command;
extern const CliCommand connection_remove_command;
extern const CliCommand connection_set_command;
extern const CliCommand connection_show_command;
extern const CliCommand debug_command;
extern const CliCommand diff_command;
extern const CliCommand doctor_command;
extern const CliCommand env_list_command;
extern const CliCommand env_prune_command;
extern const CliCommand env_show_command;
extern const CliCommand env_update_command;
extern const CliCommand gc_command;
extern const CliCommand get_command;
extern const CliCommand graph_command;
extern const CliCommand init_command;
extern const CliCommand key_rotate_command;
extern const CliCommand logs_command;
extern const CliCommand metrics_command;
extern const CliCommand notification_drop_command;
extern const CliCommand notification_list_command;
extern const CliCommand notification_retry_command;
extern const CliCommand notification_show_command;
extern const CliCommand notification_test_command;
extern const CliCommand pause_command;
extern const CliCommand plan_command;
extern const CliCommand pools_command;
extern const CliCommand project_diff_command;
extern const CliCommand project_follow_command;
extern const CliCommand project_list_command;
extern const CliCommand project_remove_command;
extern const CliCommand project_rollback_command;
extern const CliCommand project_unfollow_command;
extern const CliCommand project_versions_command;
extern const CliCommand push_command;
extern const CliCommand resume_command;
extern const CliCommand retry_command;
extern const CliCommand run_command;
extern const CliCommand runs_command;
extern const CliCommand schedule_simulate_command;
extern const CliCommand schedule_history_command;
extern const CliCommand up_command;
extern const CliCommand schema_command;
extern const CliCommand show_command;
extern const CliCommand step_run_command;
extern const CliCommand token_create_command;
extern const CliCommand token_list_command;
extern const CliCommand token_revoke_command;
extern const CliCommand variable_get_command;
extern const CliCommand variable_import_command;
extern const CliCommand variable_list_command;
extern const CliCommand variable_remove_command;
extern const CliCommand variable_set_command;
extern const CliCommand verify_command;
extern const CliCommand version_command;
extern const CliCommand why_command;

/// Commands that belong together, as help shows them.
struct CommandTopic {
  const char* title;
  std::span<const CliCommand* const> commands;
};

std::span<const CommandTopic> command_topics();
/// In the order in which help lists them.
std::vector<const CliCommand*> all_commands();

/// By a name of one or two words ("run", "env list"); nullptr when there is none.
const CliCommand* find_command(std::string_view name);

/// Those whose name begins with this word and has another one; empty for most words.
std::vector<const CliCommand*> command_family(std::string_view word);

}  // namespace gt
