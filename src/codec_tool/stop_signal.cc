#include "codec_tool/stop_signal.h"

#include <poll.h>
#include <pthread.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>

#include "base/check.h"

namespace vitrine {

StopSignal::StopSignal() {
  sigset_t ending;
  sigemptyset(&ending);
  sigaddset(&ending, SIGTERM);
  sigaddset(&ending, SIGINT);
  pthread_sigmask(SIG_BLOCK, &ending, nullptr);
  signals_ = signalfd(-1, &ending, SFD_CLOEXEC | SFD_NONBLOCK);
  check(signals_ >= 0, "no descriptor for signals");
  struct stat input{};
  watch_input_ = fstat(STDIN_FILENO, &input) == 0 && (S_ISFIFO(input.st_mode) || S_ISSOCK(input.st_mode));
}

StopSignal::~StopSignal() {
  ::close(signals_);
}

bool StopSignal::wait(Milliseconds time) {
  if (requested_) return true;
  pollfd watched[2] = {{signals_, POLLIN, 0}, {STDIN_FILENO, POLLIN, 0}};
  if (poll(watched, watch_input_ ? 2 : 1, static_cast<int>(time.count())) <= 0) return false;
  requested_ = watched[0].revents != 0;
  if (watched[1].revents != 0) {
    char ignored[64];
    const auto got = read(STDIN_FILENO, ignored, sizeof ignored);
    requested_ = requested_ || got == 0;
  }
  return requested_;
}

}  // namespace vitrine
