/// The keys of a pipeline file, in one place for the reader, the published JSON Schema
/// (definition/schema.h) and the test that docs/reference/pipeline-file.md has them all.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gt {

struct Key {
  std::string_view name;
  /// JSON Schema of the value, as JSON text; `$ref`s go to the definitions of definition/schema.cpp
  /// and to the other tables by their names.
  std::string_view schema;
  /// One sentence, shown by editors.
  std::string_view summary;
  bool is_required = false;
};

struct KeyTable {
  std::string_view name;  ///< "step"
  std::span<const Key> keys;

  const Key* find(std::string_view key) const;
  std::vector<std::string> names() const;
};

extern const KeyTable pipeline_keys;
/// Of a file that others include.
extern const KeyTable fragment_keys;
extern const KeyTable parameter_keys;
extern const KeyTable environment_keys;
extern const KeyTable python_keys;
/// Of a step that runs a command.
extern const KeyTable step_keys;
/// Below `defaults:`, which step_keys has all.
extern const KeyTable defaults_keys;
/// Of a step that holds a group.
extern const KeyTable group_step_keys;
/// Of a step that runs another pipeline file.
extern const KeyTable pipeline_step_keys;
/// Of a step that waits for something outside.
extern const KeyTable wait_step_keys;
/// Below `wait:`.
extern const KeyTable wait_keys;
/// Of a step that a person decides.
extern const KeyTable approve_step_keys;
/// Below `approve:`.
extern const KeyTable approve_keys;
/// Below `group:`.
extern const KeyTable group_keys;
extern const KeyTable input_keys;
extern const KeyTable output_keys;
extern const KeyTable retry_keys;
/// Below `retry:` of a step that holds a group.
extern const KeyTable group_retry_keys;
/// Below `grow:`.
extern const KeyTable grow_keys;
extern const KeyTable resources_keys;
extern const KeyTable cache_keys;
/// Below `teardown:`.
extern const KeyTable teardown_keys;
/// Of an entry of `triggers:`.
extern const KeyTable trigger_keys;
/// Of `webhook:` of a trigger.
extern const KeyTable webhook_keys;
/// Of a mapping below `assets:` of a trigger.
extern const KeyTable asset_rule_keys;
/// Of an entry of `notify:`.
extern const KeyTable notify_keys;
/// Of the file of receivers.
extern const KeyTable receivers_keys;
/// Of an entry of its `receivers:`.
extern const KeyTable receiver_keys;
extern const KeyTable webhook_receiver_keys;
extern const KeyTable slack_receiver_keys;
extern const KeyTable mail_receiver_keys;

/// Of a pipeline file.
std::span<const KeyTable* const> key_tables();
/// Of the file of receivers.
std::span<const KeyTable* const> receivers_key_tables();

/// The word of this format for a word of another ("depends_on" is "needs"); empty when none is
/// known.
std::string_view familiar_key(std::string_view foreign);

}  // namespace gt
