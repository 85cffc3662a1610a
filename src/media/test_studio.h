// What tests of the whole media module share: the module behind an HTTP server, publishers and players
// that are real programs, and a configuration that can change.
//
// Owns    the server, the module and one stream key.
// Thread  the test's.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>

#include <boost/json/parse.hpp>
#include <fstream>
#include <thread>

#include "media/config.h"
#include "media/module.h"
#include "runtime/guarded.h"
#include "testing/http_client.h"
#include "testing/postgres_server.h"
#include "testing/test_server.h"

namespace vitrine {

constexpr auto kPatience = std::chrono::seconds(30);  // for what a busy machine may take its time over

// A program under way; ended with the test.
class Program {
 public:
  explicit Program(const std::vector<std::string>& words, const std::string& errors = "/dev/null") {
    std::vector<char*> arguments;
    for (const auto& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, errors.c_str(), O_WRONLY | O_CREAT | O_TRUNC,
                                     0600);
    check(posix_spawnp(&pid_, arguments[0], &actions, nullptr, arguments.data(), environ) == 0,
          "a program starts");
    posix_spawn_file_actions_destroy(&actions);
  }
  ~Program() { kill(); }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  void signal(int number) { ::kill(pid_, number); }
  void kill() {
    if (pid_ == 0) return;
    ::kill(pid_, SIGKILL);
    wait();
  }
  // Its exit status, once it has ended.
  int wait() {
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  bool ended() { return pid_ == 0 || (::waitpid(pid_, nullptr, WNOHANG) == pid_ && (pid_ = 0, true)); }

 private:
  pid_t pid_ = 0;
};

inline std::string text_of(const std::string& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

// The audit log of a test: "act subject actor", in order.
class AuditLog final : public MembersPort {
 public:
  Task<Result<AddressSnapshot>> address(AccountId, AddressId) override {
    co_return Error{ErrorKind::not_found, "members.address"};
  }
  Task<Result<void>> audit(AuditEntry entry) override {
    const std::string by = entry.actor ? std::to_string(entry.actor.value) + "@" + entry.ip : "cli";
    lines_.with([&](auto& lines) { lines.push_back(entry.act + " " + entry.subject + " " + by); });
    if (broken) co_return Error{ErrorKind::unavailable, "members.unavailable"};
    co_return Result<void>();
  }
  std::vector<std::string> take() {
    return lines_.with([](auto& lines) { return std::exchange(lines, {}); });
  }
  std::atomic<bool> broken{false};

 private:
  Guarded<std::vector<std::string>> lines_;
};

inline Task<Result<Caller>> as_host(std::shared_ptr<const HttpRequest>) {
  Caller caller;
  StaffCaller staff;
  staff.id = AccountId{7};
  staff.rights =
      1U << static_cast<unsigned>(Right::stream_key) | 1U << static_cast<unsigned>(Right::settings_write);
  caller.staff = staff;
  co_return caller;
}

class StudioTest : public ::testing::Test {
 protected:
  StudioTest() { EXPECT_TRUE(start()); }
  ~StudioTest() override {
    media_.drain();
    media_.stop();
  }
  Result<void> start() {
    server_.start();
    auto started = media_.start();
    key_ = *wait_on(server_.cores().at(0), media_.create_key("demo", "127.0.0.1:8080"));
    return started;
  }
  // A small picture of 25 frames a second with a key frame each second, and a tone, in real time.
  static constexpr const char* kPicture =
      "-f lavfi -i testsrc2=size=320x180:rate=25 -c:v libx264 -preset ultrafast -bf 2 -g 25 -pix_fmt yuv420p";
  static constexpr const char* kSound = "-f lavfi -i sine=frequency=440:sample_rate=48000 -c:a aac";
  static constexpr const char* kBoth =
      "-f lavfi -i testsrc2=size=320x180:rate=25 -f lavfi -i sine=frequency=440:sample_rate=48000 "
      "-c:v libx264 -preset ultrafast -bf 2 -g 25 -pix_fmt yuv420p -c:a aac";
  static std::unique_ptr<Program> publish(const std::string& url, const std::string& errors = "/dev/null",
                                          const std::string& what = kBoth) {
    const std::string command = "exec ffmpeg -nostdin -loglevel error -re " + what + " -f flv '" + url + "'";
    return std::make_unique<Program>(std::vector<std::string>{"sh", "-c", command}, errors);
  }
  bool wait_for(StreamState state, const std::string& stream = "demo") {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (media_.status(stream).state != state) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      std::this_thread::yield();
    }
    return true;
  }
  // Every core's, from now on.
  void set(const std::string& name, const std::string& value) {
    auto config = std::make_shared<Config>(server_.cores().at(0).config());
    ASSERT_FALSE(config->set_text(name, value, "test"));
    for (int core = 0; core < server_.cores().count(); ++core) {
      auto take = [](Core* here, std::shared_ptr<const Config> snapshot) -> Task<bool> {
        here->set_config(std::move(snapshot));
        co_return true;
      };
      Core& here = server_.cores().at(core);
      wait_on(here, take(&here, config));
    }
  }
  // What ffprobe says of three seconds of `url` as JSON, with "-show_streams" and the like.
  boost::json::value probe(const std::string& url, const std::string& show) {
    return probe_all(url, show + " -read_intervals '%+3'");
  }
  // The same of all of it.
  boost::json::value probe_all(const std::string& url, const std::string& show) {
    const std::string into = folder_.path() + "/probe.json";
    Program probe(
        {"sh", "-c", "timeout 25 ffprobe -v error " + show + " -of json '" + url + "' > '" + into + "'"});
    EXPECT_EQ(probe.wait(), 0);
    return boost::json::parse(text_of(into));
  }

  TestFolder folder_;
  SystemRandom random_;
  TestServer server_{{.cores = 2,
                      .authenticator = as_host,
                      .more_keys = media_config_keys(),
                      .settings = {{"media.flush_ms", "40"}}}};
  IdSource ids_{server_.clock(), random_};
  AuditLog audit_;
  MediaModule media_{{.cores = server_.cores(),
                      .router = server_.router(),
                      .clock = server_.clock(),
                      .random = random_,
                      .ids = ids_,
                      .data_directory = folder_.path(),
                      .database_url = test_database_url(folder_.path()),
                      .metrics = server_.metrics(),
                      .members = &audit_}};
  CreatedStreamKey key_;
};

}  // namespace vitrine
