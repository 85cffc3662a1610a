// Keeps one child program running: starts it, starts it again with growing pauses when it ends, and
// ends it with us. The child's standard input is a pipe of ours, so it sees our death, kill -9 included.
//
// Owns    the child, the pipe and the thread that waits for it.
// Thread  made and destroyed by one thread.
#pragma once

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace vitrine {

class ChildProcess {
 public:
  // `words[0]` is the program's path; `environment` ("NAME=value") is added to ours, for what other users
  // of the machine may not read in the process list.
  ChildProcess(std::vector<std::string> words, std::vector<std::string> environment);
  // Asks the child to end (SIGTERM), waits up to 2 s, then SIGKILL.
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

 private:
  void keep_running();
  bool start();
  bool wait_until_stopping(int pause_ms);

  std::vector<std::string> words_;
  std::vector<std::string> environment_;
  int pipe_[2] = {-1, -1};
  int stop_event_ = -1;  // eventfd: wakes the waiting thread
  std::atomic<int> pid_{0};
  std::atomic<bool> stopping_{false};
  std::thread waiter_;
};

}  // namespace vitrine
