// What processes leave for each other, of this version and others: exit records, lock files, log
// indices, packed requests, messages.
#include <sys/socket.h>

#include "base/test_folder.h"
#include "base/text.h"
#include "fuzz/targets.h"
#include "process/attempt_folder.h"
#include "process/exit_record.h"
#include "process/log_index.h"
#include "process/masker.h"
#include "process/message.h"
#include "process/spawn_request.h"

namespace gt {

namespace {

void check_exit_record(std::string_view text) {
  const auto record = parse_exit_record(text);
  if (!record) return;
  const auto again = parse_exit_record(to_json_text(*record));
  GT_CHECK(again.ok() && *again == *record, "parse and print are inverse");
}

void check_lock_file(std::string_view text) {
  static const TestFolder folder;
  folder.write("lock", std::string(text));
  const auto status = inspect_attempt(folder.path());
  if (!status) return;
  GT_CHECK(status->phase != AttemptPhase::running, "nobody holds the lock");
  GT_CHECK(text.empty() == (status->phase == AttemptPhase::never_started),
           "only an empty lock file says that nothing was started");
  GT_CHECK((status->phase == AttemptPhase::ended) == status->exit.has_value(),
           "an end has a record");
}

void check_log_index(std::string_view text) {
  std::string printed;
  const auto marks = parse_log_index(text);
  for (const LogMark& mark : marks) printed += to_line(mark);
  GT_CHECK(parse_log_index(printed) == marks, "parse and print are inverse");
}

void check_request(std::string_view bytes) {
  const auto request = unpack_spawn_request(bytes);
  if (!request) return;
  const auto again = unpack_spawn_request(pack(*request));
  GT_CHECK(again.ok() && *again == *request, "pack and unpack are inverse");
}

void check_message(std::string_view bytes) {
  static const SocketPair line = *make_socket_pair();
  // A new reader: what one left is not the next one's.
  MessageReader reader;
  constexpr std::size_t packet_max = 4096;
  while (!bytes.empty()) {
    const auto packet = bytes.substr(0, packet_max);
    bytes.remove_prefix(packet.size());
    if (!send_packet(line.first.get(), packet, Sending::never_blocks)) break;
    (void)reader.receive(line.second.get()).ok();
  }
}

/// The first line is the secret, without carriage returns at its end: those are not looked for.
void check_masker(std::string_view text) {
  auto secret = text.substr(0, text.find('\n'));
  while (secret.ends_with('\r')) secret.remove_suffix(1);
  Masker masker({std::string(secret)});
  std::string shown;
  for (std::size_t at = 0; at < text.size(); at += 7) shown += masker.feed(text.substr(at, 7));
  shown += masker.finish();
  if (secret.size() > 3 && secret.find('*') == std::string_view::npos)
    GT_CHECK(shown.find(secret) == std::string::npos, "no secret is shown");
}

}  // namespace

void fuzz_record(std::string_view bytes) {
  check_exit_record(bytes);
  check_lock_file(bytes);
  check_log_index(bytes);
  check_request(bytes);
  check_message(bytes);
  check_masker(bytes);
}

}  // namespace gt
