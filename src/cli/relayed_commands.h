/// Carries out commands for people and programs on other machines: each is a geartrain of its own,
/// whose output they fetch.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "base/clock.h"
#include "base/entropy.h"
#include "cli/records.h"
#include "server/command_desk.h"

namespace gt {

/// Owner: the command; outlives the server. Threads: any; each command has one of its own.
class RelayedCommands final : public CommandDesk {
 public:
  static constexpr std::size_t commands_max = 32;

  RelayedCommands(Session& session, Records& records) : session_(session), records_(records) {}
  ~RelayedCommands() override { stop(); }

  Result<std::string> begin(const AskedCommand& asked) override;
  Result<std::shared_ptr<EventStream>> output(const std::string& id, std::int64_t after,
                                              const std::string& who) override;
  Result<void> interrupt(const std::string& id, const std::string& who) override;

  /// Asks all to end, and waits for them.
  void stop();

 private:
  class One;

  Result<std::shared_ptr<One>> find(const std::string& id, const std::string& who);
  void forget_ended();

  Session& session_;
  Records& records_;
  SystemEntropy entropy_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<One>> commands_;
};

}  // namespace gt
