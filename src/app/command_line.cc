#include "app/command_line.h"

#include <CLI/CLI.hpp>
#include <functional>

namespace vitrine {
namespace {

class Parser {
 public:
  Parser() {
    app_.require_subcommand(1);
    app_.set_help_all_flag("--help-all", "help of every command");
    add_serve();
    add_demo();
    add_user();
    add_room();
    add_key();
    add_stream();
    add_pull();
    add_ledger();
    add_backup();
    add_tools();
  }

  ParsedCommandLine parse(int count, const char* const* words) {
    try {
      app_.parse(count, words);
    } catch (const CLI::ParseError& error) {
      return {std::nullopt, app_.exit(error) == 0 ? 0 : 2};
    }
    return {std::move(out_), 0};
  }

 private:
  CLI::App* command(CLI::App& parent, const std::string& name, const std::string& help,
                    const std::string& full) {
    CLI::App* made = parent.add_subcommand(name, help);
    made->callback([this, full] { out_.command = full; });
    return made;
  }

  void data_option(CLI::App* to) {
    to->add_option("--data", out_.data, "folder that holds everything (locked while open)")
        ->capture_default_str();
    setting(to, "--database", "database.url",
            "postgres://USER@HOST/DATABASE instead of SQLite files under --data; a password belongs into "
            "VITRINE_DATABASE_URL or ~/.pgpass");
  }

  void setting(CLI::App* to, const std::string& flag, const std::string& key, const std::string& help) {
    to->add_option_function<std::string>(
        flag, [this, key](const std::string& value) { out_.settings.emplace_back(key, value); }, help);
  }

  void server_options(CLI::App* to) {
    data_option(to);
    to->add_option("--config", out_.config_file,
                   "configuration file (default: DATA/vitrine.toml if it is there)");
    to->add_option_function<std::vector<std::string>>(
          "--bind",
          [this](const std::vector<std::string>& addresses) {
            std::string joined;
            for (const auto& address : addresses) joined += (joined.empty() ? "" : ",") + address;
            out_.settings.emplace_back("bind", joined);
          },
          "address to listen on; may be given several times (default: loopback)")
        ->delimiter(',');
    setting(to, "--http-port", "http.port", "pages, API, FLV and WebSocket (8080; 0 picks a free one)");
    setting(to, "--rtmp-port", "rtmp.port", "publishers (1935; 0 picks a free one)");
    setting(to, "--rtc-port", "rtc.port", "kept for WebRTC media (8000)");
    setting(to, "--ops-port", "ops.port", "metrics and health on 127.0.0.1 (9091; 0 picks a free one)");
    to->add_option_function<std::vector<std::string>>(
        "--set",
        [this](const std::vector<std::string>& pairs) {
          for (const auto& pair : pairs) {
            const size_t equals = pair.find('=');
            if (equals == std::string::npos) throw CLI::ValidationError("--set", pair + " must be KEY=VALUE");
            out_.settings.emplace_back(pair.substr(0, equals), pair.substr(equals + 1));
          }
        },
        "any configuration key, KEY=VALUE; see `vitrine config`");
    to->add_option("--modules", out_.modules, "modules to run, e.g. media,rooms (default: all)")
        ->delimiter(',');
    to->add_option("--ready-file", out_.ready_file,
                   "file to write {pid, http, rtmp, rtc, ops} to once ready");
    to->add_flag("--yes-sandbox", out_.yes_sandbox, "allow sandbox payments on a network others can reach");
  }

  void add_serve() { server_options(command(app_, "serve", "run the server", "serve")); }

  void add_demo() {
    CLI::App* demo = command(app_, "demo", "run the server with a demo shop, room and live stream", "demo");
    server_options(demo);
    demo->add_flag("--lan", out_.lan, "bind every network, so that a phone can open the link");
    demo->add_flag("!--no-publisher", out_.publisher, "do not push the demo stream");
  }

  CLI::App* group(const std::string& name, const std::string& help) {
    CLI::App* made = app_.add_subcommand(name, help);
    made->require_subcommand(1);
    return made;
  }

  CLI::App* act(CLI::App* in, const std::string& name, const std::string& help, const std::string& full) {
    CLI::App* made = command(*in, name, help, full);
    data_option(made);
    made->add_flag("--json", out_.json, "answer in JSON");
    return made;
  }

  void add_user() {
    CLI::App* user = group("user", "staff accounts");
    CLI::App* create =
        act(user, "create", "make a staff account and print its one-time password", "user create");
    create->add_option("NAME", out_.name, "login name")->required();
    create->add_option("--role", out_.role, "owner, operator, host, moderator or support")->required();
  }

  void add_room() {
    CLI::App* room = group("room", "live rooms");
    CLI::App* create = act(room, "create", "make a room (its stream has the same name)", "room create");
    create->add_option("ROOM", out_.name, "[a-z0-9_-], at most 64")->required();
    create->add_option("--title", out_.title, "what viewers read")->required();
    create->add_option("--host", out_.host_name, "the host's name")->required();
  }

  // Names like "90", "90s", "15m", "24h", "7d" become seconds.
  static CLI::Option* duration(CLI::App* to, const std::string& flag, std::optional<int64_t>& into,
                               const std::string& help) {
    const std::map<std::string, int64_t> units{{"s", 1}, {"m", 60}, {"h", 3'600}, {"d", 86'400}};
    return to->add_option(flag, into, help)
        ->transform(CLI::AsNumberWithUnit(units, CLI::AsNumberWithUnit::DEFAULT, "TIME"));
  }

  CLI::App* key_command(CLI::App* key, const std::string& name, const std::string& help) {
    CLI::App* made = act(key, name, help, "key " + name);
    made->add_option("STREAM", out_.name, "[A-Za-z0-9_-], at most 64")->required();
    return made;
  }

  void add_key() {
    CLI::App* key = group("key", "stream keys");
    CLI::App* create = key_command(key, "create", "make a key for a stream; it is shown once");
    create->add_option("--label", out_.label, "what people call it");
    duration(create, "--expires", out_.expires_s, "ends by itself after so long, such as 12h or 30d");
    key_command(key, "list", "a stream's keys by their last digits");
    CLI::App* rotate = key_command(key, "rotate", "make the next key; the old one ends after the overlap");
    rotate->add_option("KEY", out_.key_id, "which (key_...); may be left out when only one works");
    duration(rotate, "--overlap", out_.overlap_s,
             "how long the old key goes on working (24h; 0 ends it at once)");
    CLI::App* revoke = key_command(key, "revoke", "end a key at once, and who publishes with it within 2 s");
    revoke->add_option("KEY", out_.key_id, "which (key_...)")->required();
  }

  CLI::App* stream_command(CLI::App* stream, const std::string& name, const std::string& help) {
    CLI::App* made = act(stream, name, help, "stream " + name);
    made->add_option("STREAM", out_.name, "its name")->required();
    return made;
  }

  void add_stream() {
    CLI::App* stream = group("stream", "streams that run now, and who may watch them");
    act(stream, "list", "streams that are live or inside their grace", "stream list");
    stream_command(stream, "show", "one stream, its publisher and its health");
    CLI::App* kick = stream_command(stream, "kick", "send away its publisher, one viewer or all");
    kick->add_option("--whom", out_.whom, "publisher, viewers or all")
        ->check(CLI::IsMember({"publisher", "viewers", "all"}))
        ->capture_default_str();
    kick->add_option("--viewer", out_.viewer_id, "one viewer, by the id of GET /v1/streams/STREAM/viewers");
    CLI::App* access = stream_command(stream, "access", "show who may watch it, or set it");
    access->add_option("--play", out_.play, "open, token, or default (as media.play_default says)")
        ->check(CLI::IsMember({"open", "token", "default"}));
    CLI::App* token = stream_command(stream, "token", "sign a play token and print URLs with it");
    duration(token, "--expires", out_.expires_s, "valid for so long (media.play_token_s), at most 24h");
    token->add_option("--address", out_.address, "only from this IP address");
    token->add_option("--viewer", out_.viewer_id, "whom it is for");
  }

  CLI::App* pull_command(CLI::App* pull, const std::string& name, const std::string& help) {
    CLI::App* made = act(pull, name, help, "pull " + name);
    made->add_option("PULL", out_.pull_id, "which (pul_...)")->required();
    return made;
  }

  void add_pull() {
    CLI::App* pull = group("pull", "streams of other servers that are streams of ours");
    act(pull, "list", "every pull, its state, and why it does not run", "pull list");
    CLI::App* add = act(pull, "add", "take another server's stream until the pull is removed", "pull add");
    add->add_option("STREAM", out_.name, "ours, which it is to be")->required();
    add->add_option("URL", out_.url, "rtmp, rtmps, http or https (FLV)")->required();
    pull_command(pull, "pause", "stop taking it for now; viewers stay for the grace");
    pull_command(pull, "resume", "go on, also after a kick");
    pull_command(pull, "remove", "stop taking it and forget it");
  }

  void add_ledger() {
    CLI::App* ledger = group("ledger", "the shop's double-entry ledger");
    CLI::App* verify =
        act(ledger, "verify", "prove that it balances and that its hash chain is whole", "ledger verify");
    verify->add_option("--head", out_.head,
                       "hash of the last entry as exported before: a cut tail shows only so");
  }

  void add_backup() {
    CLI::App* backup =
        command(app_, "backup", "copy everything into a new folder, while the server runs", "backup");
    data_option(backup);
    backup->add_flag("--json", out_.json, "answer in JSON");
    backup->add_option("FOLDER", out_.backup, "where to; it must not exist. Whoever reads it reads all")
        ->required();
    CLI::App* restore =
        command(app_, "restore", "make an installation from a backup, in an empty place", "restore");
    data_option(restore);
    restore->add_flag("--json", out_.json, "answer in JSON");
    restore->add_option("FOLDER", out_.backup, "what `vitrine backup` made, on either database")->required();
    restore->add_option("--manifest", out_.manifest,
                        "the digest that backup printed: a backup changed as a whole shows only so");
  }

  void add_tools() {
    CLI::App* doctor =
        command(app_, "doctor", "check ports, disk, limits, codecs; say how to mend each", "doctor");
    server_options(doctor);
    doctor->add_flag("--json", out_.json, "answer in JSON");
    CLI::App* config = command(app_, "config", "print every configuration key", "config");
    server_options(config);
    config->add_flag("--json", out_.json, "answer in JSON");
    config->add_flag("--toml", out_.toml, "print a configuration file with the defaults");
    CLI::App* version = command(app_, "version", "print the version", "version");
    version->add_flag("--json", out_.json, "answer in JSON");
    command(app_, "openapi", "print the API's OpenAPI document", "openapi");
  }

  CLI::App app_{"Vitrine: a live room that sells. Try `vitrine demo`.", "vitrine"};
  Invocation out_;
};

}  // namespace

ParsedCommandLine parse_command_line(int count, const char* const* words) {
  return Parser().parse(count, words);
}

}  // namespace vitrine
