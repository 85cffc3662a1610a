#include "app/control.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/dto.h"

namespace vitrine {
namespace {

constexpr size_t kAnswerBytes = 16 << 20;

std::string door_path(const std::string& data) {
  return data + "/control.json";
}

struct DoorFile {
  int port = 0;
  std::string token;
  static constexpr auto fields() {
    return std::tuple{field("port", &DoorFile::port, {.min = 1, .max = 65535}),
                      field("token", &DoorFile::token, {.min = 64, .max = 64})};
  }
};

// A socket that closes itself.
struct Descriptor {
  int value = -1;
  ~Descriptor() {
    if (value >= 0) close(value);
  }
};

bool send_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

std::string receive_all(int descriptor) {
  std::string out;
  char chunk[16384];
  while (out.size() < kAnswerBytes) {
    const ssize_t got = recv(descriptor, chunk, sizeof(chunk), 0);
    if (got <= 0) break;
    out.append(chunk, static_cast<size_t>(got));
  }
  return out;
}

}  // namespace

Result<void> write_control_door(const std::string& data, const ControlDoor& door) {
  const std::string text = boost::json::serialize(to_json(DoorFile{door.port, door.token}));
  const std::string fresh = door_path(data) + ".new";
  const Descriptor file{open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)};
  if (file.value < 0 || write(file.value, text.data(), text.size()) != static_cast<ssize_t>(text.size()) ||
      rename(fresh.c_str(), door_path(data).c_str()) != 0) {
    return Error{ErrorKind::unavailable, "control.file"};
  }
  return {};
}

std::optional<ControlDoor> read_control_door(const std::string& data) {
  std::ifstream file(door_path(data));
  std::stringstream text;
  text << file.rdbuf();
  boost::system::error_code failed;
  const auto json = boost::json::parse(text.str(), failed);
  DoorFile door;
  if (failed || read_dto(door, json)) return std::nullopt;
  return ControlDoor{static_cast<uint16_t>(door.port), door.token};
}

void remove_control_door(const std::string& data) {
  std::error_code ignored;
  std::filesystem::remove(door_path(data), ignored);
}

Result<ControlAnswer> ask_ops_port(const ControlDoor& door, const std::string& method,
                                   const std::string& path, const std::string& body,
                                   std::chrono::seconds answer_within) {
  const Error no_answer{ErrorKind::unavailable, "control.no_answer"};
  const Descriptor socket{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  const timeval limit{answer_within.count(), 0};
  setsockopt(socket.value, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
  setsockopt(socket.value, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(door.port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(socket.value, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) return no_answer;
  const std::string request = fmt::format(
      "{} {} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n"
      "Content-Length: {}\r\nConnection: close\r\n\r\n{}",
      method, path, door.port, door.token, body.size(), body);
  if (!send_all(socket.value, request)) return no_answer;
  const std::string answer = receive_all(socket.value);
  const size_t head_end = answer.find("\r\n\r\n");
  ControlAnswer out;
  if (head_end == std::string::npos || !answer.starts_with("HTTP/1.1 ") || answer.size() < 12)
    return no_answer;
  std::from_chars(answer.data() + 9, answer.data() + 12, out.status);
  out.body = answer.substr(head_end + 4);
  return out;
}

}  // namespace vitrine
