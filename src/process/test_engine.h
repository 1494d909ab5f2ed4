/// What tests of attempts share: the engine's side of a keeper, with a folder of its own. Every
/// wait ends by an event, or by a deadline that fails the test.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <sys/types.h>
#include <vector>

#include "base/test_folder.h"
#include "process/keeper.h"

namespace gt {

class TestEngine {
 public:
  /// Forks a keeper.
  TestEngine();

  /// Of an attempt whose name is unique on this machine; in the folder `folder / name`.
  SpawnRequest argv(const std::string& name, std::vector<std::string> argv) const;
  SpawnRequest script(const std::string& name, const std::string& text) const;

  void start(const SpawnRequest& request);
  ProcessEvent next_event();
  /// Passes over events of other attempts and `started`.
  ExitRecord wait_for_end(const SpawnRequest& request);
  ExitRecord run(const SpawnRequest& request);

  TestFolder folder;
  std::unique_ptr<KeeperClient> client;

 private:
  std::deque<ProcessEvent> events_;
};

std::string log_of(const SpawnRequest& request);
/// The first line of a file in the attempt's folder, once there is a whole one.
std::string wait_for_line(const SpawnRequest& request, const std::string& name);
pid_t wait_for_pid(const SpawnRequest& request, const std::string& name);
/// Again after each change in the folder.
void wait_until(const std::string& folder, const std::function<bool()>& is_so);

/// There, and no zombie.
bool is_alive(pid_t process);
void wait_for_death(pid_t process);
pid_t parent_of(pid_t process);
pid_t shim_of(const SpawnRequest& request);

}  // namespace gt
