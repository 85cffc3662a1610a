// Media: takes publishers in by RTMP, pulls streams of other servers, and gives both to viewers by HTTP-FLV,
// WebSocket-FLV and RTMP.
//
// Owns    media.sqlite (stream keys, rules, webhooks, pulls), the RTMP listener, every stream of this
//         process.
// Thread  construction, start, drain and stop on the program's main thread while the cores run; the port
//         and the commands on any core, status() from any thread.
// Never   lets a viewer slow a stream, or a stream another.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/ids.h"
#include "base/random.h"
#include "contract/audience.h"
#include "contract/media.h"
#include "contract/members.h"
#include "contract/module.h"
#include "net/router.h"
#include "runtime/core.h"
#include "runtime/listener.h"
#include "runtime/metrics.h"

namespace vitrine {

struct MediaNeeds {
  Cores& cores;
  Router& router;
  const Clock& clock;
  Random& random;
  IdSource& ids;
  std::string data_directory;
  std::string database_url{};  // "postgres://..."; empty: SQLite under data_directory
  prometheus::Registry& metrics;
  MembersPort* members = nullptr;      // keeps the audit log; null: nobody does
  ListenOptions rtmp{.name = "rtmp"};  // where publishers come
  bool takes_publishers = true;        // false: a command that only reads and writes the database
};

// A stream key made by the command line or the demo; its secret is nowhere else.
struct CreatedStreamKey {
  std::string stream;
  std::string key;
  std::string rtmp_url;
  std::string rtmp_server;
  std::string rtmp_stream_key;
  std::string whip_url;
};

class MediaModule final : public Module, public MediaPort {
 public:
  explicit MediaModule(MediaNeeds needs);
  ~MediaModule() override;

  Result<void> start() override;
  void drain() override;
  void stop() override;
  std::optional<std::string> trouble() const override;

  StreamStatus status(const std::string& stream) const override;
  void on_state(std::function<void(std::string stream, StreamState state)> listener) override;
  // Whom rooms let in holds for their streams too. Set before start; outlives the module's running.
  void set_audience(const AudiencePort& audience);
  // Ends everybody who watches and may not; by itself every second. Answers how many.
  int end_outsiders();
  std::string play_query(const std::string& stream, const std::string& viewer) const override;

  // The port publishers reach; 0 before start().
  uint16_t rtmp_port() const;
  // `host` is where clients reach this server's HTTP port, "127.0.0.1:8080". Errors: `invalid_input`
  // "stream.name", `exhausted` "stream_key.too_many", `unavailable` "media.unavailable".
  Task<Result<CreatedStreamKey>> create_key(std::string stream, std::string host);
  // A command of the command line: media/commands.h names them.
  Task<Reply<boost::json::object>> run_command(std::string name, boost::json::object arguments,
                                               std::string host);

 private:
  struct Parts;
  Result<void> open_port();
  Result<void> open_data();
  Result<void> open_pulls();
  Result<void> start_telling();
  Task<void> meter();
  Task<void> resume_pulls();
  Task<void> end_all();

  std::unique_ptr<Parts> parts_;
};

}  // namespace vitrine
