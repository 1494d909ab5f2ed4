/// One try to give a notification to its receiver.
#pragma once

#include <functional>
#include <stop_token>
#include <string>

#include "notify/outgoing.h"

namespace gt {

struct SendParts {
  OutgoingParts outgoing;
  /// The text of the file of receivers that counts for a version ("sales@3"), or for the folder
  /// that is served (empty). Errc::not_found: there is none.
  std::function<Result<std::string>(const std::string& project_version)> receivers_text;
};

enum class SendEnd : std::uint8_t {
  sent,
  not_now,    ///< worth another try
  never,      ///< the receiver has said that it will not take it
  cancelled,  ///< by us, before it was answered
};

struct Sent {
  SendEnd end = SendEnd::sent;
  std::string answer;  ///< in words, without secrets
};

/// The receiver of this name, as its file has it now. Errc::not_found: there is none, or no file;
/// invalid: the file has problems, the first of which is told with its place.
Result<Receiver> find_receiver(const SendParts& parts, const std::string& project_version,
                               const std::string& name);

/// Takes try_time_max at most. Threads: any; the parts' functions are called by it.
Sent send_notification(const SendParts& parts, const NotificationRecord& notification, Time now,
                       std::stop_token stop = {});

}  // namespace gt
