#include "app/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

#include "base/check.h"
#include "base/log.h"

extern char** environ;

namespace vitrine {
namespace {

constexpr int kFirstPauseMs = 500;
constexpr int kLongestPauseMs = 10'000;
constexpr auto kStopGrace = std::chrono::seconds(2);

}  // namespace

ChildProcess::ChildProcess(std::vector<std::string> words, std::vector<std::string> environment)
    : words_(std::move(words)), environment_(std::move(environment)) {
  check(pipe2(pipe_, O_CLOEXEC) == 0, "pipe2 failed");
  stop_event_ = eventfd(0, EFD_CLOEXEC);
  check(stop_event_ >= 0, "eventfd failed");
  waiter_ = std::thread([this] { keep_running(); });
}

ChildProcess::~ChildProcess() {
  stopping_ = true;
  const uint64_t one = 1;
  std::ignore = write(stop_event_, &one, sizeof(one));
  close(pipe_[1]);  // the child reads the end of its input
  if (pid_ > 0) kill(pid_, SIGTERM);
  const auto deadline = std::chrono::steady_clock::now() + kStopGrace;
  while (pid_ > 0 && std::chrono::steady_clock::now() < deadline) poll(nullptr, 0, 20);
  if (const int pid = pid_; pid > 0) kill(pid, SIGKILL);
  waiter_.join();
  close(pipe_[0]);
  close(stop_event_);
}

bool ChildProcess::start() {
  std::vector<char*> argv;
  for (auto& word : words_) argv.push_back(word.data());
  argv.push_back(nullptr);
  std::vector<char*> envp;
  for (auto& entry : environment_) envp.push_back(entry.data());
  for (char** entry = environ; *entry != nullptr; ++entry) envp.push_back(*entry);
  envp.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, pipe_[0], STDIN_FILENO);
  pid_t pid = 0;
  const int failed = posix_spawn(&pid, words_[0].c_str(), &actions, nullptr, argv.data(), envp.data());
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) {
    log_error("child.not_started", {{"program", words_[0]}, {"errno", failed}});
    return false;
  }
  pid_ = pid;
  return true;
}

bool ChildProcess::wait_until_stopping(int pause_ms) {
  pollfd wake{stop_event_, POLLIN, 0};
  poll(&wake, 1, pause_ms);
  return stopping_;
}

void ChildProcess::keep_running() {
  int pause_ms = kFirstPauseMs;
  while (!stopping_) {
    const auto began = std::chrono::steady_clock::now();
    if (start()) {
      int status = 0;
      while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
      }
      pid_ = 0;
      if (stopping_) return;
      log_warn("child.ended", {{"program", words_[0]}, {"status", status}});
    }
    const bool ran_well = std::chrono::steady_clock::now() - began > std::chrono::minutes(1);
    pause_ms = ran_well ? kFirstPauseMs : std::min(pause_ms * 2, kLongestPauseMs);
    if (wait_until_stopping(pause_ms)) return;
  }
}

}  // namespace vitrine
