/// Messages between engine, nursery, keeper and shims: one image of the program, packets on a
/// SOCK_SEQPACKET pair. A long message is several packets; so only one process may send long ones
/// on a socket (the engine to its keeper), while many may send short ones (shims to the engine).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "base/result.h"

namespace gt {

enum class MessageKind : std::uint32_t {
  // to the keeper, which passes the first two on to a shim
  start = 1,  ///< a packed SpawnRequest
  stop,       ///< text: name, number: 1 for kill
  bury,       ///< a packed AttemptPlace
  do_chores,  ///< the home's path
  // to the keeper from a shim
  ready,  ///< for another attempt
  // to the nursery
  new_keeper,  ///< with the keeper's end of a new control socket
  // to the engine; text: name, then
  started,          ///< number: µs since 1970
  already_started,  ///< by another shim: look into the folder
  ended,            ///< text: exit record as JSON
  not_started,      ///< number: Errc, text: message, text: hint
  suspended,        ///< number: process; of a shim, or, with an empty name, of the keeper
};

struct Message {
  MessageKind kind = MessageKind::start;
  std::string body = {};
  UniqueFd attachment = {};
};

/// Bytes of a body that fit into one packet: far less than a socket's buffer (208 KiB unless the
/// administrator made it smaller).
inline constexpr std::size_t packet_body_max = 32U << 10U;

std::vector<std::string> to_packets(MessageKind kind, std::string_view body);

enum class Sending { may_block, never_blocks };

/// false if it would have to wait. Errc::not_found if the other end is closed.
Result<bool> send_packet(int socket, std::string_view packet, Sending sending, int attachment = -1);

/// To the engine, from keeper and shims; waits if the engine is slow, gives up when it is gone: the
/// attempt's folder tells whoever comes later.
void send_event(int socket, MessageKind kind, std::string_view body);
/// The body of not_started.
std::string pack_not_started(std::string_view name, const Error& why);

/// Threads: one.
class MessageReader {
 public:
  /// nullopt if there is none now, or not the whole of one. Errc::not_found if the other end is
  /// closed. Never blocks.
  Result<std::optional<Message>> receive(int socket);

 private:
  std::string so_far_;
};

struct SocketPair {
  UniqueFd first;
  UniqueFd second;
};
Result<SocketPair> make_socket_pair();

}  // namespace gt
