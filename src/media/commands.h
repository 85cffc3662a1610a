// What the command line may ask of media: `vitrine key ...`, `vitrine stream ...` and `vitrine pull ...`.
// Each command is one function from a JSON object of arguments to a JSON object that answers.
//
// Owns    nothing.
// Thread  run() on any core, after the module has started.
#pragma once

#include <boost/json/object.hpp>
#include <string>

#include "media/access_api.h"
#include "media/key_api.h"
#include "media/pull_api.h"
#include "media/stream_api.h"

namespace vitrine {

class MediaCommands {
 public:
  struct Uses {
    KeyApi& keys;
    AccessApi& access;
    StreamApi& streams;
    PullApi& pulls;
    std::atomic<StreamKeys*>& stored_keys;  // empty until the module has started
    const Clock& clock;
    const TlsDoor* tls;  // of the server's ports; null: plain only
  };
  explicit MediaCommands(Uses uses) : uses_(uses) {}

  // "key-create", "key-list", "key-rotate", "key-revoke", "stream-list", "stream-show", "stream-kick",
  // "stream-access", "stream-token", "pull-list", "pull-add", "pull-pause", "pull-resume", "pull-remove".
  // `host` is where clients reach this server's HTTP port,
  // "127.0.0.1:8080". Errors: `not_found` "control.unknown_command", and those of what is called.
  Task<Reply<boost::json::object>> run(std::string name, boost::json::object arguments, std::string host);

 private:
  using Object = boost::json::object;
  // Whether links to this server begin with https.
  bool secure() const { return uses_.tls != nullptr && uses_.tls->context() != nullptr; }
  Task<Reply<Object>> create_key(Object arguments, std::string host);
  Task<Reply<Object>> list_keys(Object arguments);
  Task<Reply<Object>> rotate_key(Object arguments, std::string host);
  Task<Reply<Object>> revoke_key(Object arguments);
  Task<Reply<Object>> list_streams();
  Task<Reply<Object>> show_stream(Object arguments);
  Task<Reply<Object>> kick(Object arguments);
  Task<Reply<Object>> access(Object arguments);
  Task<Reply<Object>> list_pulls();
  Task<Reply<Object>> add_pull(Object arguments);
  Task<Reply<Object>> pause_pull(Object arguments, bool paused);
  Task<Reply<Object>> remove_pull(Object arguments);
  Task<Reply<Object>> token(Object arguments, std::string host);

  Uses uses_;
};

}  // namespace vitrine
