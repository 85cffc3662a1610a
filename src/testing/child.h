// A child process that reports numbers to the test and can be killed at any moment (kill -9), as a
// crash would end it. Fork before the test starts threads.
//
// Owns    the process and the pipe from it.
// Thread  the test's.
#pragma once

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <optional>

#include "base/check.h"

namespace vitrine {

// The child's end: what it says has left the process before it goes on.
class ChildReport {
 public:
  explicit ChildReport(int descriptor) : descriptor_(descriptor) {}
  void say(int64_t number) {
    check(write(descriptor_, &number, sizeof number) == sizeof number, "the test listens");
  }

 private:
  int descriptor_;
};

class Child {
 public:
  explicit Child(const std::function<void(ChildReport&)>& body) {
    int ends[2];
    check(pipe(ends) == 0, "a pipe to the child");
    pid_ = fork();
    check(pid_ >= 0, "a child process");
    if (pid_ == 0) {
      close(ends[0]);
      ChildReport report(ends[1]);
      body(report);
      _exit(0);
    }
    close(ends[1]);
    from_ = ends[0];
  }
  ~Child() {
    kill();
    close(from_);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  pid_t pid() const { return pid_; }
  // The next number it said; empty when it is dead and everything was heard.
  std::optional<int64_t> next() {
    int64_t number = 0;
    if (read(from_, &number, sizeof number) != sizeof number) return std::nullopt;
    return number;
  }
  // SIGKILL, and waits until it is gone.
  void kill() {
    if (pid_ == 0) return;
    ::kill(pid_, SIGKILL);
    wait();
  }
  void wait() {
    if (pid_ != 0) waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }

 private:
  pid_t pid_ = 0;
  int from_ = -1;
};

}  // namespace vitrine
